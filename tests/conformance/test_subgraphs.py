"""What subgraphs send, and the namespaces that tell it apart."""

from __future__ import annotations

from typing import Any

import pytest

from runs_client import RunsClient
from tests.conformance.common import parts_of_success
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


async def sent(runs: RunsClient, thread_id: str, mode: Any, **options: Any) -> list[tuple[list[str], Any]]:
    """The nodes of each part's namespace, and its data."""
    stream = runs.stream(thread_id, "team", input={"log": []}, stream_mode=mode, **options)
    parts = await parts_of_success(stream)
    return [([level.split(":")[0] for level in part.namespace], part.data) for part in parts if part.event == mode]


@pytest.mark.covers("stream")
@pytest.mark.feature("`updates` of subgraphs")
async def test_updates(runs: RunsClient, thread_id: str) -> None:
    assert await sent(runs, thread_id, "updates", stream_subgraphs=True) == [
        (["research"], {"researcher": {"log": ["researched"]}}),
        ([], {"research": {"log": ["researched"]}}),
        ([], {"write": {"log": ["written"]}}),
    ]


@pytest.mark.covers("stream")
async def test_values(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature("`values` of subgraphs"):
        assert await sent(runs, thread_id, "values", stream_subgraphs=True) == [
            ([], {"log": []}),
            (["research"], {"log": []}),
            (["research"], {"log": ["researched"]}),
            ([], {"log": ["researched"]}),
            ([], {"log": ["researched", "written"]}),
        ]


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["tasks", "debug", "checkpoints"])
async def test_the_other_modes(runs: RunsClient, thread_id: str, mode: Any, feature: ServerFeatures) -> None:
    found = [namespace for namespace, _ in await sent(runs, thread_id, mode, stream_subgraphs=True)]
    assert [["research"] in found, [] in found] == feature.value(f"`{mode}` of subgraphs", [True, True])


@pytest.mark.covers("stream")
async def test_messages(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature("`messages` of subgraphs"):
        assert await sent(runs, thread_id, "messages", stream_subgraphs=True) == []


@pytest.mark.covers("stream")
@pytest.mark.feature("subgraphs are silent unless asked for")
async def test_subgraphs_that_nobody_asked_for(runs: RunsClient, thread_id: str) -> None:
    assert await sent(runs, thread_id, "updates") == [
        ([], {"research": {"log": ["researched"]}}),
        ([], {"write": {"log": ["written"]}}),
    ]
