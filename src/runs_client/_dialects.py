"""What servers say, each in its own words: of which run a response is, and what an event means. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from ._json import decode_json
from ._sse import ServerSentEvent

FROM_THE_START = "-1"
"""The `Last-Event-ID` that asks for all events of a run."""

_RUN_PATH = re.compile(r"(?:/threads/(?P<thread_id>[^/?#]+))?/runs/(?P<run_id>[^/?#]+)/?(?:\?.*)?$")

FINISHED = frozenset({"success", "error", "timeout", "interrupted"})
"""The statuses of a run that is over."""

LAST_EVENTS = frozenset({"end", "error"})
"""Events after which a stream has no more."""

ORDINARY_EVENTS = frozenset(
    {"values", "updates", "custom", "messages", "tasks", "checkpoints", "events", "debug", "tools"}
)
"""Most events: those that say nothing about the stream itself."""

_NUMBERED_ID = re.compile(r".+_event_([0-9]{1,18})")
"""Aegra's ids: it numbers the events of a run."""

GONE = b'"Run not found"'
"""The JavaScript server ends the stream of a run that is deleted with its end by an error event with this, whether the
run failed or not. Who joins an unknown run gets nothing else."""

_LIVE_ONLY = "messages/"
"""Events of the stream mode `messages` begin so. The official server sends them once, and does not keep them."""


def run_from_headers(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The thread id and the run id that a response's `Content-Location` names, each None where it names none.

    Args:
        headers: With names in lower case.
    """
    found = _RUN_PATH.search(headers.get("content-location", ""))
    if found is None:
        return None, None
    thread_id, run_id = unquote(found["thread_id"] or ""), unquote(found["run_id"])
    if not (thread_id + run_id).isprintable():  # they go into messages and logs
        return None, None
    return thread_id or None, run_id


def number_of(event_id: str | None) -> int | None:
    """The number of an event in its run, where its id tells that."""
    if event_id == FROM_THE_START:
        return -1
    found = _NUMBERED_ID.fullmatch(event_id or "")
    return int(found[1]) if found else None


def is_live_only(event: ServerSentEvent) -> bool:
    """Whether an event is sent once, and not kept."""
    return event.event.startswith(_LIVE_ONLY)


def thread_in(event: ServerSentEvent) -> str | None:
    """The thread that the metadata of messages name, which is hidden where a run is stateless."""
    try:
        for message in decode_json(event.data).values():
            return str(message["metadata"]["thread_id"])
    except (ValueError, TypeError, AttributeError, KeyError):
        pass
    return None


def status_at_the_end(event: ServerSentEvent) -> str | None:
    """The run's status, where its `end` event tells that."""
    try:
        data = decode_json(event.data)
    except ValueError:
        return None
    status = data.get("status") if isinstance(data, dict) else None
    return status if isinstance(status, str) else None
