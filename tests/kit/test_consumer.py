"""A project of somebody else tests its own code with the kit: it has the wheel, and sees nothing of this checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.distributions import ROOT, Distributions
from tests.kit.consumer import PROJECT, write_project

PATIENCE = 300.0
"""Seconds after which a test gives up: far more than anything takes."""


@pytest.fixture(scope="module")
def library(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, installed into a folder of its own, without dependencies."""
    library = tmp_path_factory.mktemp("library")
    install = ("pip", "install", "--no-index", "--no-deps", "--disable-pip-version-check", "--target", str(library))
    run(*install, str(distributions.wheel), folder=ROOT).check_returncode()
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
    write_project(folder, project)
    return run("pytest", "-s", "-p", "no:cacheprovider", folder=folder, path=str(library))


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
