"""HTTP libraries behind one small protocol."""

from ._interfaces import (
    AsyncStreamResponse,
    AsyncTransport,
    Request,
    Response,
    ResponseHead,
    SyncStreamResponse,
    SyncTransport,
)

__all__ = [
    "AsyncStreamResponse",
    "AsyncTransport",
    "Request",
    "Response",
    "ResponseHead",
    "SyncStreamResponse",
    "SyncTransport",
]
