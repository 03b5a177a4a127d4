"""Sends requests with patience: retries, redirects, the concurrency limit, the hooks."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from .._concurrency import AsyncLimiter, Deadline, async_fail_after, async_resolve, async_sleep, shortest
from .._errors import APIConnectionError, RunsClientError
from .._headers import checked_headers
from .._logging import log_answer, log_retry
from .._responses import EVENT_STREAM, REDIRECTS, error_from_response, not_an_event_stream
from .._retry import SAFE_METHODS
from .._transports import AsyncStreamResponse, Request, Response, ResponseHead
from .._transports._failures import not_answered, without_frames

if TYPE_CHECKING:
    from .._retry import RetryPolicy
    from .._transports import AsyncTransport
    from .._transports._choice import ChosenTransport
    from .._url import BaseURL


AnswerT = TypeVar("AnswerT", Response, AsyncStreamResponse)
RequestHook = Callable[[Request], "Request | Awaitable[Request | None] | None"]
"""Sees each request before it is sent, retries included, and may return another one to send instead."""

ResponseHook = Callable[[ResponseHead], object]
"""Sees each answer, also those that are followed by another try or a redirect."""

_MAX_REDIRECTS = 5
_EXCERPT_SIZE = 64 * 1024
_EXCERPT_TIMEOUT = 5.0


class AsyncCaller:
    """Sends requests of one client.

    Args:
        transport: What sends them.
        base_url: The only origin that requests may go to.
        retry: When to try again.
        max_concurrency: Requests under way at a time. A stream counts until its first byte.
        on_request: Called with each request before it is sent.
        on_response: Called with each answer, before anything else is done with it.
    """

    def __init__(
        self,
        transport: ChosenTransport[AsyncTransport],
        base_url: BaseURL,
        *,
        retry: RetryPolicy,
        max_concurrency: int | None,
        on_request: RequestHook | None,
        on_response: ResponseHook | None = None,
    ) -> None:
        self._transport = transport
        self._base_url = base_url
        self._retry = retry
        self._limiter = AsyncLimiter(max_concurrency)
        self._on_request = on_request
        self._on_response = on_response
        self._only_exchanges = max_concurrency is None and on_request is None and on_response is None

    async def send(self, request: Request) -> Response:
        """Send a request and read the response to its end.

        Raises:
            APIStatusError: The server refused it.
            APIConnectionError: No answer came.
        """
        return await self._persist(request, self._transport.get().send)

    def open(self, request: Request, *, retries: bool = True) -> Awaitable[AsyncStreamResponse]:
        """Send a request and return as soon as the response's headers are there.

        Args:
            request: The request.
            retries: Whether to try again where that is safe.

        Raises:
            APIStatusError: The server refused it.
            APIConnectionError: No answer came.
        """
        persist = self._persist if retries else self._once
        return persist(request, self._transport.get().open)

    async def open_events(self, request: Request, *, retries: bool = True) -> AsyncStreamResponse:
        """Open an event stream, like `open`.

        Raises:
            UnexpectedResponseError: The answer is no event stream.
        """
        stream = await self.open(request, retries=retries)
        if not stream.headers.get("content-type", "").lower().startswith(EVENT_STREAM):
            raise not_an_event_stream(request, await _read_excerpt(stream, Deadline(request.timeout)))
        return stream

    async def _persist(self, request: Request, exchange: Callable[[Request], Awaitable[AnswerT]]) -> AnswerT:
        deadline = Deadline(request.timeout)
        tried = 0
        while True:
            tried += 1
            try:
                return await self._attempt(request, exchange, deadline)
            except RunsClientError as error:
                delay = self._retry.delay(error, method=request.method, tried=tried)
                remaining = deadline.remaining()
                if delay is None or (remaining is not None and delay >= remaining):
                    raise
                log_retry(request, error, attempt=tried + 1, delay=delay)
            await async_sleep(delay)

    def _once(self, request: Request, exchange: Callable[[Request], Awaitable[AnswerT]]) -> Awaitable[AnswerT]:
        return self._attempt(request, exchange, Deadline(request.timeout))

    def _attempt(
        self, request: Request, exchange: Callable[[Request], Awaitable[AnswerT]], deadline: Deadline
    ) -> Awaitable[AnswerT]:
        if self._only_exchanges:  # transports keep the time limit themselves, at less cost
            return self._follow(request, exchange, deadline)
        return self._limited(request, exchange, deadline)

    async def _limited(
        self, request: Request, exchange: Callable[[Request], Awaitable[AnswerT]], deadline: Deadline
    ) -> AnswerT:
        sent = []

        def send(request: Request) -> Awaitable[AnswerT]:
            sent.append(request)
            return exchange(request)

        remaining = deadline.remaining()
        try:
            with async_fail_after(remaining):
                async with self._limiter.place(remaining):
                    return await self._follow(request, send, deadline)
        except TimeoutError as error:
            if not deadline.is_over():
                raise  # a hook's own
            raise not_answered(request, sent=bool(sent)) from without_frames(error)

    async def _follow(
        self, request: Request, exchange: Callable[[Request], Awaitable[AnswerT]], deadline: Deadline
    ) -> AnswerT:
        redirects = 0
        while True:
            if self._on_request is not None:
                request = await self._hooked(request, self._on_request)
            if deadline.is_over():
                raise not_answered(request, sent=redirects > 0)
            began = time.monotonic()
            answer = await exchange(request.within(deadline.remaining()))
            elapsed = time.monotonic() - began
            log_answer(request, answer.status, elapsed)
            if self._on_response is not None:
                await self._tell(self._on_response, request, answer, elapsed)
            if 200 <= answer.status < 300:
                return answer
            response = answer if isinstance(answer, Response) else await _read_excerpt(answer, deadline)
            target = self._redirect_target(request, response)
            if target is None or redirects == _MAX_REDIRECTS:
                raise error_from_response(request, response)
            redirects += 1
            request = replace(request, url=target)

    def _redirect_target(self, request: Request, response: Response) -> str | None:
        # RFC 9110, section 15.4: only 307 and 308 keep the method and the body.
        keeps_method = response.status in (307, 308) or request.method in SAFE_METHODS
        location = response.headers.get("location")
        if response.status not in REDIRECTS or not keeps_method or location is None:
            return None
        return self._base_url.redirected(request.url, location)

    async def _hooked(self, request: Request, on_request: RequestHook) -> Request:
        changed = await async_resolve(on_request(request))
        if changed is None:
            return request
        return replace(changed, headers=checked_headers(changed.headers))

    async def _tell(self, on_response: ResponseHook, request: Request, answer: AnswerT, elapsed: float) -> None:
        try:
            await async_resolve(on_response(ResponseHead(request, answer.status, answer.headers, elapsed)))
        except BaseException:
            if not isinstance(answer, Response):
                await answer.aclose()
            raise


async def _read_excerpt(stream: AsyncStreamResponse, deadline: Deadline) -> Response:
    """Read as much of a body as an error message can use: it may have no end."""
    body = b""
    try:
        stream.idle_timeout = shortest(_EXCERPT_TIMEOUT, deadline.remaining())
        async for chunk in stream:
            body += chunk
            if len(body) > _EXCERPT_SIZE or deadline.is_over():
                break
            stream.idle_timeout = shortest(_EXCERPT_TIMEOUT, deadline.remaining())
    except APIConnectionError:
        pass  # the status says more
    finally:
        await stream.aclose()
    return Response(stream.status, stream.headers, body)
