"""Which methods of `RunsClient` call an operation, read from the facade itself."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

import runs_bindings.api
import runs_client._async
from runs_client._async import RunsClient

from ._diff_operations import without_names

_ID = "an-id"


def members_of(labels: Iterable[str]) -> tuple[str, ...]:
    """The methods of `RunsClient` that call one of these operations, be it to follow a run after a broken connection.

    Args:
        labels: Methods and paths, as `POST /threads/{thread_id}/runs`; the names in the paths do not matter.
    """
    keys = {without_names(label) for label in labels}
    return tuple(sorted(name for name, called in _called_operations().items() if keys & called))


@cache
def _called_operations() -> dict[str, set[str]]:
    """For each method of `RunsClient`, the operations that it calls, without the names in their paths."""
    methods = inspect.getmembers(RunsClient, inspect.isfunction)
    return {
        name: {_key(operation) for operation in _operations(method, RunsClient, set())}
        for name, method in methods
        if not name.startswith("_")
    }


def _operations(function: FunctionType, owner: type, passed: set[FunctionType]) -> Iterator[ModuleType]:
    """The operations of the bindings whose requests a function builds, or another one that it calls."""
    if function in passed:
        return
    passed.add(function)
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    nodes = list(ast.walk(tree))
    only_parsed = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "parse_result"}
    for node in nodes:
        if isinstance(node, ast.Name):
            for method, helper in _methods_of_helper(function.__globals__.get(node.id)):
                yield from _operations(method, helper, passed)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id == "self":
                own = getattr(owner, node.attr, None)
                if inspect.isfunction(own):
                    yield from _operations(own, owner, passed)
            elif id(node) not in only_parsed:
                found = getattr(function.__globals__.get(node.value.id), node.attr, None)
                if isinstance(found, ModuleType) and found.__name__.startswith(f"{runs_bindings.api.__name__}."):
                    yield found


def _methods_of_helper(value: Any) -> Iterator[tuple[FunctionType, type]]:
    """The methods of a class of the facade that works for the client."""
    if inspect.isclass(value) and value.__module__.startswith(f"{runs_client._async.__name__}."):
        for _, method in inspect.getmembers(value, inspect.isfunction):
            if method.__code__.co_filename == inspect.getsourcefile(value):  # not what a data class was given
                yield method, value


def _key(operation: ModuleType) -> str:
    """The method and path of a module of the bindings, without the names in the path."""
    arguments = inspect.signature(operation.build_request).parameters.values()
    ids = [_ID for argument in arguments if argument.kind is not argument.KEYWORD_ONLY]
    needed = [item.name for item in arguments if item.kind is item.KEYWORD_ONLY and item.default is item.empty]
    parts = operation.build_request(*ids, **{name: {} for name in needed})
    return f"{parts.method} {parts.path.replace(_ID, '{}')}"
