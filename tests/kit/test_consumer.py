"""A project of somebody else tests its own code with the kit: it has the wheel, and sees nothing of this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds after which a test gives up: far more than anything takes."""

PROJECT = """\
async def answer(runs, question):
    stream = runs.stream(None, "oracle", input={"question": question}, stream_mode="custom")
    return " ".join([part.data async for part in stream if part.event == "custom"])
"""

TESTS = """\
import pytest
import runs_client as library
from oracle import answer
from runs_client.testing import Custom, Reset

@pytest.mark.anyio
async def test_no_word_is_lost(runs_server, runs_client, faults):
    @runs_server.agent("oracle")
    async def oracle(input, context):
        for word in ("Nothing", "is", "lost"):
            yield Custom(word)

    faults.plan(Reset(after_events=2), Reset(after_events=1))
    assert await answer(runs_client, "?") == "Nothing is lost"
    print("tested with", library.__file__)
"""

OFFLINE = """\
import sys

def refuse(event, arguments):
    if event == "socket.connect" and arguments[1][0] != "127.0.0.1":
        raise OSError(f"this machine is offline: {arguments[1]}")

sys.addaudithook(refuse)
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and installed into a folder of its own, without dependencies."""
    wheels, library = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("library")
    run("hatchling", "build", "-t", "wheel", "-d", str(wheels), folder=ROOT).check_returncode()
    (wheel,) = wheels.glob("*.whl")
    install = ("pip", "install", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", str(library))
    run(*install, str(wheel), folder=ROOT).check_returncode()
    return library


def run(module: str, *arguments: str, folder: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def run_tests(folder: Path, library: Path, project: str) -> subprocess.CompletedProcess[str]:
    """Run the tests of the project, on a machine without a network."""
    (folder / "oracle.py").write_text(project, "utf-8")
    (folder / "test_oracle.py").write_text(TESTS, "utf-8")
    (folder / "sitecustomize.py").write_text(OFFLINE, "utf-8")
    return run("pytest", "-s", "-p", "no:cacheprovider", folder=folder, path=f"{folder}{os.pathsep}{library}")


def test_the_wheel_has_the_plugin(library: Path) -> None:
    (installed,) = library.glob("runs_client-*.dist-info")
    entry_points = ConfigParser()
    entry_points.read(installed / "entry_points.txt", "utf-8")
    assert dict(entry_points["pytest11"]) == {"runs-client": "runs_client.testing.plugin"}


def test_a_project_tests_its_agent_loop(library: Path, tmp_path: Path) -> None:
    done = run_tests(tmp_path, library, PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"tested with {library / 'runs_client' / '__init__.py'}" in done.stdout


def test_its_tests_fail_when_the_agent_loop_is_broken(library: Path, tmp_path: Path) -> None:
    broken = PROJECT.replace('stream_mode="custom"', 'stream_mode="custom", resume="off"')
    done = run_tests(tmp_path, library, broken)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "StreamInterruptedError" in done.stdout
