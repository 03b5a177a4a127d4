"""A small API, and single changes of it with what they do to clients."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Change = Callable[[Document], None]

JSON = "application/json"
BOUNDS = {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}
CREATE = "/components/schemas/Create"
THING = "/components/schemas/Thing"
NODE = "/components/schemas/Node"
OPTIONS = "/components/schemas/Options"
THINGS = "/paths/~1things"
SEARCH = f"{THINGS}/get/parameters"
ONE = "/paths/~1things~1{thing_id}"


def ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def body(schema: Document, content_type: str = JSON, **more: Any) -> Document:
    return {**more, "content": {content_type: {"schema": schema}}}


def query(name: str, schema: Document, **more: Any) -> Document:
    return {"in": "query", "name": name, "schema": schema, **more}


def base() -> Document:
    """Things can be created, searched for, looked up and deleted. `Options` are sent and come back."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things": {
                "get": {
                    "operationId": "list_things",
                    "parameters": [
                        query("limit", {**BOUNDS}),
                        query("kind", {"type": "array", "items": {"type": "string"}}),
                        {"in": "header", "name": "X-Tenant", "schema": {"type": "string"}},
                    ],
                    "responses": {"200": body({"type": "array", "items": ref("Thing")})},
                },
                "post": {
                    "operationId": "create_thing",
                    "requestBody": body(ref("Create"), required=True),
                    "responses": {
                        "200": {**body(ref("Thing")), "headers": {"Location": {"schema": {"type": "string"}}}},
                        "409": body(ref("Error")),
                    },
                },
            },
            "/things/{thing_id}": {
                "parameters": [{"in": "path", "name": "thing_id", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "get_thing", "responses": {"200": body(ref("Thing"))}},
                "delete": {"operationId": "delete_thing", "responses": {"204": {"description": ""}}},
            },
        },
        "components": {
            "schemas": {
                "Create": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {
                        "name": {"type": "string", "minLength": 1, "maxLength": 80},
                        "mode": {"type": "string", "enum": ["fast", "slow"], "default": "fast"},
                        "when": {"type": "string", "format": "date-time"},
                        "delay": {"type": "integer"},
                        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
                        "target": {"anyOf": [{"type": "string"}, ref("Node"), {"type": "null"}]},
                        "input": {},
                        "url": {"type": "string", "format": "uri", "pattern": "^http"},
                        "hint": {"anyOf": [{"enum": ["small", "large"]}, {"type": "string"}]},
                        "step": {"type": "integer", "multipleOf": 2},
                        "extra": {"type": "object", "additionalProperties": {"type": "string"}},
                        "options": ref("Options"),
                    },
                },
                "Thing": {
                    "type": "object",
                    "required": ["id", "status"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "status": {"type": "string", "enum": ["new", "done"]},
                        "priority": {"anyOf": [{"type": "string", "enum": ["low", "high"]}, {"type": "string"}]},
                        "score": {"type": ["number", "null"], "minimum": 0},
                        "code": {"type": "string", "pattern": "^[a-z]+$"},
                        "metadata": {"type": "object"},
                        "note": {"type": "string", "default": ""},
                        "home": {"type": "string", "format": "uri"},
                        "price": {"type": "number", "multipleOf": 0.5},
                        "source": {"oneOf": [{"type": "string"}, ref("Node")]},
                        "options": ref("Options"),
                    },
                },
                "Options": {
                    "type": "object",
                    "properties": {"retry": {"type": "boolean"}, "level": {"type": "integer"}},
                },
                "Node": {
                    "type": "object",
                    "required": ["node"],
                    "properties": {"node": {"type": "string"}, "next": ref("Node")},
                },
                "Error": {"type": "object", "properties": {"detail": {"type": "string"}}},
            }
        },
    }


def keys_of(pointer: str) -> list[str]:
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def find(document: Any, pointer: str) -> Any:
    for key in keys_of(pointer):
        document = document[int(key) if isinstance(document, list) else key]
    return document


def put(pointer: str, value: Any) -> Change:
    """Set what stands at a pointer; `-` is the end of a list."""
    holder, _, _ = pointer.rpartition("/")
    key = keys_of(pointer)[-1]

    def change(document: Document) -> None:
        target = find(document, holder)
        if isinstance(target, list):
            target.insert(len(target) if key == "-" else int(key), copy.deepcopy(value))
        else:
            target[key] = copy.deepcopy(value)

    return change


