"""Responses with random damage: each call gives data or a typed error, ends, and goes nowhere else.

`make fuzz` tries many more of them: FUZZ_EXAMPLES says how many for each client and call.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runs_client import RetryPolicy, RunsClient, RunsClientError
from tests.clients import CLIENTS
from tests.hostile.cases import CHUNKED, END, KEY, RUN_JSON, body, chunks, event
from tests.hostile.showing import all_that_it_holds
from tests.servers.hostile_server import HostileServer

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
SECONDS = 5.0

NAMED = "Content-Location: /threads/t/runs/r"
STREAM = [event({"n": 1}, "1-0"), event({"n": 2}, "1-0"), event([{"type": "ai"}, {}], "2-0", b"messages"), END]
PLACE = "Location: /threads/t/runs/r/stream"
GZIP = "Content-Encoding: gzip"

WHOLE = [
    body(),
    body(chunks(RUN_JSON[:20], RUN_JSON[20:]), CHUNKED, length=False),
    body(gzip.compress(RUN_JSON), GZIP),
    body('{"detail": "no such run"}', "Retry-After: 0", "Connection: close", status="503 Busy"),
    body("", "Location: /threads/t/runs/other", status="307 Elsewhere"),
    body("", "Location: http://elsewhere.invalid/x", status="302 Elsewhere"),
    body("[1, 2]", NAMED),
    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + body(),
]
STREAMS = [
    answer.replace(b"application/json", b"text/event-stream")
    for answer in [
        body(b"".join(STREAM), NAMED, PLACE),
        body(chunks(*STREAM), CHUNKED, NAMED, PLACE, length=False),
        body(b"".join(STREAM), NAMED, length=False),  # it just ends
        body(b"".join(STREAM[:-1]), NAMED, PLACE),
        body(b"".join(STREAM[:2]), NAMED, "Location: http://elsewhere.invalid/x", "Content-Length: 999", length=False),
        body(gzip.compress(b"".join(STREAM)), GZIP, NAMED, PLACE),
        body(b"\xef\xbb\xbf: hello\r\nretry: 1\r\n\r\n" + STREAM[0].replace(b"\n", b"\r") + END, NAMED, PLACE),
    ]
]

PIECES = [
    *(b"\r\n", b"\n\n", b"\r", b"\0", b": ", b"-1", b"99999999999", b"0\r\n\r\n", b"\xff", b"NaN", b"[" * 2000),
    *(b"http://elsewhere.invalid/", b"//elsewhere.invalid/", b"../", b"@", b"%0d%0a", b"id: ", b"data: ", b"event: "),
    *(b"HTTP/1.1 100 Continue\r\n\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Encoding: deflate\r\n"),
]
SPICE = st.binary(max_size=8) | st.sampled_from(PIECES)
DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), SPICE), max_size=4)
"""Where, how many bytes are taken away there, and what is put in their place."""


def damaged(answer: bytes, damage: list[tuple[float, int, bytes]]) -> bytes:
    for place, length, spice in damage:
        start = int(place * len(answer))
        answer = answer[:start] + spice + answer[start + length :]
    return answer


async def _get(runs: RunsClient) -> None:
    await runs.get("t", "r")


async def _join(runs: RunsClient) -> None:
    await runs.join("t", "r", timeout=SECONDS)


async def _stream(runs: RunsClient) -> None:
    await runs.stream("t", "agent", timeout=SECONDS).until_done()


async def _join_stream(runs: RunsClient) -> None:
    async for _ in runs.join_stream("t", "r", last_event_id="0-0", timeout=SECONDS):
        pass


CALLS: dict[str, tuple[Callable[[RunsClient], Awaitable[None]], list[bytes]]] = {
    "get": (_get, WHOLE),
    "join": (_join, [*WHOLE, *STREAMS]),
    "stream": (_stream, [*STREAMS, *WHOLE]),
    "join_stream": (_join_stream, STREAMS),
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("call", CALLS)
def test_damaged_responses(call: str, client: str, visited: list[object]) -> None:
    work, answers = CALLS[call]
    options: dict[str, Any] = {
        "api_key": KEY,
        "timeout": SECONDS,
        "retry": RetryPolicy(max_retries=2, initial_delay=0, max_retry_after=0.01),
    }

    async def ask(url: str) -> None:
        async with CLIENTS[client](url, **options) as runs:
            try:
                await work(runs)
            except RunsClientError as error:
                assert KEY not in all_that_it_holds(error)
                assert len(str(error)) < 3000

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.tuples(st.sampled_from(answers), DAMAGE), min_size=1, max_size=3))
    def check(plan: list[tuple[bytes, list[tuple[float, int, bytes]]]]) -> None:
        visited.clear()
        with HostileServer(*(damaged(answer, damage) for answer, damage in plan)) as server:
            anyio.run(ask, server.url)
        assert set(visited) <= {server.address, "127.0.0.1", b"127.0.0.1"}
        for request in server.requests:
            assert request.count(KEY.encode()) == 1

    check()
