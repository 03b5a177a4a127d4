"""A run that was started, as an object: no ids to pass around."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, cast

from typing_extensions import Unpack

from .._errors import run_failed
from .._interrupts import Interrupt, interrupts_of
from .._parts import CustomT, StateT, UpdateT
from .._requests import Id, checked_id
from .._responses import run_failure
from ._overloads import HandleOverloads

if TYPE_CHECKING:
    from runs_bindings.models import Run
    from runs_bindings.parameters import CancelRunParameters, JoinRunParameters

    from .._payloads import ThreadCreateOptions
    from ._client import RunsClient
    from ._stream import RunStream

_NOT_JOINED = object()
_UNFINISHED = ("pending", "running")


class RunHandle(HandleOverloads[StateT, UpdateT, CustomT], Generic[StateT, UpdateT, CustomT]):
    """One run. `RunsClient.start` gives it, and `RunsClient.handle` from the ids of a run that was started elsewhere.

    Two handles are equal if they are of the same run. To keep a handle, keep its `thread_id` and `run_id`.

    Attributes:
        thread_id: The thread of the run; that of a stateless run is a hidden one.
        run_id: The run.
        run: The run as it was last seen, by `refresh` or when it was created; None if it was not.

    Example:
        ```python
        handle = await runs.start(thread_id, "agent", input={"question": "?"})
        async for part in handle.stream():
            print(part.event, part.data)
        state = await handle.join()
        ```
    """

    __slots__ = ("__weakref__", "_client", "_raw", "_state", "run", "run_id", "thread_id")

    def __init__(
        self, client: RunsClient[StateT, UpdateT, CustomT], thread_id: Id, run_id: Id, run: Run | None = None
    ) -> None:
        self._client = client
        self._raw: Any = _NOT_JOINED  # the final state as the server sent it
        self._state: Any = _NOT_JOINED  # and as an object of the client's type
        self.thread_id: str = checked_id("thread_id", thread_id)
        self.run_id: str = checked_id("run_id", run_id)
        self.run = run

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.thread_id!r}, {self.run_id!r}, status={self.status!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RunHandle):
            return NotImplemented
        return (self.thread_id, self.run_id) == (other.thread_id, other.run_id)

    def __hash__(self) -> int:
        return hash((self.thread_id, self.run_id))

    def __getstate__(self) -> object:
        raise TypeError("handles cannot be pickled: keep thread_id and run_id, and give them to runs.handle() later")

    @property
    def status(self) -> str | None:
        """The status of `run`, and as old as that; None where it is not known. `refresh` asks for the present one."""
        status = None if self.run is None else self.run.status
        return None if status in _UNFINISHED and self._raw is not _NOT_JOINED else status

    @property
    def interrupts(self) -> list[Interrupt]:
        """What the run asked a human when it stopped; empty if it did not, or was not joined yet.

        Example:
            ```python
            state = await handle.join()
            for interrupt in handle.interrupts:
                print(interrupt.value)
            ```
        """
        return interrupts_of(self._raw)

    async def refresh(self, *, headers: Mapping[str, str] | None = None, timeout: float | None = None) -> Run:
        """Look the run up, and remember it as `run`.

        Args:
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.

        Raises:
            NotFoundError: There is no such run.
        """
        self.run = await self._client.get(self.thread_id, self.run_id, headers=headers, timeout=timeout)
        return self.run

    async def join(
        self,
        *,
        raise_error: bool = True,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **parameters: Unpack[JoinRunParameters],
    ) -> StateT:
        """Wait for the state in which the run ends. It is asked for once: later calls give the same object.

        Args:
            raise_error: Raise when the run fails; otherwise the failure is returned as `{"__error__": ...}`.
            headers: Sent with this call only.
            timeout: Seconds for the call; None waits for as long as the run takes.
            **parameters: `cancel_on_disconnect` cancels the run when this call is given up.

        Returns:
            The final state.

        Raises:
            RunFailedError: The run failed.
            DataDecodeError: The state does not fit the client's `state_type`.
            APITimeoutError: The run takes longer than `timeout`.
        """
        if self._raw is _NOT_JOINED:
            self._raw = await self._client._raw_state(
                self.thread_id, self.run_id, raise_error=False, headers=headers, timeout=timeout, **parameters
            )
        failure = run_failure(self._raw)
        if raise_error and failure is not None:
            raise run_failed(failure, thread_id=self.thread_id, run_id=self.run_id)
        if self._state is _NOT_JOINED:
            self._state = self._client._decoding.final_state(self._raw, self.run_id)
        return cast("StateT", self._state)

    def _stream(self, **options: Any) -> RunStream[Any]:
        return self._client.join_stream(self.thread_id, self.run_id, **options)

    async def cancel(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **parameters: Unpack[CancelRunParameters],
    ) -> None:
        """Cancel the run.

        Args:
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.
            **parameters: `wait` returns only after the run has stopped; `action` is `"interrupt"`, which keeps
                what was done so far, or `"rollback"`, which undoes it.

        Raises:
            NotFoundError: There is no such run, or it has ended.
        """
        await self._client.cancel(self.thread_id, self.run_id, headers=headers, timeout=timeout, **parameters)

    async def delete(self, *, headers: Mapping[str, str] | None = None, timeout: float | None = None) -> None:
        """Delete the run.

        Args:
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.

        Raises:
            NotFoundError: There is no such run.
        """
        await self._client.delete(self.thread_id, self.run_id, headers=headers, timeout=timeout)

    async def resume(
        self,
        value: Any,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[ThreadCreateOptions],
    ) -> RunHandle[StateT, UpdateT, CustomT]:
        """Answer what the run asked: start a new run of the same assistant on the same thread, with the answer.

        Args:
            value: The answer; where there are several `interrupts`, an object of answers by their ids. Not None: the
                official server fails on it.
            headers: Sent with this call only.
            timeout: Seconds for each request; None takes the client's.
            **payload: The fields of the body, as for `RunsClient.start`. A `command` may hold what goes with the
                answer, as an `update` of the state.

        Returns:
            The handle of the new run.

        Raises:
            NotFoundError: There is no such run: a stateless one may have been deleted.

        Example:
            ```python
            await handle.join()
            if handle.interrupts:
                handle = await handle.resume("yes")
            ```
        """
        run = self.run or await self.refresh(headers=headers, timeout=timeout)
        payload["command"] = {**(payload.get("command") or {}), "resume": value}
        return await self._client.start(self.thread_id, run.assistant_id, headers=headers, timeout=timeout, **payload)
