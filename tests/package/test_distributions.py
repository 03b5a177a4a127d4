"""What is in the wheel and in the source distribution, and what the wheel's metadata ask for."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

from tests.distributions import ROOT, Distributions


@pytest.fixture(scope="module")
def wheel(distributions: Distributions) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(distributions.wheel) as wheel:
        yield wheel


def _files(folder: str) -> set[str]:
    """The files of a folder that are under version control, as they are called below it."""
    listed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True)
    return {path.removeprefix(f"{folder}/") for path in listed.stdout.splitlines()}


def test_the_wheel_has_the_package_the_bindings_and_the_contract(wheel: zipfile.ZipFile) -> None:
    code = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = {f"runs_client/{name}" for name in _files("src/runs_client")}
    bindings = {name for name in _files("generated") if name.startswith("runs_bindings/")}
    assert package <= code
    assert bindings <= code
    contract = {f"runs_client/spec/openapi/{name}" for name in _files("openapi")}
    others = code - package - bindings
    assert "runs_client/spec/openapi/runs.yaml" in others
    assert others <= contract
    assert {"runs_client/py.typed", "runs_bindings/py.typed"} <= code


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    information = {Path(name).name: name for name in wheel.namelist() if ".dist-info/" in name}
    assert information.keys() >= {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "LICENSE"}
    metadata = _metadata(wheel)
    assert metadata["Name"] == "runs-client"
    extras = {"aiohttp", "all", "cli", "spec", "testing"}
    assert set(metadata.get_all("Provides-Extra", [])) == extras
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert {line.split(">")[0].split("<")[0].strip() for line in required} >= {"attrs", "httpx"}
    assert "runs-client = runs_client.cli:main" in wheel.read(information["entry_points.txt"]).decode()


def _metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return Parser().parsestr(wheel.read(name).decode())


def test_the_source_distribution_has_no_environments(distributions: Distributions) -> None:
    with tarfile.open(distributions.sdist) as sdist:
        names = [Path(name).parts[1:] for name in sdist.getnames()]
    assert not [name for name in names if any(part.startswith(".venv") or part == "node_modules" for part in name)]
