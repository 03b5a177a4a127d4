"""What a stream is made of: bytes, modes, ids, replay, heartbeats."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from runs_client.testing import RunsServer
from tests.embedded.conftest import SECONDS, Gate, Http, events_in, path_of

ALL_MODES = ["values", "updates", "custom", "messages", "tasks", "checkpoints", "debug", "events"]


def run_of(response: httpx.Response) -> dict[str, Any]:
    _, _, thread_id, _, run_id = response.headers["Content-Location"].split("/")
    return {"thread_id": thread_id, "run_id": run_id}


def test_a_stream_is_these_bytes(http: Http, thread_id: str) -> None:
    with http.open(thread_id, "counter", input={"n": 1}, stream_mode=["values", "updates", "custom"]) as response:
        text = response.read().decode()

    run_id = run_of(response)["run_id"]
    assert text == (
        f'event: metadata\r\ndata: {{"run_id":"{run_id}","attempt":1}}\r\n\r\n'
        'event: values\r\ndata: {"n":1}\r\n\r\n'
        'event: custom\r\ndata: {"tick":0}\r\n\r\n'
        'event: updates\r\ndata: {"counter":{"count":1}}\r\n\r\n'
        'event: values\r\ndata: {"n":1,"count":1}\r\n\r\n'
    )


def test_a_stream_says_where_it_can_be_joined(http: Http, thread_id: str) -> None:
    with http.open(thread_id, "echo", input={}) as response:
        headers = response.headers

    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Transfer-Encoding"] == "chunked"
    assert "Content-Encoding" not in headers
    assert headers["Location"] == headers["Content-Location"] + "/stream"
    assert headers["Content-Location"].startswith(f"/threads/{thread_id}/runs/")


def test_an_event_is_sent_as_soon_as_it_happens_in_a_chunk_of_its_own(http: Http, thread_id: str, gate: Gate) -> None:
    with http.open(thread_id, "gated", input=gate.input, stream_mode="custom") as response:
        chunks = response.iter_raw()
        assert next(chunks).startswith(b"event: metadata\r\n")
        assert next(chunks) == b'event: custom\r\ndata: "before"\r\n\r\n'
        gate.wait_until_reached()
        gate.open()
        assert next(chunks) == b'event: custom\r\ndata: "after"\r\n\r\n'


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("values", ["values", "values"]),
        ("updates", ["updates"]),
        ("custom", ["custom", "custom"]),
        ("messages", []),
        ("messages-tuple", []),
        ("tasks", ["tasks"] * 2),
        ("checkpoints", ["checkpoints"] * 3),
        ("debug", ["debug"] * 5),
        ("events", ["events"] * 5),
        ([], ["values", "values"]),
        (["updates", "custom"], ["custom", "custom", "updates"]),
    ],
)
def test_only_the_modes_that_were_asked_for_are_sent(
    http: Http, thread_id: str, mode: str | list[str], names: list[str]
) -> None:
    events = http.stream(thread_id, "counter", input={"n": 2}, stream_mode=mode)

    assert [event.name for event in events] == ["metadata", *names]


def test_all_modes_at_once_come_in_the_order_of_the_work(http: Http, thread_id: str) -> None:
    names = [event.name for event in http.stream(thread_id, "echo", input={"text": "x"}, stream_mode=ALL_MODES)]

    assert [name for name in names if name != "debug" and name != "events"] == [
        "metadata",
        "checkpoints",
        "values",
        "checkpoints",
        "tasks",
        "updates",
        "tasks",
        "values",
        "checkpoints",
    ]


def test_without_stream_resumable_events_have_no_ids(http: Http, thread_id: str) -> None:
    assert {event.id for event in http.stream(thread_id, "echo", input={"text": "x"})} == {None}


def test_the_id_of_an_event_is_its_time_and_stands_after_the_data(http: Http, thread_id: str) -> None:
    with http.open(thread_id, "echo", input={"text": "x"}, stream_resumable=True) as response:
        blocks = response.read().decode().split("\r\n\r\n")[:-1]

    for block in blocks:
        assert [line.partition(":")[0] for line in block.split("\r\n")] == ["event", "data", "id"]
    ids = [event.id or "" for event in events_in("\r\n\r\n".join(blocks))]
    assert ids == sorted(ids)
    assert all(id.partition("-")[0].isdecimal() and id.endswith("-0") for id in ids)


@pytest.fixture(scope="module")
def shared_ids() -> Iterator[Http]:
    with RunsServer(event_ids="shared") as server:
        http = Http(server.url)
        with http.client:
            yield http


def test_neighbouring_events_can_be_made_to_share_their_ids(shared_ids: Http, thread_id: str) -> None:
    events = shared_ids.stream(thread_id, "counter", input={"n": 2}, stream_resumable=True, stream_mode="custom")

    ids = [event.id for event in events]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]


def test_replay_after_an_id_skips_all_events_that_share_it(shared_ids: Http) -> None:
    thread_id = str(uuid4())
    with shared_ids.open(thread_id, "counter", input={"n": 5}, stream_resumable=True, stream_mode="custom") as response:
        events = events_in(response.read().decode())
    run = run_of(response)

    assert [event.data for event in shared_ids.rejoin(run, events[2].id)] == [{"tick": 3}, {"tick": 4}]
    assert shared_ids.rejoin(run, events[2].id) == events[4:]
    assert shared_ids.rejoin(run, events[-1].id) == []


@pytest.mark.parametrize("last_event_id", ["-1", "0", "1-0"])
def test_an_id_before_all_others_replays_everything(http: Http, thread_id: str, last_event_id: str) -> None:
    with http.open(thread_id, "counter", input={"n": 3}, stream_resumable=True) as response:
        events = events_in(response.read().decode())

    assert http.rejoin(run_of(response), last_event_id) == events


@pytest.mark.parametrize("last_event_id", [None, "bogus", "99999999999999-0"])
def test_a_finished_run_has_nothing_new_to_tell(http: Http, thread_id: str, last_event_id: str | None) -> None:
    run = http.create(thread_id, "counter", input={"n": 3}, stream_resumable=True)
    http.join(run)

    answer = http.client.get(
        f"{path_of(run)}/stream", headers={"Last-Event-ID": last_event_id} if last_event_id else {}
    )

    assert (answer.status_code, answer.text) == (200, "")
    assert answer.headers["Location"] == f"{path_of(run)}/stream"


def test_a_run_that_is_not_resumable_has_nothing_to_replay(http: Http, thread_id: str) -> None:
    run = http.create(thread_id, "counter", input={"n": 3})
    http.join(run)

    assert http.rejoin(run, "-1") == []


@pytest.mark.parametrize("resumable", [True, False])
def test_who_joins_late_gets_what_is_new(http: Http, thread_id: str, gate: Gate, resumable: bool) -> None:
    run = http.create(thread_id, "gated", input=gate.input, stream_mode="custom", stream_resumable=resumable)
    gate.wait_until_reached()

    with http.client.stream("GET", f"{path_of(run)}/stream") as response:
        gate.open()
        events = events_in(response.read().decode())

    assert [event.data for event in events] == ["after"]


def test_who_joins_late_with_an_id_gets_what_it_missed_and_what_is_new(http: Http, thread_id: str, gate: Gate) -> None:
    run = http.create(thread_id, "gated", input=gate.input, stream_mode="custom", stream_resumable=True)
    gate.wait_until_reached()

    with http.client.stream("GET", f"{path_of(run)}/stream", headers={"Last-Event-ID": "-1"}) as response:
        gate.open()
        events = events_in(response.read().decode())

    assert [event.name for event in events] == ["metadata", "custom", "custom"]


def test_who_joins_before_the_start_gets_everything(http: Http, thread_id: str, gate: Gate) -> None:
    http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    queued = http.create(thread_id, "counter", input={"n": 1}, stream_mode=["custom", "updates"])

    with http.client.stream("GET", f"{path_of(queued)}/stream") as response:
        gate.open()
        events = events_in(response.read().decode())

    assert [event.name for event in events] == ["metadata", "custom", "updates"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("custom", ["custom"]),
        ('["custom","values"]', ["values", "custom", "values"]),
        ("[]", ["metadata", "values", "custom", "values"]),
        ("", ["metadata", "values", "custom", "values"]),
        ("updates", []),
        ("custom,values", []),
        ('["custom"', []),
    ],
)
def test_a_join_keeps_to_the_modes_it_names(http: Http, thread_id: str, asked: str, names: list[str]) -> None:
    run = http.create(thread_id, "counter", input={"n": 1}, stream_mode=["custom", "values"], stream_resumable=True)
    http.join(run)

    assert [event.name for event in http.rejoin(run, "-1", stream_mode=asked)] == names


def test_a_failed_run_ends_with_an_error_event_that_is_not_replayed(http: Http, thread_id: str) -> None:
    with http.open(thread_id, "fail", input={"text": "oh"}, stream_resumable=True) as response:
        events = events_in(response.read().decode())

    assert events[-1][:2] == ("error", {"error": "ValueError", "message": "oh"})
    assert http.rejoin(run_of(response), "-1") == events[:-1]
    assert http.join(run_of(response)) == {"__error__": {"error": "ValueError", "message": "oh"}}


def test_feedback_urls_come_after_the_metadata(http: Http, thread_id: str) -> None:
    events = http.stream(thread_id, "echo", input={"text": "x"}, feedback_keys=["good", "bad"])

    assert [event.name for event in events[:2]] == ["metadata", "feedback"]
    assert list(events[1].data) == ["good", "bad"]


@pytest.fixture(scope="module")
def restless() -> Iterator[tuple[RunsServer, Http]]:
    from tests.embedded.conftest import gated

    with RunsServer({"gated": gated}, heartbeat=0.01) as server:
        http = Http(server.url)
        with http.client:
            yield server, http


def test_heartbeats_are_comments(restless: tuple[RunsServer, Http], thread_id: str, gate: Gate) -> None:
    _, http = restless
    with http.open(thread_id, "gated", input=gate.input, stream_mode="values") as response:
        chunks = (chunk for chunk in response.iter_raw() if chunk.startswith(b":"))
        assert next(chunks) == next(chunks) == b": heartbeat\r\n\r\n"
        gate.open()


@pytest.mark.parametrize("joins", [True, False])
def test_empty_lines_come_before_the_result(
    restless: tuple[RunsServer, Http], thread_id: str, gate: Gate, joins: bool
) -> None:
    _, http = restless
    if joins:
        run = http.create(thread_id, "gated", input=gate.input)
        request = http.client.stream("GET", f"{path_of(run)}/join")
    else:
        body = {"assistant_id": "gated", "input": gate.input, "if_not_exists": "create"}
        request = http.client.stream("POST", f"/threads/{thread_id}/runs/wait", json=body)

    with request as response:
        chunks = response.iter_raw()
        assert response.status_code == 200
        assert next(chunks) == next(chunks) == b"\n"
        gate.wait_until_reached()
        gate.open()
        assert b"".join(chunks).strip().endswith(b'"done":true}')


def test_no_heartbeats_where_there_is_no_interval(thread_id: str) -> None:
    with RunsServer(heartbeat=None) as server:
        http = Http(server.url)
        with http.client, http.open(thread_id, "counter", input={"n": 2, "delay": 0.02}) as response:
            text = response.read().decode()

    assert events_in(text)
    assert ": heartbeat" not in text


def test_a_closed_stream_is_noticed(http: Http, embedded: RunsServer, thread_id: str, gate: Gate) -> None:
    with http.open(thread_id, "gated", input=gate.input):
        gate.wait_until_reached()
        assert embedded.connections == 1

    assert embedded.wait_until_idle(SECONDS)
    assert embedded.connections == 0
    gate.open()


@pytest.mark.parametrize(("on_disconnect", "status"), [("cancel", "interrupted"), ("continue", "running")])
@pytest.mark.parametrize("how", ["stream", "wait"])
def test_on_disconnect_decides_what_becomes_of_the_run(
    http: Http, embedded: RunsServer, thread_id: str, gate: Gate, how: str, on_disconnect: str, status: str
) -> None:
    body = {"assistant_id": "gated", "input": gate.input, "if_not_exists": "create", "on_disconnect": on_disconnect}
    with http.client.stream("POST", f"/threads/{thread_id}/runs/{how}", json=body) as response:
        gate.wait_until_reached()
        run = run_of(response)

    assert embedded.wait_until_idle(SECONDS)
    assert http.status(run) == status
    gate.open()


def test_by_default_a_run_goes_on_without_its_creator(
    http: Http, embedded: RunsServer, thread_id: str, gate: Gate
) -> None:
    with http.open(thread_id, "gated", input=gate.input) as response:
        gate.wait_until_reached()
    assert embedded.wait_until_idle(SECONDS)

    gate.open()

    assert http.join(run_of(response)) == {**gate.input, "done": True}


@pytest.mark.parametrize(("query", "status"), [("", "running"), ("?cancel_on_disconnect=true", "interrupted")])
@pytest.mark.parametrize("how", ["stream", "join"])
def test_a_join_may_cancel_the_run_when_it_closes(
    http: Http, embedded: RunsServer, thread_id: str, gate: Gate, how: str, query: str, status: str
) -> None:
    run = http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()

    with http.client.stream("GET", f"{path_of(run)}/{how}{query}"):
        pass

    assert embedded.wait_until_idle(SECONDS)
    assert http.status(run) == status
    gate.open()


def test_many_streams_at_once_lose_nothing(embedded: RunsServer) -> None:
    counts: list[int] = []

    def read_some() -> None:
        http = Http(embedded.url)
        with http.client:
            for _ in range(4):
                events = http.stream(str(uuid4()), "counter", input={"n": 50}, stream_mode="custom")
                counts.append(len(events))

    threads = [threading.Thread(target=read_some) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counts == [51] * 64
