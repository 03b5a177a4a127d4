"""A run's event stream, as an iterator of parts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Container, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, cast, overload

from typing_extensions import Self

from .._actions import Action, AskFailure, AskStatus, Finish, Gap, Reconnect, Rejoin
from .._concurrency import Deadline, async_resolve, async_sleep, shortest
from .._dialects import FROM_THE_START
from .._errors import APIConnectionError, DataDecodeError, RunsClientError, run_failed
from .._idle import IdleTimeout, IdleWatch
from .._logging import log_rejoin, log_run_created
from .._parts import (
    ControlPart,
    CustomPart,
    CustomT,
    ErrorPart,
    Part,
    PartT_co,
    PlainPart,
    StateT,
    UpdatesPart,
    UpdateT,
    ValuesPart,
    is_of_mode,
)
from .._responses import is_about_a_gone_run
from .._sse import EventStreamDecoder, ServerSentEvent
from .._text import TextReader
from .._transports._failures import timed_out

if TYPE_CHECKING:
    from .._collect import StreamResult
    from .._transports import AsyncStreamResponse
    from ._source import StreamSource

OnRunCreated = Callable[[str, "str | None"], object]
"""Called once with the run id and, unless the run is stateless, the thread id."""

_PATIENCE_AFTER_THE_END = 2.0
"""Seconds that the server may take to end the connection after the last event."""

OnReconnect = Callable[[Reconnect], object]
"""Called before a stream is rejoined because its connection ended too early."""


class RunStream(Generic[PartT_co]):
    """The parts of a run as they happen: an async iterator, and a context manager that closes the connection.

    Nothing is sent before the first `async for` or `async with`. `RunsClient.stream` and
    `RunsClient.join_stream` make streams.

    Example:
        ```python
        async with runs.stream(thread_id, "agent", input={"question": "?"}) as stream:
            print(stream.run_id)
            async for part in stream:
                print(part.event, part.data)
        ```
    """

    __slots__ = (
        "__weakref__",
        "_arrived_at",
        "_asked_at",
        "_broke_off",
        "_chunks",
        "_closed",
        "_decoder",
        "_events",
        "_failure",
        "_heartbeats",
        "_last_wait",
        "_modes",
        "_on_reconnect",
        "_on_run_created",
        "_part_from_event",
        "_response",
        "_resumption",
        "_source",
        "_watch",
    )

    def __init__(
        self,
        source: StreamSource,
        part_from_event: Callable[[ServerSentEvent], PartT_co],
        *,
        idle_timeout: IdleTimeout,
        on_run_created: OnRunCreated | None,
        on_reconnect: OnReconnect | None,
        modes: Container[str] | None = None,
    ) -> None:
        self._source = source
        self._resumption = source.resumption
        self._on_run_created = on_run_created
        self._on_reconnect = on_reconnect
        self._watch = IdleWatch(idle_timeout)
        self._decoder = EventStreamDecoder()
        # Those of the last chunk; decoded as they are taken, so that a broken one does not hide those before it.
        self._events: Iterator[ServerSentEvent] = iter(())
        self._part_from_event = part_from_event
        self._modes = modes  # not every server leaves out the others
        self._failure: ErrorPart | None = None
        self._response: AsyncStreamResponse | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._asked_at = self._arrived_at = 0.0
        self._heartbeats = 0
        self._last_wait: Deadline | None = None
        self._closed = False
        self._broke_off = False

    @property
    def run_id(self) -> str | None:
        """The run, known as soon as the stream is open."""
        return self._resumption.run_id

    @property
    def thread_id(self) -> str | None:
        """The thread of the run; None where the server does not tell that of a stateless run."""
        return self._resumption.thread_id

    @property
    def last_event_id(self) -> str | None:
        """The id of the last part that was delivered; None if it had none. To come back, `resume_from` is safer."""
        return self._resumption.last_event_id

    @property
    def resume_from(self) -> str | None:
        """What to give `join_stream` as `last_event_id`, so that nothing is missed.

        Ids are not unique, and a server leaves out all events that have the id it is given. So this is an id whose
        events were all delivered; those that share the last one may come again.
        """
        return self._resumption.resume_from

    @property
    def status(self) -> str | None:
        """The run's status, where the stream's end told it."""
        return self._resumption.status

    @property
    def reconnects(self) -> int:
        """How often the stream was rejoined because its connection had ended too early."""
        return self._resumption.reconnects

    @property
    def gaps(self) -> list[Gap]:
        """Where parts may be missing. Only with `resume="best-effort"`: `"exact"` raises instead."""
        return list(self._resumption.gaps)

    def __getstate__(self) -> object:
        raise TypeError("streams cannot be pickled: keep thread_id, run_id and last_event_id instead")

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PartT_co:
        try:
            while True:
                for event in self._events:
                    verdict = self._resumption.received(event)
                    if verdict is True:
                        if self._modes is None or is_of_mode(event, self._modes):
                            return self._part_from_event(event)
                    elif verdict is not False:
                        self._events = iter(())
                        await self._carry_out(verdict)
                        break
                else:
                    if not await self._advance():
                        break
                    if self._failure is not None:
                        failure, self._failure = self._failure, None
                        return cast("PartT_co", failure)
        except DataDecodeError:
            raise  # nothing is wrong with the stream: who iterates on gets the parts after it
        except BaseException:
            self._broke_off = True
            await self.aclose()
            raise
        if self._broke_off:  # to stop here would look like the end of the run
            raise self._resumption.interrupted("an error or a cancellation has closed it, and it was read on")
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connection. What the run does then is up to its `on_disconnect`."""
        self._closed = True
        self._events = iter(())
        await self._disconnect()

    async def text(self) -> AsyncIterator[str]:
        """Yield the new text of the model's messages, and nothing else.

        The stream mode must be `messages` or `messages-tuple`.

        Raises:
            RunFailedError: The run failed.

        Example:
            ```python
            async for text in runs.stream(thread_id, "chat", input=..., stream_mode="messages-tuple").text():
                print(text, end="")
            ```
        """
        reader = TextReader()
        async for part in self:
            if text := reader.read(part):
                yield text
            elif isinstance(part, ErrorPart):
                raise self._run_failed(part.data)

    @overload
    async def until_done(
        self: RunStream[ValuesPart[StateT] | ControlPart], *, raise_error: bool = True
    ) -> StreamResult[StateT]: ...

    @overload
    async def until_done(
        self: RunStream[UpdatesPart[UpdateT] | ControlPart], *, raise_error: bool = True
    ) -> StreamResult[Any, UpdateT]: ...

    @overload
    async def until_done(
        self: RunStream[CustomPart[CustomT] | ControlPart], *, raise_error: bool = True
    ) -> StreamResult[Any, Any, CustomT]: ...

    @overload
    async def until_done(self: RunStream[PlainPart], *, raise_error: bool = True) -> StreamResult: ...

    @overload
    async def until_done(
        self: RunStream[Part[StateT, UpdateT, CustomT]], *, raise_error: bool = True
    ) -> StreamResult[StateT, UpdateT, CustomT]: ...

    async def until_done(self: RunStream[Any], *, raise_error: bool = True) -> StreamResult[Any, Any, Any]:
        """Read the stream to its end, and collect what is still to come.

        Args:
            raise_error: Raise when the run fails; otherwise the result tells its `error`, and has what came before.

        Returns:
            The last values, the messages put together from their chunks, the updates of each node, the custom data.

        Raises:
            RunFailedError: The run failed.

        Example:
            ```python
            result = await runs.stream(thread_id, "chat", input=..., stream_mode=["values", "updates"]).until_done()
            print(result.values, result.updates)
            ```
        """
        from .._collect import Collector  # most streams are iterated over

        collector = Collector()
        async with self:
            async for part in self:
                collector.add(part)
        if raise_error and collector.error is not None:
            raise self._run_failed(collector.error)
        return collector.result(
            thread_id=self.thread_id, run_id=self.run_id, status=self.status, gaps=self._resumption.gaps
        )

    def _run_failed(self, failure: Any) -> RunsClientError:
        return run_failed(failure, thread_id=self.thread_id, run_id=self.run_id)

    async def _open(self) -> None:
        if self._chunks is not None or self._closed:
            return
        try:
            self._source.deadline = Deadline(self._source.first.timeout)
            if self._source.creates_only:
                await self._source.create()
                await self._tell_run_created()
                await self._carry_out(Rejoin(FROM_THE_START))
            else:
                await self._connected(await self._source.open(self._watch.timeout), None)
                await self._tell_run_created()
        except BaseException:
            await self.aclose()
            raise

    async def _tell_run_created(self) -> None:
        if self.run_id is None or self._source.first.method != "POST":
            return
        log_run_created(self.thread_id, self.run_id)
        if self._on_run_created is not None:
            await async_resolve(self._on_run_created(self.run_id, self.thread_id))

    async def _connected(self, response: AsyncStreamResponse, last_event_id: str | None) -> None:
        if self._closed:  # by another task, in the meantime
            await response.aclose()
            return
        self._response = response
        self._chunks = response.__aiter__()
        seed = None if last_event_id == FROM_THE_START else last_event_id
        self._decoder = EventStreamDecoder(last_event_id=seed)
        self._heartbeats = 0
        self._arrived_at = 0.0
        self._watch.opened()
        self._resumption.opened(response.headers)

    async def _disconnect(self) -> None:
        chunks, self._chunks = self._chunks, None
        response, self._response = self._response, None
        if response is not None:
            await response.aclose()
        del chunks

    async def _advance(self) -> bool:
        """Take one chunk, or do what its absence calls for; False at the end of the stream."""
        if self._chunks is None:
            await self._open()
        if self._closed or self._chunks is None:
            return False
        try:
            self._limit_silence()
            self._asked_at = time.monotonic()
            chunk = await self._chunks.__anext__()
            self._arrived_at = time.monotonic()
        except StopAsyncIteration:
            return not self._closed and await self._carry_out(self._interrupted(None))
        except APIConnectionError as error:
            if self._closed:  # by another task
                return False
            if self._source.deadline.is_over():
                raise timed_out(self._source.first) from error
            return await self._carry_out(self._interrupted(error))
        if self._closed:
            return False
        self._events = self._decoder.feed(chunk)
        return True

    def _limit_silence(self) -> None:
        """Say how long the next chunk may take, given the one before it."""
        assert self._response is not None
        comments = self._decoder.comments
        if self._arrived_at:
            self._watch.received(comments - self._heartbeats, asked_at=self._asked_at, now=self._arrived_at)
        self._heartbeats = comments
        limit = self._watch.timeout
        if self._resumption.is_over:
            self._last_wait = self._last_wait or Deadline(_PATIENCE_AFTER_THE_END)
            limit = self._last_wait.remaining()
        remaining = self._source.deadline.remaining()
        if remaining is not None:
            if not remaining:
                raise timed_out(self._source.first)
            limit = shortest(limit, remaining)
        self._response.idle_timeout = limit

    def _interrupted(self, error: APIConnectionError | None) -> Action:
        if self._decoder.retry is not None:
            self._resumption.retry(self._decoder.retry)
        return self._resumption.ended() if error is None else self._resumption.failed(error)

    async def _carry_out(self, action: Action) -> bool:
        """Do what the resumption decided, until there is something to read; False at the end of the stream."""
        await self._disconnect()
        while not self._closed:
            try:
                if isinstance(action, Finish):
                    self._closed = True
                    return False
                if isinstance(action, AskStatus):
                    action = self._resumption.run_status(await self._source.status())
                elif isinstance(action, AskFailure):
                    await self._fetch_failure()
                    return True
                else:
                    await self._before_rejoin(action)
                    response = await self._source.rejoin(action.last_event_id)
                    await self._connected(response, action.last_event_id)
                    if self._resumption.needs_witness:
                        self._resumption.seen(await self._source.status())
                    return not self._closed
            except RunsClientError as error:
                await self._disconnect()
                if self._source.deadline.is_over():
                    raise timed_out(self._source.first) from error
                action = self._resumption.failed(error)
        return False

    async def _before_rejoin(self, action: Rejoin) -> None:
        if action.reason is not None:
            log_rejoin(
                self.thread_id,
                self.run_id,
                action.reason,
                status=action.status,
                attempt=self.reconnects,
                delay=action.delay,
                last_event_id=action.last_event_id,
            )
            if self._on_reconnect is not None:
                reconnect = Reconnect(self.thread_id, self.run_id, self.last_event_id, action.reason, action.delay)
                await async_resolve(self._on_reconnect(reconnect))
        remaining = self._source.deadline.remaining()
        await async_sleep(action.delay if remaining is None else min(action.delay, remaining))
        if self._source.deadline.is_over():
            raise timed_out(self._source.first)

    async def _fetch_failure(self) -> None:
        """The `error` event is lost, but the run still knows what it failed with."""
        failure = await self._source.failure()
        if failure is None or is_about_a_gone_run(failure):
            raise self._resumption.interrupted("the run failed, and what it failed with cannot be found out")
        self._failure = ErrorPart(failure)
        self._closed = True
