"""Clients that were given types: states, updates and custom data are decoded into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict

import attrs
import msgspec
import pydantic
import pytest

from runs_client import CustomPart, DataDecodeError, RunsClient, UpdatesPart, ValuesPart
from tests.clients import ClientFactory
from tests.conformance.common import NO_LUCK, SOON, parts_of, parts_of_success
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


class CounterModel(pydantic.BaseModel):
    n: int
    count: int | None = None


@dataclass
class CounterDataclass:
    n: int
    count: int | None = None


class CounterDict(TypedDict, total=False):
    n: int
    count: int


@attrs.define
class CounterAttrs:
    n: int
    count: int | None = None


class CounterStruct(msgspec.Struct):
    n: int
    count: int | None = None


class Changes(msgspec.Struct):
    count: int


@dataclass
class Tick:
    tick: int


class Question(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)
    question: str
    answer: str | None = None


class Echo(pydantic.BaseModel):
    text: str


@pytest.mark.covers("stream", "wait", "join")
@pytest.mark.parametrize("kind", [CounterModel, CounterDataclass, CounterDict, CounterAttrs, CounterStruct])
async def test_states_are_of_the_users_type(
    server_url: str, client_factory: ClientFactory, thread_id: str, kind: Any
) -> None:
    async with client_factory(server_url, state_type=kind) as runs:
        stream = runs.stream(thread_id, "counter", input={"n": 2})
        assert [part.data async for part in stream if isinstance(part, ValuesPart)] == [kind(n=2), kind(n=2, count=2)]
        assert await runs.wait(None, "counter", input={"n": 1}) == kind(n=1, count=1)
        assert await runs.join(thread_id, str(stream.run_id)) == kind(n=2, count=2)


@pytest.mark.covers("stream", "joinStream")
async def test_updates_and_custom_data_are_too(server_url: str, client_factory: ClientFactory, thread_id: str) -> None:
    async with client_factory(server_url, update_type=Changes, custom_type=Tick) as runs:
        stream = runs.stream(thread_id, "counter", input={"n": 2}, stream_mode=["values", "updates", "custom"])
        parts = [part async for part in stream if isinstance(part, (ValuesPart, UpdatesPart, CustomPart))]
        assert [part.data for part in parts] == [
            {"n": 2},
            Tick(0),
            Tick(1),
            {"counter": Changes(2)},
            {"n": 2, "count": 2},
        ]
        replay = runs.join_stream(thread_id, str(stream.run_id), stream_mode="custom", last_event_id="-1")
        assert [part.data async for part in replay if part.event == "custom"] == [Tick(0), Tick(1)]


@pytest.mark.covers("stream", "wait")
async def test_a_strict_type_is_not_disturbed_by_an_interrupt(
    server_url: str, client_factory: ClientFactory, thread_id: str, feature: ServerFeatures
) -> None:
    async with client_factory(server_url, state_type=Question) as runs:
        with feature("decode the state of a run that asks into a type, in `values`"):
            parts = await parts_of(runs.stream(thread_id, "ask", input={"question": "ready?"}))
            assert isinstance(parts[-1], ValuesPart)
            assert parts[-1].data == Question(question="ready?")
            assert parts[-1].raw["__interrupt__"][0]["value"] == "ready?"
            state = await runs.wait(thread_id, "ask", command={"resume": "yes"})
            assert state == Question(question="ready?", answer="yes")


@pytest.mark.covers("wait", "join")
async def test_a_failure_is_no_state(
    server_url: str, client_factory: ClientFactory, thread_id: str, feature: ServerFeatures
) -> None:
    async with client_factory(server_url, state_type=Question) as runs:
        run = await runs.create(thread_id, "fail", input={"text": "no luck"}, **SOON)
        failures = [
            await runs.wait(None, "fail", input={"text": "no luck"}, raise_error=False),
            await runs.join(thread_id, run.run_id, raise_error=False),
        ]
    failure = feature.value("tell kind and message of a failure, in `wait` and `join`", NO_LUCK)
    assert failures == [{"__error__": failure}] * 2


@pytest.mark.covers("stream")
async def test_subgraphs_keep_their_own_states(
    server_url: str, client_factory: ClientFactory, thread_id: str, feature: ServerFeatures
) -> None:
    def parse(state: dict[str, Any]) -> tuple[str, ...]:
        return tuple(state["log"])

    async with client_factory(server_url, state_type=parse) as runs:
        stream = runs.stream(thread_id, "team", input={"log": []}, stream_subgraphs=True)
        with feature("`values` of subgraphs"):
            parts = [part for part in await parts_of_success(stream) if isinstance(part, ValuesPart)]
            assert [part.data for part in parts if not part.namespace] == [
                (),
                ("researched",),
                ("researched", "written"),
            ]
            assert [part.data for part in parts if part.namespace] == [{"log": []}, {"log": ["researched"]}]


@pytest.mark.covers("wait", "join")
async def test_a_final_state_that_does_not_fit(
    server_url: str, client_factory: ClientFactory, runs: RunsClient, thread_id: str
) -> None:
    async with client_factory(server_url, state_type=Echo) as typed:
        with pytest.raises(DataDecodeError, match="text: ") as caught:
            await typed.wait(thread_id, "echo", input={"text": 3})
        assert caught.value.data == {"text": 3}
        (run,) = await runs.list(thread_id)
        with pytest.raises(DataDecodeError, match=f"the final state of run {run.run_id} cannot be decoded as Echo"):
            await typed.join(thread_id, run.run_id)
    assert await runs.join(thread_id, run.run_id) == {"text": 3}


def even(data: Any) -> int:
    """The number of a tick, for every other one."""
    if data["tick"] % 2:
        raise ValueError(f"{data['tick']} is odd")
    number: int = data["tick"]
    return number


@pytest.mark.covers("stream")
async def test_a_stream_goes_on_after_data_that_do_not_fit(
    server_url: str, client_factory: ClientFactory, thread_id: str
) -> None:
    found: list[Any] = []
    async with client_factory(server_url, custom_type=even) as runs:
        async with runs.stream(thread_id, "counter", input={"n": 5}, stream_mode="custom") as stream:
            while True:
                try:
                    async for part in stream:
                        if isinstance(part, CustomPart):
                            found.append(part.data)
                    break
                except DataDecodeError as error:
                    found.append(error.data)
                    assert (error.event, error.event_id) == ("custom", stream.last_event_id)
    assert found == [0, {"tick": 1}, 2, {"tick": 3}, 4]


@pytest.mark.covers("joinStream")
async def test_who_left_at_data_that_do_not_fit_comes_back_to_them(
    server_url: str, client_factory: ClientFactory, runs: RunsClient, thread_id: str
) -> None:
    async with client_factory(server_url, custom_type=even) as typed:
        stream = typed.stream(thread_id, "counter", input={"n": 5, "delay": 0.02}, stream_mode="custom")
        with pytest.raises(DataDecodeError, match="custom.*: ValueError: 1 is odd"):
            await stream.until_done()
    rest = runs.join_stream(thread_id, str(stream.run_id), stream_mode="custom", last_event_id=stream.last_event_id)
    assert [part.data["tick"] async for part in rest if isinstance(part, CustomPart)] == [2, 3, 4]
    rest = runs.join_stream(thread_id, str(stream.run_id), stream_mode="custom", last_event_id=stream.resume_from)
    assert [part.data["tick"] async for part in rest if isinstance(part, CustomPart)][-4:] == [1, 2, 3, 4]
