"""The errors of all transports, in one wording."""

from __future__ import annotations

from .._errors import APIConnectionError, APITimeoutError, InvalidRequestError
from ._interfaces import Request

_URL_LIMIT = 500  # characters of a URL that go into a message


def not_answered(request: Request, *, sent: bool) -> APITimeoutError:
    """The time is over, and no answer has come."""
    message = f"{_what(request)} was not answered {_in_time(request)}{_doubt(request, sent)}"
    return APITimeoutError(message, request_sent=sent)


def timed_out(request: Request) -> APITimeoutError:
    """The time is over, and the answer is not."""
    return APITimeoutError(f"{_what(request)} did not end {_in_time(request)}", request_sent=True)


def fell_silent(request: Request, seconds: float | None) -> APITimeoutError:
    """No byte came for too long."""
    limit = "too long" if seconds is None else _seconds(seconds)
    return APITimeoutError(f"{_what(request)} fell silent for {limit}", request_sent=True)


def broke_off(request: Request, error: BaseException, *, sent: bool, answered: bool = False) -> APIConnectionError:
    """The connection could not be opened, or is gone; `answered` if the response's headers had come."""
    reason = " ".join(str(error).split()) or type(error).__name__
    verb = "broke off" if sent else "could not be sent"
    doubt = "" if answered else _doubt(request, sent)
    return APIConnectionError(f"{_what(request)} {verb}: {reason}{doubt}", request_sent=sent)


def cannot_be_sent(request: Request, reason: object) -> InvalidRequestError:
    """The HTTP library does not accept the request."""
    return InvalidRequestError(f"{_what(request)} cannot be sent: {reason}")


def _what(request: Request) -> str:
    return f"{request.method} {request.url[:_URL_LIMIT]}"


def _in_time(request: Request) -> str:
    return "in time" if request.timeout is None else f"within {_seconds(request.timeout)}"


def _seconds(number: float) -> str:
    return f"{round(number, 3):g} seconds"


def _doubt(request: Request, sent: bool) -> str:
    return "; it may have reached the server, so the run may exist" if sent and request.method == "POST" else ""
