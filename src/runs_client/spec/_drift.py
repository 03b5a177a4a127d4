"""How a server's contract differs from the shipped one, and which of the differences are known and why."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from ._contract import ContractError
from ._diff import diff
from ._extract import extract_runs
from ._findings import Finding
from ._sources import read_data

_PLACES = {"subject", "operation", "before"}
_KEYS = {"change", "reason"} | _PLACES


@dataclass(frozen=True)
class Known:
    """A reason for some differences.

    Attributes:
        reason: Why the contract differs there.
        change: The kinds of change, as patterns of the shell; one that matches is enough, here and below.
        subject: The places in words.
        operation: The operations.
        before: What the shipped contract says.
    """

    reason: str
    change: tuple[str, ...]
    subject: tuple[str, ...]
    operation: tuple[str, ...]
    before: tuple[str, ...]

    def explains(self, finding: Finding) -> bool:
        """Whether a finding is one of these differences."""
        return (
            _matches(self.change, finding.change)
            and _matches(self.subject, finding.subject)
            and _matches(self.operation, *finding.operations)
            and _matches(self.before, str(finding.before))
        )


def _matches(patterns: tuple[str, ...], *texts: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns for text in texts)


@dataclass(frozen=True)
class Drift:
    """How a contract differs from the shipped one.

    Attributes:
        unknown: What nobody gave a reason for: `before` is what the shipped contract says, `after` the other one.
        known: What there is a reason for, each with it.
        stale: Reasons that explain nothing any more.
    """

    unknown: tuple[Finding, ...]
    known: tuple[tuple[Finding, Known], ...]
    stale: tuple[Known, ...]


def drift(contract: dict[str, Any], published: dict[str, Any], reasons: list[Known]) -> Drift:
    """Compare the shipped contract with another one.

    Args:
        contract: The shipped one.
        published: The other one, corrected by its overlay.
        reasons: Why they differ, as far as that is known.

    Raises:
        ContractError: One of them cannot be read.
    """
    unknown: list[Finding] = []
    known: list[tuple[Finding, Known]] = []
    for finding in diff(extract_runs(contract), extract_runs(published)):
        reason = next((reason for reason in reasons if reason.explains(finding)), None)
        if reason is None:
            unknown.append(finding)
        else:
            known.append((finding, reason))
    used = {id(reason) for _, reason in known}
    return Drift(tuple(unknown), tuple(known), tuple(reason for reason in reasons if id(reason) not in used))


def read_reasons(path: Path) -> list[Known]:
    """Read the known differences of an upstream.

    Raises:
        ContractError: The file cannot be read, or an entry lacks something.
    """
    entries = read_data(path)
    if not isinstance(entries, list):
        raise ContractError(f"{path} must be a list of differences")
    return [_known(entry, f"entry {number} of {path}") for number, entry in enumerate(entries, 1)]


def _known(entry: Any, label: str) -> Known:
    if not isinstance(entry, dict) or not {"change", "reason"} <= entry.keys() <= _KEYS:
        raise ContractError(f"{label} must have a `change` and a `reason`, and may have {', '.join(sorted(_PLACES))}")
    return Known(str(entry["reason"]), **{key: _patterns(entry.get(key, "*")) for key in ("change", *_PLACES)})


def _patterns(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