def drop(pointer: str) -> Change:
    holder, _, _ = pointer.rpartition("/")
    key = keys_of(pointer)[-1]

    def change(document: Document) -> None:
        target = find(document, holder)
        del target[int(key) if isinstance(target, list) else key]

    return change


def both(*changes: Change) -> Change:
    def change(document: Document) -> None:
        for each in changes:
            each(document)

    return change


STRING = {"type": "string"}
SENT = f"{CREATE}/properties"
GOT = f"{THING}/properties"
POST = f"{THINGS}/post"
BODY = f"{POST}/requestBody"
ANSWERS = f"{POST}/responses"
LIMIT = f"{SEARCH}/0/schema"
ID = f"{ONE}/parameters/0/schema"
READ_BODY = f"{THINGS}/get/requestBody"
HEADERS = f"{ANSWERS}/200/headers"
TEXT = "content/text~1plain"
EXTRA = f"{SENT}/extra/additionalProperties"
DETAIL = "/components/schemas/Error/properties/detail"

sent_color = put(f"{SENT}/color", STRING)
got_color = put(f"{GOT}/color", STRING)
page = query("page", STRING)
limit_in_json = both(put(f"{SEARCH}/0/content", {JSON: {"schema": BOUNDS}}), drop(LIMIT))
node_with_url = {"type": "object", "properties": {"url": STRING}}

SAFE, BREAKS = False, True

