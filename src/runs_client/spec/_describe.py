"""Schemas and places in a few words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._nodes import Node
from ._schemas import Shape, Variant
from ._shapes import Shapes

_PARTS = {"items": "[]", "additionalProperties": ".*", "contentSchema": ""}
_DEPTH = 3  # of lists within lists


def types_in_words(shape: Shape) -> str:
    """The types that a schema accepts, as `integer | null`."""
    return _one_of(shape, [_type(variant) for variants in shape.variants.values() for variant in variants])


def shape_in_words(shapes: Shapes, shape: Shape, depth: int = _DEPTH) -> str:
    """What a schema accepts, as `array of ("values" | "updates")` or `string (uuid)`.

    Args:
        shapes: The shapes of its document.
        shape: What it accepts.
        depth: How many lists within lists are told.
    """
    found = [variant for variants in shape.variants.values() for variant in variants]
    return _one_of(shape, [variant_in_words(shapes, variant, depth) for variant in found])


def variant_in_words(shapes: Shapes, variant: Variant, depth: int = _DEPTH) -> str:
    """What one variant accepts, in the same way."""
    if variant.values is not None:
        return " | ".join(variant.values)
    words = _type(variant)
    if "format" in variant.facets:
        words += f" ({variant.facets['format'].value})"
    items = variant.parts.get("items")
    if items and depth:
        inner = shape_in_words(shapes, shapes.of(items, variant.node), depth - 1)
        words += f" of ({inner})" if " | " in inner else f" of {inner}"
    return words


def _one_of(shape: Shape, words: Iterable[str]) -> str:
    if shape.is_anything:
        return "anything"
    return " | ".join(sorted(dict.fromkeys(words), key="null".__eq__)) or "nothing"


def _type(variant: Variant) -> str:
    return "integer" if "integer" in variant.facets else variant.type


def place_in_words(node: Node) -> str:
    """Where something stands, as `Run.status`, `body.config.tags[]` or `query parameter limit`.

    It is not unique: an alternative of a schema is called like the schema.
    """
    words, here, keys = "", Node.top(node.document), node.keys
    while keys:
        word, count = _step_in_words(here, keys)
        words, here, keys = words + word, here.at(*keys[:count]), keys[count:]
    return words.strip() or "operation"


def _step_in_words(here: Node, keys: tuple[Any, ...]) -> tuple[str, int]:
    """The first keys of a way in words, and how many they are."""
    match keys:
        case ("components", "schemas", name, *_):
            return str(name), 3
        case ("parameters", which, *_):
            parameter = here.at("parameters", which).followed()
            return f"{parameter.get('in')} parameter {parameter.get('name')}", 2
        case ("responses", status, *_):
            return f"response {status}", 2
        case ("headers", name, *_):
            return f" header {name}", 2
        case ("requestBody", *_):
            return "body", 1
        case ("requestBodies", _, *_):
            return "body", 2
        case ("properties", name, *_):
            return f".{name}", 2
        case ("paths" | "content" | "allOf" | "anyOf" | "oneOf", _, *_):
            return "", 2
    return _PARTS.get(keys[0], ""), 1
