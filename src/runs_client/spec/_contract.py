"""Reading an OpenAPI document as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
COMPOSITIONS = ("allOf", "anyOf", "oneOf")

# Keywords that accept and refuse nothing.
ANNOTATIONS = {
    "$comment",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "summary",
    "title",
    "writeOnly",
}

BUNDLED_OPENAPI = Path(__file__).parent / "openapi"  # only in a wheel


class ContractError(Exception):
    """The document cannot be read as an OpenAPI contract."""


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    data: dict[str, Any]
    path_item: dict[str, Any]

    @property
    def operation_id(self) -> str:
        """The operation's name; the method and path where it has none."""
        return str(self.data.get("operationId") or self.label)

    @property
    def label(self) -> str:
        """The method and path, as people write them."""
        return f"{self.method.upper()} {self.path}"


def read_contract(path: Path) -> dict[str, Any]:
    """Read a contract from a YAML or JSON file.

    Raises:
        ContractError: The file is missing, is not YAML, or is no OpenAPI document.
    """
    try:
        document = YAML(typ="safe").load(path.read_bytes())
    except OSError as error:
        raise ContractError(f"cannot read {path}: {error.strerror}") from error
    except YAMLError as error:
        raise ContractError(f"{path} is not YAML: {error}") from error
    if not isinstance(document, dict) or "openapi" not in document:
        raise ContractError(f"{path} is not an OpenAPI document: it has no `openapi` version")
    return document


def operations(contract: dict[str, Any]) -> Iterator[Operation]:
    """All operations of a contract, in its own order."""
    for path, path_item in contract.get("paths", {}).items():
        for method in METHODS:
            if method in path_item:
                yield Operation(method, path, path_item[method], path_item)


def resolve(contract: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """Follow a local `$ref`, if the node is one.

    Raises:
        ContractError: The reference leads nowhere, or in a circle.
    """
    followed: set[str] = set()
    while (reference := reference_of(node)) is not None:
        if reference in followed:
            raise ContractError(f"{reference} leads in a circle")
        followed.add(reference)
        node = _target(contract, reference)
    return node


def reference_of(node: dict[str, Any]) -> str | None:
    """Where a node's `$ref` leads. A property may have that name: it is a schema, and no reference."""
    reference = node.get("$ref")
    return reference if isinstance(reference, str) else None


def is_alias(schema: dict[str, Any]) -> bool:
    """Whether a schema is another one: a `$ref`, or composed of a single one."""
    parts = [part for keyword in COMPOSITIONS for part in schema.get(keyword) or ()]
    return reference_of(schema) is not None or (
        len(parts) == 1 and isinstance(parts[0], dict) and reference_of(parts[0]) is not None
    )


def _target(contract: dict[str, Any], reference: str) -> dict[str, Any]:
    target: Any = contract
    for key in reference.removeprefix("#/").split("/"):
        if not isinstance(target, dict) or key not in target:
            raise ContractError(f"{reference} leads nowhere")
        target = target[key]
    return cast("dict[str, Any]", target)


def components_reached(contract: dict[str, Any], node: Any) -> set[str]:
    """References to the components that can be reached from a node."""
    reached: set[str] = set()
    open_nodes = [node]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, list):
            open_nodes.extend(node)
        elif isinstance(node, dict):
            reference = reference_of(node)
            if reference is not None and reference not in reached:
                reached.add(reference)
                open_nodes.append(_target(contract, reference))
            open_nodes.extend(node.values())
    return reached


def users_of_components(contract: dict[str, Any]) -> dict[str, list[str]]:
    """For each reference to a component, the operations that it can be reached from."""
    users: dict[str, list[str]] = defaultdict(list)
    for operation in operations(contract):
        for reference in components_reached(contract, [operation.data, operation.path_item.get("parameters")]):
            users[reference].append(operation.label)
    return users


def parameters(contract: dict[str, Any], operation: Operation) -> list[dict[str, Any]]:
    """The parameters of an operation, those of its path included."""
    own = operation.data.get("parameters", [])
    return [resolve(contract, parameter) for parameter in [*operation.path_item.get("parameters", []), *own]]


def schema_properties(contract: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """All properties of an object schema, those of its `allOf` parts included."""
    schema = resolve(contract, schema)
    collected: dict[str, Any] = {}
    for part in schema.get("allOf", []):
        collected |= schema_properties(contract, part)
    return {**collected, **schema.get("properties", {})}


def json_body(contract: dict[str, Any], operation: Operation) -> dict[str, Any] | None:
    """The schema of an operation's JSON body, if it has one."""
    body = operation.data.get("requestBody")
    if body is None:
        return None
    content: dict[str, dict[str, Any]] = resolve(contract, body)["content"]
    return content.get("application/json", {}).get("schema")


def body_fields(contract: dict[str, Any], operation: Operation) -> list[str]:
    """The names of the fields of an operation's JSON body, or of each item where it is a list."""
    schema = json_body(contract, operation)
    if schema is None:
        return []
    schema = resolve(contract, schema)
    if schema.get("type") == "array":
        schema = schema["items"]
    return list(schema_properties(contract, schema))
