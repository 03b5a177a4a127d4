"""Finds parts of a contract whose names the methods of the facade need for themselves."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from openapi_python_client.config import Config

from ._contract import Operation, body_fields, operations, parameters
from ._names import python_name

Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"

FACADE = Path(__file__).parents[1] / "_async"

# Arguments that a method sends where the contract has them.
SENT_AS_NAMED = {("body", "assistant_id"), ("header", "last_event_id"), ("query", "action"), ("query", "stream_mode")}


def taken_keywords(contract: dict[str, Any], config: Config) -> Iterator[str]:
    """A sentence for each body field and parameter that no caller of the facade could give."""
    taken = _arguments_by_operation()
    for operation in operations(contract):
        arguments = taken[python_name(operation.operation_id, config)]
        for place, name in _keywords(contract, operation, config):
            if name in arguments and (place, name) not in SENT_AS_NAMED:
                yield (
                    f"{operation.label} cannot have `{name}` in its {place}: "
                    f"`{arguments[name]}` takes the keyword `{name}` for itself"
                )


def _keywords(contract: dict[str, Any], operation: Operation, config: Config) -> Iterator[tuple[str, str]]:
    for name in body_fields(contract, operation):
        yield "body", name
    for parameter in parameters(contract, operation):
        if parameter["in"] != "path":
            yield parameter["in"], python_name(parameter["name"], config)


def _arguments_by_operation() -> dict[str, dict[str, str]]:
    """For each operation that a method passes keywords to: the method's own arguments, and the method.

    The source is read, not imported: the facade imports the bindings, which may not be there yet.
    """
    functions = [
        node
        for module in sorted(FACADE.glob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    helpers = {function.name: function for function in functions if function.name.startswith("_")}
    taken: dict[str, dict[str, str]] = defaultdict(dict)
    for method in functions:
        if method.args.kwarg:
            arguments = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
            for name in _names_used(method, helpers, set()):
                taken[name] |= {argument.arg: method.name.lstrip("_") for argument in arguments}
    return taken


def _names_used(function: ast.AST, helpers: dict[str, Function], passed: set[str]) -> Iterator[str]:
    """The attributes that a method uses, those used by the private helpers that it calls included."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr not in passed:
            passed.add(node.attr)
            yield node.attr
            if node.attr in helpers:
                yield from _names_used(helpers[node.attr], helpers, passed)
