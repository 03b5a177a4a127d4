"""The operations of the contract as methods, each with its docstring. `RunsClient` adds handles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from typing_extensions import Unpack

from runs_bindings.api import runs as operations

from .._concurrency import async_resolve
from .._errors import InvalidRequestError, text_of
from .._logging import log_run_created
from .._parts import CustomT, StateT, UpdateT
from .._payload import checked_keywords
from .._requests import NO_DEFAULTS, CreatingOperation, Id, batch_body, cancellation, creation_body
from ._following import FollowingClient
from ._stream import OnRunCreated

if TYPE_CHECKING:
    from runs_bindings.models import CancelAction, Run, RunStatus
    from runs_bindings.parameters import CancelRunParameters, JoinRunParameters, ListRunsParameters
    from runs_bindings.payloads import RunsCancelPayload, StatelessRunCreatePayload

    from .._payloads import (
        StatelessCreateOptions,
        StatelessWaitOptions,
        ThreadCreateOptions,
        ThreadWaitOptions,
    )

RunList: TypeAlias = "list[Run]"  # inside the class, `list` is a method


class OperationsClient(FollowingClient[StateT, UpdateT, CustomT]):
    """Creates, streams, waits for, joins, lists, cancels and deletes runs."""

    @overload
    async def create(
        self,
        thread_id: None,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[StatelessCreateOptions],
    ) -> Run: ...

    @overload
    async def create(
        self,
        thread_id: Id,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[ThreadCreateOptions],
    ) -> Run: ...

    async def create(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Any,
    ) -> Run:
        """Start a run in the background.

        Args:
            thread_id: The thread to run on; None for a stateless run.
            assistant_id: An assistant's id, or the name of a graph.
            on_run_created: Called once with the run id and the thread id.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.
            **payload: The fields of the body.

        Returns:
            The run, which has not begun yet.

        Raises:
            TypeError: A keyword is no field of the body.
            NotFoundError: There is no such thread or assistant.
            ConflictError: The thread is busy and `multitask_strategy` is `"reject"`.
            APIConnectionError: No answer came; `request_sent` tells whether the run may exist.
        """
        return await self._create(
            "create", thread_id, assistant_id, payload, on_run_created=on_run_created, headers=headers, timeout=timeout
        )

    async def _create(
        self,
        method: str,
        thread_id: Id | None,
        assistant_id: Id,
        payload: Mapping[str, Any],
        *,
        defaults: Mapping[str, Any] = NO_DEFAULTS,
        parse: Callable[[Any], Run] | None = None,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None,
        timeout: float | None,
    ) -> Run:
        operation: CreatingOperation = operations.create_stateless_run if thread_id is None else operations.create_run
        run = await self._call(
            parse or operations.create_run.parse_result,
            operation,
            () if thread_id is None else (thread_id,),
            method=method,
            body=creation_body(method, assistant_id, payload, operation, defaults),
            headers=headers,
            timeout=timeout,
        )
        log_run_created(run.thread_id, run.run_id)
        if on_run_created is not None:
            await async_resolve(on_run_created(run.run_id, run.thread_id))
        return run

    async def create_batch(
        self,
        payloads: Iterable[StatelessRunCreatePayload],
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> RunList:
        """Start several stateless runs with one request.

        Args:
            payloads: The body of each run, `assistant_id` included.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.

        Returns:
            The runs, in the order of the payloads.

        Raises:
            TypeError: A payload has a field that is not known.
            NotFoundError: There is no such assistant, or the server has no batches.
        """
        return await self._create_batch("create_batch", payloads, headers=headers, timeout=timeout)

    async def _create_batch(
        self,
        method: str,
        payloads: Iterable[StatelessRunCreatePayload],
        *,
        defaults: Mapping[str, Any] = NO_DEFAULTS,
        parse: Callable[[Any], RunList] | None = None,
        headers: Mapping[str, str] | None,
        timeout: float | None,
    ) -> RunList:
        operation = operations.create_run_batch
        body = batch_body(method, payloads, operation, defaults)
        created = await self._call(
            parse or operation.parse_result, operation, (), method=method, body=body, headers=headers, timeout=timeout
        )
        for run in created:
            log_run_created(run.thread_id, run.run_id)
        return created

    @overload
    async def wait(
        self,
        thread_id: None,
        assistant_id: Id,
        *,
        raise_error: bool = True,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[StatelessWaitOptions],
    ) -> StateT: ...

    @overload
    async def wait(
        self,
        thread_id: Id,
        assistant_id: Id,
        *,
        raise_error: bool = True,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[ThreadWaitOptions],
    ) -> StateT: ...

    async def wait(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        raise_error: bool = True,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Any,
    ) -> StateT:
        """Start a run and wait for the state in which it ends.

        Args:
            thread_id: The thread to run on; None for a stateless run.
            assistant_id: An assistant's id, or the name of a graph.
            raise_error: Raise when the run fails; otherwise the failure is returned as `{"__error__": ...}`.
            on_run_created: Called once with the run id and the thread id.
            headers: Sent with this call only.
            timeout: Seconds for the call; None waits for as long as the run takes.
            **payload: The fields of the body.

        Returns:
            The final state.

        Raises:
            TypeError: A keyword is no field of the body.
            RunFailedError: The run failed.
            DataDecodeError: The state does not fit the client's `state_type`.
            APITimeoutError: The run takes longer than `timeout`. It goes on, unless `on_disconnect` says otherwise.
        """
        operation: CreatingOperation = operations.wait_stateless_run if thread_id is None else operations.wait_run
        ids = () if thread_id is None else (thread_id,)
        body = creation_body("wait", assistant_id, payload, operation)
        request = self._requests.for_operation(
            operation, ids, method="wait", body=body, headers=headers, timeout=timeout
        )
        outcome = self._outcome(request, headers, thread_id=thread_id, on_run_created=on_run_created)
        return self._decoding.final_state(await outcome.state(raise_error=raise_error), outcome.run_id)

    async def join(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        raise_error: bool = True,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **parameters: Unpack[JoinRunParameters],
    ) -> StateT:
        """Wait for the state in which a run ends.

        Args:
            thread_id: The thread of the run.
            run_id: The run.
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
        state = await self._raw_state(
            thread_id, run_id, raise_error=raise_error, headers=headers, timeout=timeout, **parameters
        )
        return self._decoding.final_state(state, str(run_id))

    async def _raw_state(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        raise_error: bool,
        headers: Mapping[str, str] | None,
        timeout: float | None,
        **parameters: Unpack[JoinRunParameters],
    ) -> Any:
        """The state in which a run ends, as plain data."""
        request = self._requests.for_operation(
            operations.join_run,
            (thread_id, run_id),
            method="join",
            keywords=parameters,
            headers=headers,
            timeout=timeout,
        )
        outcome = self._outcome(request, headers, thread_id=thread_id, run_id=run_id)
        return await outcome.state(raise_error=raise_error)

    async def get(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Run:
        """Look up a run.

        Args:
            thread_id: The thread of the run.
            run_id: The run.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.

        Raises:
            NotFoundError: There is no such run.
        """
        ids = (thread_id, run_id)
        return await self._call(
            operations.get_run.parse_result, operations.get_run, ids, method="get", headers=headers, timeout=timeout
        )

    async def list(
        self,
        thread_id: Id,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **parameters: Unpack[ListRunsParameters],
    ) -> RunList:
        """List a page of a thread's runs, the newest first.

        Args:
            thread_id: The thread.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.
            **parameters: `limit` (10 by default), `offset`, `status`, and `select`: names of the properties to
                send. What was not selected is `UNSET` in the runs; some servers ignore `select`.

        Raises:
            NotFoundError: There is no such thread.
        """
        return await self._call(
            operations.list_runs.parse_result,
            operations.list_runs,
            (thread_id,),
            method="list",
            keywords=parameters,
            headers=headers,
            timeout=timeout,
        )

    async def iter(
        self,
        thread_id: Id,
        *,
        status: RunStatus | None = None,
        page_size: int = 100,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> AsyncIterator[Run]:
        """Iterate over all runs of a thread, the newest first, page by page.

        A run that is created meanwhile moves the others to later pages: none is given twice.

        Args:
            thread_id: The thread.
            status: Only runs with this status.
            page_size: Runs per request.
            headers: Sent with each request.
            timeout: Seconds for each request; None takes the client's.

        Example:
            ```python
            async for run in runs.iter(thread_id, status="error"):
                print(run.run_id)
            ```
        """
        if page_size < 1:
            raise InvalidRequestError(f"page_size must be 1 or more, not {page_size}")
        given: set[str] = set()
        offset = 0
        limit_counts_from_the_start = False  # as the JavaScript server has it, whose second page is empty otherwise
        while True:
            limit = page_size + (offset if limit_counts_from_the_start else 0)
            page = await self.list(
                thread_id, limit=limit, offset=offset, status=status, headers=headers, timeout=timeout
            )
            new = [run for run in page if text_of(run.run_id) not in given]
            if not new:  # a short page proves nothing: a server may have a limit of its own
                if limit > page_size or not offset:
                    return
                limit_counts_from_the_start = True
            for run in new:
                given.add(text_of(run.run_id))
                yield run
            offset += len(page)

    async def cancel(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **parameters: Unpack[CancelRunParameters],
    ) -> None:
        """Cancel a run.

        Args:
            thread_id: The thread of the run.
            run_id: The run.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.
            **parameters: `wait` returns only after the run has stopped; `action` is `"interrupt"`, which keeps
                what was done so far, or `"rollback"`, which undoes it.

        Raises:
            NotFoundError: There is no such run, or it has ended.
        """
        request = self._requests.for_operation(
            operations.cancel_run,
            (thread_id, run_id),
            method="cancel",
            keywords=cancellation(parameters),
            headers=headers,
            timeout=self._or_default(timeout),
        )
        await self._caller.send(request)

    async def cancel_many(
        self,
        *,
        action: CancelAction | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **selection: Unpack[RunsCancelPayload],
    ) -> None:
        """Cancel several runs.

        Args:
            action: `"interrupt"`, which keeps what was done so far, or `"rollback"`, which undoes it.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.
            **selection: `thread_id` with `run_ids`, or `status`: `"pending"`, `"running"` or `"all"`.

        Raises:
            NotFoundError: No run matches, or the server cannot cancel several.
            UnprocessableEntityError: The selection is neither of the two.
        """
        operation = operations.cancel_runs
        request = self._requests.for_operation(
            operation,
            (),
            method="cancel_many",
            keywords={"action": action},
            body=checked_keywords("cancel_many", selection, operation.BODY_FIELDS),
            headers=headers,
            timeout=self._or_default(timeout),
        )
        await self._caller.send(request)

    async def delete(
        self,
        thread_id: Id,
        run_id: Id,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        """Delete a run.

        Args:
            thread_id: The thread of the run.
            run_id: The run.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.

        Raises:
            NotFoundError: There is no such run.
        """
        request = self._requests.for_operation(
            operations.delete_run,
            (thread_id, run_id),
            method="delete",
            headers=headers,
            timeout=self._or_default(timeout),
        )
        await self._caller.send(request)
