"""A run's event stream, as an iterator of parts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Generic, cast

from typing_extensions import Self

from .._concurrency import Deadline
from .._errors import APIConnectionError, APITimeoutError
from .._parts import PartT_co, part_from_event
from .._resume import StreamProgress
from .._sse import EventStreamDecoder, ServerSentEvent
from .._text import TextReader
from ._caller import timed_out

if TYPE_CHECKING:
    from .._transports import AsyncStreamResponse, Request
    from ._caller import AsyncCaller

OnRunCreated = Callable[[str, "str | None"], object]
"""Called once with the run id and, unless the run is stateless, the thread id."""


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

    def __init__(
        self,
        caller: AsyncCaller,
        request: Request,
        progress: StreamProgress,
        *,
        on_run_created: OnRunCreated | None = None,
    ) -> None:
        self._caller = caller
        self._request = request
        self._progress = progress
        self._on_run_created = on_run_created
        self._deadline = Deadline(request.timeout)
        self._decoder = EventStreamDecoder()
        # Those of the last chunk; decoded as they are taken, so that a broken one does not hide those before it.
        self._events: Iterator[ServerSentEvent] = iter(())
        self._response: AsyncStreamResponse | None = None
        self._chunks: AsyncIterator[bytes] | None = None
        self._closed = False

    @property
    def run_id(self) -> str | None:
        """The run, known as soon as the stream is open."""
        return self._progress.run_id

    @property
    def thread_id(self) -> str | None:
        """The thread of the run; None for a stateless run on some servers."""
        return self._progress.thread_id

    @property
    def last_event_id(self) -> str | None:
        """The id of the last part that was delivered, to rejoin the stream with; None if parts have no ids."""
        return self._progress.last_event_id

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> PartT_co:
        try:
            while (event := next(self._events, None)) is None:
                if not await self._read():
                    raise StopAsyncIteration
            part = cast("PartT_co", part_from_event(event))
        except BaseException:
            await self.aclose()
            raise
        self._progress.delivered(event)
        return part

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
        if self._response is not None:
            response, self._response = self._response, None
            await response.aclose()

    async def text(self) -> AsyncIterator[str]:
        """Yield the new text of the model's messages, and nothing else.

        The stream mode must be `messages` or `messages-tuple`.

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

    async def _open(self) -> None:
        if self._response is not None or self._closed:
            return
        self._deadline = Deadline(self._request.timeout)
        self._response = await self._caller.open(self._request)
        self._chunks = self._response.__aiter__()
        self._progress.opened(self._response.headers)
        if self._on_run_created is not None and self._progress.run_id is not None:
            self._on_run_created(self._progress.run_id, self._progress.thread_id)

    async def _read(self) -> bool:
        """Take one chunk; False at the end of the stream."""
        await self._open()
        if self._closed or self._chunks is None:
            return False
        chunk = await self._next_chunk(self._chunks)
        if chunk is None:
            return False
        self._events = self._decoder.feed(chunk)
        return True

    async def _next_chunk(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        if self._response is not None and self._request.timeout is not None:
            if self._deadline.is_over():
                raise timed_out(self._request)
            self._response.idle_timeout = self._deadline.remaining()
        try:
            return await chunks.__anext__()
        except StopAsyncIteration:
            return None
        except APITimeoutError as error:
            raise timed_out(self._request) from error
        except APIConnectionError as error:
            raise self._progress.failed(error) from error
