"""Compares the bindings with the contract that they were generated from, by reading their source."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._contract import Operation, json_body, operations, parameters, resolve, schema_properties, schemas_reached

ANNOTATIONS = {"title", "summary", "description", "deprecated", "examples"}
STOCK_FUNCTIONS = {"sync_detailed", "asyncio_detailed"}


def audit(contract: dict[str, Any], package: Path) -> list[str]:
    """Find what the bindings lack.

    Args:
        contract: The OpenAPI document.
        package: Folder of the generated package.

    Returns:
        A sentence for each operation, parameter, body field, schema, property and enum value that has no
        counterpart; an empty list where all have.
    """
    problems: list[str] = []
    for operation in operations(contract):
        problems += _missing_in_operation(contract, operation, package / "api")
    users = _users_of_schemas(contract)
    for name, schema in contract.get("components", {}).get("schemas", {}).items():
        label = f"schema {name}, which {' and '.join(users[name]) or 'no operation'} uses,"
        problems += _missing_in_schema(contract, name, schema, package / "models", label)
    for module in package.rglob("*.py"):
        if " object at 0x" in module.read_text(encoding="utf-8"):
            problems.append(f"{module.relative_to(package)} holds an object's address: a template lacks a filter")
    return problems


def _missing_in_operation(contract: dict[str, Any], operation: Operation, api: Path) -> Iterator[str]:
    label = f"{operation.operation_id} ({operation.label})"
    tags = operation.data.get("tags") or ["default"]
    module = api / _snake_case(tags[0]) / f"{_snake_case(operation.operation_id)}.py"
    if not module.is_file():
        yield f"{label} has no module in the bindings"
        return
    tree = ast.parse(module.read_text(encoding="utf-8"))
    functions = {item.name: item for item in tree.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    expected = STOCK_FUNCTIONS | {"build_request"}
    if any(_answers_json(contract, response) for response in _successes(contract, operation)):
        expected |= {"parse_result"}
    for name in sorted(expected - functions.keys()):
        yield f"{label} has no function `{name}` in the bindings"
    if "build_request" in functions:
        sent = {node.value for node in ast.walk(functions["build_request"]) if isinstance(node, ast.Constant)}
        arguments = functions["build_request"].args
        taken = {argument.arg for argument in [*arguments.args, *arguments.kwonlyargs]}
        for parameter in parameters(contract, operation):
            if parameter["name"] not in sent or _snake_case(str(parameter["name"])) not in taken:
                yield f"{label} lacks the {parameter['in']} parameter `{parameter['name']}`"
    yield from _missing_body_fields(contract, operation, label, tree)


def _missing_body_fields(contract: dict[str, Any], operation: Operation, label: str, tree: ast.Module) -> Iterator[str]:
    schema = json_body(contract, operation)
    if schema is None:
        return
    schema = resolve(contract, schema)
    if schema.get("type") == "array":
        schema = schema["items"]
    known = {
        node.value
        for item in tree.body
        if isinstance(item, ast.AnnAssign) and ast.unparse(item.target) == "BODY_FIELDS"
        for node in ast.walk(item)
        if isinstance(node, ast.Constant)
    }
    for name in schema_properties(contract, schema):
        if name not in known:
            yield f"{label} lacks the body field `{name}`"


def _users_of_schemas(contract: dict[str, Any]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = defaultdict(list)
    for operation in operations(contract):
        for name in schemas_reached(contract, operation.data):
            users[name].append(operation.label)
    return users


def _missing_in_schema(
    contract: dict[str, Any], name: str, schema: dict[str, Any], models: Path, label: str
) -> Iterator[str]:
    if schema.get("type") == "array":
        return  # it becomes a list of its items
    module = models / f"{_snake_case(name)}.py"
    if not module.is_file():
        yield f"{label} has no module in the bindings"
        return
    tree = ast.parse(module.read_text(encoding="utf-8"))
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for value in schema.get("enum", []):
        if value not in strings:
            yield f"{label} lacks the value `{value}`"
    for property_name, property_schema in schema_properties(contract, schema).items():
        if property_name not in strings:
            yield f"{label} lacks the property `{property_name}`"
        for neighbour in _neighbours_of_references(property_schema):
            yield f"{label} loses `{neighbour}` beside `$ref` at its property `{property_name}`"


def _neighbours_of_references(node: Any) -> Iterator[str]:
    """Keywords that stand beside a `$ref` and say more than words do: the generator overlooks them."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield from node.keys() - {"$ref"} - ANNOTATIONS
        for value in node.values():
            yield from _neighbours_of_references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _neighbours_of_references(value)


def _successes(contract: dict[str, Any], operation: Operation) -> list[dict[str, Any]]:
    responses = operation.data.get("responses", {})
    return [resolve(contract, response) for code, response in responses.items() if str(code).startswith("2")]


def _answers_json(contract: dict[str, Any], response: dict[str, Any]) -> bool:
    return "application/json" in response.get("content", {})


def _snake_case(name: str) -> str:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return re.sub(r"[^a-zA-Z0-9]+", "_", spaced).strip("_").lower()
