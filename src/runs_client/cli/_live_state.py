"""The state of a run as it changes."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from .._parts import is_reserved
from ._printable import compact, one_line

_MOST_OF_A_VALUE = 240
"""Characters of a value that a terminal is shown; a pipe gets all of it."""


class State:
    """The last values, and what changed in them."""

    def __init__(self) -> None:
        self._values: Any = None
        self._changed: set[str] = set()

    def change(self, values: Any) -> None:
        """Take new values."""
        before, self._values = self._values, values
        if isinstance(values, dict):
            known = before if isinstance(before, dict) else {}
            self._changed = {key for key, value in values.items() if key not in known or known[key] != value}

    def lines(self, width: int, limit: int) -> list[Text]:
        """A line for each value, those that changed last in bold; no more than so many."""
        told = self._told()[: max(limit, 1)]
        column = max((len(name) for name, _ in told), default=0)
        return [
            Text.assemble((f"{name:{column}}", "bold cyan" if name in self._changed else "cyan"), "  ", value[:width])
            for name, value in told
        ]

    def whole(self) -> list[RenderableType]:
        """All values, each with as many lines as it takes."""
        told = self._told()
        if not told:
            return []
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(style="cyan", overflow="fold")
        grid.add_column(overflow="fold")
        for name, value in told:
            cut = value if len(value) <= _MOST_OF_A_VALUE else f"{value[:_MOST_OF_A_VALUE]}…"
            grid.add_row(Text(name), Text(cut))
        return [grid]

    def _told(self) -> list[tuple[str, str]]:
        if isinstance(self._values, dict):
            return [(one_line(key), compact(value)) for key, value in self._values.items() if not is_reserved(key)]
        return [] if self._values is None else [("state", compact(self._values))]
