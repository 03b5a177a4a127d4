"""Requests that make no sense."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from runs_client.testing import RunsServer
from tests.embedded.conftest import Http

SOME_ID = "0197c1f0-0000-4000-8000-000000000001"
CREATING = [f"/threads/{SOME_ID}/runs{end}" for end in ("", "/stream", "/wait")] + [
    "/runs",
    "/runs/stream",
    "/runs/wait",
]
ATTACHED = [path for path in CREATING if path.endswith(("/stream", "/wait"))]
STATELESS = [path for path in CREATING if path.startswith("/runs")]
ON_THREADS = [path for path in CREATING if path.startswith("/threads")]


def assert_refused(answer: httpx.Response, status: int) -> str:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["detail"]
    detail: str = answer.json()["detail"]
    return detail


@pytest.mark.parametrize("path", [*CREATING, "/runs/batch", "/runs/cancel", "/threads"])
@pytest.mark.parametrize("body", [b"", b"{", b'{"assistant_id":"\xff"}'])
def test_a_body_that_is_not_json(http: Http, path: str, body: bytes) -> None:
    assert_refused(http.client.post(path, content=body), 422)


@pytest.mark.parametrize("path", CREATING)
@pytest.mark.parametrize("body", [[], "text", None, {}, {"assistant_id": None}, {"assistant_id": 1}])
def test_a_body_that_names_no_assistant(http: Http, path: str, body: Any) -> None:
    assert_refused(http.client.post(path, json=body), 422)


@pytest.mark.parametrize("path", CREATING)
def test_an_unknown_assistant_is_told_which_ones_there_are(http: Http, path: str) -> None:
    detail = assert_refused(http.post(path, assistant_id="nobody", if_not_exists="create"), 422)

    assert "'nobody'" in detail
    assert "echo, counter, chat, ask, fail, team" in detail


@pytest.mark.parametrize("path", CREATING)
def test_an_assistant_id_that_nobody_has(http: Http, path: str) -> None:
    assert_refused(http.post(path, assistant_id=str(uuid4()), if_not_exists="create"), 404)


EVERYWHERE = [
    ("stream_mode", "sideways"),
    ("stream_mode", ["values", "sideways"]),
    ("stream_mode", None),
    ("durability", "forever"),
    ("metadata", "text"),
    ("metadata", None),
    ("config", []),
    ("config", {"tags": "label"}),
    ("config", {"recursion_limit": 1.5}),
    ("config", {"configurable": None}),
    ("context", 1),
    ("command", "resume"),
    ("command", {"update": 1}),
    ("command", {"goto": 1}),
    ("command", {"goto": {"node": "a"}}),
    ("command", {"goto": ["a", {"node": "b", "input": None}]}),
    ("webhook", 1),
    ("checkpoint_id", "not-a-uuid"),
    ("stream_subgraphs", "yes"),
    ("stream_resumable", 1),
    ("feedback_keys", "key"),
    ("after_seconds", "soon"),
    ("after_seconds", True),
    ("checkpoint_during", "yes"),
]


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        *((path, *wrong) for path in ("/runs", f"/threads/{SOME_ID}/runs") for wrong in EVERYWHERE),
        *((path, "on_disconnect", "explode") for path in ATTACHED),
        *((path, "on_completion", "explode") for path in STATELESS),
        *((path, "multitask_strategy", "explode") for path in ON_THREADS),
        *((path, "if_not_exists", "explode") for path in ON_THREADS),
        *((path, "interrupt_before", "x") for path in ON_THREADS),
        *((path, "interrupt_after", [1]) for path in ON_THREADS),
        *((path, "checkpoint", "x") for path in ON_THREADS),
        *((path, "checkpoint", {"checkpoint_map": []}) for path in ON_THREADS),
    ],
)
def test_a_field_with_a_wrong_value_is_named(http: Http, path: str, field: str, value: Any) -> None:
    detail = assert_refused(http.post(path, **{"assistant_id": "echo", field: value}), 422)

    assert detail.startswith(f"{field} must be ")


def test_unknown_fields_are_taken_as_they_come(http: Http) -> None:
    answer = http.post("/runs/wait", assistant_id="echo", input={"text": "hi"}, tomorrow=1, command=None)

    assert answer.json() == {"text": "hi"}


def test_context_and_configurable_exclude_each_other(http: Http) -> None:
    body = {"assistant_id": "echo", "input": {}, "context": {"a": 1}, "config": {"configurable": {"b": 1}}}

    assert_refused(http.client.post("/runs", json=body), 400)


@pytest.mark.parametrize("path", [*STATELESS, "/runs/batch"])
def test_a_stateless_run_has_nothing_to_resume(http: Http, path: str) -> None:
    body = {"assistant_id": "ask", "command": {"resume": "yes"}}

    assert_refused(http.client.post(path, json=[body] if path == "/runs/batch" else body), 400)


def test_an_unknown_thread(http: Http, embedded: RunsServer) -> None:
    before = embedded.runs_created

    for path in ON_THREADS:
        assert_refused(http.post(path, assistant_id="echo", input={}), 404)
        assert_refused(http.post(path, assistant_id="echo", input={}, if_not_exists="reject"), 404)
    assert_refused(http.get(f"/threads/{SOME_ID}/runs"), 404)
    assert_refused(http.get(f"/threads/{SOME_ID}/runs/{SOME_ID}"), 404)
    assert_refused(http.client.delete(f"/threads/{SOME_ID}/runs/{SOME_ID}"), 404)
    assert embedded.runs_created == before


@pytest.mark.parametrize("end", ["", "/state", "/runs", f"/runs/{SOME_ID}", f"/runs/{SOME_ID}/join"])
def test_a_thread_id_that_is_no_uuid(http: Http, end: str) -> None:
    assert "thread" in assert_refused(http.get(f"/threads/mine{end}"), 422)


@pytest.mark.parametrize("end", ["", "/join", "/stream"])
def test_a_run_id_that_is_no_uuid(http: Http, end: str) -> None:
    assert "run" in assert_refused(http.get(f"/threads/{SOME_ID}/runs/mine{end}"), 422)


def test_ids_that_are_no_uuids_in_other_requests(http: Http) -> None:
    assert_refused(http.post("/threads/mine/runs", assistant_id="echo"), 422)
    assert_refused(http.post(f"/threads/{SOME_ID}/runs/mine/cancel"), 422)
    assert_refused(http.client.delete(f"/threads/{SOME_ID}/runs/mine"), 422)
    assert_refused(http.post("/threads", thread_id="mine"), 422)


def test_following_a_run_that_does_not_exist_is_told_in_the_body(http: Http) -> None:
    path = f"/threads/{SOME_ID}/runs/{uuid4()}"
    join, stream = http.get(f"{path}/join"), http.get(f"{path}/stream")

    assert (join.status_code, stream.status_code) == (200, 200)
    assert join.json() == {"__error__": {"error": "HTTPException", "message": "404: Run not found"}}
    assert join.headers["Location"] == f"{path}/join"
    assert stream.text == 'event: error\r\ndata: {"error":"HTTPException","message":"404: Run not found"}\r\n\r\n'
    assert stream.headers["Location"] == f"{path}/stream"
    assert stream.headers["Content-Location"] == path


@pytest.mark.parametrize("body", [{}, [], "text"])
def test_a_batch_must_be_a_list_of_something(http: Http, body: Any) -> None:
    assert_refused(http.client.post("/runs/batch", json=body), 422)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": "over"},
        {"thread_id": SOME_ID},
        {"run_ids": [SOME_ID]},
        {"thread_id": SOME_ID, "run_ids": ["mine"]},
        {"thread_id": "mine", "run_ids": [SOME_ID]},
        {"thread_id": SOME_ID, "run_ids": [SOME_ID], "status": "all"},
        {"thread_id": SOME_ID, "status": "all"},
    ],
)
def test_cancelling_many_needs_either_ids_or_a_status(http: Http, body: Any) -> None:
    assert_refused(http.client.post("/runs/cancel", json=body), 422)


def test_cancelling_many_that_do_not_exist(http: Http) -> None:
    http.post("/runs/cancel", status="all")

    assert_refused(http.post("/runs/cancel", thread_id=SOME_ID, run_ids=[SOME_ID]), 404)
    assert_refused(http.post("/runs/cancel", status="all"), 404)


@pytest.mark.parametrize("query", [{"limit": "many"}, {"offset": ""}])
def test_pages_need_numbers(http: Http, thread_id: str, query: dict[str, str]) -> None:
    http.wait(thread_id, "echo", input={})

    assert_refused(http.get(f"/threads/{thread_id}/runs", **query), 400)


def test_only_fields_that_runs_have_can_be_selected(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={})

    assert "['colour']" in assert_refused(http.get(f"/threads/{thread_id}/runs", select=["run_id", "colour"]), 422)


def test_what_is_not_there(http: Http) -> None:
    assert_refused(http.get("/nothing"), 404)


def test_a_wrong_method_is_told_the_right_one(http: Http) -> None:
    answer = http.client.put("/runs/stream")

    assert_refused(answer, 405)
    assert answer.headers["Allow"] == "POST"


def test_the_server_is_well(http: Http) -> None:
    assert http.get("/ok").json() == {"ok": True}
