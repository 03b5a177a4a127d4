"""Cancelling one run or many."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.embedded.conftest import Gate, Http, events_in, path_of


@pytest.fixture
def running(http: Http, thread_id: str, gate: Gate) -> dict[str, Any]:
    run = http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    return run


@pytest.fixture
def pending(http: Http, running: dict[str, Any]) -> dict[str, Any]:
    return http.create(running["thread_id"], "echo", input={"text": "never"})


@pytest.mark.parametrize("query", ["", "?wait=false", "?action=no-such-action"])
def test_without_waiting_the_answer_is_202(http: Http, running: dict[str, Any], query: str) -> None:
    answer = http.post(f"{path_of(running)}/cancel{query}")

    assert (answer.status_code, answer.content) == (202, b"")
    assert http.status(running) == "interrupted"


@pytest.mark.parametrize("wait", ["true", "1", "TRUE", "yes"])
def test_when_it_waits_the_answer_says_where_to_join(http: Http, running: dict[str, Any], wait: str) -> None:
    answer = http.post(f"{path_of(running)}/cancel?wait={wait}")

    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["Location"] == f"{path_of(running)}/join"
    assert answer.headers["Content-Location"] == path_of(running)
    assert http.status(running) == "interrupted"


def test_a_cancelled_run_keeps_its_state_and_interrupts_its_thread(http: Http, running: dict[str, Any]) -> None:
    http.post(f"{path_of(running)}/cancel?wait=true")

    assert http.join(running) == running["kwargs"]["input"]
    thread = http.get(f"/threads/{running['thread_id']}").json()
    assert thread["status"] == "interrupted"


def test_the_stream_of_a_cancelled_run_just_ends(http: Http, thread_id: str, gate: Gate) -> None:
    with http.open(thread_id, "gated", input=gate.input, stream_mode="custom") as response:
        gate.wait_until_reached()
        http.post(f"{response.headers['Content-Location']}/cancel?wait=true")
        events = events_in(response.read().decode())

    assert [event.name for event in events] == ["metadata", "custom"]


def test_rollback_deletes_the_run_and_undoes_its_changes(http: Http, thread_id: str, gate: Gate) -> None:
    http.wait(thread_id, "echo", input={"text": "first"})
    run = http.create(thread_id, "gated", input={**gate.input, "text": "undone"})
    gate.wait_until_reached()

    assert http.post(f"{path_of(run)}/cancel?action=rollback&wait=true").status_code == 200

    assert http.get(path_of(run)).status_code == 404
    thread = http.get(f"/threads/{thread_id}").json()
    assert (thread["values"], thread["status"]) == ({"text": "first"}, "idle")


@pytest.mark.parametrize("action", ["interrupt", "rollback"])
def test_a_pending_run_is_kept_and_never_runs(http: Http, pending: dict[str, Any], gate: Gate, action: str) -> None:
    assert http.post(f"{path_of(pending)}/cancel?wait=true&action={action}").status_code == 200
    gate.open()

    assert http.status(pending) == "interrupted"
    assert http.wait(pending["thread_id"], "echo", input={"number": 1}) == {"number": 1}


def test_what_was_cancelled_starts_again_without_input(http: Http, running: dict[str, Any], gate: Gate) -> None:
    http.post(f"{path_of(running)}/cancel?wait=true")
    gate.open()

    assert http.wait(running["thread_id"], "gated") == {**gate.input, "done": True}


def test_only_what_is_not_over_can_be_cancelled(http: Http, thread_id: str) -> None:
    run = http.create(thread_id, "echo", input={})
    http.join(run)

    assert http.post(f"{path_of(run)}/cancel").status_code == 404
    assert http.post(f"/threads/{thread_id}/runs/{uuid4()}/cancel").status_code == 404
    assert http.status(run) == "success"


def test_many_are_cancelled_by_their_ids(http: Http, running: dict[str, Any], pending: dict[str, Any]) -> None:
    ids = [run["run_id"] for run in (running, pending)]

    answer = http.post("/runs/cancel", thread_id=running["thread_id"], run_ids=ids)

    assert (answer.status_code, answer.content) == (204, b"")
    assert [http.status(run) for run in (running, pending)] == ["interrupted", "interrupted"]


@pytest.mark.parametrize(
    ("status", "left"),
    [
        ("pending", ["running", "interrupted"]),
        ("running", ["interrupted", "success"]),
        ("all", ["interrupted", "interrupted"]),
    ],
)
def test_many_are_cancelled_by_their_status(
    http: Http, running: dict[str, Any], pending: dict[str, Any], gate: Gate, status: str, left: list[str]
) -> None:
    assert http.post("/runs/cancel", status=status).status_code == 204
    if status == "running":
        http.join(pending)

    assert [http.status(run) for run in (running, pending)] == left
    gate.open()


def test_many_are_rolled_back(http: Http, running: dict[str, Any]) -> None:
    ids = {"thread_id": running["thread_id"], "run_ids": [running["run_id"]]}

    assert http.client.post("/runs/cancel", params={"action": "rollback"}, json=ids).status_code == 204

    assert http.wait(running["thread_id"], "echo", input={"text": "next"}) == {"text": "next"}
    assert http.status(running) is None


def test_one_that_can_be_cancelled_is_enough(http: Http, thread_id: str, running: dict[str, Any]) -> None:
    ids = [str(uuid4()), running["run_id"]]

    assert http.post("/runs/cancel", thread_id=thread_id, run_ids=ids).status_code == 204
    assert http.post("/runs/cancel", thread_id=thread_id, run_ids=ids).status_code == 404
