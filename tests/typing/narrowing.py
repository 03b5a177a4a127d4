"""What type checkers must understand. Never run: `make types` reads it.

A line with `type: ignore` must be an error, for mypy and for pyright: both complain about one that is not needed.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from typing import Any, TypedDict

from typing_extensions import assert_type

from runs_client import (
    ControlPart,
    CustomPart,
    ErrorPart,
    MessagesTuplePart,
    Part,
    Run,
    RunsClient,
    RunStream,
    SyncRunsClient,
    SyncRunStream,
    UpdatesPart,
    ValuesPart,
)


class State(TypedDict):
    question: str


class Update(TypedDict):
    answer: str


Client = RunsClient[State, Update, int]
SyncClient = SyncRunsClient[State, Update, int]


async def streams_are_typed_by_mode(runs: Client) -> None:
    assert_type(runs.stream("t", "a"), RunStream[ValuesPart[State] | ControlPart])
    assert_type(runs.stream("t", "a", stream_mode="values"), RunStream[ValuesPart[State] | ControlPart])
    assert_type(runs.stream(None, "a", stream_mode="values"), RunStream[ValuesPart[State] | ControlPart])
    assert_type(runs.stream("t", "a", stream_mode="updates"), RunStream[UpdatesPart[Update] | ControlPart])
    assert_type(runs.stream("t", "a", stream_mode="custom"), RunStream[CustomPart[int] | ControlPart])
    assert_type(runs.stream("t", "a", stream_mode="messages-tuple"), RunStream[MessagesTuplePart | ControlPart])
    assert_type(runs.stream("t", "a", stream_mode=["values", "custom"]), RunStream[Part[State, Update, int]])
    assert_type(runs.join_stream("t", "r", stream_mode="values"), RunStream[ValuesPart[State] | ControlPart])
    assert_type(runs.join_stream(None, "r"), RunStream[Part[State, Update, int]])
    async for part in runs.stream("t", "a", stream_mode="values"):
        if part.event == "values":
            assert_type(part, ValuesPart[State])
            assert_type(part.data, State)
            part.data["question"]
            part.data["nothing"]  # type: ignore[typeddict-item]


def sync_streams_are_typed_by_mode(runs: SyncClient) -> None:
    assert_type(runs.stream("t", "a", stream_mode="values"), SyncRunStream[ValuesPart[State] | ControlPart])
    for part in runs.stream("t", "a", stream_mode="values"):
        if part.event == "values":
            assert_type(part.data, State)


async def parts_narrow_by_class_and_by_event(runs: Client) -> None:
    async for part in runs.stream("t", "a", stream_mode=["values", "updates", "custom"]):
        match part:
            case ValuesPart(data=state):
                assert_type(state, State)
            case UpdatesPart(data=update):
                assert_type(update, Update)
            case CustomPart(data=number):
                assert_type(number, int)
            case ErrorPart(data=failure):
                assert_type(failure, Any)
            case _:
                pass
        if part.event == "updates":
            assert_type(part.data, Update)


async def results_are_typed(runs: Client) -> None:
    assert_type(await runs.create("t", "a"), Run)
    assert_type(await runs.list("t"), list[Run])
    assert_type(await runs.wait("t", "a"), State)
    assert_type(await runs.join("t", "r"), State)
    async for run in runs.iter("t"):
        assert_type(run, Run)


async def a_client_without_types_gives_plain_data(runs: RunsClient) -> None:
    assert_type(await runs.wait("t", "a"), Any)
    async for part in runs.stream("t", "a"):
        assert_type(part.data, Any)


async def keywords_are_typed(runs: Client) -> None:
    await runs.create("t", "a", input={"any": "thing"}, multitask_strategy="reject", durability="exit")
    await runs.create("t", "a", multitask_strategy="sometimes")  # type: ignore[call-overload]
    await runs.create("t", "a", inptu={})  # type: ignore[call-overload]
    await runs.create(None, "a", on_completion="keep")
    await runs.create(None, "a", multitask_strategy="reject")  # type: ignore[call-overload]
    await runs.create("t", "a", on_completion="keep")  # type: ignore[call-overload]
    await runs.create("t", "a", command={"resume": 1, "goto": ["a", {"node": "b", "input": None}]})
    await runs.create("t", "a", command={"resumé": 1})  # type: ignore[call-overload]
    await runs.wait("t", "a", on_disconnect="continue", stream_mode=["values"])
    await runs.list("t", limit=3, status="error", select=["run_id"])
    await runs.list("t", limit="3")  # type: ignore[arg-type]
    await runs.cancel("t", "r", wait=True, action="rollback")
    await runs.cancel_many(status="all")
    await runs.cancel_many(status="some")  # type: ignore[arg-type]
    await runs.create_batch([{"assistant_id": "a", "input": 1}])
    await runs.create_batch([{"input": 1}])  # type: ignore[typeddict-item]
    runs.stream("t", "a", stream_mode="values", checkpoint={"checkpoint_id": "c"}, if_not_exists="create")
    runs.stream("t", "a", stream_mode="everything")  # type: ignore[arg-type]
    runs.stream("t", "a", stream_mod="values")  # type: ignore[call-overload]
