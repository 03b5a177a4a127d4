"""What a hostile server sends, what it must lead to, and the check that it does."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from runs_client import RetryPolicy, RunsClient, RunsClientError
from tests.clients import CLIENTS
from tests.hostile.showing import all_that_it_holds
from tests.hostile_table import HostileTable
from tests.servers.canned_server import http_response
from tests.servers.hostile_server import Answer, HostileServer

KEY = "top-secret-key"

POLICY = RetryPolicy(max_retries=2, initial_delay=0, max_retry_after=0.05)
"""Tries again, so that a server gets every chance to lead the client astray."""

SECONDS = 20.0
"""Time limit of each call: far more than any takes."""

RUN_JSON = b'{"run_id": "r", "thread_id": "t", "status": "success"}'
CHUNKED = "Transfer-Encoding: chunked"
NAMED = ("Content-Location", "/threads/t/runs/r")


@dataclass(frozen=True)
class Gives:
    """The call gives data."""

    data: Any
    told: str = ""

    def __str__(self) -> str:
        return self.told or "data"


@dataclass(frozen=True)
class Fails:
    """The call raises an error; with `after`, a stream gives some data first."""

    kind: type[RunsClientError]
    text: str
    after: tuple[Any, ...] = ()
    told: str = ""

    def __str__(self) -> str:
        before = "data, then " if self.after else ""
        return f"{before}`{self.kind.__name__}`: {self.told or self.text}"


Outcome: TypeAlias = Gives | Fails
Call: TypeAlias = Callable[[RunsClient], Awaitable[Any]]


async def get(runs: RunsClient) -> Any:
    """What a run is, read whole."""
    return (await runs.get("t", "r")).to_dict()


async def ask(runs: RunsClient) -> Any:
    """Any JSON, read whole."""
    return await runs.request("GET", "/any")


async def join(runs: RunsClient) -> Any:
    """The final state, waited for."""
    return await runs.join("t", "r")


async def stream(runs: RunsClient) -> list[Any]:
    """The data of a stream's parts but the last one, which ends it."""
    data: list[Any] = []
    try:
        async for part in runs.stream("t", "agent", timeout=SECONDS):
            if part.event != "end":
                data.append(part.data)
    except RunsClientError as error:
        raise _AfterError(data, error) from error
    return data


class _AfterError(Exception):
    """An error that came after some data."""

    def __init__(self, data: list[Any], error: RunsClientError) -> None:
        super().__init__(data, error)
        self.data = data
        self.error = error


@dataclass(frozen=True)
class Case:
    """A hostile server.

    Attributes:
        name: What it does.
        answers: What it sends.
        outcome: What that leads to.
        call: What it is asked for.
        unlike: What it leads to with the clients whose HTTP library sees it otherwise.
        prefix: The path of the client's address.
        timeout: The time limit of each call.
    """

    name: str
    answers: Answer | tuple[Answer, ...]
    outcome: Outcome
    call: Call = get
    unlike: dict[str, Outcome] = field(default_factory=dict)
    prefix: str = ""
    timeout: float = SECONDS

    async def check(self, client: str, visited: list[object], table: HostileTable) -> HostileServer:
        """Let a client call such a server, and compare.

        Returns:
            The server, with the requests that it got.
        """
        answers = self.answers if isinstance(self.answers, tuple) else (self.answers,)
        expected = self.unlike.get(client, self.outcome)
        with HostileServer(*answers) as server:
            options: Any = {"api_key": KEY, "timeout": self.timeout, "retry": POLICY}
            async with CLIENTS[client](f"{server.url}{self.prefix}", **options) as runs:
                await self._compare(runs, expected)
        assert set(visited) <= {server.address, "127.0.0.1", b"127.0.0.1"}, "it went elsewhere"
        for request in server.requests:
            assert request.count(KEY.encode()) == 1, "the key is in one header"
        table.add(self.name, client, str(expected))
        return server

    async def _compare(self, runs: RunsClient, expected: Outcome) -> None:
        try:
            data = await self.call(runs)
        except _AfterError as caught:
            error, before = caught.error, caught.data
        except RunsClientError as caught_directly:
            error, before = caught_directly, []
        else:
            assert isinstance(expected, Gives), f"it gave {data!r}"
            assert data == expected.data
            return
        assert isinstance(expected, Fails), f"it raised {error!r}"
        assert type(error) is expected.kind, repr(error)
        assert re.search(expected.text, str(error)), str(error)
        assert before == list(expected.after)
        assert len(str(error)) < 3000
        assert KEY not in all_that_it_holds(error)


def body(content: bytes | str = RUN_JSON, *lines: str, status: str = "200 OK", length: bool = True) -> bytes:
    """A response with header lines as they are, right or wrong."""
    content = content.encode() if isinstance(content, str) else content
    head = [f"HTTP/1.1 {status}", "Content-Type: application/json", *lines]
    if length:
        head.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*head, "", ""]).encode("latin-1") + content


def chunks(*pieces: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """A chunked body."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + end


def endless(beginning: bytes, repeated: bytes) -> Callable[[], Iterator[bytes]]:
    """An answer without an end."""

    def pieces() -> Iterator[bytes]:
        yield beginning
        while True:
            yield repeated

    return pieces


def event(data: Any, id: bytes | str | None = None, name: bytes = b"values") -> bytes:
    """An event; bytes are sent as they are, anything else as JSON."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    id_line = b"" if id is None else b"id: " + (id.encode() if isinstance(id, str) else id) + b"\n"
    return b"event: " + name + b"\n" + id_line + b"data: " + content + b"\n\n"


END = event(None, name=b"end")


def events(
    *content: bytes, headers: Iterable[tuple[str, str]] = (NAMED,), cut: bool = False, status: int = 200
) -> bytes:
    """An event stream, which promises more than it holds if it is `cut`."""
    stream = b"".join(content)
    answer = http_response(status, stream, content_type="text/event-stream", headers=headers)
    length = b"Content-Length: %d\r\n"
    return answer.replace(length % len(stream), length % (len(stream) + 5)) if cut else answer
