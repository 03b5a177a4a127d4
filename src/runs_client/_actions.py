"""What a resumption decides, and what it tells of that. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Finish:
    """The stream is over."""


@dataclass(frozen=True)
class Rejoin:
    """Open the stream again.

    Attributes:
        last_event_id: What to send as `Last-Event-ID`; None joins without one, for what happens next.
        delay: Seconds to wait before.
        reason: What went wrong; None where nothing did, and the stream is only proved whole.
        status: The HTTP status, where that was a refusal.
    """

    last_event_id: str | None
    delay: float = 0.0
    reason: str | None = None
    status: int | None = None


@dataclass(frozen=True)
class AskStatus:
    """Look the run up, and report with `run_status`."""


@dataclass(frozen=True)
class AskFailure:
    """The run failed, but its `error` event is lost: ask for the failure by joining the run."""


Action: TypeAlias = Finish | Rejoin | AskStatus | AskFailure


@dataclass(frozen=True)
class Gap:
    """A place in a stream where events may be missing.

    Attributes:
        after: The id of the last event before it, if that had one.
        reason: Why they could not be got.
    """

    after: str | None
    reason: str


@dataclass(frozen=True)
class Reconnect:
    """What `on_reconnect` is told before a stream is rejoined.

    Attributes:
        thread_id: The thread of the run; None where it is not known.
        run_id: The run.
        last_event_id: The id of the last part that was delivered.
        reason: What went wrong.
        delay: Seconds until the stream is rejoined.
    """

    thread_id: str | None
    run_id: str | None
    last_event_id: str | None
    reason: str
    delay: float
