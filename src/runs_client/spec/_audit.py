"""Compares the bindings with the contract that they were generated from, by reading their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint

from ._contract import (
    Operation,
    body_fields,
    is_alias,
    operations,
    parameters,
    resolve,
    schema_properties,
    users_of_components,
)
from ._names import python_name, schema_class

STOCK_FUNCTIONS = {"sync_detailed", "asyncio_detailed"}


def audit(contract: dict[str, Any], data: GeneratorData, config: Config, package: Path) -> list[str]:
    """Find what the bindings lack.

    Args:
        contract: The OpenAPI document.
        data: What the generator understood of it.
        config: The generator's settings.
        package: Folder of the generated package.

    Returns:
        A sentence for each operation, parameter, body field, schema, property and enum value that has no
        counterpart; an empty list where all have.
    """
    problems: list[str] = []
    endpoints = {
        str(endpoint.name): (endpoint, package / "api" / tag / f"{python_name(endpoint.name, config)}.py")
        for tag, collection in data.endpoint_collections_by_tag.items()
        for endpoint in collection.endpoints
    }
    for operation in operations(contract):
        label = f"{operation.operation_id} ({operation.label})"
        found = endpoints.get(python_name(operation.operation_id, config))
        if found is None or not found[1].is_file():
            problems.append(f"{label} has no module in the bindings")
        else:
            endpoint, module = found
            problems += _missing_in_operation(contract, operation, endpoint, _parse(module), label)
    users = users_of_components(contract)
    for name, schema in contract.get("components", {}).get("schemas", {}).items():
        used_by = " and ".join(users[f"#/components/schemas/{name}"]) or "no operation"
        module = package / "models" / f"{schema_class(name, schema, config).module_name}.py"
        problems += _missing_in_schema(contract, schema, module, f"schemas/{name}, which is used by {used_by},")
    for module in package.rglob("*.py"):
        if " object at 0x" in module.read_text(encoding="utf-8"):
            problems.append(f"{module.relative_to(package)} holds an object's address: a template lacks a filter")
    return problems


def _missing_in_operation(
    contract: dict[str, Any], operation: Operation, endpoint: Endpoint, tree: ast.Module, label: str
) -> Iterator[str]:
    functions = {item.name: item for item in tree.body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)}
    expected = STOCK_FUNCTIONS | {"build_request"}
    if any("application/json" in response.get("content", {}) for response in _successes(contract, operation)):
        expected |= {"parse_result"}
    for name in sorted(expected - functions.keys()):
        yield f"{label} has no function `{name}` in the bindings"
    if "build_request" in functions:
        yield from _missing_parameters(contract, operation, endpoint, functions["build_request"], label)
    known = _strings_assigned(tree, "BODY_FIELDS")
    for name in body_fields(contract, operation):
        if name not in known:
            yield f"{label} lacks the body field `{name}`"


def _missing_parameters(
    contract: dict[str, Any],
    operation: Operation,
    endpoint: Endpoint,
    build_request: ast.FunctionDef | ast.AsyncFunctionDef,
    label: str,
) -> Iterator[str]:
    python_names = {
        (str(location), item.name.get_untrusted_value()): item.python_name
        for location, item in endpoint.iter_all_parameters()
    }
    taken = {argument.arg for argument in [*build_request.args.args, *build_request.args.kwonlyargs]}
    used = {node.id for node in ast.walk(build_request) if isinstance(node, ast.Name)}
    strings = _strings(build_request)
    for parameter in parameters(contract, operation):
        place, name = parameter["in"], parameter["name"]
        argument = python_names.get((place, name))
        # A path holds no names of parameters: there it is enough that the argument is used.
        if argument not in taken & used or (place != "path" and name not in strings):
            yield f"{label} lacks the {place} parameter `{name}`"


def _missing_in_schema(contract: dict[str, Any], schema: dict[str, Any], module: Path, label: str) -> Iterator[str]:
    properties = schema_properties(contract, schema)
    values = schema.get("enum", [])
    if is_alias(schema) or None in values or not (properties or values):
        return  # it has no class of its own: the type is written out where it is used
    if not module.is_file():
        yield f"{label} has no module in the bindings"
        return
    strings = _strings(_parse(module))
    for value in values:
        if value not in strings:
            yield f"{label} lacks the value `{value}`"
    for name in properties:
        if name not in strings:
            yield f"{label} lacks the property `{name}`"


def _successes(contract: dict[str, Any], operation: Operation) -> list[dict[str, Any]]:
    responses = operation.data.get("responses", {})
    return [resolve(contract, response) for code, response in responses.items() if str(code).startswith("2")]


def _parse(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"))


def _strings(tree: ast.AST) -> set[Any]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def _strings_assigned(tree: ast.Module, name: str) -> set[Any]:
    for item in tree.body:
        if isinstance(item, ast.AnnAssign) and ast.unparse(item.target) == name:
            return _strings(item)
    return set()
