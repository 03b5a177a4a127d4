"""The ends of several runs, waited for at the same time."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, cast

from typing_extensions import Self

from .._concurrency import Deadline, shortest
from .._errors import APITimeoutError, DataDecodeError, InvalidRequestError, RunFailedError, RunsClientError
from .._parts import CustomT, StateT, UpdateT
from .._requests import checked_timeout
from .._workers import AsyncWorkers, Report
from ._handle import RunHandle

MAX_CONCURRENCY = 100
"""How many runs are waited for at a time, where the caller does not say."""

_TURN = 5.0
"""Seconds that one run is waited for while others are in line."""


class CompletedRuns(Generic[StateT, UpdateT, CustomT]):
    """The handles of runs, each as soon as its run is over: an async iterator, and a context manager that gives up
    what is left. Giving up ends the waits, not the runs.

    `RunsClient.as_completed` makes it.
    """

    __slots__ = ("__weakref__", "_count", "_is_closed", "_line", "_workers")

    def __init__(
        self,
        handles: Iterable[RunHandle[StateT, UpdateT, CustomT]],
        *,
        max_concurrency: int,
        headers: Mapping[str, str] | None,
        timeout: float | None,
        refreshes: bool,
    ) -> None:
        self._workers: AsyncWorkers | None = None
        self._line = _Line(_waits(handles), headers, checked_timeout(timeout), refreshes)
        if max_concurrency < 1:
            raise InvalidRequestError(f"max_concurrency must be 1 or more, not {max_concurrency}")
        self._count = min(len(self._line.waits), max_concurrency)
        self._is_closed = not self._count

    def __getstate__(self) -> object:
        raise TypeError("waits cannot be pickled: keep the thread_id and run_id of each run instead")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RunHandle[StateT, UpdateT, CustomT]:
        wait = await self.next_wait()
        if wait is None:
            raise StopAsyncIteration
        if wait.error is not None and wait.is_out_of_time:
            await self.aclose()
            raise wait.error
        return wait.handle

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give up what is left."""
        self._is_closed = True
        if self._workers is not None:
            await self._workers.aclose()

    def __del__(self) -> None:
        if self._workers is not None and not self._is_closed:
            self._workers.cancel()

    async def next_wait(self) -> Wait | None:
        """The next wait that is over; None after the last one."""
        if self._is_closed:
            return None
        try:
            if self._workers is None:
                self._line.open()
                self._workers = AsyncWorkers(self._line.work_off)
                self._workers.start(self._count)
            return cast("Wait", await self._workers.__anext__())
        except StopAsyncIteration:
            await self.aclose()
            return None
        except BaseException:
            await self.aclose()
            raise


async def joined_states(completed: CompletedRuns[StateT, UpdateT, CustomT], *, return_exceptions: bool) -> list[Any]:
    """The final states of all the runs, in the order of their handles.

    Args:
        completed: The runs.
        return_exceptions: Give errors in the place of states, instead of raising the first one.
    """
    waits = []
    async with completed:
        while (wait := await completed.next_wait()) is not None:
            if wait.error is not None and not return_exceptions:
                raise wait.error
            waits.append(wait)
    return [wait.state if wait.error is None else wait.error for wait in sorted(waits, key=lambda wait: wait.index)]


@dataclass(slots=True)
class Wait:
    """The wait for one run: its place among the others, and how it ended.

    Attributes:
        is_out_of_time: Whether the error is that the time for all runs is over.
    """

    index: int
    handle: RunHandle[Any, Any, Any]
    state: Any = None
    error: RunsClientError | None = None
    is_out_of_time: bool = False


@dataclass(slots=True)
class _Line:
    """The waits that nobody works on."""

    waits: deque[Wait]
    headers: Mapping[str, str] | None
    timeout: float | None
    refreshes: bool
    deadline: Deadline = field(init=False)

    def open(self) -> None:
        """From now on, time counts."""
        self.deadline = Deadline(self.timeout)

    async def work_off(self, report: Report) -> None:
        """Wait for one run after the other, each as long as it takes or until it is the turn of others."""
        while (wait := self._take()) is not None:
            if await self._is_over(wait):
                report(wait)
            else:
                self.waits.append(wait)

    def _take(self) -> Wait | None:
        try:
            return self.waits.popleft()
        except IndexError:  # to look first would not do: other threads take as well
            return None

    async def _is_over(self, wait: Wait) -> bool:
        handle = wait.handle
        limit = shortest(_TURN if self.waits else None, self.deadline.remaining())
        turn = Deadline(limit)
        try:
            wait.state = await handle.join(headers=self.headers, timeout=limit)
        except (RunFailedError, DataDecodeError) as error:
            wait.error = error
        except RunsClientError as error:
            if not (isinstance(error, APITimeoutError) and turn.is_over()):
                wait.error = error
            elif self.deadline.is_over():
                wait.is_out_of_time = True
                wait.error = APITimeoutError(f"{handle} was not over after {self.timeout:g} seconds", request_sent=True)
            return wait.error is not None
        if self.refreshes:
            with suppress(RunsClientError):  # a stateless run may be gone
                await handle.refresh(headers=self.headers, timeout=self.deadline.remaining())
        return True


def _waits(handles: Iterable[RunHandle[Any, Any, Any]]) -> deque[Wait]:
    waits: deque[Wait] = deque()
    for handle in handles:
        if not isinstance(handle, RunHandle):
            raise TypeError(
                f"handles are needed, not {type(handle).__name__}: runs.handle(thread_id, run_id) makes one"
            )
        waits.append(Wait(len(waits), handle))
    return waits
