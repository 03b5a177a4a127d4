"""The OpenAPI documents inside published wheels. pip fetches them from its own index; nothing is installed."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from ._contract import ContractError
from ._extract import write_document

_DOCUMENT = "openapi.json"
_ANY_WHEEL = ("--only-binary", ":all:", "--ignore-requires-python")
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2")
_log = logging.getLogger("runs_client")


class NoDocumentError(ContractError):
    """The wheel was fetched, and carries no OpenAPI document."""


def published_versions(package: str) -> list[str]:
    """The versions of a package that have a wheel, oldest first. Pre-releases are left out.

    Raises:
        ContractError: There is no such package, or pip cannot ask its index.
    """
    output = _pip("index", "versions", *_ANY_WHEEL, _checked_name(package), wanted=package)
    found = re.search(r"^Available versions: (.+)$", output, re.MULTILINE)
    if found is None:
        raise ContractError(
            f"pip does not tell the versions of {package}: update it with `python -m pip install -U pip`"
        )
    return sorted(found[1].split(", "), key=Version)


def wheel_document(package: str, version: str) -> dict[str, Any]:
    """The OpenAPI document in the wheel of a version, from the cache if it was read before.

    Raises:
        NoDocumentError: The wheel carries none.
        ContractError: There is no such version, pip cannot fetch it, or its wheel is damaged.
    """
    cached = _cache_folder() / _checked_name(package) / f"{_checked_version(package, version)}.json"
    document = _cached_document(cached)
    if document is None:
        document = _fetched_document(package, version)
        _keep(document, cached)
    return document


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "runs-client" / "published"


def _cached_document(cached: Path) -> dict[str, Any] | None:
    try:
        return _parsed(cached.read_bytes())
    except OSError:
        return None
    except ValueError:
        _log.warning("%s is damaged: it is thrown away and fetched again", cached)
        return None


def _keep(document: dict[str, Any], cached: Path) -> None:
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ContractError(f"cannot make {cached.parent}: {error.strerror}; set XDG_CACHE_HOME") from error
    write_document(document, cached)


def _fetched_document(package: str, version: str) -> dict[str, Any]:
    requirement = f"{package}=={version}"
    with tempfile.TemporaryDirectory() as folder:
        _pip("download", *_ANY_WHEEL, "--no-deps", "--dest", folder, requirement, wanted=requirement)
        wheel = next(Path(folder).glob("*.whl"))
        try:
            return _parsed(_content(wheel, requirement))
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise ContractError(
                f"the wheel of {requirement} is damaged ({error}): try again, after `pip cache purge`"
            ) from error


def _content(wheel: Path, requirement: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.rpartition("/")[2] == _DOCUMENT]
        if not names:
            raise NoDocumentError(
                f"the wheel of {requirement} carries no {_DOCUMENT}: "
                f"start that server and give its URL instead, which has it at /{_DOCUMENT}"
            )
        return archive.read(min(names, key=len))


def _parsed(content: bytes) -> dict[str, Any]:
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError(f"{_DOCUMENT} holds no object")
    return document


def _checked_name(package: str) -> str:
    try:
        return canonicalize_name(package, validate=True)
    except InvalidName as error:
        raise ContractError(f"{package!r} is not the name of a package") from error


def _checked_version(package: str, version: str) -> Version:
    try:
        return Version(version)
    except InvalidVersion as error:
        raise ContractError(f"{version!r} is not a version of {package}: give one in full, such as 0.16.7") from error


def _pip(*arguments: str, wanted: str) -> str:
    """What pip prints.

    Raises:
        ContractError: It fails.
    """
    pip = subprocess.run(
        [*_PIP, *arguments], capture_output=True, encoding="utf-8", errors="replace", stdin=subprocess.DEVNULL
    )
    if pip.returncode:
        raise ContractError(_sentence(pip.stderr, wanted))
    return pip.stdout


def _sentence(log: str, wanted: str) -> str:
    if "connection broken by" in log:
        return f"pip cannot reach its package index to look for {wanted}: check the network, and pip's configuration"
    if "No module named pip" in log:
        return f"pip is needed to look for {wanted}, and this Python has none: run `python -m ensurepip`"
    if "No matching distribution found" in log:
        newest = _newest(re.findall(r"\(from versions: ([^)]+)\)", log))
        return f"pip's package index has no wheel of {wanted}" + (f"; the newest is {newest}" if newest else "")
    errors = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    return f"pip cannot fetch {wanted}: {' '.join(errors) or log.strip()[-200:]}"


def _newest(lists: list[str]) -> str | None:
    """The newest of the versions that pip lists, if it lists any. Pre-releases are left out."""
    versions = [text for text in ", ".join(lists).split(", ") if text not in ("", "none")]
    return max((text for text in versions if not Version(text).is_prerelease), key=Version, default=None)
