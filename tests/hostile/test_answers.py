"""Answers that are read whole, or waited for: wrong heads, wrong bodies, wrong compression."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from runs_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    ResponseTooLargeError,
    RunFailedError,
    RunsClient,
    UnexpectedResponseError,
)
from runs_client._transports import _bodies
from tests.clients import CLIENTS
from tests.hostile.cases import (
    CHUNKED,
    RUN_JSON,
    Case,
    Fails,
    Gives,
    ask,
    body,
    chunks,
    endless,
    event,
    events,
    get,
    join,
    stream,
)
from tests.hostile_table import HostileTable
from tests.servers.canned_server import http_response

pytestmark = pytest.mark.anyio

RUN = Gives(json.loads(RUN_JSON))
BROKE_OFF = Fails(APIConnectionError, "broke off")
NOT_JSON = Fails(UnexpectedResponseError, "not with JSON")
TOO_LARGE = Fails(ResponseTooLargeError, "a body of more than", told="a body of more than the limit")
NO_ANSWER = Fails(APITimeoutError, "not answered within")
OK = b"HTTP/1.1 200 OK\r\n"
DEEP = b"[" * 1000 + b"]" * 1000
HTTPX = ("async", "sync")


async def depth(runs: RunsClient) -> int:
    """How deep an answer is nested. To compare or show it takes a recursion that Python refuses."""
    value, levels = [await ask(runs)], 0
    while value:
        value, levels = value[0], levels + 1
    return levels


def dripping(head: bytes) -> Callable[[], Iterator[bytes]]:
    """A head that comes slowly, and whose end does not come for much longer than a call may take."""

    def pieces() -> Iterator[bytes]:
        yield OK
        for _ in range(200):
            time.sleep(0.05)
            yield head

    return pieces


HEADS = [
    Case("nothing, and hangs up", b"", BROKE_OFF),
    Case("half a head, and hangs up", OK + b"Set-Cookie: a=b\r\nContent-Ty", BROKE_OFF),
    Case("no HTTP", b"SSH-2.0-OpenSSH\r\n\r\n", BROKE_OFF),
    Case("HTTP/2 unasked", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BROKE_OFF),
    Case("status 99", body(status="99 Low"), BROKE_OFF),
    Case("status 999", body(status="999 High"), Fails(InternalServerError, "999")),
    Case("status 1000", body(status="1000 High"), BROKE_OFF),
    Case(
        "status 101, and switches protocols",
        body(status="101 Switching Protocols"),
        BROKE_OFF,
        unlike={
            "aiohttp": Fails(APIStatusError, "101"),
        },
    ),
    Case("three 103 before the answer", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 3 + body(), RUN),
    Case("103 for ever", [b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 1000] * 500, NO_ANSWER, timeout=0.5),
    Case("headers that come slowly, for ever", dripping(b"X: y\r\n"), NO_ANSWER, timeout=0.5),
    Case("a header that comes slowly, for ever", dripping(b"x"), NO_ANSWER, timeout=0.5),
    Case("a status 100 without end", b"HTTP/1.1 100 Continue\r\n\r\n", BROKE_OFF),
    Case("an endless status line", endless(b"HTTP/1.1 200 ", b"x" * 65536), BROKE_OFF),
    Case("an endless header", endless(OK + b"X: ", b"x" * 65536), BROKE_OFF),
    Case("endless headers", endless(OK, b"X: y\r\n" * 1000), BROKE_OFF),
    Case("a header with NUL", body(RUN_JSON, "X: a\0b"), BROKE_OFF),
    Case("50 KB that are no header", body(RUN_JSON, "X" * 50_000), BROKE_OFF),
    Case("a header with a bare CR, and 50 KB after it", body("x" * 50_000, "X: a\rb"), BROKE_OFF),
    Case("a header name with a space", body(RUN_JSON, "X y: a"), BROKE_OFF),
    Case("a header that is not UTF-8", body(RUN_JSON, "X: \xff\xfe"), RUN),
    Case("a folded header", body(RUN_JSON, "X: a\r\n b"), RUN),
    Case("Content-Length: -1", body("{}", "Content-Length: -1", length=False), BROKE_OFF),
    Case("two values of Content-Length", body(RUN_JSON, "Content-Length: 2"), BROKE_OFF),
    Case("a body shorter than it says", body(RUN_JSON, "Content-Length: 999", length=False), BROKE_OFF),
    Case(
        "a body longer than it says, as if a second answer followed",
        body(RUN_JSON + body("{}"), f"Content-Length: {len(RUN_JSON)}", length=False),
        RUN,
    ),
    Case(
        "Transfer-Encoding and Content-Length",
        body(chunks(RUN_JSON), CHUNKED, "Content-Length: 3", length=False),
        RUN,
        unlike={
            "aiohttp": BROKE_OFF,
        },
    ),
    Case("a size of a chunk that is no number", body("zz\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False), BROKE_OFF),
    Case("a negative size of a chunk", body("-2\r\n{}\r\n0\r\n\r\n", CHUNKED, length=False), BROKE_OFF),
    Case("a chunk of 2**80 bytes", body("1" + "0" * 20 + "\r\n{}", CHUNKED, length=False), BROKE_OFF),
    Case("an extension of a chunk", body(b"36;a=b\r\n" + RUN_JSON + b"\r\n0\r\n\r\n", CHUNKED, length=False), RUN),
    Case(
        "trailers that name a run",
        body(chunks(RUN_JSON, end=b"0\r\nContent-Location: /threads/x/runs/x\r\n\r\n"), CHUNKED, length=False),
        RUN,
    ),
    Case(
        "endless trailers",
        endless(body(chunks(RUN_JSON, end=b"0\r\n"), CHUNKED, length=False), b"X: y\r\n" * 1000),
        BROKE_OFF,
    ),
]

BODIES = [
    Case("JSON as text/html", http_response(body=RUN_JSON, content_type="text/html"), RUN),
    Case("JSON without a content type", http_response(body=RUN_JSON, content_type=""), RUN),
    Case("a page", http_response(body="<html>Hi</html>", content_type="text/html"), NOT_JSON),
    Case(
        "a content type of 50 KB that is not UTF-8",
        http_response(body="?", content_type="\xff" * 50_000),
        NOT_JSON,
    ),
    Case("invalid UTF-8 in JSON", body(b'{"run_id": "\xff"}'), NOT_JSON),
    Case("a lone surrogate in JSON", body('{"run_id": "\\ud800"}'), NOT_JSON),
    Case("a BOM before JSON", body(b"\xef\xbb\xbf{}"), NOT_JSON),
    Case("NaN in JSON", body('{"run_id": NaN}'), NOT_JSON),
    Case("Infinity in JSON", body('{"run_id": -Infinity}'), NOT_JSON),
    Case("1e999 in JSON", body('{"run_id": 1e999}'), NOT_JSON),
    Case("a number of 5,000 digits", body("1" * 5000), NOT_JSON),
    Case(
        "an integer beyond 64 bits", body("123456789012345678901"), Gives(123456789012345678901.0, "data: a float"), ask
    ),
    Case("half of JSON", body('{"run_id": "r"'), NOT_JSON),
    Case("JSON twice", body("{} {}"), NOT_JSON),
    Case("JSON nested 1,000 deep", body(DEEP), Gives(1000), depth),
    Case("JSON nested 100,000 deep", body("[" * 100_000), Fails(UnexpectedResponseError, "depth limit exceeded")),
    Case(
        "a key twice in JSON", body('{"run_id": "a", "run_id": "b"}'), Gives({"run_id": "b"}, "data: the last one"), get
    ),
    Case("JSON of another shape", body("[]"), Fails(UnexpectedResponseError, "unexpected shape")),
    Case(
        "a date of half a megabyte",
        body('{"created_at": "' + "x" * 2**19 + '"}'),
        Fails(UnexpectedResponseError, "unexpected shape"),
    ),
    Case(
        "an endless page instead of a state",
        endless(body("<html>", length=False), b"x" * 65536),
        TOO_LARGE,
        join,
    ),
    Case(
        "endless white space instead of a state",
        endless(body("", length=False), b" " * 65536),
        TOO_LARGE,
        join,
    ),
    Case(
        "an answer without an end",
        endless(body("[", length=False), b"1," * 32768),
        TOO_LARGE,
    ),
    Case(
        "a failure nested 1,000 deep instead of a state",
        body(b'{"__error__": {"error": ' + DEEP + b"}}"),
        Fails(RunFailedError, "nested too deeply"),
        join,
    ),
]

REFUSALS = [
    Case(
        "a refusal nested 1,000 deep",
        body(b'{"detail": ' + DEEP + b"}", status="400 No"),
        Fails(BadRequestError, '400: {"detail": '),
    ),
    Case(
        "a refusal without an end",
        endless(body("", status="404 No", length=False), b"x" * 65536),
        Fails(NotFoundError, "404: xxx"),
    ),
    Case(
        "a refusal that breaks off",
        body("half", "Content-Length: 999", status="404 No", length=False),
        Fails(NotFoundError, "404: half"),
    ),
    Case(
        "a refusal in an unknown compression",
        body("??", "Content-Encoding: br", status="404 No"),
        Fails(NotFoundError, "404: ??"),
    ),
    Case(
        "a refusal that is not compressed as it says",
        body("??", "Content-Encoding: gzip", status="404 No"),
        Fails(NotFoundError, "404: the server gave no reason"),
    ),
    *(
        Case(
            f"Retry-After: {shown or value}",
            # A client that does not know of the end would send its second request into it.
            body("{}", f"Retry-After: {value}", "Connection: close", status="503 No"),
            Fails(InternalServerError, "503"),
        )
        for value, shown in [
            ("nan", ""),
            ("-5", ""),
            ("9" * 400, "a number of 400 digits"),
            ("Mon, 99 Jan", ""),
            ("\xd9\xa3", "an Arabic digit"),
        ]
    ),
]

COMPRESSED = gzip.compress(RUN_JSON)
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
DEFLATED = RAW.compress(RUN_JSON) + RAW.flush()
GZIP = "Content-Encoding: gzip"

COMPRESSIONS = [
    Case("gzip", body(COMPRESSED, GZIP), RUN),
    Case("gzip in two members", body(gzip.compress(RUN_JSON[:9]) + gzip.compress(RUN_JSON[9:]), GZIP), RUN),
    Case("deflate", body(zlib.compress(RUN_JSON), "Content-Encoding: deflate"), RUN),
    Case("deflate without a header", body(DEFLATED, "Content-Encoding: Deflate"), RUN),
    Case(
        "what is not compressed as it says", body(RUN_JSON, GZIP), Fails(APIConnectionError, "not compressed with gzip")
    ),
    Case("compressed half", body(COMPRESSED[:-9], GZIP), Fails(APIConnectionError, "the end of the body is missing")),
    Case(
        "compressed with rubbish after it",
        body(COMPRESSED + b"??", GZIP),
        Fails(APIConnectionError, "not compressed with gzip"),
    ),
    Case(
        "an unknown compression",
        body(RUN_JSON, "Content-Encoding: br"),
        Fails(UnexpectedResponseError, "compressed as 'br', which was not asked for"),
    ),
    Case(
        "compressed twice",
        body(gzip.compress(COMPRESSED), "Content-Encoding: gzip, gzip"),
        Fails(UnexpectedResponseError, "compressed as 'gzip, gzip'"),
    ),
    Case("a zip bomb", body(gzip.compress(b" " * 2**21), GZIP), TOO_LARGE),
    Case(
        "a zip bomb instead of a state",
        body(gzip.compress(b" " * 2**21), GZIP),
        TOO_LARGE,
        join,
    ),
]


async def start(runs: RunsClient) -> str:
    """Get hold of a new run."""
    return (await runs.start("t", "agent")).run_id


async def start_batch(runs: RunsClient) -> list[str]:
    """Get hold of new runs."""
    return [handle.run_id for handle in await runs.start_batch([{"assistant_id": "agent"}])]


async def stream_stateless(runs: RunsClient) -> None:
    """Create a run, and join its stream."""
    async for _ in runs.stream(None, "agent"):
        pass


async def iterate(runs: RunsClient) -> list[object]:
    """All runs of a thread."""
    return [run.run_id async for run in runs.iter("t")]


NO_ID = Fails(UnexpectedResponseError, "of an unexpected shape: ValueError: the (thread|run)_id of the run is")

CREATED = [
    *(
        Case(f"a new run {shown}, {call.__name__}", body(f"[{run}]" if call is start_batch else run), NO_ID, call)
        for run, shown in [
            ("{}", "without ids"),
            ('{"run_id": "r", "thread_id": null}', "without a thread"),
            ('{"run_id": 5, "thread_id": "t"}', "whose id is a number"),
            ('{"run_id": "", "thread_id": "t"}', "whose id is empty"),
            ('{"run_id": "r\\r\\nx: y", "thread_id": "t"}', "with a line break in its id"),
        ]
        for call in (start, start_batch, stream_stateless)
    ),
    Case(
        "a stream that ends, and a run whose status is a list",
        (
            events(event(1, "1")),
            body('{"run_id": "r", "thread_id": "t", "status": ["success"]}', "Connection: close"),
        ),
        Fails(UnexpectedResponseError, "the status of the run is", (1,)),
        stream,
    ),
    Case(
        "runs whose ids are objects",
        (body('[{"run_id": {"a": 1}}]', "Connection: close"), body("[]", "Connection: close")),
        Gives([{"a": 1}], "data"),
        iterate,
    ),
]


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("case", [*HEADS, *BODIES, *REFUSALS, *COMPRESSIONS, *CREATED], ids=lambda case: case.name)
async def test_answers(
    case: Case, client: str, visited: list[object], hostile_table: HostileTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_bodies, "MAX_BODY_SIZE", 2**20)  # tests/hostile/test_memory.py keeps it as it is
    await case.check(client, visited, hostile_table)
