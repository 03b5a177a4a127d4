"""The errors of all transports, in one wording."""

from __future__ import annotations

from .._errors import APIConnectionError, APITimeoutError, InvalidRequestError
from ._interfaces import Request

_URL_LIMIT = 500  # characters of a URL that go into a message


def not_answered(request: Request, *, sent: bool) -> APITimeoutError:
    """The time is over."""
    limit = "in time" if request.timeout is None else f"within {round(request.timeout, 3):g} seconds"
    return APITimeoutError(f"{_what(request)} was not answered {limit}{_doubt(request, sent)}", request_sent=sent)


def fell_silent(request: Request, seconds: float | None) -> APITimeoutError:
    """No byte came for too long."""
    return APITimeoutError(f"{_what(request)} fell silent for {seconds:.3g} seconds", request_sent=True)


def broke_off(request: Request, error: BaseException, *, sent: bool) -> APIConnectionError:
    """The connection could not be opened, or is gone."""
    reason = str(error) or type(error).__name__
    verb = "broke off" if sent else "could not be sent"
    return APIConnectionError(f"{_what(request)} {verb}: {reason}{_doubt(request, sent)}", request_sent=sent)


def cannot_be_sent(request: Request, reason: object) -> InvalidRequestError:
    """The HTTP library does not accept the request."""
    return InvalidRequestError(f"{_what(request)} cannot be sent: {reason}")


def _what(request: Request) -> str:
    return f"{request.method} {request.url[:_URL_LIMIT]}"


def _doubt(request: Request, sent: bool) -> str:
    return "; it may have reached the server, so the run may exist" if sent and request.method == "POST" else ""
