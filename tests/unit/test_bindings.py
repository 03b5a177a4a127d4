"""The generated bindings: pure, tolerant, and usable alone over httpx."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timezone
from typing import Any

import pytest

from runs_bindings import Client
from runs_bindings.api import runs as operations
from runs_bindings.models import ErrorBody, Run, StatelessRunCreate
from runs_bindings.types import UNSET, RequestParts

WHOLE: dict[str, Any] = {
    "run_id": "r",
    "thread_id": "t",
    "assistant_id": "a",
    "created_at": "2026-11-23T08:07:46.612087+00:00",
    "updated_at": "2026-11-23T08:07:46Z",
    "status": "success",
    "metadata": {"a": 1},
    "kwargs": {"input": None},
    "multitask_strategy": "enqueue",
    "langsmith_session_name": None,
}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in WHOLE.items() if name not in names}


def test_a_request_is_plain_data() -> None:
    assert operations.list_runs.build_request(
        "t", limit=3, status="error", select=["run_id", "status"]
    ) == RequestParts(
        "GET",
        "/threads/t/runs",
        query=(("limit", "3"), ("status", "error"), ("select", "run_id"), ("select", "status")),
    )
    assert operations.cancel_run.build_request("t", "r", wait=False).query == (("wait", "false"),)
    assert operations.join_run_stream.build_request("t", "r", last_event_id="-1").headers == (("Last-Event-ID", "-1"),)
    assert operations.create_stateless_run.build_request(body={"assistant_id": "a"}).body == {"assistant_id": "a"}


def test_a_whole_run() -> None:
    run = operations.get_run.parse_result(WHOLE)
    assert run.created_at == datetime(2026, 11, 23, 8, 7, 46, 612087, timezone.utc)
    assert run.updated_at == datetime(2026, 11, 23, 8, 7, 46, tzinfo=timezone.utc)
    assert run.metadata == {"a": 1}
    assert run.to_dict() == {**WHOLE, "updated_at": "2026-11-23T08:07:46+00:00"}


def test_a_status_from_the_future() -> None:
    run = operations.get_run.parse_result({**WHOLE, "status": "levitating", "multitask_strategy": "queue-jump"})
    assert (run.status, run.multitask_strategy) == ("levitating", "queue-jump")


def test_a_run_without_what_not_every_server_sends() -> None:
    run = operations.get_run.parse_result(without("kwargs", "metadata", "multitask_strategy", "langsmith_session_name"))
    assert run.kwargs is UNSET
    assert not run.metadata


def test_a_run_with_more_than_we_know() -> None:
    extra = {"user_id": "u", "input": {"q": 1}, "output": None, "error_message": None}
    run = operations.get_run.parse_result({**WHOLE, **extra})
    assert run.additional_properties == extra
    assert run["user_id"] == "u"
    assert run.to_dict().items() >= extra.items()


def test_a_run_of_which_little_was_selected() -> None:
    (run,) = operations.list_runs.parse_result([{"status": "error"}])
    unset: list[object] = [run.run_id, run.created_at, run.kwargs]
    assert unset == [UNSET] * 3
    assert run.to_dict() == {"status": "error"}


def test_nulls_are_kept() -> None:
    run = operations.get_run.parse_result({**WHOLE, "metadata": None, "kwargs": None, "multitask_strategy": None})
    assert (run.metadata, run.kwargs, run.multitask_strategy) == (None, None, None)


def test_unset_stays_one_object() -> None:
    for again in (pickle.loads(pickle.dumps(UNSET)), copy.copy(UNSET), copy.deepcopy(UNSET)):
        assert again is UNSET
    run = Run.from_dict({"run_id": "r"})
    assert pickle.loads(pickle.dumps(run)).to_dict() == {"run_id": "r"}
    assert (repr(UNSET), bool(UNSET)) == ("UNSET", False)


def test_the_stock_functions_work_alone(embedded_url: str) -> None:
    with Client(base_url=embedded_url) as client:
        run = operations.create_stateless_run.sync(
            client=client, body=StatelessRunCreate(assistant_id="echo", input_={"text": "hello"}, on_completion="keep")
        )
        assert isinstance(run, Run)
        assert operations.join_run.sync(run.thread_id, run.run_id, client=client) == {"text": "hello"}
        refusal = operations.get_run.sync_detailed("../..", "a/b", client=client)
        assert refusal.status_code == 422 or refusal.status_code == 404
        assert isinstance(refusal.parsed, ErrorBody)


@pytest.mark.anyio
async def test_the_stock_functions_work_alone_async(embedded_url: str) -> None:
    async with Client(base_url=embedded_url) as client:
        runs = await operations.create_run_batch.asyncio(
            client=client, body=[StatelessRunCreate(assistant_id="echo") for _ in range(2)]
        )
        assert isinstance(runs, list)
        assert len(runs) == 2
