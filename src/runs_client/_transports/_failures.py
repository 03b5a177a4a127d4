"""The errors of all transports, in one wording."""

from __future__ import annotations

from .._errors import (
    APIConnectionError,
    APITimeoutError,
    InvalidRequestError,
    ResponseTooLargeError,
    UnexpectedResponseError,
    excerpt,
    without_user_info,
)
from ._interfaces import Request

_URL_LIMIT = 500  # characters of a URL that go into a message


def not_answered(request: Request, *, sent: bool) -> APITimeoutError:
    """The time is over, and no answer has come."""
    message = f"{what(request)} was not answered {_in_time(request)}{_doubt(request, sent)}"
    return APITimeoutError(message, request_sent=sent)


def timed_out(request: Request) -> APITimeoutError:
    """The time is over, and the answer is not."""
    return APITimeoutError(f"{what(request)} did not end {_in_time(request)}", request_sent=True)


def fell_silent(request: Request, seconds: float | None) -> APITimeoutError:
    """No byte came for too long."""
    limit = "too long" if seconds is None else _seconds(seconds)
    return APITimeoutError(f"{what(request)} fell silent for {limit}", request_sent=True)


def broke_off(request: Request, error: BaseException, *, sent: bool, answered: bool = False) -> APIConnectionError:
    """The connection could not be opened, or is gone; `answered` if the response's headers had come."""
    reason = excerpt(_reason(error).encode("utf-8", "replace"))  # it may repeat all that was received
    verb = "broke off" if sent else "could not be sent"
    doubt = "" if answered else _doubt(request, sent)
    return APIConnectionError(f"{what(request)} {verb}: {reason}{doubt}", request_sent=sent)


def cannot_be_sent(request: Request, reason: object) -> InvalidRequestError:
    """The HTTP library does not accept the request."""
    return InvalidRequestError(f"{what(request)} cannot be sent: {without_user_info(str(reason))}")


def too_large(request: Request, status: int, limit: int, content: bytes) -> ResponseTooLargeError:
    """The answer has no end, or nearly none."""
    return ResponseTooLargeError(
        f"{what(request)} was answered with {status} and a body of more than {limit} bytes",
        status_code=status,
        excerpt=excerpt(content),
    )


def unknown_encoding(request: Request, status: int, encoding: str) -> UnexpectedResponseError:
    """The answer is compressed in a way that was not asked for."""
    return UnexpectedResponseError(
        f"{what(request)} was answered with {status}, but compressed as {encoding[:_URL_LIMIT]!r}, "
        f"which was not asked for",
        status_code=status,
        excerpt="",
    )


def what(request: Request) -> str:
    """The request, for a message."""
    return f"{request.method} {without_user_info(request.url)[:_URL_LIMIT]}"


def without_frames(error: Exception) -> Exception:
    """The error, and what led to it, without their frames.

    Local variables of HTTP libraries hold the request's headers, and error trackers send local variables away.
    """
    link: BaseException | None = error
    while link is not None and link.__traceback__ is not None:
        link.__traceback__ = None
        link = link.__cause__ or link.__context__
    return error


def _reason(error: BaseException) -> str:
    """What the error says, or else what led to it: over trio, httpx says nothing of certificates itself."""
    link: BaseException | None = error
    while link is not None:
        if text := " ".join(str(link).split()):
            return without_user_info(text)
        link = link.__cause__ or link.__context__
    return type(error).__name__


def _in_time(request: Request) -> str:
    return "in time" if request.timeout is None else f"within {_seconds(request.timeout)}"


def _seconds(number: float) -> str:
    return f"{round(number, 3):g} seconds"


def _doubt(request: Request, sent: bool) -> str:
    return "; it may have reached the server, so the run may exist" if sent and request.method == "POST" else ""
