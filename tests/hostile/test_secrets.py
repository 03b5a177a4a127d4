"""The key is in the header of requests, and nowhere else. SECURITY.md says what is promised.

Secrets are module constants here: a local variable of a test would itself be in the traceback that it looks at.
"""

from __future__ import annotations

import pickle
import socket
import ssl
import time
import traceback
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import trustme

from runs_client import (
    APIConnectionError,
    APITimeoutError,
    AuthenticationError,
    DataDecodeError,
    EventDecodeError,
    InvalidRequestError,
    Request,
    ResponseTooLargeError,
    RetryPolicy,
    RunFailedError,
    RunsClient,
    RunsClientError,
    StreamInterruptedError,
    SyncRunsClient,
    UnexpectedResponseError,
)
from runs_client._transports import _bodies
from tests.clients import ClientFactory
from tests.hostile.cases import END, RUN_JSON, body, event, events, get, join
from tests.hostile.showing import all_that_it_holds, all_that_it_shows
from tests.servers.canned_server import http_response
from tests.servers.hostile_server import HostileServer
from tests.servers.processes import closed_port

pytestmark = pytest.mark.anyio

KEY, TOKEN, PASSWORD = "secret-key-1", "secret-token-2", "secret-password-3"
SECRETS = (KEY, TOKEN, PASSWORD, b64encode(f"me:{PASSWORD}".encode()).decode())
POLICY = RetryPolicy(max_retries=1, initial_delay=0)


