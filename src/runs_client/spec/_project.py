"""Everything that is generated in this repository, and whether it is fresh."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ._bindings import GenerationError, generate_bindings
from ._overloads import write_overloads
from ._twin import write_twin

CONTRACT = Path("openapi/runs.yaml")
BINDINGS = Path("generated/runs_bindings")
PACKAGE = Path("src/runs_client")
OVERLOADS = PACKAGE / "_async/_overloads.py"
SYNC_FACADE = PACKAGE / "_sync"
TRANSPORTS = PACKAGE / "_transports"
TRANSPORT_TWINS = {
    TRANSPORTS / f"{name}.py": TRANSPORTS / f"{name}_sync.py" for name in ("_httpx", "_httpx_chunks", "_httpx_pools")
}


def generate_project(root: Path) -> None:
    """Write all generated files of a checkout anew.

    Args:
        root: The folder with `pyproject.toml`.

    Raises:
        GenerationError: The contract cannot be generated from without loss.
    """
    generate_bindings(root / CONTRACT, root / BINDINGS)
    write_overloads(root / CONTRACT, root / OVERLOADS)
    _format(root, OVERLOADS)
    shutil.rmtree(root / SYNC_FACADE, ignore_errors=True)
    (root / SYNC_FACADE).mkdir()
    for module in sorted((root / PACKAGE / "_async").glob("*.py")):
        write_twin(module, root / SYNC_FACADE / module.name)
    for source, twin in TRANSPORT_TWINS.items():
        write_twin(root / source, root / twin)
    _format(root, SYNC_FACADE, *TRANSPORT_TWINS.values())


def stale_files(root: Path) -> list[str]:
    """Generated files that are not what would be generated now. Nothing is changed.

    Args:
        root: The folder with `pyproject.toml`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch)
        for name in ("openapi", "generated", "src"):
            shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        shutil.copy(root / "pyproject.toml", copy)
        generate_project(copy)
        present, fresh = dict(_generated(root)), dict(_generated(copy))
    return sorted(str(path) for path in present.keys() | fresh.keys() if present.get(path) != fresh.get(path))


def _generated(root: Path) -> Iterator[tuple[Path, bytes]]:
    files = [root / OVERLOADS, *(root / twin for twin in TRANSPORT_TWINS.values())]
    for folder in (BINDINGS, SYNC_FACADE):
        files += [file for file in (root / folder).rglob("*") if "__pycache__" not in file.parts]
    for file in files:
        if file.is_file():
            yield file.relative_to(root), file.read_bytes()


def _format(root: Path, *paths: Path) -> None:
    for command in (("check", "--fix-only", "--select=I,F401,UP"), ("format",)):
        ruff = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", *map(str, paths)],
            cwd=root,
            capture_output=True,
            text=True,
        )
        if ruff.returncode:
            raise GenerationError([f"the generated code is not valid Python: {ruff.stderr.strip()}"])
