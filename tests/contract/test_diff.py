"""What `diff` says about two documents, and what it does not mind."""

from __future__ import annotations

import json

import pytest

from runs_client.spec._contract import ContractError
from runs_client.spec._diff import diff
from runs_client.spec._diff_rules import RULES
from runs_client.spec._findings import has_breaking

from .changes import (
    CHANGES,
    CREATE,
    GOT,
    NODE,
    ONE,
    OPTIONS,
    POST,
    SEARCH,
    SENT,
    STRING,
    THING,
    Change,
    Document,
    base,
    body,
    both,
    drop,
    opposite,
    put,
    ref,
)


def changed(change: Change) -> Document:
    document = base()
    change(document)
    return document


@pytest.mark.parametrize(("change", "kind", "breaks", "breaks_back", "pointer"), CHANGES)
def test_a_single_change_there_and_back(
    change: Change, kind: str, breaks: bool, breaks_back: bool, pointer: str
) -> None:
    before, after = base(), changed(change)
    (there,) = diff(before, after)
    assert (there.change, there.breaking, there.pointer) == (kind, breaks, pointer)
    (back,) = diff(after, before)
    assert (back.change, back.breaking, back.pointer) == (opposite(kind), breaks_back, pointer)
    assert (back.before, back.after) == (there.after, there.before)
    assert there.operations == back.operations != ()


def test_every_kind_of_change_is_in_the_table() -> None:
    kinds = {kind for _, kind, *_ in CHANGES}
    assert kinds | set(map(opposite, kinds)) == RULES.keys()


def rename_a_component(document: Document) -> None:
    text = json.dumps(document).replace("#/components/schemas/Node", "#/components/schemas/Step")
    document.clear()
    document.update(json.loads(text))
    document["components"]["schemas"]["Step"] = document["components"]["schemas"].pop("Node")


def write_a_component_out(document: Document) -> None:
    schemas = document["components"]["schemas"]
    schemas["Create"]["properties"]["options"] = schemas["Thing"]["properties"]["options"] = schemas.pop("Options")


def make_components(document: Document) -> None:
    get = document["paths"]["/things"]["get"]
    document["components"]["parameters"] = {"Limit": get["parameters"][0]}
    get["parameters"][0] = {"$ref": "#/components/parameters/Limit"}
    document["components"]["responses"] = {"List": get["responses"]["200"]}
    get["responses"]["200"] = {"$ref": "#/components/responses/List"}
    document["components"]["requestBodies"] = {"New": document["paths"]["/things"]["post"]["requestBody"]}
    document["paths"]["/things"]["post"]["requestBody"] = {"$ref": "#/components/requestBodies/New"}


def name_the_id_otherwise(document: Document) -> None:
    path_item = document["paths"].pop("/things/{thing_id}")
    path_item["parameters"][0]["name"] = "id"
    document["paths"]["/things/{id}"] = path_item


def make_a_path_a_component(document: Document) -> None:
    document["components"]["pathItems"] = {"Things": document["paths"]["/things"]}
    document["paths"]["/things"] = {"$ref": "#/components/pathItems/Things"}


def write_numbers_for_statuses(document: Document) -> None:
    for path_item in document["paths"].values():
        for method in path_item.keys() - {"parameters"}:
            path_item[method]["responses"] = {int(code): it for code, it in path_item[method]["responses"].items()}


def declare_a_parameter_at_the_path(document: Document) -> None:
    path_item = document["paths"]["/things/{thing_id}"]
    for method in ("get", "delete"):
        path_item[method]["parameters"] = path_item["parameters"]
    path_item["parameters"] = [{"in": "path", "name": "thing_id", "required": True, "schema": {"type": "integer"}}]


IN_PARTS = {"allOf": [{"required": ["node"]}, {"properties": {"node": STRING}}, {"properties": {"next": ref("Node")}}]}

