"""Servers that are not who they say, or that break the encryption off."""

from __future__ import annotations

import gc
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

import aiohttp
import httpx
import pytest
import trustme

from runs_client import (
    AiohttpTransport,
    APIConnectionError,
    APITimeoutError,
    HttpxTransport,
    RunsClient,
    StreamInterruptedError,
    SyncHttpxTransport,
    UnexpectedResponseError,
)
from tests.clients import CLIENTS, async_client, sync_client
from tests.hostile.cases import KEY, POLICY, RUN_JSON, event, get
from tests.hostile.showing import all_that_it_holds
from tests.hostile_table import HostileTable
from tests.servers.hostile_server import HostileServer

pytestmark = pytest.mark.anyio

PAST, FUTURE = datetime(2001, 1, 1, tzinfo=timezone.utc), datetime(2101, 1, 1, tzinfo=timezone.utc)
HTTP = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"

Make = Callable[..., RunsClient]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(params=["async", "aiohttp", "sync"])
def client(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def make(client: str, authority: trustme.CA) -> AsyncIterator[Make]:
    """Makes clients that trust the authority."""
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusted)
    options: dict[str, Any] = {"api_key": KEY, "retry": POLICY}
    if client == "async":
        async with httpx.AsyncClient(verify=trusted, trust_env=False) as own:
            yield lambda url, **more: async_client(url, transport=HttpxTransport(own), **options, **more)
    elif client == "aiohttp":
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as session:
            yield lambda url, **more: async_client(url, transport=AiohttpTransport(session), **options, **more)
    else:
        with httpx.Client(verify=trusted, trust_env=False) as blocking:
            yield lambda url, **more: sync_client(url, transport=SyncHttpxTransport(blocking), **options, **more)


def certified(authority: trustme.CA, name: str = "127.0.0.1", **validity: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **validity).configure_cert(context)
    return context


CERTIFICATES: dict[str, tuple[Callable[[trustme.CA], ssl.SSLContext], str]] = {
    "a certificate of an unknown authority": (lambda _: certified(trustme.CA()), "certificate verify failed"),
    "a certificate for another host": (
        lambda authority: certified(authority, "elsewhere.invalid"),
        "certificate is not valid for '127.0.0.1'",
    ),
    "a certificate that has expired": (
        lambda authority: certified(authority, not_before=PAST, not_after=PAST.replace(year=2002)),
        "certificate has expired",
    ),
    "a certificate that is not valid yet": (
        lambda authority: certified(authority, not_before=FUTURE, not_after=FUTURE.replace(year=2102)),
        "certificate is not yet valid",
    ),
}


@pytest.mark.parametrize("name", CERTIFICATES)
async def test_certificates(
    name: str, client: str, make: Make, authority: trustme.CA, hostile_table: HostileTable
) -> None:
    context, text = CERTIFICATES[name]
    with HostileServer(HTTP + b"\r\n", tls=context(authority)) as server:
        for call in (get, read):
            with pytest.raises(APIConnectionError, match=text) as caught:
                await call(make(server.url))
            assert not caught.value.request_sent
            assert KEY not in all_that_it_holds(caught.value)
    assert server.requests == []
    hostile_table.add(name, client, f"`APIConnectionError`: {text}; no request")


async def read(runs: RunsClient) -> list[Any]:
    return [part.data async for part in runs.stream("t", "agent")]


async def test_an_older_tls(client: str, make: Make, authority: trustme.CA, hostile_table: HostileTable) -> None:
    context = certified(authority)
    with pytest.warns(DeprecationWarning):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with HostileServer(HTTP + b"\r\n", tls=context) as server:
        with pytest.raises(APIConnectionError) as caught:
            await get(make(server.url))
    assert not caught.value.request_sent
    assert server.requests == []
    hostile_table.add("TLS 1.1", client, "`APIConnectionError`; no request")


class Handshake:
    """Answers the beginning of a handshake with bytes of its own; with None, it says nothing and waits.

    Attributes:
        url: Where it listens.
        received: What clients sent.
    """

    def __init__(self, answer: bytes | None) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_over = threading.Event()
        self.received = b""

    def __enter__(self) -> Handshake:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._is_over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                with suppress(OSError), connection:
                    self.received += connection.recv(65536)
                    if self._answer is None:
                        self._is_over.wait()
                    else:
                        connection.sendall(self._answer)


HANDSHAKES = {
    "a handshake that is hung up on": b"",
    "rubbish in the handshake": b"\x16\x03\x03\xff\xff" + b"x" * 1000,
    "plain HTTP in the handshake": HTTP + b"\r\n",
    "a handshake without an answer": None,
}


@pytest.mark.parametrize("name", HANDSHAKES)
@pytest.mark.parametrize("client", CLIENTS)
async def test_handshakes(name: str, client: str, hostile_table: HostileTable) -> None:
    answer = HANDSHAKES[name]
    kind = APITimeoutError if answer is None else APIConnectionError
    with Handshake(answer) as server:
        async with CLIENTS[client](
            server.url, api_key=KEY, timeout=0.5 if answer is None else 20, retry=POLICY
        ) as runs:
            with pytest.raises(kind) as caught:
                await get(runs)
        gc.collect()  # pytest makes an error of a warning that a connection is not closed
    assert type(caught.value) is kind
    assert KEY.encode() not in server.received
    assert KEY not in all_that_it_holds(caught.value)
    hostile_table.add(name, client, f"`{kind.__name__}`; no request")


async def test_an_answer_whose_encryption_breaks_off(
    client: str, make: Make, authority: trustme.CA, hostile_table: HostileTable
) -> None:
    """Without a length, only TLS could tell that a body is whole, and servers end it without saying so."""
    with HostileServer(HTTP + b"\r\n" + RUN_JSON[:-1], tls=certified(authority)) as server:
        with pytest.raises((UnexpectedResponseError, APIConnectionError)):
            await get(make(server.url))
    stream = HTTP + b"Content-Type: text/event-stream\r\n\r\n" + event(1)
    with HostileServer(stream, tls=certified(authority)) as server:
        with pytest.raises(StreamInterruptedError):
            await read(make(server.url))
    hostile_table.add(
        "half an answer without a length, over TLS that breaks off",
        client,
        "`UnexpectedResponseError`; a stream: `StreamInterruptedError`",
    )
