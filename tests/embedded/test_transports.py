"""What the HTTP transports promise beyond what all clients do alike: proxies, TLS, and when connections are closed."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import re
import resource
import socket
import ssl
import stat
import subprocess
import sys
import threading
import time
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
import anyio
import anyio.lowlevel
import anyio.to_thread
import httpx
import pytest
import trustme

from runs_client import (
    AiohttpTransport,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    HttpxTransport,
    InvalidRequestError,
    NotFoundError,
    RetryPolicy,
    RunsClient,
    RunsClientError,
    SyncHttpxTransport,
)
from runs_client._transports import Request, _httpx_pools, _httpx_pools_sync
from runs_client._transports._failures import not_answered, timed_out
from runs_client._transports._httpx_pools import AsyncPoolsTransport
from runs_client._transports._httpx_pools_sync import SyncPoolsTransport
from runs_client._transports._proxies import Proxy, proxy_from_environment
from tests.clients import ClientFactory, aiohttp_client, async_client, sync_client
from tests.servers.canned_server import CannedServer, http_response
from tests.servers.loop_servers import AnsweringServer, LoopServer, RecordingProxy

SECONDS = 30.0
"""How long a test waits for what must happen, before it fails."""

ONCE = RetryPolicy(max_retries=0)
VALUES = list(AnsweringServer.VALUES)

USER = "some one:p@ss:w/rd"
QUOTED = "some%20one:p%40ss%3Aw%2Frd"
BASIC = b64encode(USER.encode()).decode()
SECRETS = ("p@ss", "p%40ss", BASIC)

AT_ONCE = 20
"""More than two pools of httpx take."""

MANY = 1000


async def values(runs: RunsClient) -> list[Any]:
    return [part.data async for part in runs.stream(uuid4(), "agent") if part.event == "values"]


async def ask(runs: RunsClient) -> None:
    assert await runs.request("GET", "/ok") == {"ok": True}


async def ask_at_once(runs: RunsClient) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(ask, runs)


def becomes_true(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


async def until(condition: Callable[[], bool]) -> None:
    assert await anyio.to_thread.run_sync(becomes_true, condition)


def all_that_shows(error: BaseException) -> str:
    texts = traceback.format_exception(error)
    found = [error]
    for each in found:
        texts += [str(each), repr(each), repr(vars(each))]
        found += [other for other in (each.__cause__, each.__context__) if other and other not in found]
    return "\n".join(texts)


def open_sockets() -> int:
    count = 0
    for path in Path("/dev/fd").iterdir():
        with suppress(OSError):  # the listing itself has one, which is closed by now
            count += stat.S_ISSOCK(os.fstat(int(path.name)).st_mode)
    return count


@pytest.fixture(autouse=True)
def no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def answering() -> Iterator[AnsweringServer]:
    with AnsweringServer() as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[RecordingProxy]:
    with RecordingProxy() as proxy:
        yield proxy


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls_server(authority: trustme.CA) -> Iterator[AnsweringServer]:
    with AnsweringServer(tls=server_tls(authority, "127.0.0.1")) as server:
        yield server


def server_tls(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


class Own(NamedTuple):
    """An HTTP library's client that is handed in."""

    factory: ClientFactory
    transport: object
    is_closed: Callable[[], bool]
    close: Callable[[], Awaitable[None]]

    def client(self, url: str) -> RunsClient:
        return self.factory(url, transport=self.transport, retry=ONCE)


def own_httpx(trusted: ssl.SSLContext) -> Own:
    client = httpx.AsyncClient(verify=trusted, trust_env=False)
    return Own(async_client, HttpxTransport(client), lambda: client.is_closed, client.aclose)


def own_httpx2(trusted: ssl.SSLContext) -> Own:
    httpx2 = pytest.importorskip("httpx2")  # it needs Python 3.11
    client = httpx2.AsyncClient(verify=trusted, trust_env=False)
    return Own(async_client, HttpxTransport(client), lambda: client.is_closed, client.aclose)


def own_aiohttp(trusted: ssl.SSLContext) -> Own:
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted))
    return Own(async_client, AiohttpTransport(session), lambda: session.closed, session.close)


def own_sync_httpx(trusted: ssl.SSLContext) -> Own:
    return _own_sync(httpx.Client(verify=trusted, trust_env=False))


def own_sync_httpx2(trusted: ssl.SSLContext) -> Own:
    httpx2 = pytest.importorskip("httpx2")
    return _own_sync(httpx2.Client(verify=trusted, trust_env=False))


