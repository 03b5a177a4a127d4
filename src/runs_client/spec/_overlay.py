"""Applies OpenAPI Overlays (version 1.0): corrections of a document, kept outside of it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, NamedTuple

from jsonpath import JSONPathEnvironment, JSONPathMatch
from jsonpath.exceptions import JSONPathError

from ._contract import ContractError
from ._sources import read_data

_JSONPATH = JSONPathEnvironment(strict=True)  # RFC 9535, without extensions


class Corrected(NamedTuple):
    """A document with the corrections of an overlay.

    Attributes:
        document: The document.
        unused: Targets of the overlay that matched nothing. The standard lets that pass; it is a sign that the document
            has changed since the overlay was written, so that a correction is needed elsewhere, or no longer.
    """

    document: dict[str, Any]
    unused: tuple[str, ...]


def read_overlay(path: Path) -> dict[str, Any]:
    """Read an overlay from a YAML or JSON file.

    Raises:
        ContractError: The file cannot be read, or is no Overlay 1.0.
    """
    overlay = read_data(path)
    if not isinstance(overlay, dict) or not str(overlay.get("overlay", "")).startswith("1.0."):
        raise ContractError(f"{path} is not an overlay: it must say `overlay: 1.0.0`")
    actions = overlay.get("actions")
    if not isinstance(actions, list) or not actions:
        raise ContractError(f"{path} has no `actions`")
    for number, action in enumerate(actions, 1):
        if not isinstance(action, dict) or not isinstance(action.get("target"), str):
            raise ContractError(f"action {number} of {path} has no `target`")
        if not action.get("remove") and "update" not in action:
            raise ContractError(
                f"action {number} of {path} ({action['target']}) has neither `update` nor `remove: true`"
            )
    return overlay


def apply_overlay(document: dict[str, Any], overlay: dict[str, Any]) -> Corrected:
    """Carry out all actions of an overlay, in order.

    Args:
        document: The document; it is not changed.
        overlay: The overlay.

    Returns:
        The corrected document, and the targets that matched nothing.

    Raises:
        ContractError: A target is no JSONPath, or cannot be changed that way.
    """
    corrected = copy.deepcopy(document)
    unused = []
    for action in overlay["actions"]:
        target = action["target"]
        matches = _matches(corrected, target)
        if not matches:
            unused.append(target)
        for match in matches:
            if action.get("remove"):
                _remove(match)
            else:
                _update(match.value, action["update"], target)
    return Corrected(corrected, tuple(unused))


def _matches(document: dict[str, Any], target: str) -> list[JSONPathMatch]:
    try:
        matches = list(_JSONPATH.finditer(target, document))
    except JSONPathError as error:
        raise ContractError(f"the overlay's target {target} is no JSONPath: {str(error).splitlines()[0]}") from error
    if not all(isinstance(match.obj, dict | list) for match in matches):
        raise ContractError(f"the overlay's target {target} selects a plain value: select the object that it is in")
    return matches


def _remove(match: JSONPathMatch) -> None:
    if match.parent is None:
        raise ContractError("the overlay cannot remove the whole document")
    container = match.parent.obj
    if isinstance(container, dict):
        container.pop(match.parts[-1], None)
    elif isinstance(container, list):  # by identity: the items before it may have been removed already
        container[:] = [item for item in container if item is not match.obj]


def _update(node: Any, update: Any, target: str) -> None:
    if isinstance(node, list):
        node.append(copy.deepcopy(update))
    elif isinstance(update, dict):
        _merge(node, update, target)
    else:
        raise ContractError(f"the overlay's target {target} selects an object, and its update is none")


def _merge(node: dict[str, Any], update: dict[str, Any], target: str) -> None:
    for key, value in update.items():
        present = node.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            _merge(present, value, target)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(copy.deepcopy(value))
        elif key in node and (isinstance(present, dict | list) or isinstance(value, dict | list)):
            raise ContractError(f"the overlay's target {target} has a `{key}` that its update cannot be merged with")
        else:
            node[key] = copy.deepcopy(value)
