"""The plugin in test suites of others, each run by a pytest of its own in an empty folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PATIENCE = 120.0
"""Seconds after which a test gives up: far more than anything takes."""

ASYNC_TESTS = """
import pytest
from runs_client.testing import Reset

@pytest.mark.{mark}
async def test_stream(runs_client, faults):
    faults.plan(Reset(after_events=3))
    stream = runs_client.stream(None, "counter", input={{"n": 3}}, stream_mode="custom")
    assert [part.data["tick"] async for part in stream if part.event == "custom"] == [0, 1, 2]

@pytest.mark.{mark}
async def test_a_stream_that_is_left(runs_client):
    async for _ in runs_client.stream(None, "counter", input={{"n": 10**6, "delay": 60}}):
        break

@pytest.mark.{mark}
@pytest.mark.runs_server(in_process=True)
async def test_in_process(runs_client):
    assert await runs_client.wait(None, "echo", input={{"text": "hi"}}) == {{"text": "hi"}}
    async for _ in runs_client.stream(None, "counter", input={{"n": 10**6, "delay": 60}}):
        break
"""


_WITHOUT = ("-p", "no:schemathesis", "-p", "no:langsmith_plugin")  # of our environment, and slow to import
WITH_ANYIO = ("-p", "no:asyncio")
WITH_PYTEST_ASYNCIO = ("-p", "no:anyio", "-o", "asyncio_default_fixture_loop_scope=function")


def run_pytest(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run a file of tests, with warnings as errors and markers that must be known."""
    (folder / "test_it.py").write_text(source, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\naddopts = --strict-markers\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", *_WITHOUT, *(options or WITH_ANYIO)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.parametrize(
    ("mark", "options"),
    [
        ("anyio", WITH_ANYIO),
        ("asyncio", WITH_PYTEST_ASYNCIO),
        ("asyncio(loop_scope='module')", WITH_PYTEST_ASYNCIO),
    ],
    ids=["anyio", "pytest-asyncio", "pytest-asyncio, one loop"],
)
def test_it_works_with_each_plugin_for_async_tests(tmp_path: Path, mark: str, options: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text(
        "import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n", "utf-8"
    )
    done = run_pytest(tmp_path, ASYNC_TESTS.format(mark=mark), *options)
    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout


def test_a_planned_fault_that_no_request_met_fails_the_test(tmp_path: Path) -> None:
    source = """
from runs_client.testing import Reset

def test_in_vain(faults, sync_runs_client):
    faults.plan(Reset(after_events=3), Reset(after_events=4))
    assert sync_runs_client.wait(None, "echo", input={"text": "hi"})
"""
    done = run_pytest(tmp_path, source)
    assert done.returncode == 1, done.stdout
    assert "no request met the last 2 of the planned faults" in done.stdout


@pytest.mark.parametrize("fixture", ["sync_runs_client", "faults"])
def test_what_needs_a_port_says_so(tmp_path: Path, fixture: str) -> None:
    source = f"""
import pytest

@pytest.mark.runs_server(in_process=True)
def test_it({fixture}):
    pass
"""
    done = run_pytest(tmp_path, source)
    assert done.returncode == 1, done.stdout
    assert f"{fixture} needs a server with a port: leave out in_process=True" in done.stdout


def test_who_does_not_use_it_imports_nothing(tmp_path: Path) -> None:
    source = """
import json
import sys

def test_modules():
    print("MODULES", json.dumps([name for name in sys.modules if name.split(".")[0] in ("httpx", "starlette", "uvicorn")
        or name.startswith(("runs_client", "runs_bindings"))]))
"""
    done = run_pytest(tmp_path, source, "-s", "-p", "no:anyio", "-p", "no:asyncio")
    assert done.returncode == 0, done.stdout
    [modules] = [line for line in done.stdout.splitlines() if "MODULES" in line]
    assert set(json.loads(modules.split("MODULES")[1])) == {
        "runs_client",
        "runs_client._version",
        "runs_client.testing",
        "runs_client.testing.plugin",
    }


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_without_the_extra_only_who_uses_it_is_told(tmp_path: Path, missing: str) -> None:
    (tmp_path / "conftest.py").write_text(f"import sys\n\nsys.modules[{missing!r}] = None\n", "utf-8")
    source = """
def test_other():
    pass

def test_it(runs_server):
    pass
"""
    done = run_pytest(tmp_path, source)
    assert "1 passed, 1 error" in done.stdout, done.stdout
    assert f"RunsServer needs {missing}: pip install 'runs-client[testing]'" in done.stdout


def test_a_suite_can_make_the_server_itself(tmp_path: Path) -> None:
    source = """
import pytest
from runs_client.testing import RunsServer, Update

async def greeter(input, context):
    yield Update("greeter", {"greeting": "Hello"})

@pytest.fixture(scope="module")
def runs_server():
    with RunsServer({"greeter": greeter}) as server:
        yield server

@pytest.mark.parametrize("number", [1, 2])
def test_it(number, runs_server, sync_runs_client):
    assert sync_runs_client.wait(None, "greeter", input={})["greeting"] == "Hello"
    assert runs_server.runs_created == number
"""
    done = run_pytest(tmp_path, source)
    assert done.returncode == 0, done.stdout
