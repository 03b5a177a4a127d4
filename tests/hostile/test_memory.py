"""Answers without an end, plain and compressed: refused before they fill the memory. Nothing is patched here."""

from __future__ import annotations

import json
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runs_client._sse import MAX_EVENT_SIZE, EventStreamDecoder
from runs_client._transports import Request
from runs_client._transports._bodies import MAX_BODY_SIZE, WholeBody
from tests.clients import CLIENTS
from tests.hostile.cases import endless, event
from tests.hostile_table import HostileTable
from tests.servers.hostile_server import Answer, HostileServer

MB = 2**20
LARGE = 420
"""Megabytes: the interpreter, the libraries, and 256 MB that grow in place."""

SMALL = 110
"""Megabytes: the interpreter, the libraries, and some chunks."""

SECONDS = 120.0

SCRIPT = """
import asyncio, json, sys
from runs_client import RetryPolicy, RunsClient, RunsClientError, SyncRunsClient

url, client, call = sys.argv[1:]
options = {"timeout": 100, "retry": RetryPolicy(max_retries=1, initial_delay=0)}

async def ask():
    async with RunsClient(url, transport={"async": "httpx"}.get(client, client), **options) as runs:
        if call == "stream":
            async for part in runs.stream("t", "agent"):
                pass
        else:
            await getattr(runs, call)("t", "r")

def ask_blocking():
    with SyncRunsClient(url, **options) as runs:
        if call == "stream":
            for part in runs.stream("t", "agent"):
                pass
        else:
            getattr(runs, call)("t", "r")

try:
    ask_blocking() if client == "sync" else asyncio.run(ask())
    outcome = "data"
except RunsClientError as error:
    outcome = f"{type(error).__name__}: {error}"
with open("/proc/self/status") as status:
    peak, = (int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
print(json.dumps([outcome, peak // 1024]))
"""

ZEROS = b"0" * MB
SPACES = b" " * MB
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Location: /threads/t/runs/r\r\n"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Location: /threads/t/runs/r\r\n"
GZIP = b"Content-Encoding: gzip\r\n\r\n"


def bomb(head: bytes, repeated: bytes, beginning: bytes = b"", times: int = 1) -> Callable[[], Iterator[bytes]]:
    """A compressed body without an end."""

    def pieces() -> Iterator[bytes]:
        yield head
        layers = [zlib.compressobj(9, wbits=zlib.MAX_WBITS + 16) for _ in range(times)]
        content = beginning
        while True:
            for layer in layers:
                content = layer.compress(content) + (layer.flush(zlib.Z_SYNC_FLUSH) if times > 1 else b"")
            yield content
            content = repeated

    return pieces


TOO_LARGE = f"a body of more than {MAX_BODY_SIZE} bytes"
TOO_LARGE_EVENT = f"an event is larger than {MAX_EVENT_SIZE} bytes"

CASES: dict[str, tuple[str, Answer, str, int]] = {
    "an answer without an end": ("get", endless(JSON + b"\r\n", ZEROS), TOO_LARGE, LARGE),
    "a zip bomb": ("get", bomb(JSON + GZIP, ZEROS), TOO_LARGE, LARGE),
    "a zip bomb instead of a state": ("join", bomb(JSON + GZIP, SPACES), TOO_LARGE, LARGE),
    "a zip bomb as a refusal": (
        "get",
        bomb(JSON.replace(b"200 OK", b"404 No") + GZIP, ZEROS),
        "was answered with 404: 0000",
        SMALL,
    ),
    "a zip bomb in a zip bomb": (
        "get",
        bomb(JSON + b"Content-Encoding: gzip, gzip\r\n\r\n", ZEROS, times=2),
        "which was not asked for",
        SMALL,
    ),
    "a line without an end": ("stream", endless(STREAM + b"\r\ndata: ", ZEROS), TOO_LARGE_EVENT, LARGE),
    "an event of a gigabyte": ("stream", endless(STREAM + b"\r\n", b"data: " + ZEROS + b"\n"), TOO_LARGE_EVENT, LARGE),
    "an event that is a zip bomb": ("stream", bomb(STREAM + GZIP, ZEROS, b"data: "), TOO_LARGE_EVENT, LARGE),
    "events without an end that share an id": (
        "stream",
        bomb(STREAM + GZIP, event(b'"' + ZEROS + b'"', "1")),
        "the events that share the id '1' are larger than",
        LARGE,
    ),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="it tells the peak of a process's memory")
@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", CASES)
def test_the_memory_is_bounded(name: str, client: str, hostile_table: HostileTable) -> None:
    call, answer, text, limit = CASES[name]
    with HostileServer(answer) as server:
        command = [sys.executable, "-c", SCRIPT, server.url, client, call]
        output = subprocess.run(command, check=True, capture_output=True, timeout=SECONDS).stdout
        assert len(server.requests) == 1, "it is not asked for again"
    outcome, peak = json.loads(output)
    assert text in outcome
    assert peak < limit
    hostile_table.add(name, client, f"`{outcome.partition(':')[0]}`: {text}; memory under {limit} MB")


SIZE = MB // 8


def peak_of(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        kept = work()
        peak = tracemalloc.get_traced_memory()[1]
        del kept
        return peak
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "repeated", [b"ab", b"data: ab\n", b"data\n"], ids=["a line", "data lines", "empty data lines"]
)
def test_an_event_in_tiny_chunks_takes_no_more_memory(repeated: bytes) -> None:
    def decode() -> EventStreamDecoder:
        decoder = EventStreamDecoder()
        for _ in range(SIZE // len(repeated)):
            assert not list(decoder.feed(repeated))
        return decoder

    assert peak_of(decode) < 1.5 * SIZE


def test_a_body_in_tiny_chunks_takes_no_more_memory() -> None:
    def collect() -> WholeBody:
        body = WholeBody(Request("GET", "http://h"), 200)
        for _ in range(SIZE // 2):
            assert body.add(b"ab")
        assert len(body.content) == SIZE
        return body

    assert peak_of(collect) < 1.5 * SIZE
