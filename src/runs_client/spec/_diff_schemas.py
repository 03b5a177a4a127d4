"""Compares what two schemas mean, without regard to the direction in which the data goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from ._describe import shape_in_words, types_in_words, variant_in_words
from ._diff_rules import narrows, widens
from ._nodes import Node
from ._schemas import LIMITS, NOTES, Facet, Property, Shape, Variant, View, key_of, tightness
from ._shapes import Shapes

# How far into schemas to look for which variants belong together. For that only: the comparison goes to the end.
_DEPTH = 4

_WIDER_FORMATS = {"float": "double", "int32": "int64", "uri": "uri-reference"}


@dataclass(frozen=True)
class Difference:
    """A change of a schema. `change` is a kind of `RULES` without its direction."""

    change: str
    node: Node
    before: Any
    after: Any


@dataclass(frozen=True)
class Pair:
    """A schema before and after. Where one of them has none, its place is that of what it is a part of."""

    before: View
    after: View
    place_before: Node
    place_after: Node


@dataclass(frozen=True)
class Step:
    """What differs at a place, and the places further in."""

    differences: tuple[Difference, ...] = ()
    inside: tuple[Pair, ...] = ()

    def __add__(self, other: Step) -> Step:
        return Step(self.differences + other.differences, self.inside + other.inside)


class SchemaDiff:
    """Compares schemas of two documents."""

    def __init__(self) -> None:
        self._before = Shapes()
        self._after = Shapes()
        self._steps: dict[tuple[Pair, int], Step] = {}
        self._down_to: dict[tuple[Pair, int], tuple[Difference, ...]] = {}

    def differences(self, pair: Pair) -> Iterator[Difference]:
        """All differences between two schemas, to their innermost parts. A schema may contain itself."""
        to_compare, passed = [pair], {pair}
        while to_compare:
            step = self._step(to_compare.pop(), _DEPTH)
            yield from step.differences
            to_compare += [inner for inner in step.inside if inner not in passed]
            passed.update(step.inside)

    def shapes(self, pair: Pair) -> tuple[Shape, Shape]:
        """What a schema accepts before and after."""
        return self._before.of(pair.before, pair.place_before), self._after.of(pair.after, pair.place_after)

    def describe(self, view: View, place: Node, *, is_new: bool) -> str:
        """A schema of the newer or the older document, in words."""
        shapes = self._after if is_new else self._before
        return shape_in_words(shapes, shapes.of(view, place))

    def _step(self, pair: Pair, depth: int) -> Step:
        if (pair, depth) not in self._steps:
            before, after = self.shapes(pair)
            types = tuple(_types(before, after))
            step = Step((*_notes(before, after), *types))
            if not types or before.is_anything == after.is_anything:  # to or from anything says it all
                for name in sorted(before.variants.keys() & after.variants.keys()):
                    step += self._variants(before.variants[name], after.variants[name], depth)
            self._steps[pair, depth] = step
        return self._steps[pair, depth]

    def _variants(self, before: list[Variant], after: list[Variant], depth: int) -> Step:
        """What differs between the variants of one type. They belong together by what they mean, not by their order."""
        steps = {(old, new): self._between(before[old], after[new]) for old, new in _indices(before, after)}
        if len(steps) == 1:
            return steps[0, 0]
        within = {pair: self._within(step, depth) for pair, step in steps.items()}
        partners = _partners(before, after, within)
        found = Step()
        for old, variant in enumerate(before):
            if old in partners:
                found += steps[old, partners[old]]
            elif not any(all(widens(item.change) for item in within[old, new]) for new in range(len(after))):
                words = variant_in_words(self._before, variant)
                found += Step((Difference("alternative-removed", variant.node, words, None),))
        for new, variant in enumerate(after):
            if new not in partners.values() and not any(
                all(narrows(item.change) for item in within[old, new]) for old in range(len(before))
            ):
                words = variant_in_words(self._after, variant)
                found += Step((Difference("alternative-added", variant.node, None, words),))
        return found

    def _within(self, step: Step, depth: int) -> tuple[Difference, ...]:
        """The differences of a step, and those inside of it down to a depth."""
        found = step.differences
        for pair in step.inside if depth else ():
            if (pair, depth) not in self._down_to:
                self._down_to[pair, depth] = self._within(self._step(pair, depth - 1), depth - 1)
            found += self._down_to[pair, depth]
        return found

    def _between(self, before: Variant, after: Variant) -> Step:
        """What differs between two variants of one type."""
        step = Step((*_values(before, after), *_facets(before, after)))
        for name in sorted(before.properties.keys() | after.properties.keys()):
            step += self._property(before.properties.get(name), after.properties.get(name))
        for keyword in sorted(before.parts.keys() | after.parts.keys()):
            pair = Pair(before.parts.get(keyword, ()), after.parts.get(keyword, ()), before.node, after.node)
            closed = [shape.is_nothing for shape in self.shapes(pair)]
            if keyword == "additionalProperties" and any(closed):
                if not all(closed):
                    change = "additional-properties-" + ("allowed" if closed[0] else "forbidden")
                    step += Step((Difference(change, after.node, not closed[0], not closed[1]),))
            else:
                step += Step((), (pair,))
        return step

    def _property(self, before: Property | None, after: Property | None) -> Step:
        if before is not None and after is not None:
            changes = requirement("property", before.required, after.required, after.node)
            return Step(tuple(changes), (Pair(before.view, after.view, before.node, after.node),))
        if after is not None:
            change = "required-property-added" if after.required else "property-added"
            words = self.describe(after.view, after.node, is_new=True)
            return Step((Difference(change, after.node, None, words),))
        assert before is not None
        change = "required-property-removed" if before.required else "property-removed"
        words = self.describe(before.view, before.node, is_new=False)
        return Step((Difference(change, before.node, words, None),))


def requirement(what: str, before: bool, after: bool, node: Node) -> Iterator[Difference]:
    """What differs where something is optional before or after."""
    names = {True: "required", False: "optional"}
    if before != after:
        yield Difference(f"{what}-{names[after]}", node, names[before], names[after])


def _indices(before: list[Variant], after: list[Variant]) -> Iterator[tuple[int, int]]:
    return product(range(len(before)), range(len(after)))


def _partners(
    before: list[Variant], after: list[Variant], within: Mapping[tuple[int, int], tuple[Difference, ...]]
) -> dict[int, int]:
    """For each variant before, the one after that differs least from it, if one is left that is alike."""
    partners: dict[int, int] = {}
    for old, new in sorted(within, key=lambda pair: (len(within[pair]), pair)):
        if old not in partners and new not in partners.values() and _alike(before[old], after[new]):
            partners[old] = new
    return partners


def _alike(before: Variant, after: Variant) -> bool:
    """Whether two variants can be the same one: objects that share no property cannot."""
    return not before.properties or not after.properties or bool(before.properties.keys() & after.properties.keys())


def _notes(before: Shape, after: Shape) -> Iterator[Difference]:
    for name in NOTES:
        old, new = before.notes.get(name), after.notes.get(name)
        change = _change(old, new)
        if change is None:
            continue
        beside = old is not None and old.node == before.site
        node = new.node if new else after.site if beside else _place(before, after)
        if name == "deprecated":
            yield Difference("deprecated" if new else "undeprecated", node, bool(old), bool(new))
        else:
            yield Difference(f"{name}-{change}", node, _value(old), _value(new))


def _types(before: Shape, after: Shape) -> Iterator[Difference]:
    lost, gained = before.variants.keys() - after.variants.keys(), after.variants.keys() - before.variants.keys()
    if not lost and not gained:
        return
    if lost | gained == {"null"}:
        change = "null-added" if gained else "null-removed"
    else:
        change = "type-changed" if lost and gained else "type-narrowed" if lost else "type-widened"
    yield Difference(change, _place(before, after), types_in_words(before), types_in_words(after))


def _place(before: Shape, after: Shape) -> Node:
    """The component, if it is one before and after; otherwise where it is used."""
    is_component = before.node != before.site and after.node != after.site
    return after.node if is_component else after.site


def _values(before: Variant, after: Variant) -> Iterator[Difference]:
    """What differs in the values that are listed."""
    old, new = before.values, after.values
    if old is None and new is not None:
        yield Difference("enum-added", after.node, None, [facet.value for facet in new.values()])
    elif old is not None and new is None:
        yield Difference("enum-removed", after.node, [facet.value for facet in old.values()], None)
    else:
        kind = "known-value" if old is None else "enum-value"
        old, new = (before.known, after.known) if old is None or new is None else (old, new)
        for key in sorted(new.keys() - old.keys()):
            yield Difference(f"{kind}-added", new[key].node, None, new[key].value)
        for key in sorted(old.keys() - new.keys()):
            yield Difference(f"{kind}-removed", _same_list(old[key], old, new) or after.node, old[key].value, None)


def _same_list(gone: Facet, old: Mapping[str, Facet], new: Mapping[str, Facet]) -> Node | None:
    """Where the values stand that stood beside one that is gone."""
    beside = (new[key].node for key, facet in old.items() if facet.node == gone.node and key in new)
    return next(beside, None)


def _facets(before: Variant, after: Variant) -> Iterator[Difference]:
    for keyword in sorted(before.facets.keys() | after.facets.keys()):
        old, new = before.facets.get(keyword), after.facets.get(keyword)
        change = _change(old, new)
        if change is None:
            continue
        node = new.node if new else after.node
        if keyword == "integer":
            names = {True: "integer", False: "number"}
            change = "type-narrowed" if new else "type-widened"
            yield Difference(change, node, names[bool(old)], names[bool(new)])
        else:
            yield Difference(_facet_change(keyword, old, new, change), node, _told(keyword, old), _told(keyword, new))


def _facet_change(keyword: str, old: Facet | None, new: Facet | None, change: str) -> str:
    if keyword in LIMITS:
        tighter = old is None or (new is not None and tightness(keyword, new.value) > tightness(keyword, old.value))
        return "limit-tightened" if tighter else "limit-loosened"
    if keyword == "format" and old and new:
        if _WIDER_FORMATS.get(str(old.value)) == new.value:
            return "format-widened"
        if _WIDER_FORMATS.get(str(new.value)) == old.value:
            return "format-narrowed"
    return f"{keyword if keyword in ('format', 'pattern') else 'constraint'}-{change}"


def _told(keyword: str, facet: Facet | None) -> Any:
    """A facet as a report tells it."""
    if facet is None or keyword in ("format", "pattern"):
        return facet and facet.value
    if keyword in ("minimum", "maximum"):
        bound, exclusive = facet.value
        return {f"exclusive{keyword.capitalize()}" if exclusive else keyword: bound}
    return {keyword: facet.value}


def _change(old: Facet | None, new: Facet | None) -> str | None:
    if old is None or new is None:
        return "added" if new else "removed" if old else None
    return None if key_of(old.value) == key_of(new.value) else "changed"


def _value(facet: Facet | None) -> Any:
    return None if facet is None else facet.value
