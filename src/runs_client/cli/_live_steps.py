"""The steps of a run with the time that each took."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from .._parts import TasksPart, UpdatesPart, is_reserved
from ._printable import one_line

# The official server's event ids begin with the time in milliseconds. They tell how long a step took even where its
# events come all at once, as after a reconnect.
_TIME_IN_ID = re.compile(r"(\d{13})-\d+")


@dataclass(frozen=True)
class _Moment:
    """When an event came, and when it was sent, if its id tells that."""

    sent: float | None = None
    came: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, part: Any) -> _Moment:
        found = _TIME_IN_ID.fullmatch(part.id or "")
        return cls(int(found[1]) / 1000 if found else None)

    def since(self, earlier: _Moment) -> float:
        if self.sent is not None and earlier.sent is not None:
            return self.sent - earlier.sent
        return self.came - earlier.came


@dataclass(frozen=True)
class _Running:
    name: str
    began: _Moment


class Steps:
    """Follows the steps of a run, from `tasks` events or, where there are none, from `updates`.

    Attributes:
        done: How many are over.
    """

    def __init__(self) -> None:
        self.done = 0
        self._running: dict[str, _Running] = {}
        self._has_tasks = False
        self._last = _Moment()

    def add(self, part: TasksPart | UpdatesPart) -> list[Text]:
        """Take an event.

        Returns:
            A line for each step that is over.
        """
        now, data = _Moment.of(part), part.data
        lines = []
        if isinstance(part, TasksPart) and isinstance(data, dict):
            self._has_tasks = True
            lines = self._task(data, _name(str(data.get("name")), part.namespace), now)
        elif not self._has_tasks and isinstance(data, dict):
            nodes = [_name(node, part.namespace) for node in data if not is_reserved(node)]
            lines = [_over("✓", "green", node, now.since(self._last)) for node in nodes]
        self._last = now
        self.done += len(lines)
        return lines

    def lines(self, limit: int) -> list[Text]:
        """Those that are going on: a line each, and no more than so many."""
        now = _Moment()
        running = [*self._running.values()][: max(limit, 1)]
        return [Text.assemble(("▸ ", "cyan"), step.name, f"  {now.came - step.began.came:.1f} s") for step in running]

    def _task(self, task: dict[str, Any], name: str, now: _Moment) -> list[Text]:
        task_id = str(task.get("id"))
        if "result" not in task and "error" not in task:
            self._running[task_id] = _Running(name, now)
            return []
        step = self._running.pop(task_id, None)
        took = None if step is None else now.since(step.began)
        if task.get("error"):
            return [_over("✗", "red", name, took)]
        return [_over("?", "yellow", name, took) if task.get("interrupts") else _over("✓", "green", name, took)]


def _name(node: str, namespace: tuple[str, ...]) -> str:
    """A node with the subgraphs that it is in: `research/researcher`."""
    return one_line("/".join([*(level.partition(":")[0] for level in namespace), node]))


def _over(glyph: str, style: str, name: str, took: float | None) -> Text:
    return Text.assemble((f"{glyph} ", style), name, ("" if took is None else f"  {took:.2f} s", "dim"))
