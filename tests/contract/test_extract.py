"""The Runs part of a document: all that it needs, nothing else, and no words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from runs_client.spec._contract import ContractError, components_reached, operations, read_contract
from runs_client.spec._extract import extract_runs, write_document

from .contracts import OPENAPI

PUBLISHED = sorted((Path(__file__).parent / "published").glob("*.json"))
WORDS = "words of somebody else"


def document(paths: dict[str, Any], **components: Any) -> dict[str, Any]:
    return {"openapi": "3.1.0", "info": {"title": "An API", "version": "7"}, "paths": paths, "components": components}


def operation(schema: Any = True, **more: Any) -> dict[str, Any]:
    answer = {"description": WORDS, "content": {"application/json": {"schema": schema}}}
    return {"operationId": "run", "responses": {"200": answer}, **more}


def schema_of(extract: dict[str, Any], path: str = "/runs", method: str = "post") -> Any:
    return extract["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]


# Which operations


@pytest.mark.parametrize(
    ("path", "taken"),
    [
        ("/runs", True),
        ("/runs/stream", True),
        ("/runs/{run_id}/stream", True),
        ("/threads/{thread_id}/runs", True),
        ("/threads/{id}/runs/{run_id}/join", True),
        ("/runs/cronsy", True),
        ("/runs/crons", False),
        ("/runs/crons/{cron_id}", False),
        ("/threads/{thread_id}/runs/crons", False),
        ("/threads/{thread_id}/state", False),
        ("/threads/{thread_id}/state/runs", False),
        ("/threads/runs", False),
        ("/runsy", False),
        ("/", False),
    ],
)
def test_the_paths(path: str, taken: bool) -> None:
    extract = extract_runs(document({"/runs/wait": {"post": operation()}, path: {"post": operation()}}))
    assert (path in extract["paths"]) is taken
    assert "/runs/wait" in extract["paths"]


def test_a_path_may_be_a_reference() -> None:
    extract = extract_runs(
        document({"/runs": {"$ref": "#/components/pathItems/Runs"}}, pathItems={"Runs": {"post": operation()}})
    )
    assert [item.label for item in operations(extract)] == ["POST /runs"]
    assert extract["components"] == {}


@pytest.mark.parametrize("paths", [{}, {"/threads": {"get": operation()}}, {"/runs": {"parameters": []}}])
def test_a_document_without_runs(paths: dict[str, Any]) -> None:
    with pytest.raises(ContractError, match="^the document has no Runs operation: no path like /runs or "):
        extract_runs(document(paths))


# Which components


def reference(name: str, kind: str = "schemas") -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}


def test_only_what_is_reached_is_kept() -> None:
    schemas = {
        "Run": {"properties": {"thread": reference("Thread")}},
        "Thread": {"type": "string"},
        "Cron": {"properties": {"run": reference("Run")}},
    }
    extract = extract_runs(document({"/runs": {"post": operation(reference("Run"))}}, schemas=schemas))
    assert list(extract["components"]) == ["schemas"]
    assert list(extract["components"]["schemas"]) == ["Run", "Thread"]


def test_every_kind_of_component() -> None:
    extract = extract_runs(
        document(
            {
                "/runs": {
                    "parameters": [reference("RunId", "parameters")],
                    "post": operation(
                        requestBody=reference("Body", "requestBodies"),
                        responses={"200": reference("Answer", "responses")},
                    ),
                }
            },
            parameters={"RunId": {"in": "path", "name": "run_id", "required": True, "schema": reference("Id")}},
            requestBodies={"Body": {"description": WORDS, "content": {"application/json": {"schema": True}}}},
            responses={"Answer": {"description": WORDS, "headers": {"Location": reference("title", "headers")}}},
            headers={"title": {"description": WORDS, "schema": reference("description")}},
            schemas={"Id": {"type": "string"}, "description": {"type": "string", "title": WORDS}},
        )
    )
    assert {kind: list(components) for kind, components in extract["components"].items()} == {
        "headers": ["title"],
        "parameters": ["RunId"],
        "requestBodies": ["Body"],
        "responses": ["Answer"],
        "schemas": ["Id", "description"],
    }
    assert WORDS not in json.dumps(extract)


def test_a_reference_into_a_component_keeps_the_whole_of_it() -> None:
    run = {"properties": {"status": {"type": "string"}, "thread": reference("Thread")}}
    extract = extract_runs(
        document(
            {"/runs": {"post": operation(reference("Run/properties/status"))}},
            schemas={"Run": run, "Thread": {"type": "string"}},
        )
    )
    assert extract["components"]["schemas"] == {"Run": run, "Thread": {"type": "string"}}


def test_a_cyclic_schema_is_kept() -> None:
    schemas = {
        "Run": {"properties": {"parent": reference("Run"), "tree": reference("Tree")}},
        "Tree": {"items": reference("Branch"), "type": "array"},
        "Branch": {"anyOf": [reference("Tree"), {"type": "null"}]},
    }
    extract = extract_runs(document({"/runs": {"post": operation(reference("Run"))}}, schemas=schemas))
    assert extract["components"]["schemas"] == schemas


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("#/components/schemas/Nothing", "POST /runs has a broken $ref: #/components/schemas/Nothing leads nowhere"),
        ("#/components/schemas/Broken", "POST /runs has a broken $ref: #/components/schemas/Nothing leads nowhere"),
        ("#/components/schemas/Circle", "POST /runs has a broken $ref: #/components/schemas/Circle leads in a circle"),
        ("common.yaml#/Run", "POST /runs has a broken $ref: common.yaml#/Run leads nowhere"),
        ("#/info", "POST /runs has a $ref that is no component of this document: #/info"),
        ("#/components/schemas", "POST /runs has a $ref that is no component of this document: #/components/schemas"),
    ],
)
def test_a_reference_that_cannot_be_followed(target: str, message: str) -> None:
    schemas = {"Broken": reference("Nothing"), "Circle": reference("Round"), "Round": reference("Circle")}
    with pytest.raises(ContractError) as raised:
        extract_runs(document({"/runs": {"post": operation({"items": {"$ref": target}})}}, schemas=schemas))
    assert str(raised.value) == message


def test_a_broken_path() -> None:
    with pytest.raises(ContractError, match="^#/components/pathItems/Runs leads nowhere$"):
        extract_runs(document({"/runs": {"$ref": "#/components/pathItems/Runs"}}))


# Facts alone, in order


def test_words_are_left_out_and_names_are_kept() -> None:
    schema = {
        "title": WORDS,
        "description": WORDS,
        "examples": [WORDS],
        "x-order": WORDS,
        "type": "object",
        "properties": {
            "title": {"type": "string", "title": WORDS},
            "description": {"type": "string", "description": WORDS},
            "example": {"enum": ["title", "example"], "example": WORDS},
            "x-y": {"default": {"title": "a title", "x-z": 1}},
            "properties": {"properties": {"tags": {"deprecated": True, "summary": WORDS}}},
        },
        "required": ["title", "description"],
    }
    told = {
        "properties": {
            "description": {"type": "string"},
            "example": {"enum": ["example", "title"]},
            "properties": {"properties": {"tags": {"deprecated": True}}},
            "title": {"type": "string"},
            "x-y": {"default": {"title": "a title", "x-z": 1}},
        },
        "required": ["description", "title"],
        "type": "object",
    }
    extract = extract_runs(
        document({"/runs": {"summary": WORDS, "post": operation(schema, tags=[WORDS], security=[{WORDS: []}])}})
    )
    assert schema_of(extract) == told
    assert list(schema_of(extract)) == list(told)
    assert list(schema_of(extract)["properties"]) == list(told["properties"])
    assert extract == {
        "components": {},
        "info": {"title": "An API", "version": "7"},
        "openapi": "3.1.0",
        "paths": {
            "/runs": {
                "post": {
                    "operationId": "run",
                    "responses": {"200": {"content": {"application/json": {"schema": told}}, "description": ""}},
                }
            }
        },
    }


def test_parameters_are_sorted_by_place_and_name() -> None:
    given_parameters = [
        {"in": "query", "name": "wait"},
        reference("First", "parameters"),
        {"in": "query", "name": "action", "description": WORDS},
        {"in": "header", "name": "Last-Event-ID"},
    ]
    extract = extract_runs(
        document(
            {"/runs": {"post": operation(parameters=given_parameters)}},
            parameters={"First": {"in": "path", "name": "a"}},
        )
    )
    assert extract["paths"]["/runs"]["post"]["parameters"] == [
        reference("First", "parameters"),
        {"in": "header", "name": "Last-Event-ID"},
        {"in": "query", "name": "action"},
        {"in": "query", "name": "wait"},
    ]


def test_lists_whose_order_means_something_keep_it() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "integer"}], "prefixItems": [{"const": 2}, {"const": 1}]}
    assert schema_of(extract_runs(document({"/runs": {"post": operation(schema)}}))) == schema


def test_values_of_several_types_are_sorted() -> None:
    schema = {"enum": ["b", None, 2, "a"], "type": ["string", "null", "integer"]}
    assert schema_of(extract_runs(document({"/runs": {"post": operation(schema)}}))) == {
        "enum": ["a", "b", 2, None],
        "type": ["integer", "null", "string"],
    }


NAMES = ["A", "B", "C", "title", "properties"]
FIELDS = ["name", "title", "description", "example", "required", "type", "x-y", "$ref"]

schemas = st.recursive(
    st.sampled_from([{"type": "string", "title": WORDS}, {"type": ["null", "object"], "example": WORDS}, True])
    | st.sampled_from(NAMES).map(reference),
    lambda inner: st.one_of(
        st.builds(
            lambda properties: {"properties": properties, "required": list(properties)[::-1], "description": WORDS},
            st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts, "x-words": WORDS}),
        inner.map(lambda items: {"type": "array", "items": items, "title": WORDS}),
    ),
    max_leaves=8,
)
containers = schemas.filter(lambda schema: isinstance(schema, dict) and "$ref" not in schema)
documents = st.builds(
    lambda made, used: document(
        {"/runs": {"post": operation(used, summary=WORDS)}, "/threads": {"get": operation(True)}}, schemas=made
    ),
    st.fixed_dictionaries(dict.fromkeys(NAMES, containers)),
    schemas,
)


@given(documents)
def test_extracting_twice_changes_nothing(given_document: dict[str, Any]) -> None:
    extract = extract_runs(given_document)
    again = extract_runs(extract)
    assert json.dumps(again) == json.dumps(extract)


@given(documents)
def test_exactly_what_is_reached_is_there(given_document: dict[str, Any]) -> None:
    extract = extract_runs(given_document)
    reached = components_reached(given_document, given_document["paths"]["/runs"])
    assert {f"#/components/schemas/{name}" for name in extract["components"].get("schemas", {})} == reached
    assert components_reached(extract, extract["paths"]) == reached


@given(documents)
def test_no_words_and_all_names_of_properties(given_document: dict[str, Any]) -> None:
    extract = extract_runs(given_document)
    assert WORDS not in json.dumps(extract)
    for name, schema in extract["components"].get("schemas", {}).items():
        assert sorted(property_names(schema)) == sorted(property_names(given_document["components"]["schemas"][name]))


@given(documents, st.randoms(use_true_random=False))
def test_the_order_of_the_source_does_not_matter(given_document: dict[str, Any], random: Random) -> None:
    shuffled = json.loads(json.dumps(given_document), object_pairs_hook=lambda pairs: dict(shuffle(pairs, random)))
    assert json.dumps(extract_runs(shuffled)) == json.dumps(extract_runs(given_document))


def shuffle(pairs: list[tuple[str, Any]], random: Random) -> list[tuple[str, Any]]:
    pairs = [(key, value[::-1] if key == "required" and isinstance(value, list) else value) for key, value in pairs]
    return random.sample(pairs, len(pairs))


def property_names(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for part in (*schema.get("properties", {}).values(), *schema.get("anyOf", ()), schema.get("items")):
            yield from property_names(part)


# The recorded documents


def test_our_own_contract_is_all_runs() -> None:
    contract = read_contract(OPENAPI / "runs.yaml")
    extract = extract_runs(contract)
    assert {item.label for item in operations(extract)} == {item.label for item in operations(contract)}
    assert list(extract["components"]) == ["headers", "parameters", "responses", "schemas"]


@pytest.mark.parametrize("file", PUBLISHED, ids=lambda file: file.stem)
def test_what_is_recorded_is_facts_in_order(file: Path, tmp_path: Path) -> None:
    write_document(extract_runs(json.loads(file.read_bytes())), tmp_path / file.name)
    assert (tmp_path / file.name).read_bytes() == file.read_bytes()


# Writing


@pytest.mark.parametrize("name", ["runs.json", "runs.yaml", "runs.yml"])
def test_what_is_written_can_be_read(tmp_path: Path, name: str) -> None:
    tricky = {"200": "on", "b": ["null", None, 1.5, True, "3.10", "é\n"], "a": {"$ref": "#/x", "": {}}}
    write_document(tricky, tmp_path / name)
    written = YAML(typ="safe").load(tmp_path / name)
    assert written == tricky
    assert list(written) == list(tricky)
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "runs.json"
    write_document({"long": "x" * 1000}, path)
    write_document({"short": 1}, path)
    assert path.read_text() == '{\n "short": 1\n}\n'


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "runs.json"
    path.write_text("before")
    with pytest.raises(TypeError):
        write_document({"a": 1, "b": object()}, path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("runs.txt", r"cannot write .*runs\.txt: its name must end in \.json, \.yaml or \.yml"),
        ("nowhere/runs.json", r"cannot write .*nowhere/runs\.json: No such file or directory"),
        ("folder.json", r"cannot write .*folder\.json: Is a directory"),
    ],
)
def test_a_file_that_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(ContractError, match=message):
        write_document({}, tmp_path / name)
    assert list(tmp_path.iterdir()) == [tmp_path / "folder.json"]
