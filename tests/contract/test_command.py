"""`runs-client spec` as a user runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from runs_client.spec import generate_bindings
from runs_client.spec._contract import operations, read_contract
from tests.contract.conftest import AddWheel
from tests.contract.contracts import OPENAPI
from tests.servers.canned_server import CannedServer, http_response

PUBLISHED = Path(__file__).parent / "published"
NEWEST = PUBLISHED / "langgraph-api-0.16.7.json"
OLDER = PUBLISHED / "langgraph-api-0.8.3.json"


def spec(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runs_client.cli", "spec", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def findings(*arguments: object, code: int) -> list[dict[str, Any]]:
    done = spec(*arguments, "--format", "json")
    assert (done.returncode, done.stderr) == (code, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return found


def test_pull_and_fix_make_what_generates_without_loss(tmp_path: Path, official_url: str) -> None:
    file = tmp_path / "upstream.yaml"
    assert spec("pull", official_url, "-o", file).returncode == 0
    pulled = file.read_text()
    assert spec("fix", file, "--overlay", "langgraph-api", "-o", tmp_path / "fixed.yaml").stderr == ""
    assert file.read_text() == pulled
    assert spec("fix", file, "--overlay", OPENAPI / "overlays/langgraph-api.yaml").returncode == 0
    assert file.read_text() == (tmp_path / "fixed.yaml").read_text()
    generate_bindings(file, tmp_path / "bindings", openapi_dir=OPENAPI)
    modules = [path for path in (tmp_path / "bindings/api").rglob("*.py") if path.name != "__init__.py"]
    assert len(modules) == len(list(operations(read_contract(file)))) > 10


def test_fix_says_which_corrections_are_not_needed_any_more(tmp_path: Path) -> None:
    done = spec("fix", PUBLISHED / "langgraph-api-0.0.1.json", "--overlay", "langgraph-api", "-o", tmp_path / "a.json")
    assert done.returncode == 0
    assert "$.components.schemas.RunsCancel.oneOf matches nothing" in done.stderr
    assert (tmp_path / "a.json").is_file()


def test_diff_tells_what_breaks() -> None:
    (status, field) = findings("diff", NEWEST, OLDER, code=1)
    assert field["change"] == "request-enum-value-removed" or status["change"] == "response-property-removed"
    assert findings("diff", OLDER, NEWEST, code=0)
    assert findings("diff", NEWEST, NEWEST, code=0) == []


def test_diff_prints_tables_and_markdown() -> None:
    table = spec("diff", NEWEST, OLDER)
    assert table.returncode == 1
    assert "langsmith_session_name" in table.stdout
    assert "\x1b" not in table.stdout, "colours are for terminals"
    assert spec("diff", NEWEST, OLDER, "-f", "markdown").stdout.startswith("### 2 breaking changes\n\n| ")
    assert spec("diff", NEWEST, NEWEST).stdout == "Nothing changed.\n"


@pytest.fixture
def changed_server(official_url: str) -> Iterator[str]:
    """The official server's own contract, with one field that was invented and one value that was taken away."""
    document = httpx.get(f"{official_url}/openapi.json").json()
    payload = document["components"]["schemas"]["RunCreateStateful"]["properties"]
    payload["priority"] = {"type": "integer"}
    payload["durability"]["enum"].remove("exit")
    with CannedServer(http_response(body=json.dumps(document))) as server:
        yield server.url


def test_drift_of_the_official_server(official_url: str) -> None:
    assert findings("drift", official_url, code=0) == []


def test_drift_of_a_server_that_has_changed(changed_server: str) -> None:
    news = {(finding["change"], finding["subject"]): finding for finding in findings("drift", changed_server, code=1)}
    assert news.keys() == {
        ("request-enum-value-removed", "RunCreateStateful.durability"),
        ("request-property-added", "RunCreateStateful.priority"),
    }
    removed = news["request-enum-value-removed", "RunCreateStateful.durability"]
    assert (removed["before"], removed["breaking"]) == ("exit", True)
    for finding in news.values():
        assert set(finding["members"]) >= {"create", "stream", "wait"}
    table = spec("drift", changed_server)
    assert table.returncode == 1
    for word in ("priority", "exit", "create", "stream", "wait"):
        assert word in table.stdout


def test_the_history_of_a_package(add_wheel: AddWheel) -> None:
    for version, file in (("1.0", OLDER), ("1.1", OLDER), ("1.2", NEWEST), ("1.3", NEWEST)):
        add_wheel(version, {"openapi.json": file.read_text()}, package="langgraph-api")
    done = spec("history", "langgraph-api")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1.2, after 1.1\n")
    assert "langsmith_session_name" in done.stdout
    (line,) = spec("history", "langgraph-api", "--from", "1.1", "--to", "1.2", "-f", "json").stdout.splitlines()
    entry = json.loads(line)
    assert (entry["version"], entry["previous"], entry["breaking"]) == ("1.2", "1.1", False)
    assert spec("history", "langgraph-api", "--from", "1.2", "-f", "markdown").stdout == "Nothing changed.\n"
    assert spec("history", "langgraph-api", "--from", "1.2", "-f", "json").stdout == ""
    unknown = spec("history", "langgraph-api", "--to", "7")
    assert unknown.stderr == "runs-client: there is no version 7: the published ones go from 1.0 to 1.3\n"


def test_a_package_is_a_source(add_wheel: AddWheel, tmp_path: Path) -> None:
    add_wheel("1.3", {"openapi.json": NEWEST.read_text()}, package="langgraph-api")
    assert findings("drift", "langgraph-api==1.3", code=0) == []
    assert findings("diff", "langgraph-api==1.3", NEWEST, code=0) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<html></html>", "is a web page or XML"),
        ('{"swagger": "2.0"}', "is Swagger 2.0"),
        ('{"openapi": "3.1.0"', "is not valid JSON"),
        ('{"openapi": "3.1.0", "paths": {}}', "has no Runs operation"),
    ],
)
def test_what_cannot_be_read_leaves_no_file(tmp_path: Path, content: str, message: str) -> None:
    source, output = tmp_path / "source.json", tmp_path / "folder" / "output.json"
    output.parent.mkdir()
    source.write_text(content)
    for arguments in (("pull", source, "-o", output), ("diff", NEWEST, source), ("drift", source)):
        done = spec(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert re.fullmatch(f"runs-client: .*{message}.*\n", done.stderr)
    assert list(output.parent.iterdir()) == []


def test_an_unreachable_server_cannot_be_compared(closed_url: str) -> None:
    done = spec("drift", closed_url)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
