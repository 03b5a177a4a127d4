"""Follows an upstream in a checkout of this project: what it changed since the last time, and what that means here."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._bindings import generate_bindings
from ._contract import ContractError, read_contract
from ._diff import diff
from ._drift import Drift, drift
from ._extract import extract_runs, write_document
from ._findings import Finding
from ._project import CONTRACT
from ._surface import PythonChange, python_changes
from ._upstreams import corrected, known_upstreams, read_published, reasons_for

UPSTREAMS = Path("openapi/upstreams")
_SOURCE = "x-source"


@dataclass(frozen=True)
class Following:
    """What is new at an upstream.

    Attributes:
        source: What was looked at.
        snapshot: The file that holds what was seen the last time.
        seen: The source that was looked at then.
        published: The Runs part of the contract that the upstream publishes now.
        api_changes: What it changed since then.
        python_changes: What that changes in bindings generated from its contract.
        unused_corrections: Targets of its overlay that match nothing any more.
        drift: How it differs from our contract.
    """

    source: str
    snapshot: Path
    seen: str
    published: dict[str, Any]
    api_changes: tuple[Finding, ...]
    python_changes: tuple[PythonChange, ...]
    unused_corrections: tuple[str, ...]
    drift: Drift

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left for a maintainer to do."""
        return not (self.drift.unknown or self.drift.stale or self.unused_corrections)


def follow(root: Path, source: str, upstream: str | None = None) -> Following:
    """Compare what an upstream publishes now with what it did the last time, and with our contract. Nothing is written.

    Args:
        root: The folder with `pyproject.toml`.
        source: The URL of a server or of its document, a file, or `package==version`.
        upstream: Whose contract it is; by default that is found out.

    Raises:
        ContractError: The source cannot be read, or is none of an upstream that is followed here.
        GenerationError: Bindings cannot be generated from it without loss: its overlay lacks something.
    """
    found = read_published(source, upstream)
    if found.upstream is None:
        raise ContractError(f"{source} is no known upstream: name it, one of {', '.join(known_upstreams())}")
    snapshot = UPSTREAMS / f"{found.upstream}.json"
    before = read_contract(root / snapshot)
    after = extract_runs(found.document)
    after["info"][_SOURCE] = source
    old, _ = corrected(before, found.upstream)
    new, unused = corrected(after, found.upstream)
    return Following(
        source=source,
        snapshot=snapshot,
        seen=before["info"][_SOURCE],
        published=after,
        api_changes=tuple(diff(old, new)),
        python_changes=tuple(_python_changes(root, old, new)),
        unused_corrections=unused,
        drift=drift(read_contract(root / CONTRACT), new, reasons_for(found.upstream)),
    )


def accept(root: Path, following: Following) -> None:
    """Remember what the upstream publishes now, so that the next comparison begins there."""
    write_document(following.published, root / following.snapshot)


def _python_changes(root: Path, before: dict[str, Any], after: dict[str, Any]) -> list[PythonChange]:
    if before["paths"] == after["paths"] and before["components"] == after["components"]:
        return []
    with tempfile.TemporaryDirectory() as scratch:
        packages = []
        for name, document in (("before", before), ("after", after)):
            contract = Path(scratch, name, "contract.yaml")
            contract.parent.mkdir()
            write_document(document, contract)
            packages.append(contract.parent / "runs_bindings")
            generate_bindings(contract, packages[-1], openapi_dir=(root / CONTRACT).parent)
        return python_changes(*packages)
