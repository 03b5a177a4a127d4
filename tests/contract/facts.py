"""What a contract has, as a set of sentences, so that two contracts can be compared however they are put together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from runs_client.spec._contract import COMPOSITIONS, Operation, operations, parameters, reference_of, resolve


def facts(contract: dict[str, Any]) -> set[str]:
    """A sentence for each operation, each parameter, each property of a body, and each value of an enumeration.

    Path parameters go by their place. Components have no names, and a list counts as its items.

    Example:
        `POST /threads/{}/runs request stream_mode = values`
    """
    return {fact for operation in operations(contract) for fact in _facts_of(contract, operation)}


def _facts_of(contract: dict[str, Any], operation: Operation) -> Iterator[str]:
    label = re.sub(r"\{.+?\}", "{}", operation.label)
    yield label
    for parameter in parameters(contract, operation):
        if parameter["in"] != "path":
            place = f"{label} {parameter['in']} {parameter['name']}"
            yield place
            yield from _facts_in(contract, parameter["schema"], place)
    for direction, body in _bodies(operation):
        for media_type in resolve(contract, body).get("content", {}).values():
            yield from _facts_in(contract, media_type.get("schema"), f"{label} {direction} ")


def _bodies(operation: Operation) -> Iterator[tuple[str, dict[str, Any]]]:
    if "requestBody" in operation.data:
        yield "request", operation.data["requestBody"]
    for status, response in operation.data["responses"].items():
        yield "response" if status.startswith("2") else "error", response


def _facts_in(contract: dict[str, Any], schema: Any, place: str, inside: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    reference = reference_of(schema)
    if reference in inside:
        return
    if reference is not None:
        inside, schema = (*inside, reference), resolve(contract, schema)
    for value in schema.get("enum", ()):
        yield f"{place} = {value}"
    for part in (schema.get("items"), *(part for keyword in COMPOSITIONS for part in schema.get(keyword, ()))):
        yield from _facts_in(contract, part, place, inside)
    for name, value in schema.get("properties", {}).items():
        inner = f"{place}{name}" if place.endswith(" ") else f"{place}.{name}"
        yield inner
        yield from _facts_in(contract, value, inner, inside)
