"""What happens on a thread that is busy already."""

from __future__ import annotations

import threading

from tests.embedded.conftest import Gate, Http


def test_by_default_runs_queue_up(http: Http, thread_id: str, gate: Gate) -> None:
    first = http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    second = http.create(thread_id, "echo", input={"number": 2})
    third = http.create(thread_id, "echo", input={"number": 3})
    assert [http.status(run) for run in (first, second, third)] == ["running", "pending", "pending"]

    gate.open()

    assert http.join(third) == {"number": 3}
    assert [http.status(run) for run in (first, second, third)] == ["success"] * 3


def test_reject_turns_a_run_away_while_the_thread_is_busy(http: Http, thread_id: str, gate: Gate) -> None:
    http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()

    answer = http.post(f"/threads/{thread_id}/runs", assistant_id="echo", input={}, multitask_strategy="reject")

    assert answer.status_code == 409
    assert isinstance(answer.json()["detail"], str)
    assert len(http.get(f"/threads/{thread_id}/runs").json()) == 1
    gate.open()


def test_reject_lets_a_run_in_when_the_thread_is_idle(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={})

    assert http.wait(thread_id, "echo", input={"text": "hi"}, multitask_strategy="reject") == {"text": "hi"}


def test_interrupt_stops_the_others_and_keeps_what_they_did(http: Http, thread_id: str, gate: Gate) -> None:
    running = http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    pending = http.create(thread_id, "echo", input={"text": "never"})

    assert http.wait(thread_id, "gated", command={"update": {"a": 1}}, multitask_strategy="interrupt") == {
        **gate.input,
        "a": 1,
    }
    assert [http.status(run) for run in (running, pending)] == ["interrupted", "interrupted"]


def test_rollback_deletes_the_others_and_undoes_what_they_did(http: Http, thread_id: str, gate: Gate) -> None:
    http.wait(thread_id, "echo", input={"text": "first"})
    running = http.create(thread_id, "gated", input={**gate.input, "text": "undone"})
    gate.wait_until_reached()
    pending = http.create(thread_id, "echo", input={"text": "never"})

    state = http.wait(thread_id, "echo", input={"number": 2}, multitask_strategy="rollback")

    assert state == {"text": "first", "number": 2}
    assert [http.status(run) for run in (running, pending)] == [None, None]
    assert len(http.get(f"/threads/{thread_id}/runs").json()) == 2


def test_who_waits_for_an_interrupted_run_gets_the_state_it_left(http: Http, thread_id: str, gate: Gate) -> None:
    results: list[object] = []
    waiting = threading.Thread(target=lambda: results.append(http.wait(thread_id, "gated", input=gate.input)))
    waiting.start()
    gate.wait_until_reached()

    http.wait(thread_id, "echo", input={"text": "second"}, multitask_strategy="interrupt")

    waiting.join()
    assert results == [gate.input]


def test_threads_do_not_wait_for_one_another(http: Http, thread_id: str, gate: Gate) -> None:
    http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()

    other = http.post("/threads").json()["thread_id"]

    assert http.wait(other, "echo", input={"text": "hi"}) == {"text": "hi"}
    gate.open()
