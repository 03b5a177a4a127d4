"""The live view of a stream: what is over scrolls up; what goes on stays at the bottom and changes there."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text
from typing_extensions import Self

from .._parts import (
    CustomPart,
    EndPart,
    ErrorPart,
    MessagesPart,
    MessagesTuplePart,
    MetadataPart,
    TasksPart,
    UpdatesPart,
    ValuesPart,
)
from ._live_messages import OpenMessages
from ._live_state import State
from ._live_steps import Steps
from ._printable import compact, one_line

if TYPE_CHECKING:
    from .._actions import Reconnect
    from .._async import RunStream

_REFRESH_INTERVAL = 0.1
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_TOLD_ELSEWHERE = (MetadataPart, ErrorPart, EndPart)


class LiveView:
    """Shows a stream on a terminal.

    Args:
        console: The terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._steps = Steps()
        self._messages = OpenMessages()
        self._state = State()
        self._over: list[RenderableType] = []  # to be printed with the next refresh: each print redraws the view
        self._ending: tuple[str, str] | None = None  # until there is something that can end
        self._events = self._rejoins = 0
        self._began_at = self._refreshed_at = time.monotonic()
        self._ticking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._live.start()
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, /, *exc_info: object) -> None:
        assert self._ticking is not None
        self._ticking.cancel()
        with suppress(asyncio.CancelledError):
            await self._ticking
        if self._ending is not None:
            is_lost = exc_type is not None and issubclass(exc_type, Exception)
            glyph, style = ("✗ lost", "red") if is_lost else self._ending
            self._over += [*self._messages.close(), *self._state.whole(), Text(f"{glyph} {self._counts()}", style)]
        self._refresh()
        self._live.stop()

    def opened(self, stream: RunStream[Any]) -> None:
        """The run is known."""
        self._ending = ("■ left", "yellow")
        self._over.append(Text(f"run {one_line(str(stream.run_id))}", "bold"))
        if stream.thread_id is not None:
            self._over.append(Text(f"thread {one_line(stream.thread_id)}", "dim"))

    def show(self, part: Any) -> None:
        """A part has come."""
        self._events += 1
        if isinstance(part, (MessagesTuplePart, MessagesPart)):
            self._over += self._messages.add(part)
        elif isinstance(part, (TasksPart, UpdatesPart)):
            self._over += self._steps.add(part)
        elif isinstance(part, ValuesPart):
            self._over += self._messages.close()
            if not part.namespace:
                self._state.change(part.data)
        elif not isinstance(part, _TOLD_ELSEWHERE):
            name = "" if isinstance(part, CustomPart) else f"{one_line(getattr(part, 'name', part.event))} "
            self._over.append(Text(f"· {name}{compact(part.data)}", "dim", no_wrap=True, overflow="ellipsis"))
        if time.monotonic() - self._refreshed_at > _REFRESH_INTERVAL:
            self._refresh()

    def reconnecting(self, reconnect: Reconnect) -> None:
        """The connection has ended too early."""
        self._rejoins += 1
        self._over.append(Text(f"↻ rejoining in {reconnect.delay:.1f} s: {one_line(reconnect.reason)}", "yellow"))

    def finished(self, *, failed: bool) -> None:
        """The stream has come to its end."""
        self._ending = ("✗ failed", "red") if failed else ("✓ done", "green")

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH_INTERVAL)
            self._refresh()

    def _refresh(self) -> None:
        over, self._over = self._over, []
        with self._console:  # one write for both, so that nothing flickers
            if over:
                self._console.print(Group(*over))
            self._live.update(self._frame(), refresh=True)
        self._refreshed_at = time.monotonic()

    def _frame(self) -> RenderableType:
        """What stays at the bottom: never more lines than the terminal has."""
        width, height = self._console.size
        status = Text.assemble(_SPINNER[int(time.monotonic() * 10) % len(_SPINNER)], " ", (self._counts(), "dim"))
        status.truncate(width - len("^C"), overflow="ellipsis")  # behind it stands what is typed meanwhile
        running = self._steps.lines(height // 4)
        state = self._state.lines(width, height // 2 - len(running))
        messages = self._messages.lines(self._console, width, height - 2 - len(running) - len(state))
        lines = [*messages, *running, *state, status]
        for line in lines:
            line.no_wrap, line.overflow = True, "ellipsis"
        return Group(*lines)

    def _counts(self) -> str:
        told = [f"{time.monotonic() - self._began_at:.1f} s", _count(self._events, "event")]
        if self._steps.done:
            told.append(_count(self._steps.done, "step"))
        if self._rejoins:
            told.append(_count(self._rejoins, "rejoin"))
        return ", ".join(told)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
