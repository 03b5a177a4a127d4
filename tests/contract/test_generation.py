"""The contract is the only source: what is added to it is usable at once, and nothing of it is dropped."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from runs_client.spec import GenerationError, generate_bindings
from runs_client.spec._project import BINDINGS, generate_project, stale_files

ROOT = Path(__file__).parents[2]
OPENAPI = ROOT / "openapi"

Change = Callable[[dict[str, Any]], None]


def changed_contract(folder: Path, change: Change) -> Path:
    yaml = YAML(typ="safe")
    contract = yaml.load(OPENAPI / "runs.yaml")
    change(contract)
    path = folder / "runs.yaml"
    yaml.dump(contract, path)
    return path


def generate(folder: Path, change: Change) -> Path:
    output = folder / "runs_bindings"
    generate_bindings(changed_contract(folder, change), output, openapi_dir=OPENAPI)
    return output


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


USE_OF_A_NEW_FIELD = """
import asyncio, json, sys
import runs_bindings
from runs_client import RunsClient, SyncRunsClient
from tests.servers.canned_server import CannedServer, http_response

assert runs_bindings.__file__.startswith(sys.argv[1]), runs_bindings.__file__
RUN = http_response(body=json.dumps({"run_id": "r", "thread_id": "t"}))
STREAM = http_response(content_type="text/event-stream")

async def use_async(url):
    async with RunsClient(url) as runs:
        await runs.create("t", "agent", priority=7)
        await runs.create(None, "agent", priority=7)
        [part async for part in runs.stream("t", "agent", priority=7)]
        await runs.wait("t", "agent", priority=7)

def use_sync(url):
    with SyncRunsClient(url) as runs:
        runs.create("t", "agent", priority=7)
        runs.create(None, "agent", priority=7)
        list(runs.stream("t", "agent", priority=7))
        runs.wait("t", "agent", priority=7)

for use in (lambda url: asyncio.run(use_async(url)), use_sync):
    with CannedServer(RUN, RUN, STREAM, RUN) as server:
        use(server.url)
    bodies = [json.loads(request.partition(b"\\r\\n\\r\\n")[2]) for request in server.requests]
    assert bodies == [{"assistant_id": "agent", "priority": 7}] * 4, bodies

# And a type checker is told.
"""


def add_priority(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunOptions"]["properties"]["priority"] = {"type": "integer"}


def test_a_new_field_is_accepted_and_sent_by_every_method(tmp_path: Path) -> None:
    generate(tmp_path, add_priority)
    path = f"{tmp_path}:{ROOT / 'src'}:{ROOT}"
    subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path.split(':')!r}\n{USE_OF_A_NEW_FIELD}", tmp_path],
        check=True,
    )


def test_a_new_field_is_typed_in_every_method(tmp_path: Path) -> None:
    generate(tmp_path, add_priority)
    snippet = tmp_path / "snippet.py"
    calls = [f"runs.{method}('t', 'agent', priority={{}})" for method in ("create", "stream", "wait")]
    header = "from runs_client import RunsClient, SyncRunsClient\ndef use(runs: {}) -> None:\n"
    for client in ("RunsClient", "SyncRunsClient"):
        for value, errors in (("7", 0), ("'high'", len(calls))):
            snippet.write_text(header.format(client) + "".join(f"    {call.format(value)}\n" for call in calls))
            mypy = subprocess.run(
                [
                    sys.executable,
                    "-m",
                    "mypy",
                    "--no-incremental",
                    "--disable-error-code=unused-coroutine",
                    "--config-file=",
                    str(snippet),
                ],
                env={"MYPYPATH": f"{tmp_path}:{ROOT / 'src'}"},
                capture_output=True,
                text=True,
            )
            found = [line for line in mypy.stdout.splitlines() if "snippet.py" in line and ": error:" in line]
            assert len(found) == errors, mypy.stdout


def drop_items(contract: dict[str, Any]) -> None:
    del contract["components"]["schemas"]["RunOptions"]["properties"]["feedback_keys"]["items"]


def put_type_beside_ref(contract: dict[str, Any]) -> None:
    contract["components"]["schemas"]["RunOptions"]["properties"]["config"]["type"] = "object"


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
    contract["components"]["schemas"]["RunOptions"]["properties"]["command"]["$ref"] = "#/components/schemas/Nothing"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (drop_items, r"/threads/\{thread_id\}/runs\b"),
        (put_type_beside_ref, r"POST /threads/\{thread_id\}/runs .*`type` beside `\$ref`"),
        (compose_of_a_dropped_schema, r"/threads/\{thread_id\}/runs/stream"),
        (use_an_unknown_content_type, r"/threads/\{thread_id\}/runs/stream"),
        (describe_a_parameter_by_content, r"/threads/\{thread_id\}/runs/\{run_id\}/stream"),
        (misname_a_path_parameter, r"/threads/\{thread_id\}/runs/\{run_id\}"),
        (lead_nowhere, "Nothing"),
    ],
)
def test_a_contract_that_would_lose_something_is_refused(tmp_path: Path, change: Change, named: str) -> None:
    with pytest.raises(GenerationError, match=named):
        generate(tmp_path, change)
    assert not (tmp_path / "runs_bindings").exists(), "nothing is written unless all of it can be"


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
    command = [sys.executable, "-m", "runs_client.spec", "check", "--root", str(root)]
    check = subprocess.run(command, capture_output=True, text=True)
    assert check.returncode == 1
    assert "src/runs_client/_sync/_client.py" in check.stderr
