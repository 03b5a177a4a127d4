"""A contract of which something would be lost is refused, with a sentence that names the place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runs_client.spec import GenerationError, generate_bindings

from .contracts import OPENAPI, Change, generate

RUNS = "/threads/{thread_id}/runs"


def options(contract: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = contract["components"]["schemas"]["RunOptions"]["properties"]
    return properties


def drop_items(contract: dict[str, Any]) -> None:
    del options(contract)["feedback_keys"]["items"]


def put_type_beside_ref(contract: dict[str, Any]) -> None:
    options(contract)["config"]["type"] = "object"


def compose_of_a_dropped_schema(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["AttachedOptions"] = {"type": "array"}


def use_an_unknown_content_type(contract: dict[str, Any]) -> None:
    stream = contract["components"]["responses"]["EventStream"]
    stream["content"] = {"image/png": stream["content"].pop("text/event-stream")}


def describe_a_parameter_by_content(contract: dict[str, Any]) -> None:
    mode = contract["components"]["parameters"]["StreamMode"]
    mode["content"] = {"application/json": {"schema": mode.pop("schema")}}


def misname_a_path_parameter(contract: dict[str, Any]) -> None:
    contract["components"]["parameters"]["RunId"]["name"] = "run"


def lead_nowhere(contract: dict[str, Any]) -> None:
    options(contract)["command"]["$ref"] = "#/components/schemas/Nothing"


def put_type_beside_a_part(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["ThreadRunCreate"]["allOf"][0]["required"] = ["stream_mode"]


def put_properties_beside_a_body(contract: dict[str, Any]) -> None:
    body = contract["paths"][RUNS]["post"]["requestBody"]["content"]["application/json"]["schema"]
    body["properties"] = {"priority": {"type": "integer"}}


def put_properties_beside_a_result(contract: dict[str, Any]) -> None:
    response = contract["components"]["responses"]["CreatedRun"]["content"]["application/json"]["schema"]
    response["properties"] = {"priority": {"type": "integer"}}


def put_pattern_beside_items(contract: dict[str, Any]) -> None:
    options(contract)["modes"] = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/StreamMode", "default": "values"},
    }


def put_properties_beside_further_properties(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["Command"]["additionalProperties"] = {
        "$ref": "#/components/schemas/Send",
        "properties": {"priority": {"type": "integer"}},
    }


def put_schema_beside_a_parameter(contract: dict[str, Any]) -> None:
    contract["paths"][RUNS]["parameters"][0]["schema"] = {"type": "integer"}


def put_schema_beside_a_header(contract: dict[str, Any]) -> None:
    contract["components"]["responses"]["CreatedRun"]["headers"]["Content-Location"]["required"] = True


def put_properties_beside_a_single_part(contract: dict[str, Any]) -> None:
    options(contract)["config"] = {
        "allOf": [{"$ref": "#/components/schemas/RunConfig"}],
        "properties": {"priority": {"type": "integer"}},
    }


def keep_a_path_elsewhere(contract: dict[str, Any]) -> None:
    contract["paths"][RUNS] = {"$ref": "#/components/pathItems/Runs"}


def use_an_id_twice(contract: dict[str, Any]) -> None:
    contract["paths"]["/runs"]["post"]["operationId"] = "create_run"


def use_an_id_in_two_spellings(contract: dict[str, Any]) -> None:
    contract["paths"]["/runs"]["post"]["operationId"] = "createRun"


def leave_an_id_out(contract: dict[str, Any]) -> None:
    del contract["paths"]["/runs"]["post"]["operationId"]


def leave_a_body_open(contract: dict[str, Any]) -> None:
    contract["paths"]["/runs"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {
        "oneOf": [{"$ref": "#/components/schemas/StatelessRunCreate"}, {"$ref": "#/components/schemas/RunsCancel"}]
    }


def let_a_body_be_anything(contract: dict[str, Any]) -> None:
    contract["paths"]["/runs"]["post"]["requestBody"]["content"]["application/json"]["schema"] = {"type": "object"}


def offer_two_kinds_of_body(contract: dict[str, Any]) -> None:
    content = contract["paths"]["/runs"]["post"]["requestBody"]["content"]
    content["application/x-www-form-urlencoded"] = content["application/json"]


def disagree_about_a_field(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["AttachedOptions"]["properties"]["webhook"] = {"type": "integer"}


def name_two_fields_alike(contract: dict[str, Any]) -> None:
    options(contract).update({"x-y": {"type": "string"}, "x.y": {"type": "string"}})


def answer_with_an_unknown_status(contract: dict[str, Any]) -> None:
    contract["paths"]["/runs"]["post"]["responses"]["okay"] = {"description": "Fine."}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (drop_items, r"/threads/\{thread_id\}/runs\b"),
        (
            put_type_beside_ref,
            r"RunOptions, .*POST /threads/\{thread_id\}/runs .*`type` beside `\$ref` at properties/config",
        ),
        (
            put_type_beside_a_part,
            r"ThreadRunCreate, .*POST /threads/\{thread_id\}/runs, loses `required` .* at allOf/0",
        ),
        (put_properties_beside_a_body, r"POST /threads/\{thread_id\}/runs loses `properties` .* at requestBody/"),
        (put_properties_beside_a_result, r"responses/CreatedRun, .*POST /runs .* loses `properties` .* at content/"),
        (put_pattern_beside_items, r"RunOptions, .*loses `default` .* at properties/modes/items"),
        (put_properties_beside_further_properties, "Command, .*loses `properties` .* at additionalProperties"),
        (put_schema_beside_a_parameter, r"path /threads/\{thread_id\}/runs loses `schema` .* at parameters/0"),
        (put_schema_beside_a_header, "CreatedRun, .*loses `required` .* at headers/Content-Location"),
        (put_properties_beside_a_single_part, "RunOptions, .*loses `properties` .* at properties/config"),
        (keep_a_path_elsewhere, r"the path /threads/\{thread_id\}/runs is a `\$ref`"),
        (use_an_id_twice, r"POST /threads/\{thread_id\}/runs .*create_run, and POST /runs .*both become `create_run`"),
        (use_an_id_in_two_spellings, r"POST /threads/\{thread_id\}/runs .*create_run, and POST /runs .*createRun"),
        (leave_an_id_out, "POST /runs has no `operationId`"),
        (leave_a_body_open, "POST /runs has a request body that is no object"),
        (let_a_body_be_anything, "POST /runs has a request body that is no object"),
        (offer_two_kinds_of_body, "POST /runs has a request body that is not JSON alone"),
        (disagree_about_a_field, "schema /components/schemas/StatelessRunCreateAttached: str can't be merged with int"),
        (name_two_fields_alike, "schema /components/schemas/RunOptions: Properties x.y and x-y have the same"),
        (answer_with_an_unknown_status, "POST /runs .*status code pattern: okay"),
        (compose_of_a_dropped_schema, r"/threads/\{thread_id\}/runs/stream"),
        (use_an_unknown_content_type, r"/threads/\{thread_id\}/runs/stream"),
        (describe_a_parameter_by_content, r"/threads/\{thread_id\}/runs/\{run_id\}/stream"),
        (misname_a_path_parameter, r"/threads/\{thread_id\}/runs/\{run_id\}"),
        (lead_nowhere, "RunOptions.*#/components/schemas/Nothing"),
    ],
)
def test_a_contract_that_would_lose_something_is_refused(tmp_path: Path, change: Change, named: str) -> None:
    with pytest.raises(GenerationError, match=named) as refusal:
        generate(tmp_path, change)
    assert "object at 0x" not in str(refusal.value)
    assert not (tmp_path / "runs_bindings").exists(), "nothing is written unless all of it can be"


# The arguments of `create`, `wait` and `stream`.
TAKEN_IN_BODIES = [
    "headers",
    "idle_timeout",
    "on_reconnect",
    "on_run_created",
    "raise_error",
    "resume",
    "self",
    "thread_id",
    "timeout",
]


@pytest.mark.parametrize("name", TAKEN_IN_BODIES)
def test_a_field_that_the_facade_would_take_for_itself_is_refused(tmp_path: Path, name: str) -> None:
    def change(contract: dict[str, Any]) -> None:
        options(contract)[name] = {"type": "string"}

    with pytest.raises(GenerationError, match=rf"POST .*runs.* cannot have `{name}` in its body") as refusal:
        generate(tmp_path, change)
    assert ("POST /threads/{thread_id}/runs " in str(refusal.value)) == (
        name not in {"idle_timeout", "on_reconnect", "raise_error", "resume"}
    ), "`create` on a thread has no such argument"


@pytest.mark.parametrize(
    ("path", "method", "name"),
    [
        (RUNS, "get", "headers"),
        (RUNS + "/{run_id}/join", "get", "raise_error"),
        (RUNS + "/{run_id}/stream", "get", "resume"),
        ("/runs/{run_id}/stream", "get", "run_id"),
        (RUNS + "/{run_id}/cancel", "post", "Timeout"),
    ],
)
def test_a_parameter_that_the_facade_would_take_for_itself_is_refused(
    tmp_path: Path, path: str, method: str, name: str
) -> None:
    def change(contract: dict[str, Any]) -> None:
        operation = contract["paths"][path][method]
        operation.setdefault("parameters", []).append({"name": name, "in": "query", "schema": {"type": "string"}})

    with pytest.raises(GenerationError) as refusal:
        generate(tmp_path, change)
    assert f"{method.upper()} {path} cannot have `{name.lower()}` in its query" in str(refusal.value)


def test_a_body_cannot_repeat_an_argument_that_is_sent_in_the_query(tmp_path: Path) -> None:
    def change(contract: dict[str, Any]) -> None:
        contract["components"]["schemas"]["RunsCancel"]["properties"]["action"] = {"type": "string"}

    with pytest.raises(GenerationError, match="POST /runs/cancel cannot have `action` in its body: `cancel_many`"):
        generate(tmp_path, change)


def test_a_failing_template_is_told_in_a_sentence(tmp_path: Path) -> None:
    templates = tmp_path / "openapi" / "templates"
    templates.mkdir(parents=True)
    (tmp_path / "openapi" / "generator.yaml").write_text("{}")
    (templates / "types.py.jinja").write_text("{{ nothing.at_all }}")
    with pytest.raises(GenerationError, match="cannot read this contract: UndefinedError: 'nothing' is undefined"):
        generate_bindings(OPENAPI / "runs.yaml", tmp_path / "runs_bindings", openapi_dir=tmp_path / "openapi")
