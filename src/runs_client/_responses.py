"""Responses to results, or to the errors that they stand for. No I/O."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from runs_bindings.api import runs as operations
from runs_bindings.types import list_items

from ._errors import (
    APIStatusError,
    UnexpectedResponseError,
    excerpt,
    status_error,
    text_of,
)
from ._json import decode_json
from ._transports import Request, Response
from ._transports._failures import what

if TYPE_CHECKING:
    from runs_bindings.models import Run

ResultT = TypeVar("ResultT")

REDIRECTS = frozenset({301, 302, 303, 307, 308})
EVENT_STREAM = "text/event-stream"


def error_from_response(request: Request, response: Response) -> APIStatusError:
    """The error that a status outside 2xx stands for."""
    body: Any
    try:
        body = decode_json(response.content)
        str(body)  # what is nested too deeply for that could not be shown or pickled either
    except (ValueError, RecursionError):
        body = excerpt(response.content)
    detail = _detail(body)
    if response.status in REDIRECTS:
        detail = (
            f"a redirect to {response.headers.get('location')!r}, which is not followed: it leads to another "
            f"origin, or too far, or the request is not safe to repeat there; use the server's own address"
        )
    return status_error(
        what(request),
        status_code=response.status,
        detail=excerpt(detail.encode()) or "the server gave no reason",
        body=body,
        headers=response.headers,
        retry_after=_retry_after(response.headers.get("retry-after")),
    )


def _detail(body: Any) -> str:
    # {"detail": ...} is the rule, {"error": ..., "message": ...} or plain text the exception.
    if isinstance(body, dict):
        found = [body[name] for name in ("detail", "error", "message") if body.get(name)]
        return ": ".join(map(str, found)) or str(body)
    return str(body)


def _retry_after(value: str | None) -> float | None:
    """RFC 9110, section 10.2.3: seconds, or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    from email.utils import parsedate_to_datetime  # rarely needed, and slow to import

    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def json_from_response(request: Request, response: Response) -> Any:
    """The decoded body of a success; None for an empty one.

    Raises:
        UnexpectedResponseError: The body is not JSON.
    """
    if not response.content:
        return None
    try:
        return decode_json(response.content)
    except ValueError as error:
        raise UnexpectedResponseError(
            f"{what(request)} was answered with {response.status}, but not with JSON "
            f"({_kind(response)}): "
            f"{error}; is this the address of the API? It began with: {excerpt(response.content)!r}",
            status_code=response.status,
            excerpt=excerpt(response.content),
        ) from error


def result_from_response(request: Request, response: Response, parse: Callable[[Any], ResultT]) -> ResultT:
    """The typed result of a success.

    Args:
        request: What was sent.
        response: What came back.
        parse: The operation's `parse_result`.

    Raises:
        UnexpectedResponseError: The body is not JSON, or JSON of another shape.
    """
    data = json_from_response(request, response)
    try:
        return parse(data)
    except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise UnexpectedResponseError(
            f"{what(request)} was answered with JSON of an unexpected shape: "
            f"{type(error).__name__}: {excerpt(str(error).encode('utf-8', 'replace'))}; "
            f"it began with: {excerpt(response.content)!r}",
            status_code=response.status,
            excerpt=excerpt(response.content),
        ) from error


def followable_run(data: Any) -> Run:
    """A run that was created, and whose ids lead to it.

    Raises:
        ValueError: An id is missing, or none that a server would make.
    """
    run = operations.create_run.parse_result(data)
    for name in ("thread_id", "run_id"):
        value = getattr(run, name)
        if not isinstance(value, str) or not value or not value.isprintable():  # they go into messages and logs
            raise ValueError(f"the {name} of the run is {text_of(value)!r}")
    return run


def followable_runs(data: Any) -> list[Run]:
    """Runs that were created together, and whose ids lead to them.

    Raises:
        ValueError: An id is missing, or none that a server would make.
    """
    return [followable_run(run) for run in list_items(data)]


def status_of_run(data: Any) -> str:
    """The status that a run tells.

    Raises:
        ValueError: It tells none.
    """
    run = operations.get_run.parse_result(data)
    if not isinstance(run.status, str):
        raise ValueError(f"the status of the run is {text_of(run.status)!r}")
    return run.status


def run_failure(state: Any) -> dict[str, Any] | None:
    """What a run failed with, if this is not a state: a wait or a join tells a failure as `{"__error__": ...}`."""
    failure = state.get("__error__") if isinstance(state, dict) else None
    return failure if isinstance(failure, dict) else None


def is_about_a_gone_run(failure: dict[str, Any]) -> bool:
    """Whether this is no failure of a run: who joins one that was deleted is told so in the same form."""
    message = text_of(failure.get("message"))
    return message.startswith("404: ") or message == '"Run not found"'  # the latter from the JavaScript server


def not_an_event_stream(request: Request, response: Response) -> UnexpectedResponseError:
    """The error for a success that is no event stream where one was asked for."""
    return UnexpectedResponseError(
        f"{what(request)} was answered with {response.status}, but not with an event stream "
        f"({_kind(response)}); is this the address of the API? It began with: {excerpt(response.content)!r}",
        status_code=response.status,
        excerpt=excerpt(response.content),
    )


def _kind(response: Response) -> str:
    return excerpt(response.headers.get("content-type", "no content type").encode("utf-8", "replace"))
