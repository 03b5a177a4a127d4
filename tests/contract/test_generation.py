"""The contract is the only source: what is added to it is usable at once, and nothing of it is dropped."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runs_client.spec import GenerationError, generate_bindings
from runs_client.spec._project import BINDINGS, generate_project, stale_files

from .contracts import OPENAPI, ROOT, Change, generate


def checkout(folder: Path) -> Path:
    """The parts of this checkout that generating reads and writes."""
    for name in ("openapi", "generated", "src"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_what_is_committed_is_what_is_generated() -> None:
    assert stale_files(ROOT) == []


def test_generating_twice_gives_the_same(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    generate_project(root)
    once = {file: file.read_bytes() for file in root.rglob("*.py")}
    generate_project(root)
    assert {file: file.read_bytes() for file in root.rglob("*.py")} == once


@pytest.mark.parametrize(
    "file",
    [
        "generated/runs_bindings/models/run.py",
        "src/runs_client/_sync/_client.py",
        "src/runs_client/_async/_overloads.py",
        "src/runs_client/_transports/_httpx_sync.py",
    ],
)
def test_a_touched_file_is_stale(tmp_path: Path, file: str) -> None:
    root = checkout(tmp_path)
    with (root / file).open("a") as touched:
        touched.write("# a line of somebody's own\n")
    assert stale_files(root) == [file]


def test_a_file_too_many_is_stale(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    (root / BINDINGS / "left_over.py").touch()
    assert stale_files(root) == [str(BINDINGS / "left_over.py")]


USE = """
import asyncio, json, sys
import runs_bindings
from runs_client import RunsClient, SyncRunsClient
from tests.servers.canned_server import CannedServer, http_response

assert runs_bindings.__file__.startswith(sys.argv[1]), runs_bindings.__file__
RUN = http_response(body=json.dumps({"run_id": "r", "thread_id": "t"}))
STREAM = http_response(content_type="text/event-stream", body="event: end\\ndata: null\\n\\n")
FIELD = {"x-y": 7, "from": "a", "priority": 7}

async def use_async(url):
    async with RunsClient(url) as runs:
        await runs.create("t", "agent", **FIELD)
        await runs.create(None, "agent", **FIELD)
        [part async for part in runs.stream("t", "agent", **FIELD)]
        await runs.wait("t", "agent", **FIELD)
        [part async for part in runs.join_stream("t", "r", priority=7)]

def use_sync(url):
    with SyncRunsClient(url) as runs:
        runs.create("t", "agent", **FIELD)
        runs.create(None, "agent", **FIELD)
        list(runs.stream("t", "agent", **FIELD))
        runs.wait("t", "agent", **FIELD)
        list(runs.join_stream("t", "r", priority=7))

for use in (lambda url: asyncio.run(use_async(url)), use_sync):
    with CannedServer(RUN, RUN, STREAM, RUN, STREAM) as server:
        use(server.url)
    *creating, joining = server.requests
    bodies = [json.loads(request.partition(b"\\r\\n\\r\\n")[2]) for request in creating]
    assert len(bodies) == 4
    assert all(body.items() >= FIELD.items() for body in bodies), bodies
    assert joining.startswith(b"GET /threads/t/runs/r/stream?priority=7 HTTP/1.1"), joining
