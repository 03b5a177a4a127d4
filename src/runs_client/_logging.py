"""The records of the logger `runs_client`.

A text can be read alone. What it says is also in attributes of the record, for formatters that write JSON. No record
holds a header or a body. Nor does it repeat the words of a server: they may repeat what it was sent.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from ._errors import APIStatusError, RunsClientError

if TYPE_CHECKING:
    from ._transports import Request

_log = logging.getLogger("runs_client")

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"  # the ids that servers make
_THREAD_ID = re.compile(rf"/threads/({_UUID})")
_RUN_ID = re.compile(rf"/runs/({_UUID})")
_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")


def log_answer(request: Request, status: int, elapsed: float) -> None:
    """A server answered, after so many seconds."""
    if not _log.isEnabledFor(logging.DEBUG):
        return
    extra = {**_facts(request), "status": status, "elapsed": elapsed}
    text = "%(method)s %(url)s was answered with %(status)d after %(elapsed).3f s"
    _log.debug(text, extra, extra=extra, stacklevel=2)


def log_retry(request: Request, error: RunsClientError, *, attempt: int, delay: float) -> None:
    """A request is about to be sent once more. The first attempt is number 1."""
    if not _log.isEnabledFor(logging.INFO):
        return
    status = status_of(error)
    facts = _facts(request)
    reason = str(error) if status is None else f"{request.method} {facts['url']} was answered with {status}"
    extra = {**facts, "status": status, "attempt": attempt, "delay": delay}
    _log.info("retrying in %.2f s (attempt %d): %s", delay, attempt, _plain(reason), extra=extra, stacklevel=2)


def log_run_created(thread_id: str | None, run_id: str) -> None:
    """A run was created; its ids are what the server says they are."""
    extra = {"thread_id": _one_line(thread_id), "run_id": _one_line(run_id)}
    _log.info("created run %(run_id)s on thread %(thread_id)s", extra, extra=extra, stacklevel=2)


def log_rejoin(
    thread_id: str | None,
    run_id: str | None,
    reason: str,
    *,
    status: int | None,
    attempt: int,
    delay: float,
    last_event_id: str | None = None,
) -> None:
    """The connection to a run is lost, and the run is about to be joined again, for the nth time."""
    extra = {
        "thread_id": thread_id,
        "run_id": run_id,
        "status": status,
        "attempt": attempt,
        "delay": delay,
        "last_event_id": _one_line(last_event_id),
    }
    text = "rejoining run %s of thread %s in %.2f s, Last-Event-ID %s: %s"
    cause = _cause(reason, status)
    _log.warning(text, run_id, thread_id, delay, extra["last_event_id"], cause, extra=extra, stacklevel=2)


def log_gap(
    thread_id: str | None, run_id: str | None, reason: str, *, status: int | None, last_event_id: str | None
) -> None:
    """Parts of a stream may be missing after an event, and the stream goes on."""
    extra = {"thread_id": thread_id, "run_id": run_id, "status": status, "last_event_id": _one_line(last_event_id)}
    text = "parts of run %s of thread %s may be missing after event %s: %s"
    _log.warning(text, run_id, thread_id, extra["last_event_id"], _cause(reason, status), extra=extra, stacklevel=2)


def status_of(error: Exception | None) -> int | None:
    """The HTTP status with which a server refused; None where that is not what went wrong."""
    return error.status_code if isinstance(error, APIStatusError) else None


def _facts(request: Request) -> dict[str, Any]:
    thread, run = _THREAD_ID.search(request.url), _RUN_ID.search(request.url)
    return {
        "method": request.method,
        "url": _plain(request.url),
        "thread_id": thread[1] if thread else None,
        "run_id": run[1] if run else None,
    }


def _cause(reason: str, status: int | None) -> str:
    return _plain(reason) if status is None else f"it was answered with {status}"


def _plain(text: str) -> str:
    """Without the user name and password of a URL: a hook may have put them there."""
    return _USER_INFO.sub("", text)


def _one_line(value: object) -> object:
    """An id as it is, unless it would break out of its line in a log."""
    return repr(value) if isinstance(value, str) and not value.isprintable() else value
