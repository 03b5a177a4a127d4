"""All that a stream brought, in one result. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic

from ._actions import Gap
from ._interrupts import Interrupt, interrupts_of
from ._messages import Messages
from ._parts import (
    CustomPart,
    CustomT,
    ErrorPart,
    MessagesPart,
    MessagesTuplePart,
    StateT,
    UpdatesPart,
    UpdateT,
    ValuesPart,
    is_reserved,
)


@dataclass(frozen=True)
class StreamResult(Generic[StateT, UpdateT, CustomT]):
    """What a stream brought until its end. What its stream modes do not include is empty here.

    Values, updates and custom data of subgraphs are left out; messages come from everywhere.

    Attributes:
        thread_id: The thread of the run, if it is known.
        run_id: The run.
        status: The run's status, where the stream's end told it.
        values: The last state.
        messages: The chat messages, each put together from its chunks, in the order in which they began.
        interrupts: What the run asks a human, if it stopped for that.
        updates: What each node changed, in order.
        custom: The custom data, in order.
        error: What the run failed with, if it did: `error` and `message`.
        gaps: Where parts may be missing, with `resume="best-effort"`.
    """

    thread_id: str | None
    run_id: str | None
    status: str | None
    values: StateT | None
    interrupts: list[Interrupt]
    messages: list[dict[str, Any]]
    updates: dict[str, list[UpdateT]]
    custom: list[CustomT]
    error: Any
    gaps: list[Gap]


class Collector:
    """Takes the parts of a stream, one after the other.

    Attributes:
        error: What the run failed with; None while it did not.
    """

    def __init__(self) -> None:
        self.error: Any = None
        self._values: Any = None
        self._interrupts: list[Interrupt] = []
        self._messages = Messages()
        self._updates: dict[str, list[Any]] = {}
        self._custom: list[Any] = []

    def add(self, part: Any) -> None:
        """Keep what this part adds."""
        if isinstance(part, MessagesTuplePart):
            if isinstance(part.data, list) and part.data:
                self._messages.add(part.data[0], may_be_a_piece=True)
        elif isinstance(part, MessagesPart):
            if isinstance(part.data, list):
                for message in part.data:
                    self._messages.add(message)
        elif isinstance(part, ErrorPart):
            self.error = part.data
        elif not part.namespace:
            self._add_of_the_graph(part)

    def _add_of_the_graph(self, part: Any) -> None:
        if isinstance(part, ValuesPart):
            self._add_state(part)
        elif isinstance(part, CustomPart):
            self._custom.append(part.data)
        elif isinstance(part, UpdatesPart) and isinstance(part.data, dict):
            self._add_interrupts(interrupts_of(part))
            for node, update in part.data.items():
                if not is_reserved(node):
                    ran = update if isinstance(update, list) else [update]  # a list where it ran several times
                    self._updates.setdefault(node, []).extend(item for item in ran if item is not None)

    def _add_state(self, part: ValuesPart[Any]) -> None:
        # Where several questions are asked, some servers send a part for each, and in some only that.
        found = interrupts_of(part)
        if not found:
            self._interrupts = []
        self._add_interrupts(found)
        if not found or not all(map(is_reserved, part.raw)):
            self._values = part.data

    def _add_interrupts(self, found: list[Interrupt]) -> None:
        self._interrupts += [item for item in found if item not in self._interrupts]

    def result(
        self, *, thread_id: str | None, run_id: str | None, status: str | None, gaps: Iterable[Gap]
    ) -> StreamResult[Any, Any, Any]:
        """All of it, with what the stream knows itself."""
        return StreamResult(
            thread_id=thread_id,
            run_id=run_id,
            status=status,
            values=self._values,
            interrupts=self._interrupts,
            messages=self._messages.merged(),
            updates=self._updates,
            custom=self._custom,
            error=self.error,
            gaps=list(gaps),
        )
