"""What has nothing to do with runs: the address, the key, the connection, and requests of any kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from typing_extensions import Self

from runs_bindings.types import UNSET, RequestParts, wire_pairs

from .._decoding import Decoding
from .._errors import InvalidRequestError
from .._headers import FROM_ENVIRONMENT
from .._parts import CustomT, StateT, UpdateT
from .._requests import JSON, RequestFactory, checked_timeout
from .._responses import json_from_response, result_from_response
from .._retry import RetryPolicy
from .._transports import AsyncTransport, Request
from .._transports._choice import AsyncTransportName, async_transport
from .._url import DEFAULT_URL
from ._caller import AsyncCaller, RequestHook, ResponseHook

if TYPE_CHECKING:
    from .._requests import Id, Operation
    from ._stream import OnReconnect

ResultT = TypeVar("ResultT")

DEFAULT_TIMEOUT = 60.0
"""Seconds for a call that only asks or tells, retries included."""


class BaseClient(Generic[StateT, UpdateT, CustomT]):
    """A client of one server. `RunsClient` says what its arguments are."""

    def __init__(
        self,
        url: str | None = None,
        *,
        api_key: str | None = FROM_ENVIRONMENT,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        max_concurrency: int | None = None,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        on_reconnect: OnReconnect | None = None,
        transport: AsyncTransportName | AsyncTransport = "httpx",
        state_type: type[StateT] | Callable[[Any], StateT] | None = None,
        update_type: type[UpdateT] | Callable[[Any], UpdateT] | None = None,
        custom_type: type[CustomT] | Callable[[Any], CustomT] | None = None,
    ) -> None:
        self._requests = RequestFactory(DEFAULT_URL if url is None else url, api_key, headers)
        if max_concurrency is not None and max_concurrency < 1:
            raise InvalidRequestError(f"max_concurrency must be 1 or more, not {max_concurrency}")
        self._timeout = checked_timeout(timeout)
        self._retry = retry or RetryPolicy()
        self._decoding = Decoding(state_type, update_type, custom_type)
        self._transport = async_transport(transport)
        self._caller = AsyncCaller(
            self._transport,
            self._requests.base_url,
            retry=self._retry,
            max_concurrency=max_concurrency,
            on_request=on_request,
            on_response=on_response,
        )
        self._on_reconnect = on_reconnect

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    @property
    def url(self) -> str:
        """The server's address, without a slash at its end."""
        return str(self._requests.base_url)

    @property
    def headers(self) -> dict[str, str]:
        """What is sent with every request, but for the API key. A copy."""
        return dict(self._requests.headers)

    @property
    def timeout(self) -> float | None:
        """Seconds for a call that does not wait for a run; None is no limit."""
        return self._timeout

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections. An HTTP client that was handed in stays open."""
        await self._transport.get().aclose()

    def prepare_request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = UNSET,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Request:
        """Make the request that `request` would send, without sending it.

        Args:
            method: The HTTP method.
            path: Begins with a slash; it is sent as it is, so quote the ids in it.
            params: The query; None is left out, a list repeats its name.
            json: The body.
            headers: Sent with this request only.
            timeout: Seconds for the call; None takes the client's.
        """
        if not path.startswith("/"):
            raise InvalidRequestError(f"the path {path!r} must begin with a slash")
        parts = RequestParts(method.upper(), path, query=wire_pairs(dict(params or {})), body=json)
        return self._requests.from_parts(parts, accept=JSON, headers=headers, timeout=self._or_default(timeout))

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = UNSET,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Any:
        """Call any endpoint of the server, with this client's key, retries and limits.

        Args:
            method: The HTTP method.
            path: Begins with a slash; it is sent as it is, so quote the ids in it.
            params: The query; None is left out, a list repeats its name.
            json: The body.
            headers: Sent with this request only.
            timeout: Seconds for the call; None takes the client's.

        Returns:
            The decoded body, or None where there is none.

        Example:
            ```python
            thread = await runs.request("POST", "/threads", json={})
            ```
        """
        request = self.prepare_request(method, path, params=params, json=json, headers=headers, timeout=timeout)
        return json_from_response(request, await self._caller.send(request))

    async def _call(
        self,
        parse: Callable[[Any], ResultT],
        operation: Operation,
        ids: Sequence[Id],
        *,
        timeout: float | None,
        **options: Any,
    ) -> ResultT:
        request = self._requests.for_operation(operation, ids, timeout=self._or_default(timeout), **options)
        return result_from_response(request, await self._caller.send(request), parse)

    def _or_default(self, timeout: float | None) -> float | None:
        return self._timeout if timeout is None else timeout
