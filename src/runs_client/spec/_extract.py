"""The Runs part of a published OpenAPI document: facts alone, in an order that makes two versions comparable."""

from __future__ import annotations

import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from ._contract import ContractError, operations, reference_of, resolve

_RUNS_PATH = re.compile(r"(/threads/\{[^/]+\})?/runs(?!/crons(/|$))(/.+)?")

# Words, and what each deployment decides for itself.
_LEFT_OUT = {
    "$comment",
    "description",
    "example",
    "examples",
    "externalDocs",
    "security",
    "servers",
    "summary",
    "tags",
    "title",
}
# Keywords whose keys are names that the API's authors chose, and no keywords.
_NAMED = {
    "$defs",
    "callbacks",
    "content",
    "definitions",
    "dependentSchemas",
    "encoding",
    "headers",
    "links",
    "parameters",
    "pathItems",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
}
_UNORDERED = {"enum", "required", "type"}
_VALUES = {"const", "default", "mapping"}


def extract_runs(document: dict[str, Any]) -> dict[str, Any]:
    """The Runs operations of a document, with all components that they reach.

    Words are left out: descriptions, summaries, titles, tags and examples; so are security and servers, which each
    deployment decides for itself. Keys, parameters, enumerations and lists of required properties are sorted.

    Args:
        document: An OpenAPI 3 document; it is not changed.

    Raises:
        ContractError: It has no Runs operation, or one of them has a `$ref` that leads nowhere or in a circle.
    """
    paths = {
        path: _facts(resolve(document, path_item))
        for path, path_item in sorted(document.get("paths", {}).items())
        if _RUNS_PATH.fullmatch(path)
    }
    if not any(operations({"paths": paths})):
        raise ContractError("the document has no Runs operation: no path like /runs or /threads/{thread_id}/runs")
    return {
        "components": _components(document, paths),
        "info": {key: str(document.get("info", {}).get(key, "")) for key in ("title", "version")},
        "openapi": document["openapi"],
        "paths": paths,
    }


def write_document(document: dict[str, Any], path: Path) -> None:
    """Write a document as JSON or YAML, by the suffix of the file. The file is whole or as it was.

    Raises:
        ContractError: The suffix is another one, or the file cannot be written.
    """
    if path.suffix not in (".json", ".yaml", ".yml"):
        raise ContractError(f"cannot write {path}: its name must end in .json, .yaml or .yml")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            whole = Path(folder) / path.name
            with whole.open("w", encoding="utf-8", newline="\n") as file:
                if path.suffix == ".json":
                    json.dump(document, file, indent=1, ensure_ascii=False)
                    file.write("\n")
                else:
                    _block_yaml().dump(document, file)
            whole.replace(path)
    except OSError as error:
        raise ContractError(f"cannot write {path}: {error.strerror}") from error


def _block_yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    return yaml


def _facts(node: Any) -> Any:
    """A node without words, sorted."""
    if isinstance(node, list):
        return [_facts(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _fact(key, value)
        for key, value in sorted(node.items())
        if key not in _LEFT_OUT and not key.startswith("x-")
    }


def _fact(key: str, value: Any) -> Any:
    if key in _VALUES:
        return value
    if key in _NAMED and isinstance(value, dict):
        named = {name: _facts(item) for name, item in sorted(value.items())}
        return {name: _answer(item) for name, item in named.items()} if key == "responses" else named
    if key in _UNORDERED and isinstance(value, list):
        return sorted(value, key=json.dumps)
    if key == "parameters" and isinstance(value, list):
        return sorted(_facts(value), key=lambda item: [item.get(part, "") for part in ("in", "name", "$ref")])
    return _facts(value)


def _answer(response: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI demands that a response has a description."""
    return response if reference_of(response) else dict(sorted({**response, "description": ""}.items()))


def _components(document: dict[str, Any], paths: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The components that the operations reach, by kind and name."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    to_read = [
        (operation.label, [operation.data, operation.path_item.get("parameters")])
        for operation in operations({"paths": paths})
    ]
    while to_read:
        user, node = to_read.pop()
        for reference in _references(node):
            kind, name = _kind_and_name(document, reference, user)
            if name not in found[kind]:
                component = document["components"][kind][name]
                found[kind] |= _fact(kind, {name: component})
                to_read.append((user, [found[kind][name]]))
    return {kind: dict(sorted(components.items())) for kind, components in sorted(found.items())}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        reference = reference_of(node)
        if reference is not None:
            yield reference
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def _kind_and_name(document: dict[str, Any], reference: str, user: str) -> tuple[str, str]:
    try:
        resolve(document, {"$ref": reference})
    except ContractError as error:
        raise ContractError(f"{user} has a broken $ref: {error}") from error
    root, components, kind, name = [*reference.split("/"), "", "", ""][:4]
    if (root, components) != ("#", "components") or not name:
        raise ContractError(f"{user} has a $ref that is no component of this document: {reference}")
    return kind, name
