"""Contracts that differ from ours in one place, and their bindings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from runs_client.spec import generate_bindings

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
