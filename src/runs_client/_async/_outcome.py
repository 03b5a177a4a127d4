"""The final state of a run, waited for over as many connections as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runs_bindings.api import runs as operations

from .._actions import Reconnect
from .._concurrency import Deadline, async_resolve, async_sleep, shortest
from .._dialects import run_from_headers
from .._errors import (
    APIConnectionError,
    APIStatusError,
    ResponseTooLargeError,
    StreamInterruptedError,
    UnexpectedResponseError,
    run_failed,
)
from .._idle import IdleWatch
from .._logging import log_rejoin, log_run_created, status_of
from .._responses import is_about_a_gone_run, json_from_response, run_failure
from .._transports import Response
from .._transports._bodies import WholeBody
from .._transports._failures import timed_out, what

if TYPE_CHECKING:
    from .._requests import RequestFactory
    from .._retry import RetryPolicy
    from .._transports import Request
    from ._caller import AsyncCaller


@dataclass
class Outcome:
    """Waits for the end of one run. Servers send white space while it goes on, and then the state as JSON.

    A connection that breaks, falls silent or ends without a state is replaced by joining the run: the request that
    created it is never sent again.

    Attributes:
        caller: Sends the requests.
        requests: Makes them.
        retry: How often to try without progress, and how long to wait.
        first: Creates the run, or joins it.
        headers: Sent with each request.
        open_timeout: Seconds in which a join must be answered, or None.
        thread_id: The thread of the run, once it is known.
        run_id: The run, once it is known.
        on_run_created: Called once with the run id and the thread id.
        on_reconnect: Called before the run is rejoined.
    """

    caller: AsyncCaller
    requests: RequestFactory
    retry: RetryPolicy
    first: Request
    headers: Mapping[str, str] | None
    open_timeout: float | None
    thread_id: str | None = None
    run_id: str | None = None
    on_run_created: Callable[[str, str | None], object] | None = None
    on_reconnect: Callable[[Reconnect], object] | None = None

    async def state(self, *, raise_error: bool) -> Any:
        """The final state.

        Raises:
            RunFailedError: The run failed and `raise_error` is set.
            StreamInterruptedError: The connection was lost, and the run's state cannot be got.
        """
        deadline = Deadline(self.first.timeout)
        request, tried = self.first, 0
        while True:
            progress = _Progress()
            try:
                response = await self._read(request, deadline, progress)
                state = json_from_response(request, response)
                break
            except (APIConnectionError, APIStatusError, UnexpectedResponseError) as error:
                broke_off = not isinstance(error, UnexpectedResponseError)
                tried = 1 if progress.made and broke_off else tried + 1
                delay = self._delay(error, tried)
                if deadline.is_over():
                    raise timed_out(self.first) from error
                if delay is None:
                    raise
                reason = str(error) if broke_off else "it ended without the final state"
                log_rejoin(self.thread_id, self.run_id, reason, status=status_of(error), attempt=tried, delay=delay)
                reconnect = Reconnect(self.thread_id, self.run_id, None, str(error), delay)
            if self.on_reconnect is not None:
                await async_resolve(self.on_reconnect(reconnect))
            remaining = deadline.remaining()
            await async_sleep(delay if remaining is None else min(delay, remaining))
            request = self._join(deadline)
        failure = run_failure(state)
        if failure is not None:
            if tried and is_about_a_gone_run(failure):
                raise self._interrupted("the run is gone, and its final state with it")
            if raise_error:
                raise run_failed(failure, thread_id=self.thread_id, run_id=self.run_id)
        return state

    def _delay(self, error: Exception, tried: int) -> float | None:
        if self.thread_id is None or self.run_id is None or tried > self.retry.max_retries:
            return None
        if isinstance(error, ResponseTooLargeError):
            return None  # it would be so again
        if isinstance(error, APIStatusError):
            return self.retry.delay(error, method="GET", tried=tried)
        return self.retry.backoff(tried)

    def _join(self, deadline: Deadline) -> Request:
        assert self.thread_id is not None
        assert self.run_id is not None
        ids = (self.thread_id, self.run_id)
        timeout = shortest(self.open_timeout, deadline.remaining())
        return self.requests.for_operation(
            operations.join_run, ids, method="join", headers=self.headers, timeout=timeout
        )

    async def _read(self, request: Request, deadline: Deadline, progress: _Progress) -> Response:
        stream = await self.caller.open(request, retries=request.method == "POST")
        try:
            await self._learn(stream.headers)
            watch, body, asked_at = IdleWatch("auto"), WholeBody(request, stream.status), time.monotonic()
            stream.idle_timeout = deadline.remaining()
            has_begun = False
            async for chunk in stream:
                is_heartbeat = not chunk.strip()
                has_begun = has_begun or not is_heartbeat
                progress.made = not has_begun  # a state that breaks off has to be sent anew
                now = time.monotonic()
                watch.received(int(is_heartbeat), asked_at=asked_at, now=now)
                body.add(chunk)
                stream.idle_timeout = shortest(watch.timeout, deadline.remaining())
                if deadline.is_over():
                    raise timed_out(self.first)
                asked_at = now
        finally:
            await stream.aclose()
        if not body.content.strip():
            raise UnexpectedResponseError(
                f"{what(request)} ended without the final state of the run",
                status_code=stream.status,
                excerpt="",
            )
        return Response(stream.status, stream.headers, body.content)

    async def _learn(self, headers: Mapping[str, str]) -> None:
        thread_id, run_id = run_from_headers(headers)
        was_known = self.run_id is not None
        self.thread_id, self.run_id = self.thread_id or thread_id, self.run_id or run_id
        if self.run_id is not None and not was_known:
            log_run_created(self.thread_id, self.run_id)
        if self.on_run_created is not None and self.run_id is not None:
            on_run_created, self.on_run_created = self.on_run_created, None
            await async_resolve(on_run_created(self.run_id, self.thread_id))

    def _interrupted(self, reason: str) -> StreamInterruptedError:
        return StreamInterruptedError(
            f"the connection that waited for run {self.run_id} was lost: {reason}",
            thread_id=self.thread_id,
            run_id=self.run_id,
            last_event_id=None,
        )


@dataclass
class _Progress:
    made: bool = False