# The change; its kind; whether it breaks; whether taking it back breaks; the place.
CHANGES: list[tuple[Change, str, bool, bool, str]] = [
    # Fields of requests.
    (sent_color, "request-property-added", SAFE, BREAKS, f"{SENT}/color"),
    (put(f"{SENT}/a~0b~1c", STRING), "request-property-added", SAFE, BREAKS, f"{SENT}/a~0b~1c"),
    (
        both(sent_color, put(f"{CREATE}/required/-", "color")),
        "request-required-property-added",
        BREAKS,
        BREAKS,
        f"{SENT}/color",
    ),
    (put(f"{CREATE}/required/-", "mode"), "request-property-required", BREAKS, SAFE, f"{SENT}/mode"),
    (put(f"{SENT}/delay/deprecated", True), "request-deprecated", SAFE, SAFE, f"{SENT}/delay"),
    (put(f"{SENT}/delay/default", 5), "request-default-added", SAFE, BREAKS, f"{SENT}/delay"),
    (put(f"{SENT}/mode/default", "slow"), "request-default-changed", BREAKS, BREAKS, f"{SENT}/mode"),
    (put(f"{CREATE}/additionalProperties", False), "request-additional-properties-forbidden", BREAKS, SAFE, CREATE),
    # Values of requests.
    (put(f"{SENT}/mode/enum/-", "slower"), "request-enum-value-added", SAFE, BREAKS, f"{SENT}/mode"),
    (put(f"{SENT}/name/enum", ["a", "b"]), "request-enum-added", BREAKS, SAFE, f"{SENT}/name"),
    (put(f"{SENT}/name/const", "a"), "request-enum-added", BREAKS, SAFE, f"{SENT}/name"),
    (
        put(f"{SENT}/mode", {"anyOf": [{"enum": ["fast", "slow"]}, STRING], "default": "fast"}),
        "request-enum-removed",
        SAFE,
        BREAKS,
        f"{SENT}/mode",
    ),
    (put(f"{SENT}/delay/type", ["integer", "null"]), "request-null-added", SAFE, BREAKS, f"{SENT}/delay"),
    (put(f"{SENT}/delay/nullable", True), "request-null-added", SAFE, BREAKS, f"{SENT}/delay"),
    (put(f"{SENT}/delay/type", "number"), "request-type-widened", SAFE, BREAKS, f"{SENT}/delay"),
    (put(f"{SENT}/delay/type", ["integer", "string"]), "request-type-widened", SAFE, BREAKS, f"{SENT}/delay"),
    (put(f"{SENT}/options", {}), "request-type-widened", SAFE, BREAKS, f"{SENT}/options"),
    (put(f"{SENT}/delay/type", "string"), "request-type-changed", BREAKS, BREAKS, f"{SENT}/delay"),
    (put(f"{SENT}/name/format", "uuid"), "request-format-added", BREAKS, SAFE, f"{SENT}/name"),
    (put(f"{SENT}/when/format", "date"), "request-format-changed", BREAKS, BREAKS, f"{SENT}/when"),
    (put(f"{SENT}/url/format", "uri-reference"), "request-format-widened", SAFE, BREAKS, f"{SENT}/url"),
    (put(f"{SENT}/url/pattern", "^ftp"), "request-pattern-changed", BREAKS, BREAKS, f"{SENT}/url"),
    (put(f"{SENT}/hint/anyOf/0/enum/-", "tiny"), "request-known-value-added", SAFE, SAFE, f"{SENT}/hint/anyOf/0"),
    (put(f"{SENT}/step/multipleOf", 3), "request-constraint-changed", BREAKS, BREAKS, f"{SENT}/step"),
    (put(f"{SENT}/name/pattern", "^a"), "request-pattern-added", BREAKS, SAFE, f"{SENT}/name"),
    (put(f"{SENT}/name/maxLength", 90), "request-limit-loosened", SAFE, BREAKS, f"{SENT}/name"),
    (drop(f"{SENT}/name/maxLength"), "request-limit-loosened", SAFE, BREAKS, f"{SENT}/name"),
    (put(f"{SENT}/tags/maxItems", 3), "request-limit-tightened", BREAKS, SAFE, f"{SENT}/tags"),
    (put(f"{SENT}/tags/uniqueItems", True), "request-limit-tightened", BREAKS, SAFE, f"{SENT}/tags"),
    (put(f"{SENT}/delay/multipleOf", 5), "request-constraint-added", BREAKS, SAFE, f"{SENT}/delay"),
    (put(f"{SENT}/input/not", {"type": "null"}), "request-constraint-added", BREAKS, SAFE, f"{SENT}/input"),
    (put(f"{SENT}/tags/items/type", ["string", "integer"]), "request-type-widened", SAFE, BREAKS, f"{SENT}/tags/items"),
    (put(EXTRA, True), "request-type-widened", SAFE, BREAKS, EXTRA),
    (put(f"{SENT}/target/anyOf/-", node_with_url), "request-alternative-added", SAFE, BREAKS, f"{SENT}/target/anyOf/3"),
    # Parameters.
    (put(f"{SEARCH}/-", page), "request-parameter-added", SAFE, BREAKS, f"{SEARCH}/3"),
    (put(f"{SEARCH}/-", {**page, "required": True}), "request-required-parameter-added", BREAKS, BREAKS, f"{SEARCH}/3"),
    (put(f"{SEARCH}/2/required", True), "request-parameter-required", BREAKS, SAFE, f"{SEARCH}/2"),
    (put(f"{SEARCH}/2/deprecated", True), "request-deprecated", SAFE, SAFE, f"{SEARCH}/2"),
    (put(f"{SEARCH}/1/explode", False), "request-parameter-style-changed", BREAKS, BREAKS, f"{SEARCH}/1"),
    (limit_in_json, "request-parameter-style-changed", BREAKS, BREAKS, f"{SEARCH}/0"),
    (put(f"{LIMIT}/maximum", 1000), "request-limit-loosened", SAFE, BREAKS, LIMIT),
    (put(f"{LIMIT}/exclusiveMinimum", 1), "request-limit-tightened", BREAKS, SAFE, LIMIT),
    (put(f"{LIMIT}/default", 20), "request-default-changed", BREAKS, BREAKS, LIMIT),
    (put(f"{ID}/format", "uuid"), "request-format-added", BREAKS, SAFE, ID),
    # Bodies.
    (put(f"{BODY}/required", False), "request-body-optional", SAFE, BREAKS, BODY),
    (put(READ_BODY, body({})), "request-body-added", SAFE, BREAKS, READ_BODY),
    (put(READ_BODY, body({}, required=True)), "request-required-body-added", BREAKS, BREAKS, READ_BODY),
    (put(f"{BODY}/{TEXT}", {}), "request-content-type-added", SAFE, BREAKS, f"{BODY}/{TEXT}"),
    # Responses.
    (got_color, "response-property-added", SAFE, BREAKS, f"{GOT}/color"),
    (
        both(got_color, put(f"{THING}/required/-", "color")),
        "response-required-property-added",
        SAFE,
        BREAKS,
        f"{GOT}/color",
    ),
    (put(f"{THING}/required/-", "code"), "response-property-required", SAFE, BREAKS, f"{GOT}/code"),
    (put(f"{GOT}/code/deprecated", True), "response-deprecated", SAFE, SAFE, f"{GOT}/code"),
    (put(f"{GOT}/code/default", "a"), "response-default-added", SAFE, SAFE, f"{GOT}/code"),
    (put(f"{GOT}/note/default", "none"), "response-default-changed", SAFE, SAFE, f"{GOT}/note"),
    (put(f"{GOT}/note/enum", ["a", "b"]), "response-enum-added", SAFE, BREAKS, f"{GOT}/note"),
    (put(f"{GOT}/note/pattern", "^a"), "response-pattern-added", SAFE, BREAKS, f"{GOT}/note"),
    (put(f"{GOT}/home/format", "email"), "response-format-changed", BREAKS, BREAKS, f"{GOT}/home"),
    (put(f"{GOT}/home/format", "uri-reference"), "response-format-widened", BREAKS, SAFE, f"{GOT}/home"),
    (put(f"{GOT}/price/multipleOf", 0.7), "response-constraint-changed", BREAKS, BREAKS, f"{GOT}/price"),
    (put(f"{GOT}/score/multipleOf", 5), "response-constraint-added", SAFE, BREAKS, f"{GOT}/score"),
    (put(f"{GOT}/source/oneOf/-", node_with_url), "response-alternative-added", BREAKS, SAFE, f"{GOT}/source/oneOf/2"),
    (put(f"{GOT}/status/enum/-", "lost"), "response-enum-value-added", BREAKS, SAFE, f"{GOT}/status"),
    (put(f"{GOT}/priority/anyOf/0/enum/-", "top"), "response-known-value-added", SAFE, SAFE, f"{GOT}/priority/anyOf/0"),
    (put(f"{GOT}/code/type", ["string", "null"]), "response-null-added", BREAKS, SAFE, f"{GOT}/code"),
    (put(f"{GOT}/score/type", ["integer", "null"]), "response-type-narrowed", SAFE, BREAKS, f"{GOT}/score"),
    (put(f"{GOT}/id", {"type": "integer"}), "response-type-changed", BREAKS, BREAKS, f"{GOT}/id"),
    (drop(f"{GOT}/id/format"), "response-format-removed", BREAKS, SAFE, f"{GOT}/id"),
    (put(f"{GOT}/code/pattern", "^[0-9]+$"), "response-pattern-changed", BREAKS, BREAKS, f"{GOT}/code"),
    (put(f"{GOT}/score/minimum", -1), "response-limit-loosened", BREAKS, SAFE, f"{GOT}/score"),
    (
        put(f"{GOT}/metadata/additionalProperties", False),
        "response-additional-properties-forbidden",
        BREAKS,
        SAFE,
        f"{GOT}/metadata",
    ),
    (put(f"{DETAIL}/format", "uri"), "response-format-added", SAFE, BREAKS, DETAIL),
    (put(f"{ANSWERS}/202", {"description": ""}), "response-status-added", SAFE, BREAKS, f"{ANSWERS}/202"),
    (put(f"{ANSWERS}/303", {}), "response-status-added", SAFE, BREAKS, f"{ANSWERS}/303"),
    (put(f"{ANSWERS}/422", body(ref("Error"))), "response-error-status-added", SAFE, SAFE, f"{ANSWERS}/422"),
    (put(f"{ANSWERS}/200/{TEXT}", {}), "response-content-type-added", SAFE, BREAKS, f"{ANSWERS}/200/{TEXT}"),
    (put(f"{HEADERS}/ETag", {"schema": STRING}), "response-header-added", SAFE, BREAKS, f"{HEADERS}/ETag"),
    (put(f"{HEADERS}/ETag", {"required": True}), "response-required-header-added", SAFE, BREAKS, f"{HEADERS}/ETag"),
    (put(f"{HEADERS}/Location/required", True), "response-header-required", SAFE, BREAKS, f"{HEADERS}/Location"),
    (
        put(f"{HEADERS}/Location/schema/type", "integer"),
        "response-type-changed",
        BREAKS,
        BREAKS,
        f"{HEADERS}/Location/schema",
    ),
    # Operations.
    (put(f"{ONE}/put", {"responses": {}}), "operation-added", SAFE, BREAKS, f"{ONE}/put"),
    (put(f"{POST}/deprecated", True), "operation-deprecated", SAFE, SAFE, POST),
    (put(f"{POST}/operationId", "make_thing"), "operation-id-changed", BREAKS, BREAKS, POST),
]

OPPOSITES = {
    "added": "removed",
    "allowed": "forbidden",
    "deprecated": "undeprecated",
    "loosened": "tightened",
    "required": "optional",
    "widened": "narrowed",
}


def opposite(kind: str) -> str:
    """The kind of the change that takes back one of this kind."""
    *stem, last = kind.split("-")
    return "-".join([*stem, {**OPPOSITES, **{back: there for there, back in OPPOSITES.items()}}.get(last, last)])