"""


def add_priority(contract: dict[str, Any]) -> None:
    """A new field of the bodies, and a new parameter of `join_stream`."""
    contract["components"]["schemas"]["RunOptions"]["properties"]["priority"] = {"type": "integer"}
    parameters = contract["paths"]["/threads/{thread_id}/runs/{run_id}/stream"]["get"]["parameters"]
    parameters.append({"name": "priority", "in": "query", "schema": {"type": "integer"}})


def add_what_no_attribute_can_be_named(contract: dict[str, Any]) -> None:
    add_priority(contract)
    properties = contract["components"]["schemas"]["RunOptions"]["properties"]
    properties |= {"from": {"$ref": "#/components/schemas/OnCompletion"}, "x-y": {"type": "integer"}}
    contract["components"]["schemas"]["OnCompletion"]["enum"] = ["a"]


def test_what_is_new_is_accepted_and_sent_by_every_method(tmp_path: Path) -> None:
    generate(tmp_path, add_what_no_attribute_can_be_named)
    path = [str(tmp_path), str(ROOT / "src"), str(ROOT)]
    subprocess.run([sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{USE}", tmp_path], check=True)


CALLS = ("create('t', 'agent', {})", "stream('t', 'agent', {})", "wait('t', 'agent', {})", "join_stream('t', 'r', {})")


def test_what_is_new_is_typed_in_every_method(tmp_path: Path) -> None:
    generate(tmp_path, add_priority)
    lines = ["from runs_client import RunsClient, SyncRunsClient"]
    for client in ("RunsClient", "SyncRunsClient"):
        lines.append(f"def use_{client}(runs: {client}) -> None:")
        for argument in ("priority=7", "priority='high'", "priorty=7"):
            lines += [f"    runs.{call.format(argument)}" for call in CALLS]
    wrong = [number for number, line in enumerate(lines, 1) if "'high'" in line or "priorty" in line]
    assert lines_with_errors(lines, tmp_path) == wrong


FREE_FORM = {"type": "object", "additionalProperties": True}


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (FREE_FORM, {"a": 1}),
        ({"type": "array", "items": FREE_FORM}, [{"a": 1}]),
        ({"anyOf": [FREE_FORM, {"type": "null"}]}, None),
        ({"$ref": "#/components/schemas/Anything"}, {"a": 1}),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Anything"}}, [{"a": 1}]),
    ],
)
def test_a_result_of_any_shape_is_plain_data(tmp_path: Path, schema: dict[str, Any], answer: Any) -> None:
    def change(contract: dict[str, Any]) -> None:
        contract["components"]["schemas"]["Anything"] = FREE_FORM
        operation = contract["paths"]["/threads/{thread_id}/runs/{run_id}"]["get"]
        operation["responses"]["200"]["content"]["application/json"]["schema"] = schema

    generate(tmp_path, change)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from runs_bindings.api.runs import get_run\n"
        f"assert get_run.__file__.startswith({str(tmp_path)!r})\n"
        f"assert get_run.parse_result({answer!r}) == {answer!r}"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_payloads_of_unusual_fields_are_typed(tmp_path: Path) -> None:
    def change(contract: dict[str, Any]) -> None:
        add_what_no_attribute_can_be_named(contract)
        contract["components"]["schemas"]["RunOptions"]["properties"] |= {
            "limits": {"type": "object", "properties": {"steps": {"type": "integer"}}},
            "start": {"type": "string", "format": "date-time"},
        }

    generate(tmp_path, change)
    lines = [
        "from datetime import datetime",
        "from runs_bindings.payloads import RunOptionsPayload",
        "a: RunOptionsPayload = {'x-y': 1, 'from': 'a', 'limits': {'steps': 1}, 'start': datetime.now()}",
        "b: RunOptionsPayload = {'x-y': 'one'}",
        "c: RunOptionsPayload = {'from': 'b'}",
        "d: RunOptionsPayload = {'limits': {'steps': 'one'}}",
        "e: RunOptionsPayload = {'start': 1}",
    ]
    assert lines_with_errors(lines, tmp_path) == [4, 5, 6, 7]


def lines_with_errors(lines: list[str], bindings: Path) -> list[int]:
    """Numbers of the lines in which mypy finds errors, with the bindings in this folder."""
    snippet = bindings / "snippet.py"
    snippet.write_text("\n".join(lines))
    command = ["mypy", "--config-file=", "--disable-error-code=unused-coroutine", str(snippet)]
    mypy = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=bindings,
        env={"MYPYPATH": f"{bindings}:{ROOT / 'src'}"},
        capture_output=True,
        text=True,
    )
    errors = [line for line in mypy.stdout.splitlines() if ": error:" in line]
    assert all(line.startswith("snippet.py:") for line in errors), mypy.stdout
    return sorted({int(line.split(":")[1]) for line in errors})


def rename_an_operation(contract: dict[str, Any]) -> None:
    contract["paths"]["/threads/{thread_id}/runs"]["get"]["operationId"] = "createRun2Go"


def name_a_schema_with_digits(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunOptions2B"] = {"type": "object", "properties": {"a": {"type": "string"}}}


def title_a_schema_otherwise(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["run_status"] = {"type": "string", "enum": ["a"], "title": "Other status"}


def name_a_parameter_like_a_builtin(contract: dict[str, Any]) -> None:
    parameters = contract["paths"]["/threads/{thread_id}/runs"]["get"]["parameters"]
    parameters.append({"name": "type", "in": "query", "schema": {"type": "string"}})


def name_a_path_parameter_in_camel_case(contract: dict[str, Any]) -> None:
    contract["components"]["parameters"]["RunId"]["name"] = "runId"
    contract["paths"] = {path.replace("{run_id}", "{runId}"): item for path, item in contract["paths"].items()}


def add_schemas_without_a_class(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"] |= {
        "Priority": {"type": "integer"},
        "Anything": {"type": "object", "additionalProperties": True},
        "Perhaps": {"type": ["string", "null"], "enum": ["a", None]},
        "Alias": {"allOf": [{"$ref": "#/components/schemas/Send"}]},
    }


def describe_beside_a_reference(contract: dict[str, Any]) -> None:
    words = {"description": "Words.", "deprecated": True, "readOnly": True, "x-origin": "upstream"}
    contract["components"]["schemas"]["RunOptions"]["properties"]["config"] |= words


def name_a_property_like_a_reference(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["ErrorBody"]["properties"]["$ref"] = {"type": "string"}


def name_a_field_like_another_methods_argument(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunsCancel"]["properties"]["run_id"] = {"type": "string"}


@pytest.mark.parametrize(
    "change",
    [
        rename_an_operation,
        name_a_schema_with_digits,
        title_a_schema_otherwise,
        name_a_parameter_like_a_builtin,
        name_a_path_parameter_in_camel_case,
        add_schemas_without_a_class,
        describe_beside_a_reference,
        name_a_property_like_a_reference,
        name_a_field_like_another_methods_argument,
    ],
)
def test_a_contract_that_loses_nothing_is_not_refused(tmp_path: Path, change: Change) -> None:
    bindings = generate(tmp_path, change)
    assert (bindings / "payloads.py").is_file()


def test_a_template_that_skips_an_endpoint_is_noticed(tmp_path: Path) -> None:
    openapi = shutil.copytree(OPENAPI, tmp_path / "openapi", ignore=shutil.ignore_patterns("node_modules"))
    template = openapi / "templates" / "endpoint_module.py.jinja"
    template.write_text("{% if endpoint.name != 'wait_run' %}\n" + template.read_text() + "{% endif %}\n")
    with pytest.raises(GenerationError, match=r"wait_run \(POST /threads/\{thread_id\}/runs/wait\) has no function"):
        generate_bindings(openapi / "runs.yaml", tmp_path / "runs_bindings")


def test_a_template_that_skips_a_parameter_is_noticed(tmp_path: Path) -> None:
    openapi = shutil.copytree(OPENAPI, tmp_path / "openapi", ignore=shutil.ignore_patterns("node_modules"))
    template = openapi / "templates" / "endpoint_module.py.jinja"
    with_query = "{% if endpoint.query_parameters %}\n        query="
    assert with_query in template.read_text()
    template.write_text(template.read_text().replace(with_query, "{% if false %}\n        query="))
    with pytest.raises(GenerationError, match="list_runs .* lacks the query parameter `limit`"):
        generate_bindings(openapi / "runs.yaml", tmp_path / "runs_bindings")


@pytest.mark.parametrize(
    ("text", "message"),
    [("a: [", "is not YAML"), ("swagger: '2.0'", "not an OpenAPI document"), ("openapi: 3.1.0", "Failed to parse")],
)
def test_a_file_that_is_no_contract(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "runs.yaml"
    path.write_text(text)
    with pytest.raises(GenerationError, match=message):
        generate_bindings(path, tmp_path / "runs_bindings", openapi_dir=OPENAPI)


def test_a_missing_contract(tmp_path: Path) -> None:
    with pytest.raises(GenerationError, match="cannot read .*No such file"):
        generate_bindings(tmp_path / "none.yaml", tmp_path / "runs_bindings", openapi_dir=OPENAPI)


def test_the_command_says_what_is_stale_and_fails(tmp_path: Path) -> None:
    root = checkout(tmp_path)
    (root / "src/runs_client/_sync/_client.py").write_text("")
    command = [sys.executable, "-m", "runs_client.spec", "--root", str(root), "check"]
    check = subprocess.run(command, capture_output=True, text=True)
    assert check.returncode == 1
    assert "src/runs_client/_sync/_client.py" in check.stderr
