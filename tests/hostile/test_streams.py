"""Event streams that lie, and places to come back to that are somebody else's."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest

from runs_client import (
    APIStatusError,
    EventDecodeError,
    InvalidRequestError,
    RunFailedError,
    RunsClient,
    StreamInterruptedError,
    UnexpectedResponseError,
)
from tests.clients import CLIENTS
from tests.hostile.cases import (
    CHUNKED,
    END,
    NAMED,
    POLICY,
    Case,
    Fails,
    Gives,
    chunks,
    event,
    events,
    stream,
)
from tests.hostile_table import HostileTable
from tests.servers.canned_server import http_response
from tests.servers.hostile_server import HostileServer

pytestmark = pytest.mark.anyio

NOT_A_STREAM = Fails(UnexpectedResponseError, "not with an event stream")
NOT_JSON = Fails(EventDecodeError, "is not JSON")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
DEEP = b"[" * 1000 + b"]" * 1000
GZIP = ("Content-Encoding", "gzip")

BEGINNING = [event(1, "1"), event(2, "2")]
REST = events(event(2, "2"), event(3, "3"), END)
WHOLE = Gives([1, 2, 3])


async def until_done(runs: RunsClient) -> Any:
    return (await runs.stream("t", "agent").until_done()).values


def never_closed() -> Iterator[bytes]:
    """A stream that is over, but for its heartbeats."""
    yield HEAD + b"\r\n" + event(1) + END
    while True:
        time.sleep(0.05)
        yield b": still there\n\n"


EVENTS = [
    Case("a stream as application/json", http_response(body=event(1) + END), NOT_A_STREAM, stream),
    Case(
        "a stream in another character set, as it says",
        http_response(body=event("é") + END, content_type="text/event-stream; charset=latin-1"),
        Gives(["é"], "data, read as UTF-8"),
        stream,
    ),
    Case(
        "103 with a Location before the stream",
        b"HTTP/1.1 103 Early Hints\r\nLocation: http://elsewhere.invalid/\r\n\r\n" + events(event(1), END),
        Gives([1]),
        stream,
    ),
    Case(
        "trailers after the stream",
        HEAD + CHUNKED.encode() + b"\r\n\r\n" + chunks(event(1), END, end=b"0\r\nContent-Location: /x\r\n\r\n"),
        Gives([1]),
        stream,
    ),
    Case(
        "heartbeats after the last event, for ever",
        never_closed,
        Gives([1], "data, and hangs up after two seconds"),
        stream,
    ),
    Case("events after the last event", events(event(1), END, event(2)), Gives([1, 2]), stream),
    Case(
        "invalid UTF-8 in an event",
        events(event(1), event(b'"\xff"')),
        Fails(EventDecodeError, "is not JSON", (1,)),
        stream,
    ),
    Case(
        "invalid UTF-8 in the name of an event",
        events(event(1), event(2, name=b"\xff")),
        Fails(EventDecodeError, "is not UTF-8", (1,)),
        stream,
    ),
    Case(
        "invalid UTF-8 in the id of an event",
        events(event(1, b"\xff")),
        Fails(EventDecodeError, "is not UTF-8"),
        stream,
    ),
    Case("NaN in an event", events(event(b"[NaN]")), NOT_JSON, stream),
    Case("a lone surrogate in an event", events(event(b'"\\udfff"')), NOT_JSON, stream),
    Case("half of JSON in an event", events(event(b'{"a')), NOT_JSON, stream),
    Case(
        "an event nested 5,000 deep",
        events(event(b"[" * 5000)),
        Fails(EventDecodeError, "depth limit exceeded"),
        stream,
    ),
    Case(
        "a key twice in an event",
        events(event(b'{"a": 1, "a": 2}'), END),
        Gives([{"a": 2}], "data: the last one"),
        stream,
    ),
    Case(
        "an error nested 1,000 deep",
        events(event(b'{"error": ' + DEEP + b"}", name=b"error")),
        Fails(RunFailedError, "nested too deeply"),
        until_done,
    ),
    Case(
        "a message nested 1,000 deep",
        events(event(b'[{"type": "ai", "content": ' + DEEP + b"}, {}]", name=b"messages"), END),
        Gives(None, "data"),
        until_done,
    ),
    Case("compressed events", events(gzip.compress(event(1) + END), headers=[GZIP]), Gives([1]), stream),
    Case(
        "events compressed in a way that was not asked for",
        events(event(1), END, headers=[("Content-Encoding", "br")]),
        Fails(UnexpectedResponseError, "compressed as 'br'"),
        stream,
    ),
    Case(
        "events that are not compressed as they say",
        events(event(1), END, headers=[NAMED, GZIP]),
        Fails(StreamInterruptedError, "not compressed with gzip"),
        stream,
    ),
    Case(
        "compressed events that break off",
        (events(gzip.compress(b"".join(BEGINNING))[:-9], headers=[NAMED, GZIP]), REST),
        WHOLE,
        stream,
    ),
    Case(
        "the same cut for ever",
        events(*BEGINNING, cut=True),
        Fails(StreamInterruptedError, "broke off", (1, 2)),
        stream,
    ),
]

IDS = [
    Case(
        "retry: 99999999999",
        (events(b"retry: 99999999999\n\n", *BEGINNING, cut=True), REST),
        Gives([1, 2, 3], "data, after `max_retry_after` seconds"),
        stream,
    ),
    Case(
        "retry: with 100,000 digits",
        (events(b"retry: " + b"9" * 100_000 + b"\n\n", *BEGINNING, cut=True), REST),
        Gives([1, 2, 3], "data, after `max_retry_after` seconds"),
        stream,
    ),
    Case("retry: -1", (events(b"retry: -1\n\n", *BEGINNING, cut=True), REST), WHOLE, stream),
    Case(
        "negative ids",
        (events(event(1, "-5"), event(2, "-4"), cut=True), events(event(2, "-4"), event(3, "-3"), END)),
        WHOLE,
        stream,
    ),
    Case(
        "the id -1, which asks for everything",
        (events(event(1, "-1"), event(2, "0"), cut=True), events(event(1, "-1"), event(2, "0"), event(3, "1"), END)),
        WHOLE,
        stream,
    ),
    Case("CR in an id, which ends the line", events(b"event: values\nid: 1\rdata: 7\r\r", END), Gives([7]), stream),
    Case("NUL in an id, which is no id then", events(event(1, b"1\x002"), END), Gives([1]), stream),
    Case(
        "an id of 5,000 bytes",
        events(event(1, b"1" * 5000), END),
        Fails(EventDecodeError, "the id of an event is larger than 4096 bytes"),
        stream,
    ),
    *(
        Case(
            f"{what} in the id to come back to",
            (events(event(1, id), event(2, "2"), cut=True), REST),
            Fails(InvalidRequestError, text, (1, 2)),
            stream,
        )
        for what, id, text in [
            ("a control character", "1\x1b[2J", "'Last-Event-ID' holds a line break or another control character"),
            ("é", "é", "'Last-Event-ID' holds a character outside ASCII"),
            ("white space", " 1 ", "'Last-Event-ID' begins or ends with white space"),
        ]
    ),
]


def leads_to(location: str) -> tuple[bytes, bytes]:
    """A stream that breaks off, and says where it goes on."""
    return events(*BEGINNING, headers=[NAMED, ("Location", location)], cut=True), REST


ELSEWHERE = Fails(StreamInterruptedError, "leads to another origin", (1, 2))
NO_PATH = Fails(StreamInterruptedError, "is not a plain path", (1, 2))

LOCATIONS = [
    *(
        Case(f"Location: {location}", leads_to(location), ELSEWHERE, stream)
        for location in [
            "http://elsewhere.invalid/threads/t/runs/r/stream",
            "//elsewhere.invalid/threads/t/runs/r/stream",
            "https://127.0.0.1/stream",
            "http://127.0.0.1:1/stream",
            "http://127.0.0.1@elsewhere.invalid/stream",
            "http://user:password@127.0.0.1/stream",
            "//user@127.0.0.1/stream",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http:/stream",
        ]
    ),
    *(
        Case(f"Location: {location}", leads_to(location), NO_PATH, stream)
        for location in ["/a/../b", "/./a", "/a/%2e%2E/b", "/a/.%2e"]
    ),
    *(
        Case(
            f"Location: {location or '(empty)'}",
            leads_to(location),
            Fails(StreamInterruptedError, "not an absolute path", (1, 2)),
            stream,
        )
        for location in ["", "stream", "?a=b", "\\\\elsewhere.invalid\\stream"]
    ),
    Case(
        "Location: of 50 KB",
        leads_to("/" + "x" * 50_000),
        Fails(StreamInterruptedError, "Location is longer than 2000 characters", (1, 2)),
        stream,
    ),
    Case("Location: with a space", leads_to("/a b"), Fails(StreamInterruptedError, "white space", (1, 2)), stream),
    Case(
        "Location: twice",
        (events(*BEGINNING, headers=[NAMED, ("Location", "/a"), ("Location", "/b")], cut=True), REST),
        Fails(StreamInterruptedError, "white space", (1, 2)),
        stream,
    ),
    Case(
        "Location: /\\elsewhere.invalid/stream",
        leads_to("/\\elsewhere.invalid/stream"),
        Gives([1, 2, 3], "data, from the same origin"),
        stream,
    ),
    Case(
        "Location: outside of the client's path",
        leads_to("/stream"),
        Gives([1, 2, 3], "data, from the client's path"),
        stream,
        prefix="/agents",
    ),
    Case(
        "307 on the way back",
        (events(*BEGINNING, cut=True), http_response(307, headers=[("Location", "http://elsewhere.invalid/")])),
        Fails(APIStatusError, "not followed: it leads to another origin", (1, 2)),
        stream,
    ),
    Case(
        "a page on the way back",
        (events(*BEGINNING, cut=True), http_response(body="<html>", content_type="text/html")),
        Fails(UnexpectedResponseError, "not with an event stream", (1, 2)),
        stream,
    ),
]


def named(location: str) -> tuple[bytes, bytes]:
    """A stream that breaks off, of a run with a strange name."""
    return events(*BEGINNING, headers=[("Content-Location", location)], cut=True), REST


NAMES = [
    *(
        Case(
            f"Content-Location: {location}",
            named(location),
            Gives([1, 2, 3], "data; only the ids are taken from it, and quoted"),
            stream,
        )
        for location in [
            "http://elsewhere.invalid/threads/t/runs/r",
            "http://user:password@elsewhere.invalid/threads/t/runs/r",
            "//elsewhere.invalid/threads/t/runs/r",
            "file:///threads/t/runs/r",
            "/threads/../runs/..",
            "/threads/%2e%2e%2f/runs/%2f%2felsewhere.invalid",
            "/threads/t/runs/r%3Fa=b%23",
            "/threads/t/runs/@elsewhere.invalid",
        ]
    ),
    *(
        Case(
            f"Content-Location: {shown}",
            named(location),
            Fails(StreamInterruptedError, "the stream of run None is not whole", (1, 2)),
            stream,
        )
        for location, shown in [
            ("/threads/t/runs/r%0d%0ax-evil: 1", "with a line break"),
            ("/threads/t/runs/r%1b[2J", "with a control character"),
            ("/elsewhere", "of no run"),
        ]
    ),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("case", [*EVENTS, *IDS, *LOCATIONS, *NAMES], ids=lambda case: case.name)
async def test_streams(case: Case, client: str, visited: list[object], hostile_table: HostileTable) -> None:
    server = await case.check(client, visited, hostile_table)
    for request in server.requests[1:]:
        line = request.partition(b"\r\n")[0]
        assert line.startswith((b"GET /agents/", b"GET /threads/", b"GET /\\")), line


async def test_a_run_behind_a_prefix_is_only_sought_there(visited: list[object], hostile_table: HostileTable) -> None:
    case = next(case for case in LOCATIONS if case.prefix)
    for client in CLIENTS:
        visited.clear()
        server = await case.check(client, visited, hostile_table)
        assert [request.split()[1] for request in server.requests] == [
            b"/agents/threads/t/runs/stream",
            b"/agents/stream",
        ]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(
    "answers",
    [
        (events(event(1, "1"), event(b"{", "2"), event(3, "3"), END),),
        (events(*BEGINNING, cut=True), events(event(9, "7"), event(3, "8"), END)),
    ],
    ids=["an event that is no JSON", "a server that takes up elsewhere"],
)
async def test_after_an_error_comes_nothing_more(answers: tuple[bytes, ...], client: str) -> None:
    """Events that came with those before the error would be taken for the next ones."""
    with HostileServer(*answers) as server:
        async with CLIENTS[client](server.url, retry=POLICY) as runs:
            stream = runs.stream("t", "agent")
            with pytest.raises((EventDecodeError, StreamInterruptedError)):
                async for _ in stream:
                    pass
            with pytest.raises(StreamInterruptedError, match="an error or a cancellation has closed it"):
                async for part in stream:
                    pytest.fail(f"{part} came after an error")


@pytest.mark.parametrize("client", CLIENTS)
async def test_after_it_was_closed_comes_nothing_more(client: str) -> None:
    with HostileServer(events(event(1), event(2), END)) as server:
        async with CLIENTS[client](server.url, retry=POLICY) as runs:
            stream = runs.stream("t", "agent")
            parts = []
            async for part in stream:
                parts.append(part.data)
                await stream.aclose()
            assert parts == [1]
