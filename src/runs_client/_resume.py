"""What a stream knows of its run, and what to do when its connection ends. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from ._errors import APIConnectionError, StreamInterruptedError
from ._sse import ServerSentEvent

_RUN_PATH = re.compile(r"(?:/threads/(?P<thread_id>[^/?#]+))?/runs/(?P<run_id>[^/?#]+)")


def run_from_headers(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The thread id and the run id that a response's `Content-Location` names, each None where it names none.

    Args:
        headers: With names in lower case.
    """
    found = _RUN_PATH.search(headers.get("content-location", ""))
    if found is None:
        return None, None
    thread_id = found["thread_id"]
    return unquote(thread_id) if thread_id else None, unquote(found["run_id"])


class StreamProgress:
    """Follows one stream and judges its end.

    Attributes:
        thread_id: The thread of the run, once it is known.
        run_id: The run, once it is known.
        last_event_id: The id of the last event that was delivered, if it had one.
    """

    def __init__(self, thread_id: str | None, run_id: str | None) -> None:
        self.thread_id = thread_id
        self.run_id = run_id
        self.last_event_id: str | None = None

    def opened(self, headers: Mapping[str, str]) -> None:
        """The server answered; its headers name the run."""
        thread_id, run_id = run_from_headers(headers)
        self.thread_id = self.thread_id or thread_id
        self.run_id = self.run_id or run_id

    def delivered(self, event: ServerSentEvent) -> None:
        """An event was handed to the caller."""
        self.last_event_id = event.id

    def failed(self, error: APIConnectionError) -> StreamInterruptedError:
        """The connection broke; the error to end the stream with."""
        return StreamInterruptedError(
            f"the stream of run {self.run_id} broke off: {error}; rejoin it with "
            f"join_stream({self.thread_id!r}, {self.run_id!r}, last_event_id={self.last_event_id!r})",
            thread_id=self.thread_id,
            run_id=self.run_id,
            last_event_id=self.last_event_id,
        )
