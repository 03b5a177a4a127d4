"""Reads what a schema says itself, without its references and parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._contract import ContractError
from ._nodes import Node
from ._schemas import KEYWORDS_WITHOUT_EFFECT, LIMITS, TYPES, Facet, Property, Variant, View, key_of, tightness

# What only values of one type are measured by.
_MEASURES: dict[str, set[str]] = {
    "array": {"maxItems", "minItems", "uniqueItems"},
    "boolean": set(),
    "null": set(),
    "number": {"multipleOf"},
    "object": {"maxProperties", "minProperties"},
    "string": {"contentEncoding", "contentMediaType", "maxLength", "minLength", "pattern"},
}
_BOUNDS = {"maximum": "exclusiveMaximum", "minimum": "exclusiveMinimum"}
_PARTS = {"array": "items", "object": "additionalProperties", "string": "contentSchema"}
_IMPLYING = {
    **_MEASURES,
    "array": {"items", *_MEASURES["array"]},
    "number": {*_MEASURES["number"], *_BOUNDS, *_BOUNDS.values()},
    "object": {"additionalProperties", "properties", "required", *_MEASURES["object"]},
    "string": {"contentSchema", *_MEASURES["string"]},
}
_STRUCTURE = {"$defs", "$ref", "allOf", "anyOf", "const", "enum", "nullable", "oneOf", "type"}
_READ_ELSEWHERE = {*_STRUCTURE, *KEYWORDS_WITHOUT_EFFECT, "format", *set().union(*_IMPLYING.values())}
_SAYS_NOTHING = {"minItems": 0, "minLength": 0, "minProperties": 0, "uniqueItems": False}
_CLASSES: dict[str, Any] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": type(None),
    "number": (int, float),
    "object": dict,
    "string": str,
}


def own_variants(node: Node) -> list[Variant]:
    """What a schema accepts by its own keywords.

    Raises:
        ContractError: A keyword has a value that it cannot have.
    """
    listed = _listed(node)
    found = []
    for name in _types(node, listed):
        kind = "number" if name == "integer" else name
        values = _values(listed, name)
        if values != {}:
            facets = _facets(node, kind)
            if name == "integer" and values is None:
                facets["integer"] = Facet(True, node)
            properties = _properties(node) if kind == "object" else {}
            found.append(Variant(kind, node, values, facets=facets, properties=properties, parts=_parts(node, kind)))
    return found


def _types(node: Node, listed: Mapping[str, Facet] | None) -> list[str]:
    """The types that a schema names, or implies by its other keywords."""
    named = node.get("type")
    if named is None:
        implied = [name for name in TYPES if node.data.keys() & _IMPLYING[name]]
        return list(TYPES) if listed is not None or not implied else implied
    types = named if isinstance(named, list) else [named]
    for name in types:
        if name not in (*TYPES, "integer"):
            raise ContractError(f"{node.pointer} has the type {name!r}, which is none of JSON's")
    return list(dict.fromkeys(types))


def _listed(node: Node) -> dict[str, Facet] | None:
    """The only values of a schema, by their JSON text."""
    values = None
    if node.has("enum"):
        values = {key_of(item.data): Facet(item.data, node) for item in node.items("enum")}
    if node.has("const"):
        key = key_of(node.get("const"))
        values = {key: Facet(node.get("const"), node)} if values is None or key in values else {}
    return values


def _values(listed: Mapping[str, Facet] | None, name: str) -> dict[str, Facet] | None:
    """Those of the values that are of one type; None where they are all there are."""
    if listed is None:
        return None
    values = {key: facet for key, facet in listed.items() if _fits(facet.value, name)}
    return None if len(values) == {"boolean": 2, "null": 1}.get(name) else values


def _fits(value: Any, name: str) -> bool:
    return name == "boolean" if isinstance(value, bool) else isinstance(value, _CLASSES[name])


def _facets(node: Node, kind: str) -> dict[str, Facet]:
    """What limits values of one type: its measures, formats, bounds, and keywords that this module does not know."""
    measures = _MEASURES[kind] | ({"format"} if kind in ("number", "string") else set())
    found = {}
    for keyword in sorted(map(str, node.data)):
        value = node.get(keyword)
        if keyword in LIMITS & measures and not isinstance(value, int | float):
            raise ContractError(f"{keyword} at {node.pointer} must be a number, not {value!r}")
        is_unknown = keyword not in _READ_ELSEWHERE and not keyword.startswith("x-")
        if (keyword in measures or is_unknown) and value != _SAYS_NOTHING.get(keyword):
            found[keyword] = Facet(value, node)
    return {**found, **_bounds(node)} if kind == "number" else found


def _bounds(node: Node) -> dict[str, Facet]:
    """Bounds of numbers: the value, and whether it is itself excluded, which OpenAPI 3.0 and 3.1 spell differently."""
    found = {}
    for bound, exclusive in _BOUNDS.items():
        given = [(node.get(bound), node.get(exclusive) is True)]
        if not isinstance(node.get(exclusive), bool):
            given.append((node.get(exclusive), True))
        limits = [limit for limit in given if limit[0] is not None]
        for value, _ in limits:
            if not isinstance(value, int | float):
                raise ContractError(f"{bound} at {node.pointer} must be a number, not {value!r}")
        if limits:
            found[bound] = Facet(max(limits, key=lambda limit: tightness(bound, limit)), node)
    return found


def _properties(node: Node) -> dict[str, Property]:
    required = [str(item.data) for item in node.items("required")]
    found = {str(name): Property((item,), item, name in required) for name, item in node.members("properties")}
    for name in required:
        found.setdefault(name, Property((), node, True))
    return found


def _parts(node: Node, kind: str) -> dict[str, View]:
    keyword = _PARTS.get(kind)
    return {keyword: (node.at(keyword),)} if keyword is not None and node.has(keyword) else {}