SAME = {
    "a component with another name": rename_a_component,
    "a component written out": write_a_component_out,
    "parameters, bodies and responses as components": make_components,
    "a path as a component": make_a_path_a_component,
    "another name in a path": name_the_id_otherwise,
    "statuses as numbers": write_numbers_for_statuses,
    "a parameter of the path that the operation overrides": declare_a_parameter_at_the_path,
    "words": both(put(f"{CREATE}/description", "New."), put(f"{SENT}/name/example", "x"), put(f"{POST}/tags", ["a"])),
    "extensions": put(f"{CREATE}/x-internal", True),
    "another order of fields": put(f"{THING}/required", ["status", "id"]),
    "another order of values": put(f"{SENT}/mode/enum", ["slow", "fast"]),
    "another order of alternatives": put(f"{SENT}/target/anyOf", [{"type": "null"}, ref("Node"), STRING]),
    "oneOf for anyOf": put(f"{SENT}/target", {"oneOf": [STRING, ref("Node"), {"type": "null"}]}),
    "nullable for null": put(f"{SENT}/target", {"anyOf": [STRING, ref("Node")], "nullable": True}),
    "anyOf for a list of types": put(f"{GOT}/score", {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]}),
    "nullable for a list of types": put(f"{GOT}/score", {"type": "number", "minimum": 0, "nullable": True}),
    "constants for values": put(f"{GOT}/status", {"anyOf": [{"const": "new"}, {"const": "done"}]}),
    "values without a type": put(f"{GOT}/status", {"enum": ["new", "done"]}),
    "several lists of values": put(f"{GOT}/status", {"oneOf": [{"enum": ["done"]}, {"enum": ["new"]}]}),
    "a part of allOf": put(f"{SENT}/options", {"allOf": [ref("Options")], "description": "How."}),
    "a type beside $ref": put(f"{SENT}/options", {"type": "object", "$ref": ref("Options")["$ref"]}),
    "an object in parts": put(NODE, IN_PARTS),
    "limits of several parts": put(f"{SENT}/name", {"minLength": 1, "allOf": [{"maxLength": 80}, {"maxLength": 90}]}),
    "values that all parts have": put(
        f"{GOT}/status", {"allOf": [{"enum": ["a", "new", "done"]}, {"enum": ["done", "new", "b"]}]}
    ),
    "an object without its type": drop(f"{CREATE}/type"),
    "true for any value": put(f"{SENT}/input", True),
    "all types for any value": put(
        f"{SENT}/input", {"type": ["object", "array", "string", "number", "integer", "boolean", "null"]}
    ),
    "a number for a number or an integer": put(f"{GOT}/score/type", ["integer", "number", "null"]),
    "further fields, which may come anyway": put(f"{NODE}/additionalProperties", True),
    "a bound as in OpenAPI 3.0": put(f"{GOT}/score/exclusiveMinimum", False),
    "limits that limit nothing": both(put(f"{SENT}/tags/minItems", 0), put(f"{SENT}/tags/uniqueItems", False)),
    "another order of parameters": put(SEARCH, list(reversed(base()["paths"]["/things"]["get"]["parameters"]))),
    "the style that goes without saying": both(put(f"{SEARCH}/1/style", "form"), put(f"{SEARCH}/1/explode", True)),
    "a style that changes nothing": put(f"{SEARCH}/0/explode", False),
    "a path needs its parameters, said or not": drop(f"{ONE}/parameters/0/required"),
    "the case of a header": put(f"{SEARCH}/2/name", "x-tenant"),
    "a charset": both(
        put(f"{POST}/requestBody/content", {"Application/JSON; charset=utf-8": {"schema": ref("Create")}})
    ),
    "a component that nobody uses": put("/components/schemas/Unused", STRING),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_means_the_same_is_no_change(change: Change) -> None:
    assert changed(change) != base()
    assert diff(base(), changed(change)) == diff(changed(change), base()) == []


