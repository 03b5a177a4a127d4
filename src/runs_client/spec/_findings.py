"""What a comparison of two contracts finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One change at one place of the API.

    Attributes:
        operations: The operations that it concerns, as `POST /threads/{thread_id}/runs`.
        pointer: JSON pointer (RFC 6901) of the place: into the newer document, or into the older one for what is gone.
        change: The kind of change, one of `RULES`. It begins with the direction in which the data goes, `request-` or
            `response-`, or with `operation-`.
        before: What it was: a JSON value, or a type in words; None where there was nothing.
        after: What it is now.
        breaking: Whether a client that follows the older document can fail on a server that follows the newer one.
        reason: Why it breaks, or why it does not.
        members: The methods of `RunsClient` that it concerns.
        subject: The place in words, as `Run.status` or `query parameter limit`.
    """

    operations: tuple[str, ...]
    pointer: str
    change: str
    before: Any
    after: Any
    breaking: bool
    reason: str
    members: tuple[str, ...] = ()
    subject: str = ""


class Format(str, Enum):
    """How findings are printed."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


def has_breaking(findings: Iterable[Finding]) -> bool:
    """Whether one of them breaks clients."""
    return any(finding.breaking for finding in findings)
