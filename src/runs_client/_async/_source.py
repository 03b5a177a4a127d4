"""The requests of one stream: the one that starts it, and those that come back to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from runs_bindings.api import runs as operations

from .._concurrency import Deadline, shortest
from .._errors import InvalidRequestError, NotFoundError
from .._responses import (
    EVENT_STREAM,
    followable_run,
    json_from_response,
    result_from_response,
    run_failure,
    status_of_run,
)

if TYPE_CHECKING:
    from .._requests import RequestFactory
    from .._resume import Resumption
    from .._transports import AsyncStreamResponse, Request
    from ._caller import AsyncCaller


@dataclass(slots=True)
class StreamSource:
    """Where a stream comes from.

    Attributes:
        caller: Sends the requests.
        requests: Makes them.
        resumption: Knows the run.
        first: Opens the stream, or creates the run.
        creates_only: Whether `first` only creates the run, which is then joined.
        join_keywords: What a join is sent beside the last event id.
        headers: Sent with each request.
        timeout: Seconds in which a request that comes back must be answered, or None.
        deadline: When the whole stream must be over.
    """

    caller: AsyncCaller
    requests: RequestFactory
    resumption: Resumption
    first: Request
    creates_only: bool
    join_keywords: Mapping[str, Any]
    headers: Mapping[str, str] | None
    timeout: float | None
    deadline: Deadline = field(default_factory=lambda: Deadline(None))
    _location: str | None = None

    async def create(self) -> None:
        """Create the run, without joining it."""
        run = result_from_response(self.first, await self.caller.send(self.first), followable_run)
        self.resumption.created(run.thread_id, run.run_id)

    async def open(self, limit: float | None) -> AsyncStreamResponse:
        """Open the stream for the first time, in so many seconds."""
        response = await self.caller.open_events(self.first.within(shortest(limit, self.first.timeout)))
        if self.first.method == "POST" and self.resumption.thread_id is not None:  # otherwise it leads nowhere
            self._location = response.headers.get("location")
        return response

    async def rejoin(self, last_event_id: str | None) -> AsyncStreamResponse:
        """Open the stream again, once: whether to try again is not decided here.

        Raises:
            StreamInterruptedError: The server names a place that must not be sent the API key.
        """
        run = self.resumption
        request = self.requests.for_operation(
            operations.join_stateless_run_stream if run.thread_id is None else operations.join_run_stream,
            (run.run_id or "",) if run.thread_id is None else (run.thread_id, run.run_id or ""),
            method="join_stream",
            keywords={**self.join_keywords, "last_event_id": last_event_id},
            accept=EVENT_STREAM,
            headers=self.headers,
            timeout=self._limit(),
        )
        if self._location is not None:
            try:
                request = replace(request, url=self.requests.base_url.rejoined(self._location))
            except InvalidRequestError as error:
                raise run.interrupted(str(error)) from error
        return await self.caller.open_events(request, retries=False)

    async def status(self) -> str | None:
        """The run's status; None if it is gone."""
        request = self._about_the_run(operations.get_run, "get")
        try:
            response = await self.caller.send(request)
        except NotFoundError:
            return None
        return result_from_response(request, response, status_of_run)

    async def failure(self) -> Any:
        """What the run failed with: `error` and `message`; None if that cannot be found out."""
        request = self._about_the_run(operations.join_run, "join")
        return run_failure(json_from_response(request, await self.caller.send(request)))

    def _about_the_run(self, operation: Any, method: str) -> Request:
        ids = (self.resumption.thread_id or "", self.resumption.run_id or "")
        return self.requests.for_operation(operation, ids, method=method, headers=self.headers, timeout=self._limit())

    def _limit(self) -> float | None:
        return shortest(self.timeout, self.deadline.remaining())