def test_a_schema_that_is_sent_and_comes_back_is_judged_in_both_directions() -> None:
    sent, got = diff(base(), changed(put(f"{OPTIONS}/properties/level/type", "number")))
    assert (sent.change, sent.breaking, sent.operations) == ("request-type-widened", False, ("POST /things",))
    assert (got.change, got.breaking) == ("response-type-widened", True)
    assert got.operations == ("GET /things", "GET /things/{thing_id}", "POST /things")
    assert sent.pointer == got.pointer == f"{OPTIONS}/properties/level"
    assert sent.subject == got.subject == "Options.level"
    assert (got.before, got.after) == ("integer", "number")


def test_each_value_is_a_finding() -> None:
    findings = diff(base(), changed(put(f"{GOT}/status/enum", ["done", "late", "lost"])))
    assert [(item.change, item.before, item.after) for item in findings] == [
        ("response-enum-value-added", None, "late"),
        ("response-enum-value-added", None, "lost"),
        ("response-enum-value-removed", "new", None),
    ]


PEN: Document = {"type": "object", "properties": {"kind": {"const": "pen"}, "ink": STRING}}
CUP: Document = {"type": "object", "properties": {"kind": {"const": "cup"}, "size": {"type": "integer"}, "lid": STRING}}


def between(before: Document, after: Document) -> list[tuple[str, str]]:
    """What is found where a schema of a request becomes another one: the kinds and the places."""
    documents = [changed(put(f"{SENT}/target", schema)) for schema in (before, after)]
    return [(finding.change, finding.pointer.removeprefix(f"{SENT}/target")) for finding in diff(*documents)]


def test_alternatives_belong_together_by_their_meaning() -> None:
    found = between({"anyOf": [PEN, CUP]}, {"anyOf": [{**CUP, "required": ["size"]}, PEN]})
    assert found == [("request-property-required", "/anyOf/0/properties/size")]


def test_lists_belong_together_by_their_items() -> None:
    lists = [{"type": "array", "items": schema} for schema in (PEN, CUP, {**CUP, "required": ["size"]})]
    found = between({"anyOf": [lists[0], lists[1]]}, {"anyOf": [lists[2], lists[0]]})
    assert found == [("request-property-required", "/anyOf/0/items/properties/size")]


def test_alternatives_without_a_common_property_are_two() -> None:
    url = {"type": "object", "properties": {"url": STRING}}
    found = between({"anyOf": [PEN, CUP]}, {"anyOf": [url, PEN]})
    assert found == [("request-alternative-added", "/anyOf/0"), ("request-alternative-removed", "/anyOf/1")]


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_an_alternative_that_another_one_covers_is_not_missed(keyword: str) -> None:
    two_lists = {keyword: [{"type": "array", "items": STRING}, {"type": "array", "items": ref("Node")}]}
    mixed_list = {"type": "array", "items": {"anyOf": [STRING, ref("Node")]}}
    assert between(two_lists, mixed_list) == [("request-type-widened", "/items")]
    assert between(mixed_list, two_lists) == [("request-type-narrowed", f"/{keyword}/0/items")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "integer", "enum": [1, 2]}, {"enum": [1, 2]}),
        ({"type": ["string", "null"], "enum": ["a", None]}, {"anyOf": [{"const": "a"}, {"type": "null"}]}),
        ({"type": "boolean"}, {"enum": [False, True]}),
        ({"type": ["number", "null"]}, {"type": ["number", "null"], "nullable": True}),
        ({"enum": [1, "a"]}, {"anyOf": [{"enum": ["a"]}, {"type": "number", "enum": [1]}]}),
    ],
)
def test_lists_of_values_may_be_written_in_other_ways(before: Document, after: Document) -> None:
    assert between(before, after) == between(after, before) == []


def test_true_is_not_one() -> None:
    assert between({"const": 1}, {"const": True}) == [("request-type-changed", "")]


def test_the_place_of_a_field_is_where_it_is_described() -> None:
    before, after = changed(put(NODE, IN_PARTS)), changed(put(NODE, IN_PARTS))
    put(f"{NODE}/allOf", IN_PARTS["allOf"][1:])(after)
    for documents in ((before, after), (after, before)):
        pointers = {finding.pointer for finding in diff(*documents)}
        assert len(pointers) == 1
        assert pointers <= {f"{NODE}/allOf/0/properties/node", f"{NODE}/allOf/1/properties/node"}