def client_of(make: ClientFactory, url: str, **options: Any) -> RunsClient:
    """A client with a key and with another secret in its headers."""
    return make(url, **{"api_key": KEY, "headers": {"Authorization": f"Bearer {TOKEN}"}, "retry": POLICY, **options})


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def told(error: BaseException) -> str:
    """What an error, its causes and their tracebacks tell, with the local variables of each frame."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "\n".join([all_that_it_holds(error), *frames.format()])


# Objects


async def test_what_holds_the_key_neither_shows_it_nor_lets_itself_be_pickled(client_factory: ClientFactory) -> None:
    async with client_of(client_factory, "http://h") as runs:
        handle = runs.handle("t", "r")
        holders = [
            runs,
            runs.prepare_request("GET", "/"),
            runs.stream("t", "a"),
            runs.join_stream("t", "r"),
            runs.iter("t"),
            handle,
            handle.stream(),
            runs.as_completed([handle]),
        ]
        for holder in holders:
            assert not secrets_in(all_that_it_shows(holder)), holder
            with pytest.raises(TypeError, match="pickle"):
                pickle.dumps(holder)


async def test_the_headers_that_a_client_tells_are_without_the_key(client_factory: ClientFactory) -> None:
    async with client_of(client_factory, "http://h") as runs:
        assert secrets_in(str(runs.headers)) == [TOKEN], "what was given as a header, and nothing else"


@pytest.mark.parametrize("url", [f"http://me:{PASSWORD}@h", f"http://{KEY}@h/x", f"ftp://me:{PASSWORD}@h"])
def test_an_address_with_a_password_is_refused_without_repeating_it(url: str) -> None:
    for make in (RunsClient, SyncRunsClient):
        with pytest.raises(InvalidRequestError, match="no user name or password") as caught:
            make(url)
        assert not secrets_in(all_that_it_holds(caught.value))


@pytest.mark.parametrize("value", [f"{KEY}\r\nx: y", f"{KEY}\x1b", f"{KEY}é"])
def test_a_key_that_cannot_be_sent_is_refused_without_repeating_it(value: str) -> None:
    wrong: list[dict[str, Any]] = [{"api_key": value}, {"headers": {"authorization": value}}]
    for options in wrong:
        for make in (RunsClient, SyncRunsClient):
            with pytest.raises(InvalidRequestError) as caught:
                make("http://h", **options)
            assert not secrets_in(all_that_it_holds(caught.value))


# Errors


def silent() -> Iterator[bytes]:
    """A stream that says nothing after its first event."""
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + event({"n": 1})
    while True:
        time.sleep(0.05)
        yield b""


async def listen(runs: RunsClient) -> None:
    async for _ in runs.stream("t", "agent", resume="off"):
        pass


async def listen_to_silence(runs: RunsClient) -> None:
    async for _ in runs.stream("t", "agent", idle_timeout=0.2, resume="off"):
        pass


async def listen_typed(runs: RunsClient) -> None:
    await runs.stream("t", "agent").until_done()


def number(state: Any) -> int:
    return int(state["n"])


@dataclass(frozen=True)
class Failure:
    """What a server sends, and what that makes of a call."""

    name: str
    answer: Any
    call: Callable[[RunsClient], Awaitable[Any]]
    kind: type[RunsClientError]

    def __str__(self) -> str:
        return f"{self.name}, {self.call.__name__}"


FAILURES = [
    *(
        Failure(name, answer, call, kind)
        for name, answer, kind in [
            ("refused", body('{"detail": "no"}', status="401 No"), AuthenticationError),
            ("no HTTP", b"SSH\r\n\r\n", APIConnectionError),
            ("a header without a colon", b"HTTP/1.1 200 OK\r\nwhat?\r\n\r\n", APIConnectionError),
            ("hung up on", b"", APIConnectionError),
            ("an unknown compression", body("?", "Content-Encoding: br"), UnexpectedResponseError),
            ("a redirect elsewhere", http_response(307, headers=[("Location", "http://h/")]), RunsClientError),
            ("a redirect to nowhere", http_response(307, headers=[("Location", "data:,")]), RunsClientError),
        ]
        for call in (get, join, listen)
    ),
    Failure("broken off", body(RUN_JSON, "Content-Length: 99", length=False), get, APIConnectionError),
    Failure("broken off", body(RUN_JSON, "Content-Length: 99", length=False), join, APIConnectionError),
    Failure("wrong compression", body("?", "Content-Encoding: gzip"), get, APIConnectionError),
    Failure("no JSON", body("<html>"), get, UnexpectedResponseError),
    Failure("another shape", body("[]"), get, UnexpectedResponseError),
    Failure("too large", body("1" * 2000), get, ResponseTooLargeError),
    Failure("too large", body("1" * 2000), join, ResponseTooLargeError),
    Failure("failed", body('{"__error__": {"error": "E", "message": "no"}}'), join, RunFailedError),
    Failure("no stream", body("{}"), listen, UnexpectedResponseError),
    Failure("no JSON in an event", events(event(b"{")), listen, EventDecodeError),
    Failure("no UTF-8 in an id", events(event(1, b"\xff")), listen, EventDecodeError),
    Failure("another type", events(event({"n": "x"}), END), listen_typed, DataDecodeError),
    Failure("a failed run", events(event({"error": "E"}, name=b"error")), listen_typed, RunFailedError),
    Failure("broken off", events(event({"n": 1}), cut=True), listen, StreamInterruptedError),
    Failure("silent", silent, listen_to_silence, StreamInterruptedError),
]


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_bodies, "MAX_BODY_SIZE", 1000)


async def error_of(call: Callable[[RunsClient], Awaitable[Any]], runs: RunsClient) -> RunsClientError:
    try:
        with pytest.raises(RunsClientError) as caught:
            await call(runs)
        return caught.value
    finally:
        await runs.aclose()


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize("failure", FAILURES, ids=str)
async def test_errors(failure: Failure, client_factory: ClientFactory) -> None:
    with HostileServer(failure.answer) as server:
        error = await error_of(failure.call, client_of(client_factory, server.url, state_type=number))
    assert isinstance(error, failure.kind), repr(error)
    assert not secrets_in(told(error))
    sent = b"".join(server.requests)
    assert sent.count(KEY.encode()) == sent.count(TOKEN.encode()) == len(server.requests) > 0


@pytest.mark.parametrize("call", [get, join, listen])
async def test_errors_of_a_server_that_is_not_there(
    call: Callable[[RunsClient], Awaitable[Any]], client_factory: ClientFactory
) -> None:
    with closed_port() as port:
        error = await error_of(call, client_of(client_factory, f"http://127.0.0.1:{port}"))
    assert type(error) is APIConnectionError
    assert not secrets_in(told(error))


async def get_soon(runs: RunsClient) -> None:
    await runs.get("t", "r", timeout=0.2)


async def join_soon(runs: RunsClient) -> None:
    await runs.join("t", "r", timeout=0.2)


async def listen_soon(runs: RunsClient) -> None:
    await runs.stream("t", "agent", timeout=0.2).until_done()


@pytest.mark.parametrize("call", [get_soon, join_soon, listen_soon])
async def test_errors_of_a_server_that_does_not_answer(
    call: Callable[[RunsClient], Awaitable[Any]], client_factory: ClientFactory
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        error = await error_of(call, client_of(client_factory, f"http://127.0.0.1:{nobody.getsockname()[1]}"))
    assert type(error) is APITimeoutError
    assert not secrets_in(told(error))


async def test_errors_of_a_server_with_a_wrong_certificate(client_factory: ClientFactory) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with HostileServer(body(), tls=context) as server:
        error = await error_of(get, client_of(client_factory, server.url))
    assert type(error) is APIConnectionError
    assert not secrets_in(told(error))
    assert not server.requests


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n", b"SSH\r\n\r\n", None])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_errors_behind_a_proxy_with_a_password(
    scheme: str, answer: bytes | None, client_factory: ClientFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HostileServer(answer or b"") as proxy, closed_port() as port:
        address = f"127.0.0.1:{port if answer is None else proxy.address[1]}"
        monkeypatch.setenv(f"{scheme}_proxy", f"http://me:{PASSWORD}@{address}")
        error = await error_of(get, client_of(client_factory, f"{scheme}://agents.invalid"))
    assert not secrets_in(told(error))


def with_password(request: Request) -> Request:
    """A hook that puts a user name and a password into the address."""
    return replace(request, url=request.url.replace("://", f"://me:{PASSWORD}@"))


@pytest.mark.parametrize("failure", [f for f in FAILURES if f.call in (get, listen)], ids=str)
async def test_errors_of_a_request_whose_hook_gave_it_a_password(
    failure: Failure, client_factory: ClientFactory
) -> None:
    with HostileServer(failure.answer) as server:
        error = await error_of(
            failure.call, client_of(client_factory, server.url, headers={}, on_request=with_password)
        )
    shown = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
    assert not secrets_in("\n".join(shown))
