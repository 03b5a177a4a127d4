"""What schemas mean, however they are written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ._contract import ANNOTATIONS
from ._nodes import Node

View: TypeAlias = tuple[Node, ...]
"""Schemas that hold together, as the parts of an `allOf` do. Where there is none, anything goes."""

TYPES = ("array", "boolean", "null", "number", "object", "string")
NOTES = ("default", "deprecated")
KEYWORDS_WITHOUT_EFFECT = ANNOTATIONS | {*NOTES}

# Keywords whose values can be told tighter or looser.
LIMITS = {
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "uniqueItems",
}


@dataclass(frozen=True)
class Facet:
    """One thing that a schema says, and where."""

    value: Any
    node: Node


@dataclass(frozen=True)
class Property:
    """A property of an object."""

    view: View
    node: Node
    required: bool


@dataclass(frozen=True)
class Variant:
    """Values of one type that a schema accepts.

    Attributes:
        type: The type; integers are numbers with the facet `integer`.
        node: Where it is described.
        values: The only values, by their JSON text; None where there are others.
        known: Values that are named though others are accepted.
        facets: Limits, patterns, formats and the like, by keyword.
        properties: The properties of an object.
        parts: The schemas inside: of the items, of further properties, of what a string holds.
    """

    type: str
    node: Node
    values: Mapping[str, Facet] | None = None
    known: Mapping[str, Facet] = field(default_factory=dict)
    facets: Mapping[str, Facet] = field(default_factory=dict)
    properties: Mapping[str, Property] = field(default_factory=dict)
    parts: Mapping[str, View] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether it says nothing but its type and, at most, the values."""
        return not (self.facets or self.properties or self.parts)

    @property
    def is_unlimited(self) -> bool:
        """Whether it says nothing but its type."""
        return self.is_plain and self.values is None


@dataclass(frozen=True)
class Shape:
    """What a schema accepts.

    Attributes:
        site: Where it is used.
        node: Where it is described, which may be a component.
        variants: For each type that is accepted, the variants.
        notes: `default` and `deprecated`, where they are given.
    """

    site: Node
    node: Node
    variants: Mapping[str, list[Variant]]
    notes: Mapping[str, Facet]

    @property
    def is_nothing(self) -> bool:
        """Whether no value is accepted."""
        return not self.variants

    @property
    def is_anything(self) -> bool:
        """Whether all values are accepted."""
        variants = [variant for found in self.variants.values() for variant in found]
        return len(variants) == len(TYPES) and all(variant.is_unlimited for variant in variants)


def key_of(value: Any) -> str:
    """The JSON text of a value: `1` and `true` are equal in Python."""
    return json.dumps(value, sort_keys=True, default=str)


def tightness(keyword: str, value: Any) -> Any:
    """A number for a limit: the larger, the fewer values pass."""
    if keyword in ("minimum", "maximum"):
        limit, exclusive = value
        return (limit if keyword == "minimum" else -limit, exclusive)
    return -value if keyword.startswith("max") else value
