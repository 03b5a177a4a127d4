"""What a consumer gets: the wheel, installed where nothing of this checkout can be seen."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from .contracts import OPENAPI, ROOT, changed_contract

SNIPPET = """\
from runs_client import RunsClient, SyncRunsClient

async def use(runs: RunsClient) -> None:
    reveal_type(await runs.create("t", "a"))
    await runs.create("t", "a", metadta={})

def use_sync(runs: SyncRunsClient) -> None:
    reveal_type(runs.get("t", "r").created_at)
    runs.join_stream("t", "r", cancel_on_disconect=True)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that has the wheel, and what it depends on, but not this checkout."""
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # The packages of this environment, without its link to this checkout: links are not followed twice.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return environment / "bin" / "python"


def test_what_the_wheel_holds(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"runs_client/py.typed", "runs_bindings/py.typed", "runs_client/spec/openapi/runs.yaml"} <= names
    templates = {path.relative_to(OPENAPI) for path in (OPENAPI / "templates").rglob("*") if path.is_file()}
    assert {f"runs_client/spec/openapi/{path}" for path in templates} <= names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"runs_client", "runs_bindings"}
    assert not [name for name in names if "test_" in name or "conftest" in name or "node_modules" in name]


def test_an_installed_wheel_is_typed(python: Path, tmp_path: Path) -> None:
    (tmp_path / "snippet.py").write_text(SNIPPET)
    command = ["mypy", "--strict", "--config-file=", f"--python-executable={python}", "snippet.py"]
    mypy = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, env={}, capture_output=True, text=True)
    told = [line.split(": ", 1) for line in mypy.stdout.splitlines() if ": " in line]
    assert ["snippet.py:4", 'note: Revealed type is "runs_bindings.models.run.Run"'] in told, mypy.stdout
    assert ["snippet.py:8", 'note: Revealed type is "datetime.datetime"'] in told, mypy.stdout
    errors = {place for place, text in told if text.startswith("error: ")}
    assert errors == {"snippet.py:5", "snippet.py:9"}, mypy.stdout


def test_an_installed_wheel_generates_from_any_contract(python: Path, tmp_path: Path) -> None:
    def change(contract: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
        contract["components"]["schemas"]["RunTarget"]["properties"] = {"priority": {"type": "integer"}}

    contract, output = changed_contract(tmp_path, change), tmp_path / "runs_bindings"
    program = (
        "import sys; from pathlib import Path; import runs_client.spec\n"
        "assert runs_client.spec.__file__.startswith(sys.prefix), runs_client.spec.__file__\n"
        "runs_client.spec.generate_bindings(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    subprocess.run([python, "-c", program, contract, output], cwd=tmp_path, check=True)
    assert "priority: int | None" in (output / "payloads.py").read_text()
    assert (output / "py.typed").is_file()
