"""Creating runs on a thread, looking at them, waiting for them and deleting them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.embedded.conftest import Gate, Http, path_of


def test_create_answers_with_the_pending_run_and_its_path(http: Http, thread_id: str) -> None:
    answer = http.post(
        f"/threads/{thread_id}/runs",
        assistant_id="echo",
        input={"text": "hi"},
        metadata={"who": "me"},
        if_not_exists="create",
    )

    run = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Content-Location"] == path_of(run)
    assert UUID(run["run_id"])
    assert run["thread_id"] == thread_id
    assert run["status"] == "pending"
    assert run["metadata"]["who"] == "me"
    assert run["multitask_strategy"] == "enqueue"
    assert run["langsmith_session_name"] is None
    assert run["kwargs"]["input"] == {"text": "hi"}
    assert run["kwargs"]["stream_mode"] == ["values"]
    assert datetime.fromisoformat(run["created_at"]).tzinfo == timezone.utc


def test_kwargs_say_what_the_run_was_created_with(http: Http, thread_id: str) -> None:
    run = http.create(
        thread_id,
        "echo",
        input={"text": "hi"},
        config={"tags": ["a"], "configurable": {"k": 1}},
        stream_mode=["updates", "custom"],
        stream_resumable=True,
        stream_subgraphs=True,
        durability="exit",
        interrupt_before=["x"],
    )

    kwargs = run["kwargs"]
    assert kwargs["config"]["tags"] == ["a"]
    assert kwargs["config"]["configurable"]["k"] == 1
    assert kwargs["config"]["configurable"]["run_id"] == run["run_id"]
    assert kwargs["stream_mode"] == ["updates", "custom"]
    assert (kwargs["resumable"], kwargs["subgraphs"], kwargs["temporary"]) == (True, True, False)
    assert (kwargs["durability"], kwargs["interrupt_before"]) == ("exit", ["x"])


def test_a_run_is_pending_then_running_then_success(http: Http, thread_id: str, gate: Gate) -> None:
    run = http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    assert http.status(run) == "running"

    gate.open()

    assert http.join(run) == {**gate.input, "done": True}
    assert http.status(run) == "success"


def test_wait_answers_with_the_state_and_says_where_to_ask_again(http: Http, thread_id: str) -> None:
    answer = http.post(
        f"/threads/{thread_id}/runs/wait", assistant_id="counter", input={"n": 2}, if_not_exists="create"
    )

    assert answer.json() == {"n": 2, "count": 2}
    assert answer.headers["Location"] == answer.headers["Content-Location"] + "/join"
    assert http.get(answer.headers["Location"]).json() == {"n": 2, "count": 2}


def test_the_state_of_a_thread_lives_on_from_run_to_run(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={"text": "hi"})

    assert http.wait(thread_id, "echo", input={"number": 1}) == {"text": "hi", "number": 1}


def test_join_of_a_finished_run_answers_with_the_state_the_thread_has_now(http: Http, thread_id: str) -> None:
    first = http.create(thread_id, "echo", input={"text": "old"})
    http.join(first)
    http.wait(thread_id, "echo", input={"text": "new"})

    assert http.join(first) == {"text": "new"}


def test_an_assistant_may_be_named_by_the_id_its_runs_tell(http: Http, thread_id: str) -> None:
    assistant_id = http.create(thread_id, "echo", input={})["assistant_id"]

    assert http.wait(thread_id, assistant_id, input={"text": "hi"}) == {"text": "hi"}


def test_after_seconds_puts_a_run_off_and_lets_later_ones_pass(http: Http, thread_id: str) -> None:
    delayed = http.create(thread_id, "echo", input={"text": "later"}, after_seconds=3600)

    assert http.wait(thread_id, "echo", input={"text": "sooner"}) == {"text": "sooner"}
    assert http.status(delayed) == "pending"
    assert datetime.fromisoformat(delayed["created_at"]) > datetime.now(timezone.utc)


def test_a_run_that_was_put_off_runs_in_the_end(http: Http, thread_id: str) -> None:
    run = http.create(thread_id, "echo", input={"text": "later"}, after_seconds=0.01)

    assert http.join(run) == {"text": "later"}


def test_list_answers_the_newest_first_in_pages(http: Http, thread_id: str) -> None:
    runs = [http.create(thread_id, "echo", input={"number": number}) for number in range(3)]
    newest_first = [run["run_id"] for run in reversed(runs)]

    def listed(**query: Any) -> list[str]:
        return [run["run_id"] for run in http.get(f"/threads/{thread_id}/runs", **query).json()]

    assert listed() == newest_first
    assert listed(limit=2) == newest_first[:2]
    assert listed(limit=2, offset=2) == newest_first[2:]
    assert listed(offset=3) == []
    assert listed(limit=0) == []


def test_list_has_ten_runs_a_page(http: Http, thread_id: str) -> None:
    for _ in range(11):
        http.create(thread_id, "echo", input={})

    assert len(http.get(f"/threads/{thread_id}/runs").json()) == 10


def test_list_keeps_to_a_status(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={})
    http.wait(thread_id, "fail", input={})

    def count(status: str) -> int:
        return len(http.get(f"/threads/{thread_id}/runs", status=status).json())

    assert [count(status) for status in ("success", "error", "pending", "no such status")] == [1, 1, 0, 0]


def test_select_leaves_out_all_other_fields(http: Http, thread_id: str) -> None:
    run = http.create(thread_id, "echo", input={})
    http.join(run)

    runs = http.get(f"/threads/{thread_id}/runs", select=["run_id", "status"]).json()

    assert runs == [{"run_id": run["run_id"], "status": "success"}]


def test_a_deleted_run_is_gone(http: Http, thread_id: str) -> None:
    run = http.create(thread_id, "echo", input={"text": "hi"})
    http.join(run)

    assert http.client.delete(path_of(run)).status_code == 204

    assert http.get(path_of(run)).status_code == 404
    assert http.client.delete(path_of(run)).status_code == 404
    assert http.get(f"/threads/{thread_id}/runs").json() == []


def test_a_run_that_is_deleted_while_it_runs_goes_on_and_ends_with_an_error(
    http: Http, thread_id: str, gate: Gate
) -> None:
    with http.open(thread_id, "gated", input=gate.input, stream_mode="custom") as response:
        gate.wait_until_reached()
        assert http.client.delete(response.headers["Content-Location"]).status_code == 204
        gate.open()
        text = response.read().decode()

    assert '"after"' in text
    assert text.endswith('event: error\r\ndata: {"error":"HTTPException","message":"404: Run not found"}\r\n\r\n')


def test_a_pending_run_can_be_deleted_and_never_runs(http: Http, thread_id: str, gate: Gate) -> None:
    http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    pending = http.create(thread_id, "echo", input={"text": "never"})

    assert http.client.delete(path_of(pending)).status_code == 204
    gate.open()

    assert http.wait(thread_id, "echo", input={"number": 1}) == {"number": 1}


@pytest.mark.parametrize("body", [{}, {"metadata": {"a": 1}}])
def test_a_thread_can_be_created_first(http: Http, body: dict[str, Any]) -> None:
    thread = http.post("/threads", **body).json()

    assert (thread["status"], thread["values"]) == ("idle", None)
    assert thread["metadata"] == body.get("metadata", {})
    assert http.post(f"/threads/{thread['thread_id']}/runs", assistant_id="echo", input={}).status_code == 200


def test_a_thread_is_created_once(http: Http, thread_id: str) -> None:
    assert http.post("/threads", thread_id=thread_id).json()["thread_id"] == thread_id
    assert http.post("/threads", thread_id=thread_id).status_code == 409
    assert http.post("/threads", thread_id=thread_id, if_exists="do_nothing").status_code == 200


def test_a_thread_tells_its_state_and_what_became_of_it(http: Http, thread_id: str, gate: Gate) -> None:
    http.create(thread_id, "gated", input=gate.input)
    gate.wait_until_reached()
    assert http.get(f"/threads/{thread_id}").json()["status"] == "busy"
    gate.open()

    http.wait(thread_id, "fail", input={"text": "oh"})

    thread = http.get(f"/threads/{thread_id}").json()
    assert thread["status"] == "error"
    assert thread["error"] == {"error": "ValueError", "message": "oh"}
    assert http.get(f"/threads/{thread_id}/state").json()["next"] == ["fail"]


def test_there_is_no_thread_that_was_not_created(http: Http) -> None:
    assert http.get(f"/threads/{uuid4()}").status_code == 404
    assert http.get(f"/threads/{uuid4()}/state").status_code == 404