def test_the_place_of_a_default_is_where_it_was_given() -> None:
    beside = {**ref("Options"), "default": {}}
    assert between(beside, ref("Options")) == [("request-default-removed", "")]
    in_a_part = put(f"{SENT}/options", {"allOf": [ref("Options")]})
    before, after = changed(both(in_a_part, put(f"{OPTIONS}/default", {}))), changed(in_a_part)
    assert {(finding.change, finding.pointer) for finding in diff(before, after)} == {
        ("request-default-removed", OPTIONS),
        ("response-default-removed", OPTIONS),
    }


def test_a_status_is_removed_from_the_operation_and_not_from_the_component() -> None:
    before, after = changed(make_components), changed(make_components)
    drop(f"{POST}/responses/409")(after)
    (finding,) = diff(before, after)
    assert (finding.change, finding.pointer) == ("response-error-status-removed", f"{POST}/responses/409")
    assert (finding.subject, finding.before) == ("response 409", "409")


def test_schemas_may_contain_themselves() -> None:
    tree = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}},
    }
    before, after = base(), base()
    put(NODE, {"anyOf": [ref("Node"), {"allOf": [ref("Node"), tree]}]})(before)
    put(NODE, tree)(after)
    assert diff(before, after) == []
    put(f"{NODE}/properties/leaf", STRING)(after)
    assert {finding.pointer for finding in diff(before, after)} == {f"{NODE}/properties/leaf"}


def test_findings_name_the_operations_of_any_server_and_their_members() -> None:
    before: Document = {"paths": {"/threads/{id}/runs/{run}/join": {"get": {"responses": {"200": body({})}}}}}
    after: Document = {"paths": {}}
    (finding,) = diff(before, after)
    assert finding.operations == ("GET /threads/{id}/runs/{run}/join",)
    assert {"join", "wait"} <= set(finding.members)
    assert has_breaking([finding])


def test_the_first_document_is_left_as_it_is() -> None:
    before, after = base(), changed(put(f"{SENT}/color", STRING))
    kept = json.dumps([before, after])
    diff(before, after)
    assert json.dumps([before, after]) == kept


def test_every_kind_has_an_opposite() -> None:
    for kind, verdict in RULES.items():
        back = RULES[opposite(kind)]
        if verdict.breaking and back.breaking:
            assert kind.endswith("-changed") or kind.startswith("request-required-"), "neither way is safe"
        assert verdict.reason.endswith(".")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (
            put(f"{SENT}/options", {"$ref": "#/components/schemas/Gone"}),
            "#/components/schemas/Gone, used at .*/options",
        ),
        (put(f"{SENT}/options", {"$ref": "other.yaml#/Options"}), "other.yaml#/Options, used at .*, leads nowhere"),
        (put(OPTIONS, ref("Options")), "the schema at .*/options leads in a circle"),
        (put(f"{SENT}/options", 5), "/components/schemas/Create/properties/options is no schema"),
        (put(f"{SENT}/name/type", "text"), "Create/properties/name has the type 'text', which is none of JSON's"),
        (put(f"{SENT}/name/maxLength", "80"), "maxLength at .*/name must be a number, not '80'"),
        (put(f"{CREATE}/properties", ["name"]), "/components/schemas/Create/properties must be an object"),
        (put(f"{POST}/requestBody", []), "/paths/~1things/post/requestBody is no object"),
        (put(f"{ONE}/get", None), "/paths/~1things~1{thing_id}/get is no object"),
        (put(f"{SEARCH}/0", {"$ref": "#/paths/~1things/get/parameters/0"}), "leads in a circle"),
    ],
)
def test_a_broken_document_is_named_in_a_sentence(change: Change, named: str) -> None:
    for documents in ((base(), changed(change)), (changed(change), base())):
        with pytest.raises(ContractError, match=named) as error:
            diff(*documents)
        assert "\n" not in str(error.value)
