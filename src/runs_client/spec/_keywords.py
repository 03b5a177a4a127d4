"""Finds parts of a contract whose names the methods of the facade need for themselves."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_python_client.config import Config

from ._contract import Operation, body_fields, operations, parameters
from ._names import python_name

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
    taken: dict[str, dict[str, str]] = defaultdict(dict)
    for module in sorted(FACADE.glob("*.py")):
        for method in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.args.kwarg:
                arguments = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
                for node in ast.walk(method):
                    if isinstance(node, ast.Attribute):
                        taken[node.attr] |= {argument.arg: method.name.lstrip("_") for argument in arguments}
    return taken
