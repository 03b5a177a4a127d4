"""What shows a stream: a live view on a terminal, lines of JSON everywhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ._exit import note
from ._output import is_terminal, terminal, write_json

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._actions import Reconnect
    from .._async import RunStream


class View(Protocol):
    """Shows a stream, for as long as the block lasts."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, exc_type: type[BaseException] | None, /, *exc_info: object) -> None: ...

    def opened(self, stream: RunStream[Any]) -> None:
        """The run is known."""

    def show(self, part: Any) -> None:
        """A part has come."""

    def reconnecting(self, reconnect: Reconnect) -> None:
        """The connection has ended too early."""

    def finished(self, *, failed: bool) -> None:
        """The stream has come to its end."""


def make_view() -> View:
    """The view that suits the standard output."""
    if not is_terminal():
        return JsonLines()
    from ._live import LiveView

    return LiveView(terminal())


class JsonLines:
    """One JSON object a line, for programs."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None: ...

    def opened(self, stream: RunStream[Any]) -> None: ...

    def show(self, part: Any) -> None:
        event = getattr(part, "name", part.event)  # where this version does not know an event, its name is there
        write_json({"event": event, "data": part.data, "id": part.id, "namespace": part.namespace})

    def reconnecting(self, reconnect: Reconnect) -> None:
        note(f"rejoining the run in {reconnect.delay:.1f} s: {reconnect.reason}")

    def finished(self, *, failed: bool) -> None: ...
