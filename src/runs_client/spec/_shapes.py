"""Resolves schemas into shapes.

`$ref`, `allOf`, `anyOf`, `oneOf`, `nullable`, lists of types, `enum` and `const` become the variants of each type that
are accepted. So schemas that mean the same get shapes that are alike, however they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from ._contract import ContractError
from ._nodes import Node
from ._schema_keywords import own_variants
from ._schemas import (
    KEYWORDS_WITHOUT_EFFECT,
    LIMITS,
    NOTES,
    TYPES,
    Facet,
    Property,
    Shape,
    Variant,
    View,
    key_of,
    tightness,
)

T = TypeVar("T")


class Shapes:
    """The shapes of the schemas of one document."""

    def __init__(self) -> None:
        self._known: dict[tuple[View, Node], Shape] = {}

    def of(self, view: View, at: Node) -> Shape:
        """The shape of a schema.

        Args:
            view: The schema.
            at: What it is a part of: its place, where there is no schema.

        Raises:
            ContractError: It has a `$ref` that leads nowhere or in a circle, or is no schema.
        """
        if (view, at) not in self._known:
            accepted = _anything(at)
            notes: dict[str, Facet] = {}
            for node in view:
                variants = _variants(node, frozenset())
                if variants is None:
                    raise ContractError(f"the schema at {node.pointer} leads in a circle")
                accepted = _both(accepted, variants)
                notes = {**_notes(node, frozenset()), **notes}
            site = view[0] if view else at
            place = _place(site)
            self._known[view, at] = Shape(site, place, _by_type(accepted, place), notes)
        return self._known[view, at]


def _anything(node: Node) -> list[Variant]:
    return [Variant(name, node) for name in TYPES]


def _place(node: Node) -> Node:
    """Where a schema is described: where its `$ref` or its only part leads, unless it says more itself."""
    passed: set[Node] = set()
    while node not in passed and isinstance(node.data, dict):
        passed.add(node)
        beside = node.data.keys() - KEYWORDS_WITHOUT_EFFECT
        target = node.target()
        if target is not None and beside == {"$ref"}:
            node = target
        elif beside == {"allOf"} and len(node.get("allOf")) == 1:
            node = node.at("allOf", 0)
    return node


def _variants(node: Node, passed: frozenset[Node]) -> list[Variant] | None:
    """The variants of a schema; None where it only leads back to one of those that were passed."""
    if node in passed:
        return None
    if node.data is False:
        return []
    if node.data is True:
        return _anything(node)
    if not isinstance(node.data, dict):
        raise ContractError(f"{node.pointer} is no schema")
    passed |= {node}
    found = own_variants(node)
    target = node.target()
    if target is not None:
        referenced = _variants(target, passed)
        if referenced is None:
            return None
        found = _both(found, referenced)
    for node_part in node.items("allOf"):
        part = _variants(node_part, passed)
        if part is not None:
            found = _both(found, part)
    for keyword in ("anyOf", "oneOf"):
        branches = [_variants(branch, passed) for branch in node.items(keyword)]
        if branches:
            told = [branch for branch in branches if branch is not None]
            if not told:
                return None
            found = _both(found, [variant for branch in told for variant in branch])
    if node.get("nullable") is True:
        found = [*found, Variant("null", node)]
    return found


def _notes(node: Node, passed: frozenset[Node]) -> dict[str, Facet]:
    """What is noted at a schema, or else where it leads."""
    if node in passed or not isinstance(node.data, dict):
        return {}
    passed |= {node}
    notes: dict[str, Facet] = {}
    target = node.target()
    for part in [*([] if target is None else [target]), *node.items("allOf")]:
        notes = {**_notes(part, passed), **notes}
    own = {name: Facet(node.get(name), node) for name in NOTES if node.has(name)}
    return {name: facet for name, facet in {**notes, **own}.items() if name == "default" or facet.value is True}


def _both(first: list[Variant], second: list[Variant]) -> list[Variant]:
    """What two schemas accept both."""
    pairs = ((one, other) for one in first for other in second if one.type == other.type)
    return [variant for one, other in pairs if (variant := _meet(one, other)).values != {}]


def _meet(one: Variant, other: Variant) -> Variant:
    """Values that two variants of one type accept both."""
    if one.is_unlimited:
        return other
    if other.is_unlimited:
        return one
    values = one.values if other.values is None else other.values
    if one.values is not None and other.values is not None:
        values = {key: facet for key, facet in one.values.items() if key in other.values}
    return Variant(
        one.type,
        one.node,
        values=values,
        facets=_merged(one.facets, other.facets, _tighter),
        properties=_merged(one.properties, other.properties, _same_property),
        parts=_merged(one.parts, other.parts, _together),
    )


def _merged(one: Mapping[str, T], other: Mapping[str, T], merge: Callable[[str, T, T], T]) -> dict[str, T]:
    shared = {name: merge(name, one[name], other[name]) for name in one if name in other}
    return {**one, **other, **shared}


def _tighter(keyword: str, one: Facet, other: Facet) -> Facet:
    if keyword in LIMITS:
        return max(one, other, key=lambda facet: tightness(keyword, facet.value))
    return one if key_of(one.value) == key_of(other.value) else Facet([one.value, other.value], one.node)


def _same_property(_name: str, one: Property, other: Property) -> Property:
    node = one.node if one.view else other.node
    return Property(_together(_name, one.view, other.view), node, one.required or other.required)


def _together(_name: str, one: View, other: View) -> View:
    return (*one, *(node for node in other if node not in one))


def _by_type(variants: list[Variant], place: Node) -> dict[str, list[Variant]]:
    found = {}
    for name in TYPES:
        alike = [variant for variant in variants if variant.type == name]
        if alike:
            found[name] = alike if len(alike) == 1 or name in ("array", "object") else _joined(alike, place)
    return found


def _joined(variants: list[Variant], place: Node) -> list[Variant]:
    """Lists of values as one list; and where any value is accepted, the lists only name some."""
    lists = [variant for variant in variants if variant.is_plain and variant.values is not None]
    values: dict[str, Facet] = {}
    for variant in lists:
        values = {**(variant.values or {}), **values}
    joined = Variant(variants[0].type, place)
    if any(variant.is_unlimited for variant in variants):
        return [replace(joined, known=values)]
    others = [variant for variant in variants if variant not in lists]
    return [replace(joined, values=values), *others] if lists else others
