"""What servers refuse, and with which error."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runs_client import NotFoundError, RunFailedError, RunsClient, UnprocessableEntityError
from tests.conformance.common import parts_of
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("create", "wait", "stream")
@pytest.mark.parametrize("way", ["create", "wait", "stream", "stream, stateless"])
async def test_an_unknown_assistant_is_refused(
    runs: RunsClient, thread_id: str, way: str, feature: ServerFeatures
) -> None:
    with feature.refused(
        "refuse an unknown assistant, by name (`UnprocessableEntityError`)", UnprocessableEntityError, "nobody"
    ):
        await begin(runs, way, thread_id, "nobody")
    with feature.refused("refuse an unknown assistant, by id (`NotFoundError`)", NotFoundError, "404 "):
        await begin(runs, way, thread_id, uuid4())


async def begin(runs: RunsClient, way: str, thread_id: str, assistant_id: Any) -> None:
    if way == "create":
        await runs.create(thread_id, assistant_id, input={})
    elif way == "wait":
        await runs.wait(thread_id, assistant_id, input={})
    else:
        async with runs.stream(thread_id if way == "stream" else None, assistant_id, input={}):
            pass


@pytest.mark.covers("get", "delete", "cancel")
@pytest.mark.feature("refuse an unknown run (`NotFoundError`)")
async def test_an_unknown_run(runs: RunsClient, thread_id: str) -> None:
    for call in (runs.get, runs.cancel, runs.delete):
        with pytest.raises(NotFoundError):
            await call(thread_id, uuid4())


@pytest.mark.covers("join")
async def test_joining_an_unknown_run(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature.refused("refuse to join an unknown run (`RunFailedError`)", RunFailedError, "404: Run not found"):
        await runs.join(thread_id, uuid4())


@pytest.mark.covers("joinStream")
async def test_streaming_an_unknown_run(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature("tell by an error event that a run is unknown, in `join_stream`"):
        parts = await parts_of(runs.join_stream(thread_id, uuid4()))
        assert [part.event for part in parts] == ["error"]


@pytest.mark.covers("create")
async def test_a_thread_id_that_is_no_uuid(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature.refused(
        "refuse a thread id that is no UUID (`UnprocessableEntityError`)", UnprocessableEntityError, "422 "
    ):
        await runs.create(f"thread-{uuid4()}", "echo", input={}, if_not_exists="create")


@pytest.mark.covers("get")
async def test_a_run_id_that_is_no_uuid(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature.refused(
        "refuse a run id that is no UUID (`UnprocessableEntityError`)", UnprocessableEntityError, "422 "
    ):
        await runs.get(thread_id, "run-7")


@pytest.mark.covers("create")
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("refuse an unknown stream mode (`UnprocessableEntityError`)", {"stream_mode": "everything"}),
        ("refuse an unknown multitask strategy (`UnprocessableEntityError`)", {"multitask_strategy": "elbow"}),
        ("refuse a checkpoint that is no UUID (`UnprocessableEntityError`)", {"checkpoint_id": "first"}),
        ("refuse an interrupt at no node (`UnprocessableEntityError`)", {"interrupt_before": 7}),
    ],
)
async def test_a_body_that_is_wrong(
    runs: RunsClient, thread_id: str, name: str, wrong: Any, feature: ServerFeatures
) -> None:
    with feature.refused(name, UnprocessableEntityError, "422 "):
        await runs.create(thread_id, "echo", input={}, **wrong)


@pytest.mark.covers("fetch")
async def test_a_body_without_an_assistant(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature.refused(
        "refuse a body without an assistant (`UnprocessableEntityError`)", UnprocessableEntityError, "422 "
    ):
        await runs.request("POST", f"/threads/{thread_id}/runs", json={"input": {}})
