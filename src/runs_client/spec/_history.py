"""The changelog of a published contract, found by looking at as few versions as it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ._contract import ContractError
from ._diff import diff
from ._extract import extract_runs
from ._findings import Finding
from ._wheels import NoDocumentError, wheel_document

Read: TypeAlias = Callable[[str], dict[str, Any] | None]
"""Gives the contract that a version published; None where it published none."""


@dataclass(frozen=True)
class Change:
    """What one version changed.

    Attributes:
        version: The first version that has it.
        previous: The version before, which lacks it.
        findings: What changed, given that both published a contract.
        appeared: Whether the contract was published first (True) or dropped (False); None for any other change.
    """

    version: str
    previous: str
    findings: tuple[Finding, ...] = ()
    appeared: bool | None = None


def published_contract(package: str) -> Read:
    """Reads the Runs part of what the versions of a package publish."""

    def read(version: str) -> dict[str, Any] | None:
        try:
            return extract_runs(wheel_document(package, version))
        except NoDocumentError:
            return None

    return read


def versions_between(versions: Sequence[str], first: str | None, last: str | None) -> list[str]:
    """The versions from one to another, both included.

    Args:
        versions: All that were published, oldest first.
        first: Where to begin; None for the oldest.
        last: Where to end; None for the newest.

    Raises:
        ContractError: One of them was not published, or they are the wrong way round.
    """
    for version in (first, last):
        if version is not None and version not in versions:
            raise ContractError(
                f"there is no version {version}: the published ones go from {versions[0]} to {versions[-1]}"
            )
    begin = versions.index(first) if first is not None else 0
    end = versions.index(last) if last is not None else len(versions) - 1
    if begin > end:
        raise ContractError(f"{first} came after {last}: swap --from and --to")
    return list(versions[begin : end + 1])


def changes(versions: Sequence[str], read: Read, passed: Callable[[int], None]) -> Iterator[Change]:
    """Each change in a range of versions, oldest first, as soon as it is found.

    Where both ends of a range are equal, nothing inside it is looked at: a change that was taken back within such a
    range is not seen.

    Args:
        versions: The range, oldest first.
        read: Gives the contract of a version. It is asked once for each version that is looked at.
        passed: Is told how many versions more are done with.

    Raises:
        ContractError: A contract cannot be read.
    """
    known: dict[str, dict[str, Any] | None] = {}

    def contract(version: str) -> dict[str, Any] | None:
        if version not in known:
            known[version] = read(version)
        return known[version]

    open_ranges = [(0, len(versions) - 1)] if versions else []
    passed(bool(versions))
    while open_ranges:
        begin, end = open_ranges.pop()
        if contract(versions[begin]) == contract(versions[end]):
            passed(end - begin)
        elif end - begin > 1:
            middle = (begin + end) // 2
            open_ranges += [(middle, end), (begin, middle)]
        else:
            passed(1)
            change = _change(versions[begin], versions[end], contract)
            if change is not None:
                yield change


def _change(previous: str, version: str, contract: Read) -> Change | None:
    before, after = contract(previous), contract(version)
    if before is None or after is None:
        return Change(version, previous, appeared=after is not None)
    findings = tuple(diff(before, after))
    return Change(version, previous, findings) if findings else None
