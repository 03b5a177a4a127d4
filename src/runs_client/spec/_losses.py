"""Finds what the generator would overlook without a word, by reading the contract alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi_python_client.config import Config

from ._contract import ANNOTATIONS, COMPOSITIONS, Operation, is_alias, operations, reference_of, users_of_components
from ._names import python_name


def overlooked_parts(contract: dict[str, Any], config: Config) -> Iterator[str]:
    """A sentence for each part of a contract that the generator would leave out."""
    yield from _paths_elsewhere(contract)
    yield from _unusable_ids(contract, config)
    for label, node in _labelled_parts(contract):
        for place, neighbour in _neighbours_of_references(node):
            yield f"{label} loses `{neighbour}` beside `$ref` at {place}"


def _paths_elsewhere(contract: dict[str, Any]) -> Iterator[str]:
    for path, path_item in contract["paths"].items():
        if "$ref" in path_item:
            yield f"the path {path} is a `$ref`, which the generator does not follow: its operations would be missing"


def _unusable_ids(contract: dict[str, Any], config: Config) -> Iterator[str]:
    """Operations that share a module, or whose module would be named by chance."""
    first: dict[str, Operation] = {}
    for operation in operations(contract):
        if "operationId" not in operation.data:
            yield f"{operation.label} has no `operationId`"
            continue
        name = python_name(operation.operation_id, config)
        if name in first:
            other = first[name]
            yield (
                f"{operation.label} has the `operationId` {operation.operation_id}, and {other.label} has "
                f"{other.operation_id}: both become `{name}`"
            )
        first.setdefault(name, operation)


def _labelled_parts(contract: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for path, path_item in contract["paths"].items():
        if "parameters" in path_item:
            yield f"the path {path}", {"parameters": path_item["parameters"]}
    for operation in operations(contract):
        yield operation.label, operation.data
    users = users_of_components(contract)
    for kind, components in contract.get("components", {}).items():
        for name, component in components.items():
            used_by = " and ".join(users[f"#/components/{kind}/{name}"]) or "no operation"
            yield f"{kind}/{name}, which is used by {used_by},", component


def _neighbours_of_references(node: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Keywords beside a `$ref` that say more than words do, each with its place."""
    if isinstance(node, dict):
        for name in sorted(map(str, _beside_reference(node) - ANNOTATIONS)):
            if not name.startswith("x-"):
                yield "/".join(place) or "its top", name
        for key, value in node.items():
            yield from _neighbours_of_references(value, (*place, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _neighbours_of_references(value, (*place, str(index)))


def _beside_reference(node: dict[str, Any]) -> set[str]:
    if reference_of(node) is not None:
        return node.keys() - {"$ref"}
    if is_alias(node):
        return node.keys() - {*COMPOSITIONS, "type", "default"}
    return set()
