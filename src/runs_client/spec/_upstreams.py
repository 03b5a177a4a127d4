"""What is known about the servers that publish a contract: how to correct it, and why ours differs from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._contract import BUNDLED_OPENAPI, ContractError, read_contract
from ._drift import Known, read_reasons
from ._overlay import Corrected, apply_overlay, read_overlay
from ._sources import load_document

_OPENAPI = BUNDLED_OPENAPI if BUNDLED_OPENAPI.is_dir() else Path(__file__).parents[3] / "openapi"
_TITLES = "x-titles"


@dataclass(frozen=True)
class Published:
    """A contract as somebody publishes it.

    Attributes:
        document: All of it, as it was found.
        upstream: The server that it belongs to, if its corrections are shipped.
    """

    document: dict[str, Any]
    upstream: str | None


def shipped_contract() -> dict[str, Any]:
    """The contract that this client is generated from."""
    return read_contract(_OPENAPI / "runs.yaml")


def read_published(source: str, upstream: str | None = None) -> Published:
    """Read a published contract, and find out whose it is.

    Args:
        source: The URL of a server or of its document, a JSON or YAML file, or `package==version`.
        upstream: Whose it is: a name from `known_upstreams`. By default its title tells, or the name of the package.

    Raises:
        ContractError: It cannot be read, or the upstream is not known.
    """
    if upstream is not None and upstream not in known_upstreams():
        raise ContractError(f"{upstream} is no known upstream: they are {', '.join(known_upstreams())}")
    document = load_document(source)
    return Published(document, upstream or _upstream_of(source, document))


def known_upstreams() -> dict[str, Path]:
    """The servers whose corrections are shipped, each with its overlay."""
    return {path.stem: path for path in sorted((_OPENAPI / "overlays").glob("*.yaml"))}


def corrected(document: dict[str, Any], upstream: str | None) -> Corrected:
    """A document with the corrections that are shipped for its upstream, if there are any."""
    if upstream is None:
        return Corrected(document, ())
    return apply_overlay(document, read_overlay(known_upstreams()[upstream]))


def reasons_for(upstream: str | None) -> list[Known]:
    """Why the shipped contract differs from that of an upstream."""
    files = [_OPENAPI / "differences" / f"{name}.yaml" for name in ("all-servers", upstream)]
    return [reason for file in files if file.is_file() for reason in read_reasons(file)]


def _upstream_of(source: str, document: dict[str, Any]) -> str | None:
    package = source.partition("==")[0]
    title = document.get("info", {}).get("title")
    for name, path in known_upstreams().items():
        if name == package or title in read_overlay(path).get(_TITLES, ()):
            return name
    return None
