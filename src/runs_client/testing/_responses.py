"""Answers that stay open while a run goes on."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable

import anyio
import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from ._store import Run

_NEVER = 10**9
"""Seconds. No value means this in all versions of sse-starlette: to older ones 0 is "at once, again and again"."""


class Connections:
    """Counts the connections that are attached to runs. Other threads may wait until there are none."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open = 0

    @property
    def open(self) -> int:
        """How many there are."""
        return self._open

    def add(self) -> None:
        """One more."""
        with self._changed:
            self._open += 1

    def remove(self) -> None:
        """One less."""
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until there are none; False where `timeout` seconds were not enough."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, timeout)


class OrjsonResponse(JSONResponse):
    """JSON without white space, as servers send it."""

    def render(self, content: object) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS)


class EventStream(EventSourceResponse):
    """The events of a run.

    Args:
        events: The events, each ready to be sent.
        heartbeat: Seconds between comments, or None for no comments.
        on_close: Called once, however the connection ends.
        headers: Further headers.
    """

    def __init__(
        self,
        events: AsyncIterable[bytes],
        *,
        heartbeat: float | None,
        on_close: Callable[[], None],
        headers: dict[str, str],
    ) -> None:
        super().__init__(
            events,
            ping=heartbeat or _NEVER,
            ping_message_factory=lambda: ServerSentEvent(comment="heartbeat"),
            headers=headers,
        )
        self._on_close = on_close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_close()


class Outcome(StreamingResponse):
    """What a run ends with, sent once it has ended.

    Args:
        body: White space, and at last JSON.
        on_close: Called once, however the connection ends.
        headers: Further headers.
    """

    def __init__(self, body: AsyncIterator[bytes], *, on_close: Callable[[], None], headers: dict[str, str]) -> None:
        super().__init__(body, media_type="application/json", headers=headers)
        self._on_close = on_close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._stop_on_disconnect, receive, tasks.cancel_scope)
                await self.stream_response(send)
                tasks.cancel_scope.cancel()
        finally:
            self._on_close()

    async def _stop_on_disconnect(self, receive: Receive, scope: anyio.CancelScope) -> None:
        await self.listen_for_disconnect(receive)
        scope.cancel()


async def outcome_of(run: Run, keep_alive: float | None) -> AsyncIterator[bytes]:
    """An empty line every `keep_alive` seconds while a run goes on, then what it ended with."""
    was_over = run.is_over
    while not run.is_over:
        with anyio.move_on_after(keep_alive):
            await run.ended.wait()
        if not run.is_over:
            yield b"\n"
    yield orjson.dumps(run.outcome() if was_over else run.result, option=orjson.OPT_NON_STR_KEYS)