def _own_sync(client: httpx.Client) -> Own:

    async def close() -> None:
        await anyio.to_thread.run_sync(client.close)

    return Own(sync_client, SyncHttpxTransport(client), lambda: client.is_closed, close)


@pytest.fixture(params=[own_httpx, own_httpx2, own_aiohttp, own_sync_httpx, own_sync_httpx2])
async def own(request: pytest.FixtureRequest, authority: trustme.CA) -> AsyncIterator[Own]:
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusted)
    own: Own = request.param(trusted)
    yield own
    await own.close()


# Proxies


@pytest.mark.made_here
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_requests_go_through_the_proxy_of_the_environment(
    name: str,
    client_factory: ClientFactory,
    answering: AnsweringServer,
    proxy: RecordingProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, proxy.url)
    async with client_factory(answering.url) as runs:
        await ask(runs)
        assert await values(runs) == VALUES
    get, post = proxy.request_lines
    assert get == f"GET {answering.url}/ok HTTP/1.1"
    assert re.fullmatch(rf"POST {answering.url}/threads/[-0-9a-f]+/runs/stream HTTP/1.1", post)
    assert proxy.authorizations == [None, None]


@pytest.mark.made_here
async def test_the_proxy_gets_its_password(
    client_factory: ClientFactory, answering: AnsweringServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RecordingProxy(USER) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{QUOTED}@127.0.0.1:{proxy.port}")
        async with client_factory(answering.url) as runs:
            await ask(runs)
            assert await values(runs) == VALUES
    assert proxy.authorizations == [f"Basic {BASIC}"] * 2


@pytest.mark.made_here
async def test_a_proxy_that_refuses_the_password_answers_for_the_server(
    client_factory: ClientFactory, answering: AnsweringServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RecordingProxy("another:one") as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://{QUOTED}@127.0.0.1:{proxy.port}")
        async with client_factory(answering.url) as runs:
            with pytest.raises(APIStatusError) as caught:
                await values(runs)
    assert caught.value.status_code == 407
    assert not [secret for secret in SECRETS if secret in all_that_shows(caught.value)]
    assert not answering.requests


@pytest.mark.parametrize("bypassed", ["127.0.0.1", "elsewhere.example, 127.0.0.1", "127.0.0.1:{port}", "*"])
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
async def test_some_servers_are_reached_without_the_proxy(
    name: str,
    bypassed: str,
    client_factory: ClientFactory,
    answering: AnsweringServer,
    proxy: RecordingProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv(name, bypassed.format(port=answering.port))
    async with client_factory(answering.url) as runs:
        await ask(runs)
    assert answering.requests[0].startswith("GET /ok HTTP/1.1\r\n")
    assert not proxy.request_lines


async def test_a_proxy_for_https_is_not_for_http(
    client_factory: ClientFactory, answering: AnsweringServer, proxy: RecordingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    async with client_factory(answering.url) as runs:
        await ask(runs)
    assert not proxy.request_lines


async def test_without_a_proxy_requests_go_to_the_server(
    client_factory: ClientFactory, answering: AnsweringServer
) -> None:
    async with client_factory(answering.url) as runs:
        await ask(runs)
    assert answering.requests[0].startswith("GET /ok HTTP/1.1\r\n")


async def test_a_client_of_ones_own_keeps_its_own_proxies(
    own: Own, answering: AnsweringServer, proxy: RecordingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    async with own.client(answering.url) as runs:
        await ask(runs)
    assert not proxy.request_lines


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_proxy_that_is_not_there(
    scheme: str,
    client_factory: ClientFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    closed_url: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(f"{scheme}_proxy", closed_url.replace("//", f"//{QUOTED}@"))
    async with client_factory(f"{scheme}://agents.example", retry=ONCE) as runs:
        with pytest.raises(APIConnectionError) as caught:
            await values(runs)
        assert not caught.value.request_sent
        shown = all_that_shows(caught.value) + caplog.text + repr(runs) + repr(vars(runs))
    assert "could not be sent" in shown
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.made_here
async def test_a_proxy_that_refuses_a_tunnel(client_factory: ClientFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    with RecordingProxy("another:one") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{QUOTED}@127.0.0.1:{proxy.port}")
        async with client_factory("https://agents.example", retry=ONCE) as runs:
            with pytest.raises(APIConnectionError, match="407") as caught:
                await values(runs)
    assert proxy.request_lines == ["CONNECT agents.example:443 HTTP/1.1"]
    assert not caught.value.request_sent
    assert not [secret for secret in SECRETS if secret in all_that_shows(caught.value)]


@pytest.mark.made_here
async def test_a_tunnel_hides_nothing_that_is_wrong_with_the_certificate(
    client_factory: ClientFactory,
    tls_server: AnsweringServer,
    proxy: RecordingProxy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    async with client_factory(tls_server.url, retry=ONCE) as runs:
        with pytest.raises(APIConnectionError, match="certificate verify failed") as caught:
            await values(runs)
    assert not caught.value.request_sent
    assert proxy.request_lines == [f"CONNECT 127.0.0.1:{tls_server.port} HTTP/1.1"]
    assert not tls_server.requests


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1", "ftp://127.0.0.1:1", "http://127.0.0.1:port"])
async def test_a_proxy_that_cannot_be_used_says_so(
    address: str, client_factory: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", address)
    async with client_factory("http://agents.example", retry=ONCE) as runs:
        with pytest.raises((InvalidRequestError, APIConnectionError)):
            await ask(runs)


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, "http://agents.example", None),
        ({"HTTP_PROXY": ""}, "http://agents.example", None),
        ({"HTTP_PROXY": "http://proxy:3128"}, "http://agents.example", Proxy("http://proxy:3128", {})),
        ({"HTTP_PROXY": "proxy:3128"}, "http://agents.example", Proxy("http://proxy:3128", {})),
        ({"HTTP_PROXY": "http://proxy:3128"}, "https://agents.example", None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "http://agents.example", None),
        ({"HTTPS_PROXY": "http://proxy:3128"}, "https://agents.example", Proxy("http://proxy:3128", {})),
        ({"ALL_PROXY": "one:1", "HTTPS_PROXY": "other:2"}, "http://agents.example", Proxy("http://one:1", {})),
        ({"ALL_PROXY": "one:1", "HTTPS_PROXY": "other:2"}, "https://agents.example", Proxy("http://other:2", {})),
        ({"HTTP_PROXY": "one:1", "http_proxy": "other:2"}, "http://agents.example", Proxy("http://other:2", {})),
        ({"ALL_PROXY": "one:1", "NO_PROXY": "agents.example"}, "http://agents.example:8123", None),
        ({"ALL_PROXY": "one:1", "NO_PROXY": ".example"}, "https://agents.example", None),
        ({"ALL_PROXY": "one:1", "NO_PROXY": "s.example"}, "https://agents.example", Proxy("http://one:1", {})),
        (
            {"HTTP_PROXY": f"http://{QUOTED}@proxy:3128"},
            "http://agents.example",
            Proxy("http://proxy:3128", {"proxy-authorization": f"Basic {BASIC}"}),
        ),
        (
            {"HTTP_PROXY": f"{QUOTED}@proxy:3128"},
            "http://agents.example",
            Proxy("http://proxy:3128", {"proxy-authorization": f"Basic {BASIC}"}),
        ),
        (
            {"HTTP_PROXY": "http://only@proxy:3128"},
            "http://agents.example",
            Proxy("http://proxy:3128", {"proxy-authorization": f"Basic {b64encode(b'only:').decode()}"}),
        ),
    ],
)
def test_the_proxy_that_the_environment_asks_for(
    environment: dict[str, str], url: str, proxy: Proxy | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_from_environment(url) == proxy


def test_the_password_of_a_proxy_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{QUOTED}@proxy:3128")
    shown = repr(proxy_from_environment("http://agents.example"))
    assert "proxy:3128" in shown
    assert not [secret for secret in SECRETS if secret in shown]


# TLS


async def test_an_unknown_authority_gets_no_request(client_factory: ClientFactory, tls_server: AnsweringServer) -> None:
    async with client_factory(tls_server.url, api_key="secret", retry=ONCE) as runs:
        for call in (ask, values):
            with pytest.raises(APIConnectionError, match="certificate verify failed") as caught:
                await call(runs)
            assert not caught.value.request_sent
            assert tls_server.url in str(caught.value)
            assert "may exist" not in str(caught.value)
    assert not tls_server.requests


async def test_a_certificate_for_another_server_gets_no_request(own: Own, authority: trustme.CA) -> None:
    with AnsweringServer(tls=server_tls(authority, "elsewhere.example")) as server:
        with pytest.raises(APIConnectionError, match="certificate is not valid for '127.0.0.1'") as caught:
            await values(own.client(server.url))
    assert not caught.value.request_sent
    assert not server.requests


class PlainServer(LoopServer):
    """Answers the first bytes as if they were a request."""

    received = b""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received += await reader.read(65536)
        writer.write(b"HTTP/1.1 400 What?\r\nConnection: close\r\n\r\n")


async def test_a_server_that_speaks_no_tls_gets_no_request(client_factory: ClientFactory) -> None:
    with PlainServer() as plain:
        async with client_factory(f"https://127.0.0.1:{plain.port}", retry=ONCE) as runs:
            with pytest.raises(APIConnectionError) as caught:
                await values(runs)
    assert not caught.value.request_sent
    assert plain.received.startswith(b"\x16")  # a handshake
    assert b"runs/stream" not in plain.received


async def test_a_client_of_ones_own_brings_its_own_authority(own: Own, tls_server: AnsweringServer) -> None:
    runs = own.client(tls_server.url)
    await ask(runs)
    assert await values(runs) == VALUES


SCRIPT = """
import asyncio, json, sys, uuid
from runs_client import RunsClient, SyncRunsClient

async def read(transport):
    async with RunsClient(sys.argv[2], transport=transport) as runs:
        return [part.data async for part in runs.stream(uuid.uuid4(), "agent")]

def read_sync():
    with SyncRunsClient(sys.argv[2]) as runs:
        return [part.data for part in runs.stream(uuid.uuid4(), "agent")]

print(json.dumps(read_sync() if sys.argv[1] == "sync" else asyncio.run(read(sys.argv[1]))))
"""


@pytest.mark.parametrize("transport", ["httpx", "aiohttp", "sync"])
def test_the_environment_may_name_an_authority_and_a_proxy(
    transport: str, authority: trustme.CA, tls_server: AnsweringServer, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    with RecordingProxy(USER) as proxy:
        environment = {
            **os.environ,
            "HTTPS_PROXY": f"http://{QUOTED}@127.0.0.1:{proxy.port}",
            "SSL_CERT_FILE": str(tmp_path / "ca.pem"),
        }
        command = [sys.executable, "-c", SCRIPT, transport, tls_server.url]
        output = subprocess.run(command, env=environment, check=True, capture_output=True).stdout
    assert json.loads(output) == [*VALUES, None]
    assert proxy.authorizations == [f"Basic {BASIC}"]
    assert "proxy-authorization" not in tls_server.requests[0].lower()


# Whose connections they are


@pytest.mark.parametrize("transport", [HttpxTransport, SyncHttpxTransport])
def test_a_client_of_another_kind_is_refused(transport: Callable[[Any], object]) -> None:
    other = httpx.Client() if transport is HttpxTransport else httpx.AsyncClient()
    kind = "AsyncClient" if transport is HttpxTransport else "Client"
    for client in (other, object()):
        with pytest.raises(InvalidRequestError, match=f"^{type(client).__name__} is neither an httpx.{kind} nor an "):
            transport(client)


async def test_a_client_of_ones_own_stays_open(own: Own, answering: AnsweringServer) -> None:
    for _ in range(2):
        async with own.client(answering.url) as runs:
            await ask(runs)
        assert not own.is_closed()
    assert answering.accepted == 1


async def test_a_client_that_was_made_here_is_closed(client_factory: ClientFactory, answering: AnsweringServer) -> None:
    runs = client_factory(answering.url)
    await ask_at_once(runs)
    assert await values(runs) == VALUES
    assert answering.connections
    await runs.aclose()
    await until(lambda: not answering.connections)
    del runs
    gc.collect()  # pytest makes an error of a warning that something is not closed


@pytest.mark.made_here
async def test_a_closed_client_says_so(client_factory: ClientFactory, answering: AnsweringServer) -> None:
    runs = client_factory(answering.url)
    await ask(runs)
    await runs.aclose()
    for call in (ask, values):
        with pytest.raises(InvalidRequestError, match="this client is closed"):
            await call(runs)
    assert len(answering.requests) == 1


@pytest.mark.made_here
async def test_a_client_can_be_closed_before_its_first_request(client_factory: ClientFactory) -> None:
    runs = client_factory("http://127.0.0.1:1")
    await runs.aclose()
    with pytest.raises(InvalidRequestError, match="this client is closed"):
        await ask(runs)


async def test_a_client_can_be_closed_twice(client_factory: ClientFactory, answering: AnsweringServer) -> None:
    runs = client_factory(answering.url)
    await ask(runs)
    await runs.aclose()
    await runs.aclose()
    await until(lambda: not answering.connections)


async def test_closing_a_client_ends_its_open_streams(client_factory: ClientFactory) -> None:
    with AnsweringServer(together=2) as endless:
        runs = client_factory(endless.url)
        async with runs.stream(uuid4(), "agent") as stream:
            await runs.aclose()
            with pytest.raises(RunsClientError), anyio.fail_after(SECONDS):
                async for _ in stream:
                    pass
        await until(lambda: not endless.connections)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
EVENTS = CHUNKED + b"Content-Type: text/event-stream\r\n\r\n"


class SilentServer(LoopServer):
    """Begins an answer, and never goes on.

    Args:
        beginning: What it sends.

    Attributes:
        is_silent: Whether it has sent that.
    """

    def __init__(self, beginning: bytes) -> None:
        super().__init__()
        self._beginning = beginning
        self.is_silent = False

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(self._beginning)
        self.is_silent = True
        await asyncio.wait_for(reader.read(), SECONDS)


async def wait_for_the_end(runs: RunsClient) -> None:
    await runs.join("t", "r")


@pytest.mark.made_here
@pytest.mark.parametrize(
    ("call", "beginning"),
    [
        (values, EVENTS),
        (values, EVENTS + b"a\r\n: waiting\n\r\n"),
        (wait_for_the_end, CHUNKED + b"\r\n1\r\n \r\n"),
        (ask, CHUNKED + b"\r\n1\r\n \r\n"),
        (ask, b""),
    ],
    ids=["stream, not begun", "stream", "join", "get", "get, no headers"],
)
async def test_closing_a_client_ends_what_others_wait_for(
    call: Callable[[RunsClient], Awaitable[Any]], beginning: bytes, client_factory: ClientFactory
) -> None:
    ended: list[BaseException] = []

    async def wait() -> None:
        try:
            await call(runs)
        except RunsClientError as error:
            ended.append(error)

    with SilentServer(beginning) as server:
        runs = client_factory(server.url, timeout=None)
        with anyio.fail_after(SECONDS / 2):
            async with anyio.create_task_group() as group:
                group.start_soon(wait)
                await until(lambda: server.is_silent)
                await anyio.lowlevel.checkpoint()
                await runs.aclose()
    assert len(ended) == 1


@pytest.mark.parametrize("factory", [async_client, aiohttp_client])
async def test_a_client_may_be_closed_at_any_moment_of_a_call(factory: ClientFactory) -> None:
    async def wait(runs: RunsClient) -> None:
        with pytest.raises(RunsClientError):
            await ask(runs)

    with SilentServer(CHUNKED + b"\r\n1\r\n \r\n") as server:
        for turns in range(30):
            runs = factory(server.url, timeout=None)
            with anyio.fail_after(SECONDS / 2):
                async with anyio.create_task_group() as group:
                    group.start_soon(wait, runs)
                    for _ in range(turns):
                        await anyio.lowlevel.checkpoint()
                    await runs.aclose()


class HesitantServer:
    """Lets a client wait for its TLS handshake.

    Attributes:
        accepted: Set when the client has connected.
        goes_on: Set this to let the handshake begin.
        received: What the client sent after it.
    """

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.accepted = threading.Event()
        self.goes_on = threading.Event()
        self.received = b""

    def __enter__(self) -> HesitantServer:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._thread.join()

    def _serve(self) -> None:
        with self._listener:
            connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(SECONDS / 2)
            self.accepted.set()
            self.goes_on.wait(SECONDS / 2)
            with suppress(OSError), self._tls.wrap_socket(connection, server_side=True) as connection:
                self.received = connection.recv(65536)
                connection.recv(65536)


@pytest.mark.parametrize("factory", [async_client, sync_client])
async def test_closing_a_client_whose_connection_is_just_being_opened(
    factory: ClientFactory, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusted)
    for module in (_httpx_pools, _httpx_pools_sync):
        monkeypatch.setattr(module, "ssl_context", lambda: trusted)

    async def wait() -> None:
        with pytest.raises(InvalidRequestError, match="this client is closed"):
            await values(runs)

    with HesitantServer(server_tls(authority, "127.0.0.1")) as server:
        runs = factory(server.url)
        async with anyio.create_task_group() as group:
            group.start_soon(wait)
            await until(server.accepted.is_set)
            await runs.aclose()
            server.goes_on.set()
    assert server.received == b""


class CancelledTransport(AiohttpTransport):
    """Cancels a task when the response's headers have come, before anybody knows."""

    task: asyncio.Task[None]

    async def _open(self, request: Request) -> aiohttp.ClientResponse:
        response = await super()._open(request)
        asyncio.get_running_loop().call_soon(self.task.cancel)
        return response


@pytest.mark.needs_asyncio
async def test_a_cancellation_that_comes_with_the_answer_is_not_lost() -> None:
    transport = CancelledTransport()

    async def read() -> None:
        async with runs.stream(uuid4(), "agent", timeout=SECONDS):
            await asyncio.Event().wait()

    with SilentServer(EVENTS) as server:
        async with RunsClient(server.url, transport=transport) as runs:
            transport.task = asyncio.create_task(read())
            done, _ = await asyncio.wait([transport.task], timeout=SECONDS / 2)
            transport.task.cancel()
    assert done
    assert transport.task.cancelled()


@pytest.mark.parametrize("make_transport", [HttpxTransport, AiohttpTransport])
async def test_a_limit_of_silence_that_becomes_shorter(
    make_transport: Callable[[], HttpxTransport | AiohttpTransport],
) -> None:
    transport = make_transport()
    with SilentServer(CHUNKED + b"\r\n1\r\n.\r\n") as server:
        response = await transport.open(Request("GET", server.url))
        chunks = aiter(response)
        response.idle_timeout = 2 * SECONDS
        assert await anext(chunks) == b"."
        response.idle_timeout = 0.1
        with anyio.fail_after(SECONDS), pytest.raises(APITimeoutError, match="silent"):
            await anext(chunks)
        await transport.aclose()


# What comes back


KEY = "top-secret"


@pytest.mark.parametrize("call", [ask, values])
@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nwhat?\r\n\r\n",
        EVENTS + b"what?\r\n",
        EVENTS + b"a\r\n: waiting\n\r\nwhat?\r\n",
        EVENTS.replace(b"Type:", b"Encoding: gzip\r\nContent-Type:") + b"5\r\nwhat?\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 10\r\n\r\nwhat?",
    ],
    ids=["no HTTP", "header", "chunk", "later chunk", "compression", "short"],
)
async def test_no_error_shows_the_key(
    answer: bytes, call: Callable[[RunsClient], Awaitable[Any]], client_factory: ClientFactory
) -> None:
    with CannedServer(answer) as server:
        async with client_factory(server.url, api_key=KEY, retry=ONCE) as runs:
            with pytest.raises(RunsClientError) as caught:
                await call(runs)
        assert KEY.encode() in server.requests[0]
    assert KEY not in all_that_shows(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make_transport", [HttpxTransport, AiohttpTransport])
async def test_who_has_seen_the_headers_is_in_no_doubt(
    make_transport: Callable[[], HttpxTransport | AiohttpTransport],
) -> None:
    transport = make_transport()
    for answer, doubt in ((b"", True), (EVENTS, False)):
        with CannedServer(answer) as server:
            with pytest.raises(APIConnectionError, match="broke off") as caught:
                async for _ in await transport.open(Request("POST", server.url)):
                    pass
        assert ("may exist" in str(caught.value)) == doubt
    await transport.aclose()


@pytest.mark.parametrize("call", [ask, values])
async def test_a_refusal_whose_body_breaks_off_is_a_refusal(
    call: Callable[[RunsClient], Awaitable[Any]], client_factory: ClientFactory
) -> None:
    with CannedServer(b"HTTP/1.1 401 No\r\nContent-Length: 100\r\n\r\n{'det") as server:
        async with client_factory(server.url) as runs:
            with pytest.raises(AuthenticationError, match="{'det"):
                await call(runs)


async def test_an_answer_whose_body_breaks_off_is_none(client_factory: ClientFactory) -> None:
    with CannedServer(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}") as server:
        async with client_factory(server.url, retry=ONCE) as runs:
            with pytest.raises(APIConnectionError, match="broke off"):
                await ask(runs)


@pytest.mark.needs_asyncio
async def test_a_session_of_ones_own_may_raise_for_status() -> None:
    with CannedServer(http_response(404, '{"detail": "no such run"}')) as server:
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            with pytest.raises(NotFoundError, match="no such run"):
                await RunsClient(server.url, transport=AiohttpTransport(session)).get("t", "r")


async def test_large_bodies_and_long_headers_pass(client_factory: ClientFactory) -> None:
    body = {"image": "x" * 2**21}
    with CannedServer(http_response(body="{}", headers=[("X-Long", "x" * 50_000)])) as server:
        async with client_factory(server.url) as runs:
            assert await runs.request("POST", "/large", json=body) == {}
        head, _, sent = server.requests[0].partition(b"\r\n\r\n")
    assert json.loads(sent) == body
    assert b"content-type: application/json" in head.lower()
    assert b"transfer-encoding" not in head.lower()


@pytest.mark.made_here
async def test_cookies_are_not_kept(client_factory: ClientFactory) -> None:
    with CannedServer(http_response(body="{}", headers=[("Set-Cookie", "session=abc")])) as server:
        async with client_factory(server.url) as runs:
            for _ in range(2):
                await runs.request("GET", "/")
        assert not [request for request in server.requests if b"cookie" in request.lower()]


async def test_the_content_type_may_be_in_capitals(client_factory: ClientFactory) -> None:
    event = "event: values\ndata: [1]\n\nevent: end\ndata: null\n\n"
    with CannedServer(http_response(body=event, content_type="Text/Event-Stream; Charset=UTF-8")) as server:
        async with client_factory(server.url) as runs:
            assert await values(runs) == [[1]]


@pytest.mark.parametrize("make_transport", [HttpxTransport, AiohttpTransport])
async def test_headers_that_come_twice_are_joined(
    make_transport: Callable[[], HttpxTransport | AiohttpTransport],
) -> None:
    transport = make_transport()
    with CannedServer(http_response(headers=[("X-Twice", "a"), ("X-Once", "c"), ("x-twice", "b")])) as server:
        response = await transport.send(Request("GET", server.url))
        stream = await transport.open(Request("GET", server.url))
        await stream.aclose()
    await transport.aclose()
    for headers in (response.headers, stream.headers):
        assert headers["x-twice"] == "a, b"
        assert headers["x-once"] == "c"


@pytest.mark.parametrize(("timeout", "limit"), [(0.1, "within 0.1 seconds"), (None, "in time")])
def test_what_took_too_long_says_how_long(timeout: float | None, limit: str) -> None:
    request = Request("POST", "http://h/runs", timeout=timeout)
    assert str(timed_out(request)) == f"POST http://h/runs did not end {limit}"
    assert str(not_answered(request, sent=False)) == f"POST http://h/runs was not answered {limit}"


def test_a_missing_extra_is_named() -> None:
    script = (
        "import sys\n"
        "sys.modules['aiohttp'] = None\n"
        "import runs_client\n"
        "try:\n"
        "    runs_client.RunsClient('http://localhost', transport='aiohttp')\n"
        "except runs_client.InvalidRequestError as error:\n"
        "    print(error)\n"
    )
    output = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    assert "pip install 'runs-client[aiohttp]'" in output


# Many at once


@pytest.fixture
def many_sockets() -> Iterator[None]:
    """Each stream takes a socket on either side."""
    needed = 2 * MANY + 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.skip(f"a process may open only {hard} files here")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_sockets")
@pytest.mark.parametrize("factory", [async_client, aiohttp_client])
async def test_a_thousand_streams_at_once(factory: ClientFactory) -> None:
    read: list[list[Any]] = []

    async def read_one() -> None:
        read.append(await values(runs))

    with AnsweringServer(together=MANY) as server:
        sockets = open_sockets()
        async with factory(server.url, timeout=SECONDS) as runs:
            with anyio.fail_after(SECONDS):
                async with anyio.create_task_group() as group:
                    for _ in range(MANY):
                        group.start_soon(read_one)
        await until(lambda: open_sockets() <= sockets)
    assert server.accepted == MANY
    assert read == [VALUES] * MANY


# Connections that are used again


async def test_requests_one_after_the_other_share_a_connection(
    client_factory: ClientFactory, answering: AnsweringServer
) -> None:
    async with client_factory(answering.url) as runs:
        for _ in range(3):
            await ask(runs)
            assert await values(runs) == VALUES
    assert answering.accepted == 1


async def test_requests_after_many_at_once_need_no_new_connection(client_factory: ClientFactory) -> None:
    with AnsweringServer(together=AT_ONCE) as server:
        async with client_factory(server.url) as runs:
            await ask_at_once(runs)
            for _ in range(5):
                await ask(runs)
            await ask_at_once(runs)
    assert server.accepted == AT_ONCE


class Pooled(NamedTuple):
    """A client, and the pools of connections that it uses."""

    client: Callable[..., RunsClient]
    transport: AsyncPoolsTransport | SyncPoolsTransport

    @property
    def active(self) -> list[int]:
        return [pool.active for pool in self.transport._pools]


def async_pools() -> Pooled:
    pools = AsyncPoolsTransport()
    transport = HttpxTransport(httpx.AsyncClient(transport=pools))
    return Pooled(lambda url: async_client(url, transport=transport, retry=ONCE), pools)


def sync_pools() -> Pooled:
    pools = SyncPoolsTransport()
    transport = SyncHttpxTransport(httpx.Client(transport=pools))
    return Pooled(lambda url: sync_client(url, transport=transport, retry=ONCE), pools)


@pytest.fixture(params=[async_pools, sync_pools])
async def pooled(request: pytest.FixtureRequest) -> AsyncIterator[Pooled]:
    pooled: Pooled = request.param()
    yield pooled
    if isinstance(pooled.transport, AsyncPoolsTransport):
        await pooled.transport.aclose()
    else:
        pooled.transport.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the pools that nobody uses be closed at the next request."""

    def make() -> None:
        for module in (_httpx_pools, _httpx_pools_sync):
            monkeypatch.setattr(module, "_IDLE_TIMEOUT", 0.0)

    return make


async def test_each_pool_has_few_requests_under_way(pooled: Pooled) -> None:
    most: list[int] = []
    with AnsweringServer(together=AT_ONCE + 1) as server:
        runs = pooled.client(server.url)
        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(ask, runs)
            await until(lambda: len(server.requests) == AT_ONCE)
            most += pooled.active
            group.start_soon(ask, runs)
    assert sorted(most) == [4, 8, 8]
    assert pooled.active == [0, 0, 0]


async def test_pools_that_nobody_uses_are_closed_at_the_next_request(
    pooled: Pooled, impatient: Callable[[], None]
) -> None:
    with AnsweringServer(together=AT_ONCE) as server:
        runs = pooled.client(server.url)
        await ask_at_once(runs)
        assert server.connections == AT_ONCE
        impatient()
        await ask(runs)
        await until(lambda: server.connections <= 1)
    assert server.accepted == AT_ONCE + 1
    assert pooled.active == [0]


async def test_a_pool_with_an_open_stream_is_not_closed(pooled: Pooled, impatient: Callable[[], None]) -> None:
    impatient()
    with AnsweringServer(together=2) as server:
        runs = pooled.client(server.url)
        async with runs.stream(uuid4(), "agent") as stream:
            assert pooled.active == [1]
            await ask(runs)
            assert [part.data async for part in stream] == [*VALUES, None]
    assert pooled.active == [0]


async def test_a_request_that_fails_gives_its_place_back(pooled: Pooled, closed_url: str) -> None:
    runs = pooled.client(closed_url)
    for call in (ask, values):
        with pytest.raises(APIConnectionError):
            await call(runs)
        assert pooled.active == [0]


async def test_a_request_that_takes_too_long_gives_its_place_back(pooled: Pooled) -> None:
    with AnsweringServer(together=2) as silent:
        with pytest.raises(APIConnectionError):
            await pooled.client(silent.url).request("GET", "/ok", timeout=0.1)
    assert pooled.active == [0]


async def test_a_stream_that_is_left_gives_its_place_back(pooled: Pooled) -> None:
    with AnsweringServer(together=2) as endless:
        runs = pooled.client(endless.url)
        async with runs.stream(uuid4(), "agent"):
            assert pooled.active == [1]
        assert pooled.active == [0]
        await until(lambda: not endless.connections)


# Another event loop


@pytest.mark.parametrize("factory", [async_client, aiohttp_client])
def test_streams_run_under_uvloop(factory: ClientFactory, answering: AnsweringServer) -> None:
    uvloop = pytest.importorskip("uvloop")

    async def read() -> list[Any]:
        async with factory(answering.url) as runs:
            async with runs.stream(uuid4(), "agent") as left:
                await left.__anext__()
            return await values(runs)

    loop = uvloop.new_event_loop()
    try:
        assert loop.run_until_complete(read()) == VALUES
    finally:
        loop.close()
