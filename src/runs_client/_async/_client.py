"""`RunsClient`: the operations of the contract, and handles of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

from typing_extensions import Unpack

from .._errors import RunsClientError
from .._parts import CustomT, StateT, UpdateT
from .._requests import LASTING, Id
from .._responses import followable_run, followable_runs
from ._completion import MAX_CONCURRENCY, CompletedRuns, joined_states
from ._handle import RunHandle
from ._operations import OperationsClient

if TYPE_CHECKING:
    from runs_bindings.payloads import StatelessRunCreatePayload

    from .._payloads import StatelessCreateOptions, ThreadCreateOptions
    from ._stream import OnRunCreated


class RunsClient(OperationsClient[StateT, UpdateT, CustomT]):
    """Creates, streams, waits for, joins, lists, cancels and deletes runs.

    Every method also takes `headers`, sent with this call only, and `timeout`, seconds for the whole call with
    its retries (None: the client's; for `wait`, `join` and streams: no limit). Ids may be strings or UUIDs. A
    payload value of `None` means "not given". What is not an argument here goes into the request's body under
    the name that the contract gives it.

    Args:
        url: The server's address, with a path prefix where there is one.
        api_key: Sent as `x-api-key`. By default the first of LANGGRAPH_API_KEY, LANGSMITH_API_KEY and
            LANGCHAIN_API_KEY that is set; None sends none.
        headers: Sent with every request.
        timeout: Seconds for a call that does not wait for a run; None is no limit.
        retry: When and how often to try again.
        max_concurrency: Requests under way at a time; a stream counts until its first byte. None is no limit.
        on_request: Called with each request before it is sent; may return another one to send instead.
        on_response: Called with each answer: of a stream, `wait` and `join` as soon as its headers are there, of other
            calls when it is read.
        on_reconnect: Called before a run is rejoined because its connection ended too early. A stream's own
            `on_reconnect` takes its place.
        transport: `"httpx"`, `"aiohttp"` (extra `aiohttp`), or a transport made with your own HTTP client.
        state_type: What the states of values parts, `wait` and `join` are decoded into: a pydantic model, a
            dataclass, a TypedDict, an attrs class, a msgspec struct, or a function that makes it from the JSON. A
            state grows, so what a node adds later must be optional in it. By default data stay plain.
        update_type: The same for what one node changes, in updates parts.
        custom_type: The same for the data of custom parts.

    Raises:
        InvalidRequestError: The address, a header or the key cannot be used, or a type needs a library that is not
            installed.

    Example:
        ```python
        async with RunsClient("http://localhost:2024") as runs:
            async for part in runs.stream(None, "agent", input={"question": "?"}):
                print(part.event, part.data)
        ```
    """

    @overload
    async def start(
        self,
        thread_id: None,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[StatelessCreateOptions],
    ) -> RunHandle[StateT, UpdateT, CustomT]: ...

    @overload
    async def start(
        self,
        thread_id: Id,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Unpack[ThreadCreateOptions],
    ) -> RunHandle[StateT, UpdateT, CustomT]: ...

    async def start(
        self,
        thread_id: Id | None,
        assistant_id: Id,
        *,
        on_run_created: OnRunCreated | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **payload: Any,
    ) -> RunHandle[StateT, UpdateT, CustomT]:
        """Start a run in the background, and get hold of it.

        It is `create`, but for what is asked of the server where nothing is said: to keep the run's events
        (`stream_resumable`), so that they can be streamed from the first one at any time, and to keep a stateless
        run when it is over (`on_completion="keep"`), so that it can still be joined.

        Args:
            thread_id: The thread to run on; None for a stateless run.
            assistant_id: An assistant's id, or the name of a graph.
            on_run_created: Called once with the run id and the thread id.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.
            **payload: The fields of the body. `stream_mode` decides what the handle can stream.

        Returns:
            The handle of the run, which has not begun yet.

        Raises:
            TypeError: A keyword is no field of the body.
            NotFoundError: There is no such thread or assistant.
            ConflictError: The thread is busy and `multitask_strategy` is `"reject"`.
            APIConnectionError: No answer came; `request_sent` tells whether the run may exist.

        Example:
            ```python
            handle = await runs.start(thread_id, "agent", input={"question": "?"})
            state = await handle.join()
            ```
        """
        run = await self._create(
            "start",
            thread_id,
            assistant_id,
            payload,
            defaults=LASTING,
            parse=followable_run,
            on_run_created=on_run_created,
            headers=headers,
            timeout=timeout,
        )
        return RunHandle(self, run.thread_id, run.run_id, run)

    async def start_batch(
        self,
        payloads: Iterable[StatelessRunCreatePayload],
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> list[RunHandle[StateT, UpdateT, CustomT]]:
        """Start several stateless runs with one request, and get hold of them. They are kept, as `start` does it.

        Args:
            payloads: The body of each run, `assistant_id` included.
            headers: Sent with this call only.
            timeout: Seconds for the call; None takes the client's.

        Returns:
            The handles of the runs, in the order of the payloads.

        Raises:
            TypeError: A payload has a field that is not known.
            NotFoundError: There is no such assistant, or the server has no batches.
        """
        created = await self._create_batch(
            "start_batch", payloads, defaults=LASTING, parse=followable_runs, headers=headers, timeout=timeout
        )
        return [RunHandle(self, run.thread_id, run.run_id, run) for run in created]

    def handle(self, thread_id: Id, run_id: Id) -> RunHandle[StateT, UpdateT, CustomT]:
        """Get hold of a run that was started elsewhere. Nothing is sent.

        Args:
            thread_id: The thread of the run.
            run_id: The run.

        Example:
            ```python
            state = await runs.handle(thread_id, run_id).join()
            ```
        """
        return RunHandle(self, thread_id, run_id)

    def as_completed(
        self,
        handles: Iterable[RunHandle[StateT, UpdateT, CustomT]],
        *,
        max_concurrency: int = MAX_CONCURRENCY,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> CompletedRuns[StateT, UpdateT, CustomT]:
        """Wait for several runs, and get each as soon as it is over. Nothing is sent before the first one is asked for.

        Args:
            handles: The runs, of any threads.
            max_concurrency: How many to wait for at a time. Where there are more runs, they take turns, so that
                none of them waits for another one to end.
            headers: Sent with each request.
            timeout: Seconds for all of them; None waits for as long as they take.

        Returns:
            The handles, each once, in the order in which their runs end, as an async iterator and a context manager
            that gives up what is left. Each handle knows how its run ended: `join` does not ask again, and `status`
            is fresh. A run that cannot be waited for, as the connection is lost, is given as well; `join` then does
            ask again.

        Raises:
            APITimeoutError: While iterating: some take longer than `timeout`.

        Example:
            ```python
            async with runs.as_completed(handles) as completed:
                async for handle in completed:
                    print(handle.status, await handle.join(raise_error=False))
            ```
        """
        return CompletedRuns(handles, max_concurrency=max_concurrency, headers=headers, timeout=timeout, refreshes=True)

    @overload
    async def join_all(
        self,
        handles: Iterable[RunHandle[StateT, UpdateT, CustomT]],
        *,
        return_exceptions: Literal[False] = False,
        max_concurrency: int = MAX_CONCURRENCY,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> list[StateT]: ...

    @overload
    async def join_all(
        self,
        handles: Iterable[RunHandle[StateT, UpdateT, CustomT]],
        *,
        return_exceptions: bool,
        max_concurrency: int = MAX_CONCURRENCY,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> list[StateT | RunsClientError]: ...

    async def join_all(
        self,
        handles: Iterable[RunHandle[StateT, UpdateT, CustomT]],
        *,
        return_exceptions: bool = False,
        max_concurrency: int = MAX_CONCURRENCY,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> list[Any]:
        """Wait for the states in which several runs end.

        Args:
            handles: The runs, of any threads.
            return_exceptions: Give an error in the place of the state of a run that failed or cannot be waited for.
                Otherwise the first one is raised, which ends the other waits, not the runs.
            max_concurrency: How many to wait for at a time. Where there are more runs, they take turns, so that
                none of them waits for another one to end.
            headers: Sent with each request.
            timeout: Seconds for all of them; None waits for as long as they take.

        Returns:
            The final states, in the order of the handles.

        Raises:
            RunFailedError: A run failed.
            APITimeoutError: Some take longer than `timeout`.

        Example:
            ```python
            handles = [await runs.start(thread_id, "agent", input=...) for thread_id in thread_ids]
            states = await runs.join_all(handles)
            ```
        """
        completed = CompletedRuns(
            handles, max_concurrency=max_concurrency, headers=headers, timeout=timeout, refreshes=False
        )
        return await joined_states(completed, return_exceptions=return_exceptions)
