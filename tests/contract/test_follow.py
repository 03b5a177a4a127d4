"""`make sync`: what an upstream changed, what that changes in Python, and what is to be done here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.contracts import ROOT

SNAPSHOT = Path("openapi/upstreams/langgraph-api.json")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "openapi", root / "openapi", ignore=shutil.ignore_patterns("node_modules"))
    return root


def sync(root: Path, source: object, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "runs_client.spec", "--root", str(root), "sync", str(source), *options]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)


def changed(root: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    document = json.loads((root / SNAPSHOT).read_bytes())
    change(document)
    file = root / "changed.json"
    file.write_text(json.dumps(document))
    return file


def contents(root: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_nothing_is_left_to_do_where_nothing_changed(checkout: Path) -> None:
    done = sync(checkout, ROOT / SNAPSHOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert "## Changes of its API: none" in done.stdout
    assert "## To do in openapi/runs.yaml: none" in done.stdout


def add_field_and_remove_value(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    schemas["RunCreateStateful"]["properties"]["priority"] = {"type": "integer"}
    schemas["RunCreateStateful"]["properties"]["durability"]["enum"].remove("exit")


def test_the_report_tells_the_change_its_python_and_what_to_do(checkout: Path) -> None:
    file = changed(checkout, add_field_and_remove_value)
    before = contents(checkout)
    done = sync(checkout, file)
    assert (done.returncode, done.stderr) == (1, "")
    api, python, to_do = done.stdout.split("\n## ")[1:]
    assert api.startswith("Changes of its API: 2\n")
    assert "Members: create, " in api
    assert "RunCreateStateful.priority" in python
    assert "value-removed `'exit'` [breaking]" in python
    assert to_do.startswith("To do in openapi/runs.yaml: 2\n")
    assert contents(checkout) == before, "nothing is written without --apply"


def test_what_was_applied_is_where_the_next_call_begins(checkout: Path) -> None:
    file = changed(checkout, add_field_and_remove_value)
    assert f"Wrote {SNAPSHOT}." in sync(checkout, file, "--apply").stdout
    done = sync(checkout, file)
    assert done.returncode == 1, "our contract lacks it still"
    assert "## Changes of its API: none" in done.stdout
    assert f"last looked at: {file}" in done.stdout
    assert "## To do in openapi/runs.yaml: 2\n" in done.stdout


def remove_cancel(document: dict[str, Any]) -> None:
    del document["paths"]["/runs/cancel"]
    del document["components"]["schemas"]["RunsCancel"]


def test_what_is_not_needed_any_more_is_told(checkout: Path) -> None:
    done = sync(checkout, changed(checkout, remove_cancel))
    assert "- **operation** operation-removed `POST /runs/cancel` [breaking]" in done.stdout
    assert "Remove from openapi/overlays/langgraph-api.yaml: $.components.schemas.RunsCancel.oneOf" in done.stdout
    assert "Remove from openapi/differences/: " in done.stdout


def drop_items(document: dict[str, Any]) -> None:
    paths = document["paths"]["/runs/cancel"]["post"]["requestBody"]["content"]["application/json"]
    paths["schema"] = {"$ref": "#/components/schemas/Nothing"}


def untitled(document: dict[str, Any]) -> None:
    del document["info"]["title"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop_items, "POST /runs/cancel has a broken $ref: #/components/schemas/Nothing leads nowhere\n"),
        (untitled, "is no known upstream: name it, one of aegra-api, langgraph-api\n"),
    ],
)
def test_what_cannot_be_followed(checkout: Path, change: Callable[[dict[str, Any]], None], message: str) -> None:
    done = sync(checkout, changed(checkout, change))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith(message)


def test_an_upstream_without_a_snapshot_says_so(checkout: Path) -> None:
    done = sync(checkout, ROOT / SNAPSHOT, "--upstream", "aegra-api")
    assert done.returncode == 2
    assert "openapi/upstreams/aegra-api.json" in done.stderr
