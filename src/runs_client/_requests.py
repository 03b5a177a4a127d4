"""Calls to requests: an operation of the bindings, ids and keywords in, a `Request` out. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from runs_bindings.types import UNSET, RequestParts

from ._errors import InvalidRequestError
from ._headers import API_KEY_HEADER, USER_AGENT, checked_headers, resolve_api_key
from ._json import encode_json
from ._payload import checked_keywords
from ._transports import Request
from ._url import BaseURL

Id: TypeAlias = str | UUID

JSON = "application/json"


class Operation(Protocol):
    """A module of the bindings that can build its request."""

    PARAMETERS: frozenset[str]

    @property
    def build_request(self) -> Callable[..., RequestParts]: ...


class CreatingOperation(Operation, Protocol):
    """One that starts runs: its body has fields."""

    BODY_FIELDS: frozenset[str]


class RequestFactory:
    """Makes the requests of one client.

    Args:
        url: The server's address.
        api_key: The key, `FROM_ENVIRONMENT`, or None.
        headers: Sent with every request.

    Raises:
        InvalidRequestError: The address, a header or the key cannot be used.
    """

    def __init__(self, url: str, api_key: str | None, headers: Mapping[str, str] | None) -> None:
        self.base_url = BaseURL(url)
        self.headers = checked_headers(headers)
        key = resolve_api_key(api_key)
        secret = checked_headers({API_KEY_HEADER: key}) if key else {}
        self._headers = {"user-agent": USER_AGENT, **self.headers, **secret}

    def for_operation(
        self,
        operation: Operation,
        ids: Sequence[Id],
        *,
        method: str,
        keywords: Mapping[str, Any] | None = None,
        body: Any = UNSET,
        accept: str = JSON,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Request:
        """The request of an operation.

        Args:
            operation: A module of the bindings.
            ids: The ids in its path.
            method: The method of the facade, for messages.
            keywords: Query and header parameters.
            body: What to send as JSON.
            accept: The content type that is wanted.
            headers: Sent with this request only.
            timeout: Seconds for the whole call.

        Raises:
            TypeError: A keyword is not known.
            InvalidRequestError: An id is empty, or the body cannot be written as JSON.
        """
        arguments = checked_keywords(method, keywords or {}, operation.PARAMETERS)
        if body is not UNSET:
            arguments["body"] = body
        try:
            parts = operation.build_request(*ids, **arguments)
        except ValueError as error:
            raise InvalidRequestError(f"{method}(): {error}") from error
        return self.from_parts(parts, accept=accept, headers=headers, timeout=timeout)

    def from_parts(
        self, parts: RequestParts, *, accept: str, headers: Mapping[str, str] | None, timeout: float | None
    ) -> Request:
        """The request that sends these parts to this server."""
        merged = {"accept": accept, **self._headers, **checked_headers(dict(parts.headers))}
        content = None
        if parts.body is not UNSET:
            content = encode_json(parts.body)
            merged["content-type"] = JSON
        if headers:
            merged |= checked_headers(headers)
        return Request(parts.method, self.base_url.join(parts.path, parts.query), merged, content, timeout)


def creation_body(
    method: str, assistant_id: Id, payload: Mapping[str, Any], operation: CreatingOperation
) -> dict[str, Any]:
    """The body that starts a run.

    Raises:
        TypeError: A keyword is no field of the body.
        InvalidRequestError: The assistant id is empty.
    """
    if not str(assistant_id):
        raise InvalidRequestError(f"{method}(): assistant_id must not be empty")
    body = {"assistant_id": str(assistant_id)}
    return body | checked_keywords(method, payload, operation.BODY_FIELDS - body.keys())


def resumable(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for a stream that can be taken up again, unless the caller says otherwise.

    The run must then survive a connection that breaks: on some servers that cancels it by default.
    """
    wanted = {"stream_resumable": True, "on_disconnect": "continue"}
    given = {name: value for name, value in payload.items() if value is not None}
    return {**wanted, **given}


def batch_body(
    method: str, payloads: Iterable[Mapping[str, Any]], operation: CreatingOperation
) -> list[dict[str, Any]]:
    """The body that starts several runs.

    Raises:
        TypeError: A payload has a field that is not known, or is no mapping.
    """
    return [checked_keywords(method, payload, operation.BODY_FIELDS) for payload in payloads]
