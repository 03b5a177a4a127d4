"""The transport that a client was asked to use. No HTTP library is loaded before it is needed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Generic, Literal, TypeAlias, TypeVar

from .._errors import InvalidRequestError
from ._interfaces import AsyncTransport, SyncTransport

AsyncTransportName: TypeAlias = Literal["httpx", "aiohttp"]
SyncTransportName: TypeAlias = Literal["httpx"]

TransportT = TypeVar("TransportT", AsyncTransport, SyncTransport)

_ASYNC = {"httpx": "_httpx.HttpxTransport", "aiohttp": "_aiohttp.AiohttpTransport"}
_SYNC = {"httpx": "_httpx_sync.SyncHttpxTransport"}


class ChosenTransport(Generic[TransportT]):
    """A transport by its name, or one that was handed in.

    Args:
        choice: The name or the transport.
        known: Where the transports are that have names.

    Raises:
        InvalidRequestError: There is none of this name, its extra is not installed, or it is no transport.
    """

    def __init__(self, choice: str | TransportT, known: Mapping[str, str]) -> None:
        self._made: TransportT | None = None
        self._lock = threading.Lock()
        self._place = ""
        if not isinstance(choice, str):
            if not hasattr(choice, "open"):
                raise InvalidRequestError(
                    f"{type(choice).__name__} is no transport; wrap it, as in HttpxTransport(client)"
                )
            self._made = choice
        elif choice not in known:
            raise InvalidRequestError(f"unknown transport {choice!r}; known are {', '.join(known)}")
        elif find_spec(choice) is None:
            raise InvalidRequestError(f"transport={choice!r} needs an extra: pip install 'runs-client[{choice}]'")
        else:
            self._place = known[choice]

    def get(self) -> TransportT:
        """The transport. The first call makes it, which loads its HTTP library: that takes a tenth of a second."""
        with self._lock:  # several threads may send their first request at once
            if self._made is not None:
                return self._made
            module, _, name = self._place.partition(".")
            made: TransportT = getattr(import_module(f"{__package__}.{module}"), name)()
            self._made = made
            return made


def async_transport(choice: AsyncTransportName | AsyncTransport) -> ChosenTransport[AsyncTransport]:
    """The choice of an asynchronous client."""
    return ChosenTransport[AsyncTransport](choice, _ASYNC)


def sync_transport(choice: SyncTransportName | SyncTransport) -> ChosenTransport[SyncTransport]:
    """The choice of a blocking client."""
    return ChosenTransport[SyncTransport](choice, _SYNC)
