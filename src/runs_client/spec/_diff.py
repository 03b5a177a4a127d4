"""Compares two OpenAPI documents by what they mean to clients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ._describe import place_in_words
from ._diff_operations import compare_operations, operation_nodes
from ._diff_rules import RULES
from ._diff_schemas import Difference, SchemaDiff
from ._findings import Finding
from ._members import members_of
from ._schemas import key_of


def diff(before: dict[str, Any], after: dict[str, Any]) -> list[Finding]:
    """What changed between two documents, as a client of the older one sees it.

    Operations are compared by method and path; the names of parameters in a path do not matter. Schemas are compared
    by what they accept, however they are written: a component that is renamed or written out changes nothing, and
    `oneOf` is taken for `anyOf`. What a change does to clients is told by `RULES`. Descriptions, examples, tags,
    servers, security, callbacks, extensions, `readOnly` and `writeOnly` are not compared.

    Args:
        before: The older document.
        after: The newer one.

    Returns:
        One finding for each change at each place, in the order of the places; a change of a component is one finding,
        which names all operations that reach it. Nothing changed where the list is empty.

    Raises:
        ContractError: A document is not well-formed, or has a `$ref` that leads nowhere or in a circle.
    """
    found: dict[str, Difference] = {}
    labels: dict[str, dict[str, None]] = defaultdict(dict)
    for label, difference in _differences(before, after):
        key = key_of([difference.node.pointer, difference.change, difference.before, difference.after])
        found[key] = difference
        labels[key][label] = None
    return [_finding(found[key], tuple(labels[key])) for key in sorted(found)]


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[str, Difference]]:
    """The differences of each operation, with its label."""
    schemas = SchemaDiff()
    old, new = operation_nodes(before), operation_nodes(after)
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            yield old[key].label, Difference("operation-removed", old[key].node, old[key].label, None)
        elif key not in old:
            yield new[key].label, Difference("operation-added", new[key].node, None, new[key].label)
        else:
            for difference in compare_operations(old[key], new[key], schemas):
                yield new[key].label, difference


def _finding(difference: Difference, labels: tuple[str, ...]) -> Finding:
    verdict = RULES[difference.change]
    return Finding(
        operations=labels,
        pointer=difference.node.pointer,
        change=difference.change,
        before=difference.before,
        after=difference.after,
        breaking=verdict.breaking,
        reason=verdict.reason,
        members=members_of(labels),
        subject=place_in_words(difference.node),
    )
