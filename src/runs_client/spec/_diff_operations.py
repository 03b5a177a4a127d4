"""Compares operations: their parameters, bodies and responses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from ._contract import METHODS
from ._diff_schemas import Difference, Pair, SchemaDiff, requirement
from ._nodes import Node
from ._schemas import Shape, View

_NAME_IN_PATH = re.compile(r"\{([^}]*)\}")
_STYLES = {"cookie": "form", "header": "simple", "path": "simple", "query": "form"}


@dataclass(frozen=True)
class OperationNode:
    """An operation, and where it stands."""

    method: str
    path: str
    node: Node
    path_item: Node

    @property
    def label(self) -> str:
        """The method and path, as people write them."""
        return f"{self.method.upper()} {self.path}"

    @property
    def key(self) -> str:
        """What the wire knows of the label: parameters of the path have no names there."""
        return without_names(self.label)


def without_names(label: str) -> str:
    """The label of an operation, with nameless parameters in its path."""
    return _NAME_IN_PATH.sub("{}", label)


def operation_nodes(document: dict[str, Any]) -> dict[str, OperationNode]:
    """The operations of a document, by their keys."""
    found = {}
    for path, entry in Node.top(document).members("paths"):
        path_item = entry.followed()
        for method in METHODS:
            if path_item.has(method):
                operation = OperationNode(method, path, path_item.at(method).followed(), path_item)
                found[operation.key] = operation
    return found


def compare_operations(before: OperationNode, after: OperationNode, schemas: SchemaDiff) -> Iterator[Difference]:
    """All differences between two operations. The kinds of change have their direction."""
    yield from _names(before.node, after.node)
    yield from _directed("request", _parameters(before, after, schemas))
    yield from _directed("request", _bodies(before.node, after.node, schemas))
    yield from _directed("response", _responses(before.node, after.node, schemas))


def _names(before: Node, after: Node) -> Iterator[Difference]:
    old, new = before.get("operationId"), after.get("operationId")
    if old != new:
        yield Difference("operation-id-changed", after, old, new)
    yield from _directed("operation", _deprecation(before, after))


def _deprecation(before: Node, after: Node) -> Iterator[Difference]:
    old, new = before.get("deprecated") is True, after.get("deprecated") is True
    if old != new:
        yield Difference("deprecated" if new else "undeprecated", after, old, new)


def _parameters_of(operation: OperationNode) -> dict[tuple[str, str], Node]:
    """The parameters of an operation, by their place and what the wire calls them there."""
    in_path = _NAME_IN_PATH.findall(operation.path)
    found = {}
    for holder in (operation.path_item, operation.node):
        for entry in holder.items("parameters"):
            node = entry.followed()
            place, name = str(node.get("in")), str(node.get("name"))
            if place == "path" and name in in_path:
                name = str(in_path.index(name))
            found[place, name.lower() if place == "header" else name] = entry
    return found


def _parameters(before: OperationNode, after: OperationNode, schemas: SchemaDiff) -> Iterator[Difference]:
    old, new = _parameters_of(before), _parameters_of(after)
    for key in sorted(old.keys() | new.keys()):
        if key in old and key in new:
            yield from _parameter(old[key].followed(), new[key].followed(), schemas)
        else:
            yield _came_or_went("parameter", old.get(key), new.get(key), schemas)


def _parameter(before: Node, after: Node, schemas: SchemaDiff) -> Iterator[Difference]:
    yield from requirement("parameter", _required(before), _required(after), after)
    yield from _deprecation(before, after)
    pair = Pair(_schema(before), _schema(after), before, after)
    yield from _style_change(before, after, any(_is_structured(shape) for shape in schemas.shapes(pair)))
    yield from schemas.differences(pair)


def _came_or_went(kind: str, before: Node | None, after: Node | None, schemas: SchemaDiff) -> Difference:
    """What differs where a parameter or a header is there only before or only after."""
    if after is not None:
        change, node = "added", after
    else:
        assert before is not None
        change, node = "removed", before
    required = "required-" if _required(node.followed()) else ""
    words = schemas.describe(_schema(node.followed()), node, is_new=after is not None)
    return Difference(f"{required}{kind}-{change}", node, None if after else words, words if after else None)


def _required(node: Node) -> bool:
    return node.get("in") == "path" or node.get("required") is True


def _schema(node: Node) -> View:
    """The schema of a parameter, a header or a content type."""
    for _, media_type in node.members("content"):
        return _schema(media_type)
    return (node.at("schema"),) if node.has("schema") else ()


def _is_structured(shape: Shape) -> bool:
    return bool(shape.variants.keys() & {"array", "object"})


def _style_change(before: Node, after: Node, is_structured: bool) -> Iterator[Difference]:
    """What differs in the way a value is written. It does not matter for what is neither a list nor an object."""
    old, new = _style(before), _style(after)
    if old != new and (is_structured or "content" in old or "content" in new):
        yield Difference("parameter-style-changed", after, old, new)


def _style(parameter: Node) -> dict[str, Any]:
    for content_type in _content_types(parameter):
        return {"content": content_type}
    style = parameter.get("style", _STYLES.get(str(parameter.get("in"))))
    return {
        "allowReserved": parameter.get("allowReserved", False),
        "explode": parameter.get("explode", style == "form"),
        "style": style,
    }


def _bodies(before: Node, after: Node, schemas: SchemaDiff) -> Iterator[Difference]:
    old, new = (node.at("requestBody").followed() if node.has("requestBody") else None for node in (before, after))
    if old is not None and new is not None:
        yield from requirement("body", _required(old), _required(new), new)
        yield from _contents(old, new, schemas)
    elif old is not None:
        change = "required-body-removed" if _required(old) else "body-removed"
        yield Difference(change, before.at("requestBody"), list(_content_types(old)), None)
    elif new is not None:
        change = "required-body-added" if _required(new) else "body-added"
        yield Difference(change, after.at("requestBody"), None, list(_content_types(new)))


def _responses(before: Node, after: Node, schemas: SchemaDiff) -> Iterator[Difference]:
    old, new = ({str(status): entry for status, entry in node.members("responses")} for node in (before, after))
    for status in sorted(old.keys() | new.keys()):
        kind = "status" if status[:1] in ("1", "2", "3") else "error-status"
        if status not in new:
            yield Difference(f"{kind}-removed", old[status], status, None)
        elif status not in old:
            yield Difference(f"{kind}-added", new[status], None, status)
        else:
            yield from _contents(old[status].followed(), new[status].followed(), schemas)
            yield from _headers(old[status].followed(), new[status].followed(), schemas)


def _headers(before: Node, after: Node, schemas: SchemaDiff) -> Iterator[Difference]:
    old, new = ({name.lower(): entry for name, entry in node.members("headers")} for node in (before, after))
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new:
            yield from _header(old[name].followed(), new[name].followed(), schemas)
        else:
            yield _came_or_went("header", old.get(name), new.get(name), schemas)


def _header(before: Node, after: Node, schemas: SchemaDiff) -> Iterator[Difference]:
    yield from requirement("header", _required(before), _required(after), after)
    yield from _deprecation(before, after)
    yield from schemas.differences(Pair(_schema(before), _schema(after), before, after))


def _content_types(node: Node) -> dict[str, Node]:
    """What a body or a response consists of, by content type, parameters such as `charset` left out."""
    return {name.split(";")[0].strip().lower(): media_type for name, media_type in node.members("content")}


def _contents(before: Node, after: Node, schemas: SchemaDiff) -> Iterator[Difference]:
    old, new = _content_types(before), _content_types(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield Difference("content-type-removed", old[name], name, None)
        elif name not in old:
            yield Difference("content-type-added", new[name], None, name)
        else:
            yield from schemas.differences(Pair(_schema(old[name]), _schema(new[name]), old[name], new[name]))


def _directed(direction: str, differences: Iterable[Difference]) -> Iterator[Difference]:
    for difference in differences:
        yield replace(difference, change=f"{direction}-{difference.change}")
