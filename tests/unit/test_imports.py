"""What importing costs, seen in fresh interpreters."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import runs_client


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    return set(json.loads(output))


def test_importing_loads_no_http_library_and_no_models() -> None:
    loaded = modules_after("import runs_client")
    assert not loaded & {"httpx", "aiohttp", "anyio", "asyncio", "orjson", "attrs", "runs_bindings.models"}


def test_the_facade_loads_no_models_before_they_are_needed() -> None:
    loaded = modules_after("from runs_client import RunsClient, SyncRunsClient, ValuesPart, NotFoundError")
    assert not loaded & {"httpx", "aiohttp", "runs_bindings.client", "runs_bindings.models.run"}


def test_an_operation_loads_no_http_library() -> None:
    loaded = modules_after("from runs_bindings.api.runs import create_run, list_runs, join_run_stream")
    assert not loaded & {"httpx", "aiohttp", "runs_bindings.client"}


@pytest.mark.parametrize("name", runs_client.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(runs_client, name) is not None
    assert name in dir(runs_client)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = runs_client.Nothing
