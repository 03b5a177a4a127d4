"""Overlays are applied as the standard says, and those we ship leave nothing for the generator to drop."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from runs_client.spec import GenerationError, generate_bindings
from runs_client.spec._contract import ContractError, operations, read_contract
from runs_client.spec._extract import extract_runs, write_document
from runs_client.spec._overlay import apply_overlay, read_overlay

from .contracts import OPENAPI

PUBLISHED = Path(__file__).parent / "published"


# The overlays that we ship


def published(name: str) -> dict[str, Any]:
    return read_contract(PUBLISHED / f"{name}.json")


def shipped(server: str) -> dict[str, Any]:
    return read_overlay(OPENAPI / "overlays" / f"{server}.yaml")


def fixed(name: str) -> dict[str, Any]:
    return apply_overlay(published(name), shipped(name.rpartition("-")[0])).document


def generate(document: dict[str, Any], folder: Path) -> Path:
    write_document(document, folder / "runs.json")
    generate_bindings(folder / "runs.json", folder / "runs_bindings", openapi_dir=OPENAPI)
    return folder / "runs_bindings"


@pytest.mark.parametrize(
    "name", ["langgraph-api-0.2.0", "langgraph-api-0.8.3", "langgraph-api-0.16.7", "aegra-api-0.11.0"]
)
def test_every_operation_has_its_module(tmp_path: Path, name: str) -> None:
    package = generate(fixed(name), tmp_path)
    modules = [file.read_text() for file in package.glob("api/*/*.py") if file.stem != "__init__"]
    labels = [operation.label for operation in operations(published(name))]
    assert sorted(map(label, modules)) == sorted(labels)


def label(module: str) -> str:
    """The operation that a module of the bindings sends."""
    request = re.search(r'RequestParts\(\s*method="(\w+)",\s*path=f?"([^"]+)"', module)
    assert request is not None
    return f"{request[1]} " + re.sub(r"\{path_segment\('(\w+)', \w+\)\}", r"{\1}", request[2])


def test_what_the_generator_would_drop_without_the_overlay(tmp_path: Path) -> None:
    with pytest.raises(GenerationError) as raised:
        generate(published("langgraph-api-0.16.7"), tmp_path)
    problems = "\n".join(raised.value.problems)
    for path in ("", "/stream", "/wait"):
        assert f"POST /runs{path} within default. Endpoint will not be generated." in problems
        assert f"POST /threads/{{thread_id}}/runs{path} within default. Endpoint will not be generated." in problems
    assert "POST /runs/batch within default. Endpoint will not be generated." in problems


def test_a_stream_of_aegra_is_not_parsed_as_json(tmp_path: Path) -> None:
    module = "api/default/stateless_stream_run_runs_stream_post.py"
    for document, parses in ((published("aegra-api-0.11.0"), True), (fixed("aegra-api-0.11.0"), False)):
        assert ("def parse_result" in (generate(document, tmp_path) / module).read_text()) is parses


@pytest.mark.parametrize("name", ["langgraph-api-0.16.7", "aegra-api-0.11.0"])
def test_every_action_is_needed_and_says_why(name: str) -> None:
    document, overlay = published(name), shipped(name.rpartition("-")[0])
    for action in overlay["actions"]:
        corrected, unused = apply_overlay(document, {**overlay, "actions": [action]})
        assert not unused
        assert corrected != document, action["target"]
        assert action["description"], action["target"]
        document = corrected
    assert extract_runs(document) == extract_runs(fixed(name))


# The standard


def apply(document: dict[str, Any], *actions: dict[str, Any]) -> dict[str, Any]:
    before = copy.deepcopy(document)
    result, _ = apply_overlay(document, {"overlay": "1.0.0", "actions": list(actions)})
    assert document == before
    return result


@pytest.mark.parametrize(
    ("document", "update", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": None}, {"a": None}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1]}, {"a": [2, 3]}, {"a": [1, 2, 3]}),
        ({}, {}, {}),
    ],
)
def test_an_update_is_merged(document: dict[str, Any], update: dict[str, Any], expected: dict[str, Any]) -> None:
    assert apply(document, {"target": "$", "update": update}) == expected
    assert apply({"x": document}, {"target": "$.x", "update": update}) == {"x": expected}


def test_an_update_of_an_array_is_appended() -> None:
    document = {"parameters": [{"name": "a"}]}
    action = {"target": "$.parameters", "update": {"name": "b"}}
    assert apply(document, action) == {"parameters": [{"name": "a"}, {"name": "b"}]}


def test_an_action_changes_all_that_its_target_selects() -> None:
    document = {"paths": {"/a": {"get": {"x": 1}}, "/b": {"get": {}, "post": {}}}}
    corrected = apply(document, {"target": "$.paths.*.get", "update": {"tags": ["t"]}})
    assert corrected == {"paths": {"/a": {"get": {"x": 1, "tags": ["t"]}}, "/b": {"get": {"tags": ["t"]}, "post": {}}}}
    corrected["paths"]["/a"]["get"]["tags"].append("u")
    assert corrected["paths"]["/b"]["get"]["tags"] == ["t"], "the nodes share the value"


def test_a_filter() -> None:
    document = {"a": {"type": "array"}, "b": {"type": "array", "items": {}}, "c": {"type": ["null", "array"]}}
    corrected = apply(
        document,
        {"target": "$..[?@.type == 'array' && !@.items]", "update": {"items": {"x": 1}}},
        {"target": "$..[?@.type[?@ == 'array'] && !@.items]", "update": {"items": {"y": 1}}},
    )
    assert [corrected[name]["items"] for name in "abc"] == [{"x": 1}, {}, {"y": 1}]


@pytest.mark.parametrize("target", ["$.list[?@.no]", "$.list[0, 2]", "$.list[2, 0]", "$.list[0, 0, 2]"])
def test_several_items_of_an_array_are_removed(target: str) -> None:
    document = {"list": [{"no": 1}, {"yes": 1}, {"no": 1}]}
    assert apply(document, {"target": target, "remove": True}) == {"list": [{"yes": 1}]}


def test_an_equal_item_stays() -> None:
    assert apply({"list": [{"a": 1}, {"a": 1}]}, {"target": "$.list[0]", "remove": True}) == {"list": [{"a": 1}]}


def test_what_is_selected_twice_is_removed_once() -> None:
    assert apply({"a": {}, "b": {}}, {"target": "$['a', 'a']", "remove": True}) == {"b": {}}


def test_what_is_removed_may_be_within_what_is_removed() -> None:
    document = {"a": {"no": {"no": {"b": 1}}}, "c": {}}
    assert apply(document, {"target": "$..no", "remove": True}) == {"a": {}, "c": {}}


def test_remove_comes_before_update_and_may_be_false() -> None:
    document = {"a": {"b": 1}}
    assert apply(document, {"target": "$.a", "remove": True, "update": {"c": 2}}) == {}
    assert apply(document, {"target": "$.a", "remove": False, "update": {"c": 2}}) == {"a": {"b": 1, "c": 2}}


def test_actions_are_applied_in_order() -> None:
    document = {"a": {"b": {"$ref": "#/c", "type": "object"}}}
    remove = {"target": "$.a.b", "remove": True}
    restore = {"target": "$.a", "update": {"b": {"$ref": "#/c"}}}
    assert apply(document, remove, restore) == {"a": {"b": {"$ref": "#/c"}}}


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.info[", "remove": True}, "the overlay's target $.info[ is no JSONPath: "),
        ({"target": "info", "remove": True}, "the overlay's target info is no JSONPath: "),
        ({"target": "$.info.~", "remove": True}, "the overlay's target $.info.~ is no JSONPath: "),
        ({"target": "$.info.title", "update": "x"}, "the overlay's target $.info.title selects a plain value: "),
        ({"target": "$.info.title", "remove": True}, "the overlay's target $.info.title selects a plain value: "),
        ({"target": "$", "remove": True}, "the overlay cannot remove the whole document"),
        ({"target": "$.info", "update": []}, "the overlay's target $.info selects an object, and its update is none"),
        (
            {"target": "$", "update": {"info": "x"}},
            "the overlay's target $ has a `info` that its update cannot be merged with",
        ),
    ],
)
def test_an_action_that_cannot_be_carried_out(action: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError) as raised:
        apply({"info": {"title": "t"}}, action)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_an_action_that_is_not_needed_any_more_is_named() -> None:
    actions = [{"target": "$.paths['/gone']", "remove": True}, {"target": "$.info", "update": {"version": "2"}}]
    corrected = apply_overlay({"info": {}}, {"overlay": "1.0.0", "actions": actions})
    assert corrected == ({"info": {"version": "2"}}, ("$.paths['/gone']",))


# The file


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        ({"openapi": "3.1.0"}, "is not an overlay: it must say `overlay: 1.0.0`"),
        ({"overlay": "2.0.0"}, "is not an overlay: it must say `overlay: 1.0.0`"),
        (["overlay"], "is not an overlay: it must say `overlay: 1.0.0`"),
        ({"overlay": "1.0.0"}, "has no `actions`"),
        ({"overlay": "1.0.0", "actions": []}, "has no `actions`"),
        ({"overlay": "1.0.0", "actions": {}}, "has no `actions`"),
        ({"overlay": "1.0.0", "actions": [{"remove": True}]}, "action 1 of {path} has no `target`"),
        (
            {"overlay": "1.0.0", "actions": [{"target": "$", "update": {}}, {"target": "$.a"}]},
            "action 2 of {path} ($.a) has neither `update` nor `remove: true`",
        ),
    ],
)
def test_a_file_that_is_no_overlay(tmp_path: Path, overlay: Any, message: str) -> None:
    path = tmp_path / "overlay.json"
    path.write_text(json.dumps(overlay))
    with pytest.raises(ContractError) as raised:
        read_overlay(path)
    assert message.replace("{path}", str(path)) in str(raised.value)
    assert str(path) in str(raised.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="No such file or directory$"):
        read_overlay(tmp_path / "overlay.yaml")
