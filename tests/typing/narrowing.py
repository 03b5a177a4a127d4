"""What type checkers must understand. Never run: `make types` reads it.

A line with `type: ignore` must be an error, for mypy and for pyright: both complain about one that is not needed.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import attrs
import msgspec
import pydantic
from typing_extensions import assert_type

from runs_client import (
    ControlPart,
    CustomPart,
    ErrorPart,
    Interrupt,
    MessagesTuplePart,
    Part,
    Run,
    RunHandle,
    RunsClient,
    RunsClientError,
    RunStream,
    StreamResult,
    SyncRunHandle,
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
                assert_type(update, dict[str, Update])
            case CustomPart(data=number):
                assert_type(number, int)
            case ErrorPart(data=failure):
                assert_type(failure, Any)
            case _:
                pass
        if part.event == "updates":
            assert_type(part.data, dict[str, Update])


async def results_are_typed(runs: Client) -> None:
    assert_type(await runs.create("t", "a"), Run)
    assert_type(await runs.list("t"), list[Run])
    assert_type(await runs.wait("t", "a"), State)
    assert_type(await runs.join("t", "r"), State)
    async for run in runs.iter("t"):
        assert_type(run, Run)


async def handles_are_typed(runs: Client) -> None:
    handle = await runs.start("t", "a", input={"any": "thing"}, multitask_strategy="reject")
    assert_type(handle, RunHandle[State, Update, int])
    assert_type(await runs.start(None, "a", on_completion="delete"), RunHandle[State, Update, int])
    assert_type(await runs.start_batch([{"assistant_id": "a"}]), list[RunHandle[State, Update, int]])
    assert_type(runs.handle("t", "r"), RunHandle[State, Update, int])
    assert_type(await handle.join(), State)
    assert_type(await handle.refresh(), Run)
    assert_type(handle.run, Run | None)
    assert_type(handle.interrupts, list[Interrupt])
    assert_type(await handle.resume("yes", metadata={"who": "me"}), RunHandle[State, Update, int])
    assert_type(handle.stream(), RunStream[Part[State, Update, int]])
    assert_type(handle.stream(stream_mode="values"), RunStream[ValuesPart[State] | ControlPart])
    assert_type(handle.stream(stream_mode="custom", last_event_id=None), RunStream[CustomPart[int] | ControlPart])
    async for ended in runs.as_completed([handle]):
        assert_type(ended, RunHandle[State, Update, int])
    assert_type(await runs.join_all([handle]), list[State])
    assert_type(await runs.join_all([handle], return_exceptions=True), list[State | RunsClientError])
    await handle.cancel(wait=True, action="rollback")
    await handle.cancel(action="undo")  # type: ignore[arg-type]
    await handle.resume("yes", inptu={})  # type: ignore[call-arg]
    handle.stream(stream_mode="everything")  # type: ignore[arg-type]
    await runs.start("t", "a", inptu={})  # type: ignore[call-overload]
    await runs.start(None, "a", multitask_strategy="reject")  # type: ignore[call-overload]
    await runs.join_all(["r"])  # type: ignore[list-item]


def sync_handles_are_typed(runs: SyncClient) -> None:
    handle = runs.start("t", "a")
    assert_type(handle, SyncRunHandle[State, Update, int])
    assert_type(handle.join(), State)
    assert_type(handle.stream(stream_mode="values"), SyncRunStream[ValuesPart[State] | ControlPart])
    for ended in runs.as_completed([handle]):
        assert_type(ended, SyncRunHandle[State, Update, int])
    assert_type(runs.join_all([handle]), list[State])


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


class Model(pydantic.BaseModel):
    question: str


@dataclass
class Data:
    question: str


@attrs.define
class Attrs:
    question: str


class Struct(msgspec.Struct):
    question: str


def parse(data: dict[str, Any]) -> Data:
    return Data(**data)


def types_are_inferred_from_the_arguments() -> None:
    assert_type(RunsClient(), RunsClient[Any, Any, Any])
    assert_type(RunsClient(state_type=Model), RunsClient[Model, Any, Any])
    assert_type(RunsClient(state_type=Data), RunsClient[Data, Any, Any])
    assert_type(RunsClient(state_type=State), RunsClient[State, Any, Any])
    assert_type(RunsClient(state_type=Attrs), RunsClient[Attrs, Any, Any])
    assert_type(RunsClient(state_type=Struct), RunsClient[Struct, Any, Any])
    assert_type(RunsClient(state_type=parse), RunsClient[Data, Any, Any])
    assert_type(RunsClient(state_type=Model, update_type=Update, custom_type=int), RunsClient[Model, Update, int])
    assert_type(SyncRunsClient(custom_type=Struct), SyncRunsClient[Any, Any, Struct])
    assert_type(RunsClient[Model](state_type=Model), RunsClient[Model])
    RunsClient[Model](state_type=Data)  # type: ignore[arg-type]
    RunsClient(state_type=Model(question="?"))  # type: ignore[arg-type]
    RunsClient(state_type="Model")  # type: ignore[arg-type]


async def data_are_of_the_types_that_were_given() -> None:
    async with RunsClient(state_type=Model, update_type=Struct, custom_type=int) as runs:
        assert_type(await runs.wait("t", "a"), Model)
        assert_type(await runs.join("t", "r"), Model)
        _ = (await runs.join("t", "r")).answer  # type: ignore[attr-defined]
        async for part in runs.stream("t", "a", stream_mode=["values", "updates", "custom"]):
            match part:
                case ValuesPart():
                    assert_type(part.data, Model)
                    _ = part.data.answer  # type: ignore[attr-defined]
                    assert_type(part.raw, Any)
                case UpdatesPart():
                    assert_type(part.data["node"], Struct)
                case CustomPart():
                    assert_type(part.data, int)
                case _:
                    pass


async def what_is_collected_is_typed_by_mode(runs: Client) -> None:
    assert_type(await runs.stream("t", "a").until_done(), StreamResult[State])
    assert_type(await runs.stream("t", "a", stream_mode="updates").until_done(), StreamResult[Any, Update])
    assert_type(await runs.stream("t", "a", stream_mode="custom").until_done(), StreamResult[Any, Any, int])
    assert_type(await runs.stream("t", "a", stream_mode="messages").until_done(), StreamResult)
    assert_type(await runs.stream("t", "a", stream_mode="messages-tuple").until_done(), StreamResult)
    assert_type(await runs.join_stream("t", "r").until_done(), StreamResult[State, Update, int])
    result = await runs.stream("t", "a", stream_mode=["values", "updates"]).until_done(raise_error=False)
    assert_type(result.values, State | None)
    assert_type(result.updates, dict[str, list[Update]])
    assert_type(result.custom, list[int])
    result.values = None  # type: ignore[misc]


async def what_is_collected_without_types_is_plain(runs: RunsClient, stream: RunStream) -> None:
    assert_type(await runs.stream("t", "a").until_done(), StreamResult[Any])
    assert_type(await runs.stream("t", "a", stream_mode=["values"]).until_done(), StreamResult)
    result: StreamResult = await stream.until_done()
    assert_type(result, StreamResult)


def what_is_collected_by_blocking_code(runs: SyncClient) -> None:
    assert_type(runs.stream("t", "a").until_done(), StreamResult[State])
    assert_type(runs.stream("t", "a", stream_mode=["values"]).until_done(), StreamResult[State, Update, int])
