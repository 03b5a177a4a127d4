"""Calls to requests: an operation of the bindings, ids and keywords in, a `Request` out. No I/O."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias
from uuid import UUID

from runs_bindings.types import UNSET, RequestParts

from ._errors import InvalidRequestError
from ._headers import API_KEY_HEADER, FROM_ENVIRONMENT, USER_AGENT, checked_headers, resolve_api_key
from ._json import encode_json
from ._payload import checked_keywords
from ._transports import Request
from ._url import BaseURL

Id: TypeAlias = str | UUID

JSON = "application/json"

NO_DEFAULTS: Mapping[str, Any] = {}
LASTING: Mapping[str, Any] = {"stream_resumable": True, "on_completion": "keep"}
"""What a run needs for somebody to come back to it: its events can be had again, and without a thread of its own it
is not deleted as soon as it is over."""


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
        self.base_url: BaseURL = BaseURL(url)
        self.headers: dict[str, str] = checked_headers(headers)
        if API_KEY_HEADER in self.headers and api_key == FROM_ENVIRONMENT:
            api_key = None  # what the caller says comes before what the environment says
        key = resolve_api_key(api_key)
        secret = checked_headers({API_KEY_HEADER: key}) if key else {}
        self._headers = {"user-agent": USER_AGENT, **self.headers, **secret}

    def __getstate__(self) -> object:
        raise TypeError("clients cannot be pickled: they hold connections and the API key")

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
        timeout = checked_timeout(timeout)
        merged = {"accept": accept, **self._headers, **checked_headers(dict(parts.headers))}
        content = None
        if parts.body is not UNSET:
            content = encode_json(parts.body)
            merged["content-type"] = JSON
        if headers:
            merged |= checked_headers(headers)
        return Request(parts.method, self.base_url.join(parts.path, parts.query), merged, content, timeout)


def checked_timeout(timeout: float | None) -> float | None:
    """Seconds, or None for no limit, which infinity also means.

    Raises:
        InvalidRequestError: It is negative or no number.
    """
    if timeout is None or timeout == math.inf:
        return None
    if not isinstance(timeout, (int, float)) or not timeout >= 0:
        raise InvalidRequestError(f"timeout must be a number of seconds or None, not {timeout!r}")
    return timeout


def creation_body(
    method: str,
    assistant_id: Id,
    payload: Mapping[str, Any],
    operation: CreatingOperation,
    defaults: Mapping[str, Any] = NO_DEFAULTS,
) -> dict[str, Any]:
    """The body that starts a run.

    Args:
        method: The method of the facade, for messages.
        assistant_id: The assistant.
        payload: The other fields, as the caller gave them.
        operation: What the body is for.
        defaults: Fields for this operation or another, for where the caller says nothing.

    Raises:
        TypeError: A keyword is no field of the body.
        InvalidRequestError: The assistant id is empty.
    """
    body = {"assistant_id": checked_id(f"{method}(): assistant_id", assistant_id)}
    given = checked_keywords(method, payload, operation.BODY_FIELDS - body.keys())
    return body | _known(defaults, operation) | given


def cancellation(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The query of a cancellation as every server takes it.

    Aegra wants `wait` as a number; the JavaScript server waits whatever its value.
    """
    query = dict(parameters)
    if query.pop("wait", None):
        query["wait"] = 1
    return query


def resumable(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for a stream that can be taken up again, unless the caller says otherwise.

    The run must then survive a connection that breaks: on some servers that cancels it by default.
    """
    wanted = {"stream_resumable": True, "on_disconnect": "continue"}
    given = {name: value for name, value in payload.items() if value is not None}
    return {**wanted, **given}


def batch_body(
    method: str,
    payloads: Iterable[Mapping[str, Any]],
    operation: CreatingOperation,
    defaults: Mapping[str, Any] = NO_DEFAULTS,
) -> list[dict[str, Any]]:
    """The body that starts several runs. The arguments are those of `creation_body`.

    Raises:
        TypeError: A payload has a field that is not known, or is no mapping.
    """
    if isinstance(payloads, (str, Mapping)):
        raise TypeError(f"{method}() takes a list of payloads, not one")
    body = []
    for index, payload in enumerate(payloads):
        if not isinstance(payload, Mapping):
            raise TypeError(f"{method}(): payload {index} must be a mapping, not {type(payload).__name__}")
        checked = checked_keywords(method, payload, operation.BODY_FIELDS)
        assistant_id = checked_id(f"{method}(), payload {index}: assistant_id", checked.get("assistant_id"))
        body.append(_known(defaults, operation) | checked | {"assistant_id": assistant_id})
    return body


def _known(defaults: Mapping[str, Any], operation: CreatingOperation) -> dict[str, Any]:
    return {name: value for name, value in defaults.items() if name in operation.BODY_FIELDS}


def checked_id(name: str, value: object) -> str:
    """An id as a string.

    Raises:
        TypeError: It is none.
        InvalidRequestError: It is empty.
    """
    if not isinstance(value, (str, UUID)):
        raise TypeError(f"{name} must be a string or a UUID, not {value!r}")
    if not str(value):
        raise InvalidRequestError(f"{name} must not be empty")
    return str(value)
