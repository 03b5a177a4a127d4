"""Runs without a thread."""

from __future__ import annotations

from uuid import UUID, uuid4

from runs_client.testing import RunsServer
from tests.embedded.conftest import SECONDS, Gate, Http, events_in, path_of


def test_create_answers_with_a_run_on_a_hidden_thread(http: Http) -> None:
    answer = http.post("/runs", assistant_id="echo", input={"text": "hi"})

    run = answer.json()
    assert UUID(run["thread_id"])
    assert run["kwargs"]["temporary"] is True
    assert answer.headers["Content-Location"] == f"/runs/{run['run_id']}"


def test_wait_answers_with_the_state(http: Http) -> None:
    answer = http.post("/runs/wait", assistant_id="echo", input={"text": "hi"})

    assert answer.json() == {"text": "hi"}
    assert answer.headers["Location"].startswith("/threads/")


def test_a_stream_brings_all_events(http: Http) -> None:
    answer = http.post("/runs/stream", assistant_id="counter", input={"n": 2}, stream_mode="custom")

    events = events_in(answer.text)
    assert [event.name for event in events] == ["metadata", "custom", "custom"]
    assert answer.headers["Content-Location"] == f"/runs/{events[0].data['run_id']}"
    assert answer.headers["Location"] == f"/runs/{events[0].data['run_id']}/stream"


def test_a_stream_can_be_joined_while_the_run_is_on(http: Http, gate: Gate) -> None:
    body = {"assistant_id": "gated", "input": gate.input, "stream_mode": "custom", "stream_resumable": True}
    with http.client.stream("POST", "/runs/stream", json=body) as response:
        gate.wait_until_reached()
        location = response.headers["Location"]
        with http.client.stream("GET", location, headers={"Last-Event-ID": "-1"}) as joined:
            assert joined.headers["Location"] == location
            gate.open()
            assert events_in(joined.read().decode()) == events_in(response.read().decode())


def test_the_run_is_gone_once_it_is_over(http: Http, gate: Gate) -> None:
    run = http.post("/runs", assistant_id="gated", input=gate.input).json()
    gate.wait_until_reached()
    assert http.status(run) == "running"
    gate.open()
    http.join(run)

    assert http.get(path_of(run)).status_code == 404
    assert http.get(f"/threads/{run['thread_id']}").status_code == 404
    assert http.get(f"/runs/{run['run_id']}/stream").status_code == 404


def test_who_joined_in_time_gets_the_result(http: Http, gate: Gate) -> None:
    run = http.post("/runs", assistant_id="gated", input=gate.input).json()
    gate.wait_until_reached()

    with http.client.stream("GET", f"{path_of(run)}/join") as response:
        gate.open()
        assert response.read().endswith(b'"done":true}')


def test_on_completion_keep_leaves_run_and_thread_behind(http: Http) -> None:
    run = http.post("/runs", assistant_id="echo", input={"text": "hi"}, on_completion="keep").json()

    assert http.join(run) == {"text": "hi"}
    assert run["kwargs"]["temporary"] is False
    assert http.status(run) == "success"
    assert http.get(f"/runs/{run['run_id']}/stream").status_code == 200


def test_a_run_on_a_thread_that_was_kept_leaves_it_behind_as_well(http: Http) -> None:
    kept = http.post("/runs", assistant_id="ask", input={"question": "ok?"}, on_completion="keep").json()
    http.join(kept)

    answered = http.create(kept["thread_id"], "ask", command={"resume": "yes"})

    assert http.join(answered)["answer"] == "yes"
    assert [http.status(run) for run in (kept, answered)] == ["success", "success"]


def test_a_run_on_a_thread_is_not_stateless(http: Http, thread_id: str) -> None:
    run = http.create(thread_id, "echo", input={})

    assert http.get(f"/runs/{run['run_id']}/stream").status_code == 404
    assert http.get(f"/runs/{uuid4()}/stream").status_code == 404


def test_cancelling_ends_run_and_thread(http: Http, gate: Gate) -> None:
    run = http.post("/runs", assistant_id="gated", input=gate.input).json()
    gate.wait_until_reached()

    assert http.post(f"{path_of(run)}/cancel?wait=true").status_code == 200

    assert http.get(f"/threads/{run['thread_id']}").status_code == 404


def test_a_disconnect_can_cancel(http: Http, embedded: RunsServer, gate: Gate) -> None:
    body = {"assistant_id": "gated", "input": gate.input, "on_disconnect": "cancel", "on_completion": "keep"}
    with http.client.stream("POST", "/runs/wait", json=body) as response:
        gate.wait_until_reached()
        path = response.headers["Content-Location"]

    assert embedded.wait_until_idle(SECONDS)
    assert http.get(path).json()["status"] == "interrupted"


def test_a_batch_answers_with_its_runs_in_order(http: Http) -> None:
    bodies = [{"assistant_id": "echo", "input": {"number": number}, "on_completion": "keep"} for number in range(3)]

    runs = http.client.post("/runs/batch", json=bodies).json()

    assert [http.join(run) for run in runs] == [{"number": number} for number in range(3)]
    assert len({run["thread_id"] for run in runs}) == 3


def test_a_batch_with_an_error_starts_nothing(http: Http, embedded: RunsServer) -> None:
    before = embedded.runs_created

    answer = http.client.post("/runs/batch", json=[{"assistant_id": "echo"}, {"assistant_id": "nobody"}])

    assert answer.status_code == 422
    assert embedded.runs_created == before


def test_stateless_runs_do_not_see_one_another(http: Http) -> None:
    http.post("/runs/wait", assistant_id="echo", input={"text": "hi"})

    assert http.post("/runs/wait", assistant_id="echo", input={"number": 1}).json() == {"number": 1}
