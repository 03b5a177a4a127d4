"""Finds the transport that a client was asked to use, and loads no other HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal, TypeAlias, cast

from .._errors import InvalidRequestError
from ._interfaces import AsyncTransport, SyncTransport

AsyncTransportName: TypeAlias = Literal["httpx", "aiohttp"]
SyncTransportName: TypeAlias = Literal["httpx"]

_ASYNC = {"httpx": "_httpx.HttpxTransport", "aiohttp": "_aiohttp.AiohttpTransport"}
_SYNC = {"httpx": "_httpx_sync.SyncHttpxTransport"}


def async_transport(choice: AsyncTransportName | AsyncTransport) -> AsyncTransport:
    """The transport of this name, or the one that was handed in.

    Raises:
        InvalidRequestError: There is none of this name, its extra is not installed, or it is no transport.
    """
    return cast("AsyncTransport", _transport(choice, _ASYNC))


def sync_transport(choice: SyncTransportName | SyncTransport) -> SyncTransport:
    """The blocking twin of `async_transport`."""
    return cast("SyncTransport", _transport(choice, _SYNC))


def _transport(choice: object, known: Mapping[str, str]) -> Any:
    if isinstance(choice, str):
        if choice not in known:
            raise InvalidRequestError(f"unknown transport {choice!r}; known are {', '.join(known)}")
        module, _, name = known[choice].partition(".")
        try:
            return getattr(import_module(f"{__package__}.{module}"), name)()
        except ImportError as error:
            raise InvalidRequestError(
                f"transport={choice!r} needs an extra: pip install 'runs-client[{choice}]' ({error})"
            ) from error
    if not hasattr(choice, "open"):
        raise InvalidRequestError(f"{type(choice).__name__} is no transport; wrap it, as in HttpxTransport(client)")
    return choice
