"""The exceptions of runs-client. Each says what was wrong, where, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

DETAIL_LIMIT = 500
"""Characters of a server's answer that go into a message."""

_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")


class RunsClientError(Exception):
    """Base of all errors that this library raises on purpose, but for `TypeError` on a wrong call."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        # Subclasses take keywords, which the default of `Exception` would lose in a pickle.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[RunsClientError], args: tuple[Any, ...], attributes: dict[str, Any]) -> RunsClientError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class InvalidRequestError(RunsClientError, ValueError):
    """The call makes no valid request; nothing was sent."""


class APIConnectionError(RunsClientError):
    """No answer came: the server could not be reached, or the connection broke.

    Attributes:
        request_sent: False where the request certainly did not reach the server. Where it is true, a run that
            the request asked for may exist.
    """

    def __init__(self, message: str, *, request_sent: bool) -> None:
        super().__init__(message)
        self.request_sent = request_sent


class APITimeoutError(APIConnectionError):
    """The time that the call was given is over."""


class UnexpectedResponseError(RunsClientError):
    """The server answered with success, but not with what this API promises.

    Attributes:
        status_code: The HTTP status.
        excerpt: The beginning of the body.
    """

    def __init__(self, message: str, *, status_code: int, excerpt: str) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.excerpt = excerpt


class ResponseTooLargeError(UnexpectedResponseError):
    """The server answered with more than this client is willing to hold in memory."""


class APIStatusError(RunsClientError):
    """The server refused the request.

    Attributes:
        status_code: The HTTP status.
        detail: The server's explanation, or the beginning of its answer where it gave none.
        body: The decoded body, or its text where it is not JSON.
        headers: The response's headers, with names in lower case.
        retry_after: Seconds that the server asks to wait, if it does.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        detail: str,
        body: Any,
        headers: Mapping[str, str],
        retry_after: float | None,
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.detail = detail
        self.body = body
        self.headers: Mapping[str, str] = dict(headers)
        self.retry_after = retry_after


class BadRequestError(APIStatusError):
    """400: the request is malformed."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing or wrong."""


class PermissionDeniedError(APIStatusError):
    """403: the API key is not allowed to do this."""


class NotFoundError(APIStatusError):
    """404: there is no such thread, run or assistant."""


class ConflictError(APIStatusError):
    """409: the thread is busy."""


class UnprocessableEntityError(APIStatusError):
    """422: the server does not accept a value."""


class RateLimitError(APIStatusError):
    """429: too many requests."""


class InternalServerError(APIStatusError):
    """500 and above: the server failed."""


_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}

_ADVICE = {
    401: "pass api_key=..., or set LANGGRAPH_API_KEY",
    429: "send fewer requests, or set max_concurrency",
}


def status_error(
    what: str,
    *,
    status_code: int,
    detail: str,
    body: Any,
    headers: Mapping[str, str],
    retry_after: float | None,
) -> APIStatusError:
    """Make the error that belongs to a status.

    Args:
        what: The request, for instance `GET http://host/runs`.
        status_code: The HTTP status, 300 or above.
        detail: The server's explanation.
        body: The decoded body.
        headers: The response's headers.
        retry_after: Seconds that the server asks to wait, if it does.
    """
    default = InternalServerError if status_code >= 500 else APIStatusError
    kind = _BY_STATUS.get(status_code, default)
    message = f"{what} was answered with {status_code}: {detail}"
    if status_code in _ADVICE:
        message += f" ({_ADVICE[status_code]})"
    return kind(message, status_code=status_code, detail=detail, body=body, headers=headers, retry_after=retry_after)


class RunFailedError(RunsClientError):
    """The run itself failed on the server.

    Attributes:
        error: The kind of failure, mostly the name of an exception.
        error_message: What the failure says.
        thread_id: The thread of the run, if it is known.
        run_id: The run, if it is known.
    """

    def __init__(self, *, error: str, error_message: str, thread_id: str | None, run_id: str | None) -> None:
        run = f"run {run_id}" if run_id else "the run"
        super().__init__(f"{run} failed with {error}: {error_message}")
        self.error = error
        self.error_message = error_message
        self.thread_id = thread_id
        self.run_id = run_id


def run_failed(failure: Any, *, thread_id: str | None, run_id: str | None) -> RunFailedError:
    """Make the error of a run that failed.

    Args:
        failure: What the server told: `error` and `message`.
        thread_id: The thread of the run, if it is known.
        run_id: The run, if it is known.
    """
    told = failure if isinstance(failure, dict) else {"message": failure}
    return RunFailedError(
        error=text_of(told.get("error", "Error")),
        error_message=text_of(told.get("message", "")),
        thread_id=thread_id,
        run_id=run_id,
    )


class StreamInterruptedError(RunsClientError):
    """A stream ended before its run did, and what is missing could not be got.

    Attributes:
        thread_id: The thread of the run, if it is known.
        run_id: The run, if it is known.
        last_event_id: The id of the last event that was delivered, if it had one.
        resume_from: What to give `join_stream` as `last_event_id` so that nothing is missed. Ids are not unique, so
            events that share the last one may come again.
    """

    def __init__(
        self,
        message: str,
        *,
        thread_id: str | None,
        run_id: str | None,
        last_event_id: str | None,
        resume_from: str | None = None,
    ) -> None:
        super().__init__(message)
        self.thread_id = thread_id
        self.run_id = run_id
        self.last_event_id = last_event_id
        self.resume_from = resume_from


class EventDecodeError(RunsClientError):
    """An event of a stream cannot be read.

    Attributes:
        event: The event's name.
        event_id: The event's id, if it has one.
        excerpt: The beginning of its data.
    """

    def __init__(self, message: str, *, event: str, event_id: str | None, excerpt: str) -> None:
        super().__init__(message)
        self.event = event
        self.event_id = event_id
        self.excerpt = excerpt


class DataDecodeError(RunsClientError):
    """Data do not fit the type that the client was given for them.

    Attributes:
        event: The name of the event that brought them; None for the final state of a run.
        event_id: The event's id, if it has one.
        fields: What is wrong, by the path of the field, for instance `items[0].name`. The path of the data
            themselves is empty.
        data: The data as they were before, so that nothing is lost.
    """

    def __init__(
        self, message: str, *, event: str | None, event_id: str | None, fields: Mapping[str, str], data: Any
    ) -> None:
        super().__init__(message)
        self.event = event
        self.event_id = event_id
        self.fields: Mapping[str, str] = dict(fields)
        self.data = data


def text_of(value: Any) -> str:
    """What a server told, as text for a message."""
    try:
        return str(value)
    except RecursionError:
        return "(nested too deeply to be shown)"


def without_user_info(text: str) -> str:
    """A text without the user names and passwords of URLs in it, for a message."""
    return _USER_INFO.sub("", text)


def excerpt(content: bytes | bytearray) -> str:
    """The beginning of a body or of an event's data, as text for a message."""
    text = content[: DETAIL_LIMIT + 1].decode("utf-8", "replace")
    return text if len(text) <= DETAIL_LIMIT else text[:DETAIL_LIMIT] + "..."
