"""Streams are recorded to files, and the files are served."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import pytest

from runs_client import (
    APIConnectionError,
    RetryPolicy,
    RunFailedError,
    RunsClient,
    StreamInterruptedError,
    SyncRunsClient,
)
from runs_client.testing import Context, Custom, FaultProxy, RecordingError, Reset, RunsServer, record
from tests.servers.canned_server import CannedServer, http_response
from tests.servers.processes import closed_port

pytestmark = pytest.mark.anyio

SECONDS = 60.0
"""How long a test waits for what must happen, before it fails."""

ALL_MODES: Any = ["values", "updates", "custom", "messages-tuple", "debug", "tasks", "checkpoints", "events"]
CHAT: Any = {"messages": [{"role": "user", "content": "one two three"}]}
HEAD = '{"recording":"runs-client","version":1}'
TICK = '{"event":"custom","data":{"tick":0}}'
END = '{"event":"end","data":{"status":"success"}}'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "answer.jsonl"


def what(parts: list[Any]) -> list[Any]:
    """What a consumer sees of parts, without what is new with each run."""
    return [(type(part), part.event, part.namespace, part.data) for part in parts if part.event != "metadata"]


def write(file: Path, *lines: str) -> None:
    file.write_text("\n".join([HEAD, *lines, END]), "utf-8")


def text_of(file: Path) -> str:
    return file.read_text("utf-8")


def lines_of(file: Path) -> list[Any]:
    return [json.loads(line) for line in text_of(file).splitlines()]


@pytest.mark.parametrize(
    ("agent", "payload"),
    [
        ("chat", {"input": CHAT, "stream_mode": ALL_MODES}),
        ("team", {"input": {}, "stream_mode": ALL_MODES, "stream_subgraphs": True}),
        ("counter", {"input": {"n": 3}, "stream_mode": "custom"}),
    ],
)
async def test_a_stream_is_replayed_as_it_was_recorded(
    server_url: str, agent: str, payload: Any, runs_server: RunsServer, runs_client: RunsClient, file: Path
) -> None:
    async with RunsClient(server_url) as real:
        recorded = [part async for part in record(real.stream(None, agent, **payload), file)]

    runs_server.replay("recorded", file)
    replayed = [part async for part in runs_client.stream(None, "recorded", **payload)]
    assert what(replayed) == what(recorded)
    assert what(replayed)


async def test_a_recording_holds_each_event(runs_client: RunsClient, file: Path) -> None:
    stream = runs_client.stream(None, "counter", input={"n": 2}, stream_mode=["custom", "values"])
    parts = [part async for part in record(stream, file)]
    head, *events, end = lines_of(file)
    assert head == json.loads(HEAD)
    assert end == json.loads(END)
    assert [(event["event"], event["data"], event["id"]) for event in events] == [
        (part.event, part.data, part.id) for part in parts
    ]
    times = [event["at"] for event in events]
    assert times == sorted(times)


def test_a_blocking_stream_is_recorded(runs_server: RunsServer, sync_runs_client: SyncRunsClient, file: Path) -> None:
    stream = sync_runs_client.stream(None, "counter", input={"n": 2}, stream_mode="custom")
    recorded = list(record(stream, file))
    runs_server.replay("recorded", file)
    replayed = list(sync_runs_client.stream(None, "recorded", input={}, stream_mode="custom"))
    assert what(replayed) == what(recorded)
    assert len(what(recorded)) == 2


async def test_what_was_lost_on_the_way_is_in_the_recording(
    runs_client: RunsClient, faults: FaultProxy, file: Path
) -> None:
    faults.plan(Reset(after_events=2), Reset(after_events=1))
    stream = runs_client.stream(None, "counter", input={"n": 4}, stream_mode="custom")
    _ = [part async for part in record(stream, file)]
    assert [line["data"] for line in lines_of(file) if line.get("event") == "custom"] == [
        {"tick": tick} for tick in range(4)
    ]


async def test_typed_data_are_recorded_as_they_were_sent(runs_server: RunsServer, file: Path) -> None:
    async with RunsClient(runs_server.url, custom_type=lambda data: data["tick"]) as runs:
        stream = runs.stream(None, "counter", input={"n": 1}, stream_mode="custom")
        parts = [part.data async for part in record(stream, file) if part.event == "custom"]
    assert parts == [0]
    assert {"tick": 0} in [line.get("data") for line in lines_of(file)]


async def test_neither_the_key_nor_headers_get_into_the_file(runs_server: RunsServer, file: Path) -> None:
    secrets = ["key-of-the-test", "token-of-the-test", "tenant-of-the-test"]
    key, token, tenant = secrets

    @runs_server.agent("leak")
    async def leak(input: Any, context: Context) -> AsyncIterator[Custom]:
        yield Custom({"says": f"the key is {key}", token: [tenant]})

    async with RunsClient(
        runs_server.url, api_key=key, headers={"authorization": f"Bearer {token}", "x-tenant": tenant}
    ) as runs:
        [part] = [
            part
            async for part in record(runs.stream(None, "leak", input={}, stream_mode="custom"), file)
            if part.event == "custom"
        ]
    assert part.data["says"] == f"the key is {key}"
    written = text_of(file)
    assert not [secret for secret in secrets if secret in written]
    assert '{"says":"the key is [redacted]","[redacted]":["[redacted]"]}' in written


async def test_nor_do_they_as_names_and_ids_of_events(file: Path) -> None:
    key = "key-of-the-test"
    events = "".join(
        f"event: {name}\nid: {key}-{number}\ndata: null\n\n"
        for number, name in enumerate([f"custom|{key}", key, "custom", "end"])
    )
    with CannedServer(http_response(body=events, content_type="text/event-stream")) as server:
        async with RunsClient(server.url, api_key=key) as runs:
            async for _ in record(runs.stream("t", "a", stream_mode="custom"), file):
                pass
    lines = lines_of(file)[1:]
    assert [line["event"] for line in lines] == ["custom|[redacted]", "[redacted]", "custom", "end"]
    assert [line["id"] for line in lines] == [f"[redacted]-{number}" for number in range(4)]
    assert key not in text_of(file)


async def test_a_replayed_run_is_a_run_like_any_other(
    runs_server: RunsServer, runs_client: RunsClient, file: Path
) -> None:
    stream = runs_client.stream(None, "counter", input={"n": 3}, stream_mode=["custom", "values"])
    _ = [part async for part in record(stream, file)]
    runs_server.replay("recorded", file)

    thread_id = str(uuid4())
    handle = await runs_client.start(
        thread_id, "recorded", input={}, stream_mode=["custom", "values"], if_not_exists="create"
    )
    assert await handle.join() == {"n": 3, "count": 3}
    ticks = [part.data async for part in handle.stream(stream_mode="custom") if part.event == "custom"]
    assert ticks == [{"tick": 0}, {"tick": 1}, {"tick": 2}]
    assert await runs_client.wait(thread_id, "recorded", input={"n": "whatever"}) == {"n": 3, "count": 3}


async def test_a_replay_survives_faults(
    runs_server: RunsServer, runs_client: RunsClient, faults: FaultProxy, file: Path
) -> None:
    write(file, *[TICK] * 5)
    runs_server.replay("recorded", file)
    faults.plan(Reset(after_events=3))
    stream = runs_client.stream(None, "recorded", input={}, stream_mode="custom")
    assert len([part async for part in stream if part.event == "custom"]) == 5


async def test_only_what_a_run_asks_for_is_replayed(
    runs_server: RunsServer, runs_client: RunsClient, file: Path
) -> None:
    stream = runs_client.stream(None, "team", input={}, stream_mode=["values", "updates"], stream_subgraphs=True)
    _ = [part async for part in record(stream, file)]
    runs_server.replay("recorded", file)
    replayed = [part async for part in runs_client.stream(None, "recorded", input={}, stream_mode="updates")]
    assert [(part.event, part.namespace) for part in replayed[1:]] == [("updates", ())] * 2


async def test_a_failure_is_replayed(runs_server: RunsServer, runs_client: RunsClient, file: Path) -> None:
    recorded = [part async for part in record(runs_client.stream(None, "fail", input={"text": "no luck"}), file)]
    assert lines_of(file)[-1]["data"] == {"status": "error"}
    runs_server.replay("recorded", file)
    replayed = [part async for part in runs_client.stream(None, "recorded", input={})]
    assert what(replayed) == what(recorded)
    with pytest.raises(RunFailedError, match="ValueError: no luck"):
        await runs_client.wait(None, "recorded", input={})


async def test_an_end_that_the_server_tells_is_written_once(
    runs_server: RunsServer, runs_client: RunsClient, file: Path
) -> None:
    events = (
        'event: custom\ndata: {\ndata:   "tick": 0\ndata: }\n\n',
        "event: new|a|b\ndata: 1\n\n",
        'event: end\ndata: {"status": "success"}\n\n',
    )
    answer = http_response(body="".join(events).encode(), content_type="text/event-stream")
    with CannedServer(answer) as canned:
        async with RunsClient(canned.url) as real:
            stream = real.join_stream(str(uuid4()), str(uuid4()), resume="off")
            _ = [part async for part in record(stream, file)]
    assert [(line["event"], line["data"]) for line in lines_of(file)[1:]] == [
        ("custom", {"tick": 0}),
        ("new|a|b", 1),
        ("end", {"status": "success"}),
    ]
    runs_server.replay("recorded", file)
    replayed = [part async for part in runs_client.stream(None, "recorded", input={}, stream_mode="custom")]
    assert [(getattr(part, "name", part.event), part.namespace, part.data) for part in replayed[1:]] == [
        ("custom", (), {"tick": 0}),
        ("new", ("a", "b"), 1),
    ]


def at(seconds: float) -> str:
    return json.dumps({"event": "custom", "data": "late", "at": seconds})


async def test_a_replay_can_be_as_slow_as_what_was_recorded(
    runs_server: RunsServer, runs_client: RunsClient, file: Path
) -> None:
    write(file, TICK, at(7200))
    runs_server.replay("recorded", file, speed=1)
    async with runs_client.stream(None, "recorded", input={}, stream_mode="custom") as stream:
        parts = [await anext(stream), await anext(stream)]
        run = await runs_client.get(stream.thread_id or "", stream.run_id or "")
    assert (parts[-1].data, run.status) == ({"tick": 0}, "running")


@pytest.mark.parametrize("speed", [None, 1_000_000])
async def test_or_faster(runs_server: RunsServer, runs_client: RunsClient, file: Path, speed: float | None) -> None:
    write(file, at(7200))
    runs_server.replay("recorded", file, speed=speed)
    with anyio.fail_after(SECONDS):
        parts = [part async for part in runs_client.stream(None, "recorded", input={}, stream_mode="custom")]
    assert parts[-1].data == "late"


async def test_a_stream_that_breaks_off_cannot_be_replayed(
    runs_server: RunsServer, faults: FaultProxy, file: Path
) -> None:
    faults.plan(Reset(after_events=2))
    async with RunsClient(faults.url, retry=RetryPolicy(max_retries=0)) as runs:
        with pytest.raises(StreamInterruptedError):
            _ = [part async for part in record(runs.stream(None, "counter", input={"n": 3}), file)]
    with pytest.raises(RecordingError, match=f"^{re.escape(str(file))}, line 3: the end is missing"):
        runs_server.replay("recorded", file)


async def test_a_stream_that_does_not_open_leaves_no_file(file: Path) -> None:
    with closed_port() as port:
        async with RunsClient(f"http://127.0.0.1:{port}", retry=RetryPolicy(max_retries=0)) as runs:
            with pytest.raises(APIConnectionError):
                _ = [part async for part in record(runs.stream(None, "counter", input={}), file)]
    with pytest.raises(FileNotFoundError):
        text_of(file)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: a recording begins with"),
        (f"{TICK}\n{END}", "line 1: a recording begins with"),
        ('{"recording":"runs-client","version":2}', "line 1: version 2 is not known"),
        (f"{HEAD}\n{TICK}\nnonsense\n{END}", "line 3: unexpected|line 3: .*JSON|line 3: .*char"),
        (f"{HEAD}\n\n[1]\n{END}", "line 3: a line holds a JSON object"),
        (f'{HEAD}\n{{"event":"custom"}}\n{END}', "line 2: an event has a name"),
        (f'{HEAD}\n{{"event":1,"data":1}}\n{END}', "line 2: an event has a name"),
        (f'{HEAD}\n{{"event":"custom","data":1,"at":"noon"}}\n{END}', 'line 2: "at" must be seconds'),
        (f"{HEAD}\n{TICK}\n", "line 2: the end is missing"),
        (HEAD, "line 1: the end is missing"),
    ],
)
def test_errors_name_the_file_and_the_line(runs_server: RunsServer, file: Path, text: str, problem: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(RecordingError, match=rf"answer\.jsonl, ({problem})"):
        runs_server.replay("recorded", file)


def test_a_speed_is_positive(runs_server: RunsServer, file: Path) -> None:
    with pytest.raises(ValueError, match="speed is a number above 0"):
        runs_server.replay("recorded", file, speed=0)
