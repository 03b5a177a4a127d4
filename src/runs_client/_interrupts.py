"""What a run asks a human, read from the state it stopped with. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._parts import UpdatesPart, ValuesPart

_KEY = "__interrupt__"


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A question that a run stopped for.

    Attributes:
        value: What the graph asks.
        id: Names the question where there are several: `resume` then takes an object of answers by id. None on
            servers that do not send it.
        additional_properties: What else the server says of it, as `response_schema`, or `ns` on older ones.
    """

    value: Any
    id: str | None = None
    additional_properties: Mapping[str, Any] = field(default_factory=dict)


def interrupts_of(source: object) -> list[Interrupt]:
    """The open questions in a part or in a state; none where there is nothing of the kind.

    Args:
        source: A `ValuesPart` or an `UpdatesPart`, or the state that `wait` or `join` gave.

    Example:
        >>> interrupts_of({"draft": "...", "__interrupt__": [{"value": "Send it?", "id": "1"}]})
        [Interrupt(value='Send it?', id='1', additional_properties={})]
    """
    data = source.raw if isinstance(source, (ValuesPart, UpdatesPart)) else source
    found = data.get(_KEY) if isinstance(data, Mapping) else None
    interrupts: list[Interrupt] = []
    for item in found if isinstance(found, list) else ():
        interrupt = _interrupt(item)
        if interrupt.id is None or interrupt not in interrupts:  # a state may name one twice
            interrupts.append(interrupt)
    return interrupts


def _interrupt(item: Any) -> Interrupt:
    if not isinstance(item, Mapping) or "value" not in item:
        return Interrupt(item)
    others = {name: value for name, value in item.items() if name not in ("value", "id")}
    given = item.get("id")
    return Interrupt(item["value"], given if isinstance(given, str) else None, others)
