"""The records of the logger `runs_client`: their texts, their attributes, and what is in none of them."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from runs_client import APIStatusError, NotFoundError, Request, RetryPolicy
from runs_client.testing import Answer, CleanEnd, FaultProxy, Reset, RunsServer, Update
from tests.clients import ClientFactory
from tests.servers.canned_server import CannedServer, http_response

pytestmark = pytest.mark.anyio

AT_ONCE = RetryPolicy(max_retries=3, initial_delay=0)
COUNTER: Any = {"input": {"n": 5, "delay": 0.05}, "if_not_exists": "create"}
THREAD_ID, RUN_ID = str(uuid4()), str(uuid4())
RUN = http_response(body=json.dumps({"run_id": RUN_ID, "thread_id": THREAD_ID, "status": "pending"}))
ALWAYS = {key for key in vars(logging.makeLogRecord({})) if key != "taskName"} | {"taskName", "message", "asctime"}


@pytest.fixture
def proxy(embedded_url: str) -> Iterator[FaultProxy]:
    with FaultProxy(embedded_url) as proxy:
        yield proxy


def facts(record: logging.LogRecord) -> dict[str, Any]:
    """What a record tells beside its text."""
    return {name: value for name, value in vars(record).items() if name not in ALWAYS}


def records(caplog: pytest.LogCaptureFixture, level: int) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "runs_client" and record.levelno == level]


async def test_an_answer(client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with CannedServer(RUN) as server:
        async with client_factory(server.url) as runs:
            await runs.get(THREAD_ID, RUN_ID)
        url = f"{server.url}/threads/{THREAD_ID}/runs/{RUN_ID}"
    (record,) = records(caplog, logging.DEBUG)
    told = facts(record)
    elapsed = told.pop("elapsed")
    assert told == {"method": "GET", "url": url, "thread_id": THREAD_ID, "run_id": RUN_ID, "status": 200}
    assert elapsed > 0
    assert record.getMessage() == f"GET {url} was answered with 200 after {elapsed:.3f} s"
    assert record.module == "_caller"


async def test_a_retry(client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with CannedServer(http_response(503, '{"detail": "the-body"}'), RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            await runs.get(THREAD_ID, RUN_ID)
        url = f"{server.url}/threads/{THREAD_ID}/runs/{RUN_ID}"
    (record,) = records(caplog, logging.INFO)
    told = facts(record)
    request = {"method": "GET", "url": url, "thread_id": THREAD_ID, "run_id": RUN_ID}
    assert told == {**request, "status": 503, "attempt": 2, "delay": 0}
    assert record.getMessage() == f"retrying in 0.00 s (attempt 2): GET {url} was answered with 503"


async def test_a_retry_after_no_answer(client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with CannedServer(RUN) as server:
        url = server.url
    async with client_factory(url, retry=RetryPolicy(max_retries=2, initial_delay=0)) as runs:
        with pytest.raises(Exception, match="could not be sent"):
            await runs.create(THREAD_ID, "a")
    told = [facts(record) for record in records(caplog, logging.INFO)]
    assert [(record["attempt"], record["status"]) for record in told] == [(2, None), (3, None)]
    assert f"retrying in 0.00 s (attempt 2): POST {url}/threads/{THREAD_ID}/runs could not be sent" in caplog.text


@pytest.mark.parametrize("thread_id", ["6b32fa1f-5c70-447a-ba6e-000dc5252ffe", None])
async def test_a_created_run(
    embedded_url: str, client_factory: ClientFactory, caplog: pytest.LogCaptureFixture, thread_id: str | None
) -> None:
    caplog.set_level(logging.INFO)
    body: Any = {"input": {}, "on_run_created": lambda run_id, thread_id: told.append((run_id, thread_id))}
    if thread_id is not None:
        body["if_not_exists"] = "create"
    told: list[tuple[str, str | None]] = []
    async with client_factory(embedded_url) as runs:
        await runs.create(thread_id, "echo", **body)
        await runs.start(thread_id, "echo", **body)
        await runs.wait(thread_id, "echo", **body)
        async with runs.stream(thread_id, "echo", **body):
            pass
        batch = await runs.create_batch([{"assistant_id": "echo", "input": {}} for _ in range(2)])
        told += [(run.run_id, run.thread_id) for run in batch]
        run = batch[0]
        await runs.join(run.thread_id, run.run_id)
        async with runs.join_stream(run.thread_id, run.run_id):
            pass
    created = records(caplog, logging.INFO)
    assert len(told) == 6
    assert [facts(record) for record in created] == [{"thread_id": on, "run_id": run_id} for run_id, on in told]
    assert [record.getMessage() for record in created] == [
        f"created run {run_id} on thread {on}" for run_id, on in told
    ]


async def test_a_rejoin(proxy: FaultProxy, client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    proxy.plan(Reset(after_chunks=1), match="POST .*/stream")
    proxy.plan(Answer(503, body=b'{"detail": "the-body"}'), match="GET .*/stream")
    thread_id = str(uuid4())
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(thread_id, "counter", **COUNTER)
        async for _ in stream:
            pass
    broken, refused = records(caplog, logging.WARNING)
    run = {"thread_id": thread_id, "run_id": stream.run_id}
    told = facts(broken)
    assert told == {**run, "status": None, "attempt": 1, "delay": 0, "last_event_id": told["last_event_id"]}
    assert facts(refused) == {**told, "status": 503, "attempt": 2}
    begin = f"rejoining run {stream.run_id} of thread {thread_id} in 0.00 s, Last-Event-ID {told['last_event_id']}: "
    assert broken.getMessage().startswith(f"{begin}POST {proxy.url}/threads/{thread_id}/runs/stream broke off: ")
    assert refused.getMessage() == f"{begin}it was answered with 503"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Reset(after_chunks=0), "GET .*/join broke off: .*"),
        (CleanEnd(after_chunks=0), "it ended without the final state"),
        (Answer(200, body=b"the-body"), "it ended without the final state"),
        (Answer(503, body=b"the-body"), "it was answered with 503"),
    ],
    ids=["reset", "clean end", "200", "503"],
)
async def test_a_rejoin_of_a_wait(
    proxy: FaultProxy, client_factory: ClientFactory, caplog: pytest.LogCaptureFixture, fault: Any, reason: str
) -> None:
    proxy.plan(fault, match="GET .*/join")
    thread_id = str(uuid4())
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        run = await runs.create(thread_id, "counter", **COUNTER)
        await runs.join(thread_id, run.run_id)
    (record,) = records(caplog, logging.WARNING)
    ids = {"thread_id": thread_id, "run_id": run.run_id, "last_event_id": None}
    assert facts(record) == {**ids, "status": 503 if "503" in reason else None, "attempt": 1, "delay": 0}
    begin = f"rejoining run {run.run_id} of thread {thread_id} in 0.00 s, Last-Event-ID None: "
    assert re.fullmatch(begin + reason, record.getMessage())


async def test_a_gap(proxy: FaultProxy, client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    proxy.plan(Reset(after_chunks=3), match="POST .*/stream")
    thread_id = str(uuid4())
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        stream = runs.stream(thread_id, "counter", resume="best-effort", stream_resumable=False, **COUNTER)
        async for _ in stream:
            pass
    (gap,) = stream.gaps
    (record,) = [record for record in records(caplog, logging.WARNING) if "may be missing" in record.getMessage()]
    run = {"thread_id": thread_id, "run_id": stream.run_id}
    assert facts(record) == {**run, "status": None, "last_event_id": gap.after}
    assert record.getMessage() == (
        f"parts of run {stream.run_id} of thread {thread_id} may be missing after event {gap.after}: {gap.reason}"
    )


async def test_nothing_is_logged_for_events(client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    counts = []
    with RunsServer() as server:
        async with client_factory(server.url) as runs:
            for n in (1, 100):
                caplog.clear()
                body: Any = {"input": {"n": n}, "stream_mode": "custom", "if_not_exists": "create"}
                async with runs.stream(uuid4(), "counter", **body) as stream:
                    parts = [part async for part in stream]
                assert len(parts) >= n
                counts.append(sum(record.name == "runs_client" for record in caplog.records))
    assert counts[0] == counts[1]


async def test_what_is_in_no_record(client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    async def agent(input: Any, context: object) -> AsyncIterator[Update]:
        yield Update("agent", {"text": "secret-state"})

    caplog.set_level(logging.DEBUG)
    thread_id = str(uuid4())
    secrets: Any = {"api_key": "secret-key", "headers": {"x-mine": "secret-header"}}
    with RunsServer({"agent": agent}) as server, FaultProxy(server.url) as proxy:

        def with_password(request: Request) -> Request:
            url = request.url.replace("://", "://me:secret-password@")
            return Request(request.method, url, request.headers, request.content, request.timeout)

        refusal = Answer(503, {"x-theirs": "secret-header"}, b'{"detail": "secret-answer"}')
        proxy.plan(refusal, refusal, Reset(after_chunks=1), refusal, CleanEnd(after_chunks=1))
        async with client_factory(proxy.url, retry=AT_ONCE, on_request=with_password, **secrets) as runs:
            body: Any = {"input": {"text": "secret-input"}, "if_not_exists": "create"}
            state = await runs.stream(thread_id, "agent", **body).until_done()
            assert state.values == {"text": "secret-state"}
            with pytest.raises(APIStatusError):
                await runs.wait(thread_id, "no such agent", **body)
        assert proxy.faults_left == 0
    ours = [record for record in caplog.records if record.name == "runs_client"]
    assert {record.levelno for record in ours} == {logging.DEBUG, logging.INFO, logging.WARNING}
    for record in ours:
        told = record.getMessage() + repr(vars(record))
        assert "secret" not in told
        assert "me:" not in told
        assert proxy.url in told or "run_id" in told


async def test_the_words_of_a_server_that_forgot_are_in_no_record(
    client_factory: ClientFactory, caplog: pytest.LogCaptureFixture
) -> None:
    head = http_response(
        content_type="text/event-stream",
        headers=[("Content-Location", f"/threads/{THREAD_ID}/runs/{RUN_ID}")],
    ).replace(b"Content-Length: 0\r\n", b"")
    ended = http_response(body=json.dumps({"run_id": RUN_ID, "thread_id": THREAD_ID, "status": "success"}))
    with CannedServer(
        head + b"id: 1\nevent: values\ndata: {}\n\nid: 2\nevent: values\ndata: {}\n\n",
        ended,
        head + b'event: error\ndata: "secret-words"\n\n',
    ) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            stream = runs.stream(THREAD_ID, "a", resume="best-effort")
            async for _ in stream:
                pass
    assert "secret-words" in stream.gaps[0].reason
    (record,) = records(caplog, logging.WARNING)
    assert record.getMessage().endswith("may be missing after event 2: the server cannot take the stream up again")
    assert "secret" not in repr(vars(record))


async def test_ids_do_not_break_out_of_their_lines(
    client_factory: ClientFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """A server chooses them, and a terminal obeys control characters."""
    caplog.set_level(logging.INFO, "runs_client")
    created = http_response(body=json.dumps({"run_id": "r\nERROR", "thread_id": "t\x1b[2J", "status": "pending"}))
    cut = http_response(
        body="id: 1\x1b[2J\nevent: values\ndata: {}\n\n",
        content_type="text/event-stream",
        headers=[("Content-Location", f"/threads/{THREAD_ID}/runs/{RUN_ID}")],
    )
    with CannedServer(created, cut.replace(b"Content-Length: ", b"Content-Length: 9"), http_response(404)) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            await runs.create("t", "a")
            with pytest.raises(NotFoundError):
                await runs.stream(THREAD_ID, "a").until_done()
    lines = [record.getMessage() for record in caplog.records if record.name == "runs_client"]
    assert "created run 'r\\nERROR' on thread 't\\x1b[2J'" in lines
    assert all(line.isprintable() for line in lines), lines
    assert len(lines) == 3


def test_the_library_configures_no_handlers() -> None:
    logger = logging.getLogger("runs_client")
    assert logger.handlers == []
    assert logger.level == logging.NOTSET
    assert logger.propagate
