"""Runs that stop for a human, and those that bring the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from runs_client import NotFoundError, RunsClient, interrupts_of
from tests.clients import ClientFactory
from tests.conformance.common import SOON, parts_of
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio

QUESTION = {"question": "Send the mail?"}
ASKED = ["Send the mail?"]


@dataclass
class Mail:
    question: str
    answer: str | None = None


@pytest.mark.feature("ask in streams of `values` and `updates`")
async def test_a_question_is_seen_in_the_stream(runs: RunsClient, thread_id: str) -> None:
    seen = {}
    async for part in runs.stream(thread_id, "ask", input=QUESTION, stream_mode=["values", "updates"]):
        if questions := interrupts_of(part):
            seen[part.event] = questions
    assert {event: [question.value for question in questions] for event, questions in seen.items()} == {
        "values": ASKED,
        "updates": ASKED,
    }
    assert seen["values"] == seen["updates"]
    assert seen["values"][0].id


@pytest.mark.covers("stream")
async def test_a_question_comes_with_the_state(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    parts = await parts_of(runs.stream(thread_id, "ask", input=QUESTION))
    assert [question.value for question in interrupts_of(parts[-1])] == ASKED
    states = [sorted(part.data) for part in parts if part.event == "values"]
    usual = [["question"], ["__interrupt__", "question"]]
    assert states == feature.value("send the state along with the question, in `values`", usual)


@pytest.mark.feature("ask in the final state")
async def test_a_question_is_seen_in_the_final_state(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    state = await runs.wait(thread_id, "ask", input=QUESTION)
    assert [question.value for question in interrupts_of(state)] == ASKED
    usual = ["__interrupt__", "question"]
    assert sorted(state) == feature.value("send the state along with the question, in `wait` and `join`", usual)


async def test_the_status_of_a_run_that_asks(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "ask", input=QUESTION)
    await runs.join(thread_id, run.run_id)
    status = (await runs.get(thread_id, run.run_id)).status
    assert status == feature.value("a run that asks is a `success`", "success")


async def test_joining_a_run_that_asks_again(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    run = await runs.create(thread_id, "ask", input=QUESTION, **SOON)
    for again in (False, True):
        asked = [question.value for question in interrupts_of(await runs.join(thread_id, run.run_id))]
        assert asked == (feature.value("ask whoever joins once more", ASKED) if again else ASKED)


@pytest.mark.feature("answer by value")
async def test_join_ask_resume(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION, **SOON)
    assert handle.interrupts == []
    await handle.join()
    assert [question.value for question in handle.interrupts] == ASKED

    answered = await handle.resume("yes")

    assert answered != handle
    assert answered.thread_id == thread_id
    assert await answered.join() == {**QUESTION, "answer": "yes"}
    assert answered.interrupts == []
    assert [question.value for question in handle.interrupts] == ASKED


@pytest.mark.covers("wait")
async def test_an_answer_as_a_command(runs: RunsClient, thread_id: str) -> None:
    await runs.wait(thread_id, "ask", input=QUESTION)
    assert await runs.wait(thread_id, "ask", command={"resume": "yes"}) == {**QUESTION, "answer": "yes"}


@pytest.mark.parametrize("modes", [["values", "updates", "tasks"], ["updates"]])
async def test_a_question_is_told_once_whatever_the_stream_modes(
    runs: RunsClient, thread_id: str, modes: Any, feature: ServerFeatures
) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION, stream_mode=modes, **SOON)
    await handle.join()
    asked = [question.value for question in handle.interrupts]
    assert asked == (
        ASKED
        if "values" in modes
        else feature.value("ask in the final state of a run without the stream mode `values`", ASKED)
    )


async def test_resuming_a_run_that_was_started_elsewhere(
    runs: RunsClient, thread_id: str, feature: ServerFeatures
) -> None:
    run = await runs.create(thread_id, "ask", input=QUESTION)
    await runs.join(thread_id, run.run_id)
    answered = await runs.handle(thread_id, run.run_id).resume("yes", metadata={"who": "me"})
    assert (await answered.join())["answer"] == "yes"
    metadata = (await answered.refresh()).metadata or {}
    assert metadata.get("who") == feature.value("give a run's metadata back", "me")
    with pytest.raises(NotFoundError):
        await runs.handle(thread_id, thread_id).resume("yes")


@pytest.mark.feature("answer by the id of the question")
async def test_an_answer_by_the_id_of_the_question(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION, **SOON)
    await handle.join()
    (question,) = handle.interrupts
    answered = await handle.resume({question.id: "yes"})
    assert (await answered.join())["answer"] == "yes"


async def test_the_answer_may_be_any_json(runs: RunsClient, thread_id: str) -> None:
    for answer in (False, {"send": True, "to": ["me"]}):
        handle = await runs.start(thread_id, "ask", input=QUESTION, **SOON)
        await handle.join()
        assert (await (await handle.resume(answer)).join())["answer"] == answer


@pytest.mark.feature("answer and change the state")
async def test_an_answer_and_a_change_of_the_state(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION, **SOON)
    await handle.join()
    answered = await handle.resume("yes", command={"update": {"question": "Really?"}})
    assert await answered.join() == {"question": "Really?", "answer": "yes"}


@pytest.mark.feature("answer a run without a thread")
async def test_a_stateless_run_can_be_resumed(runs: RunsClient) -> None:
    handle = await runs.start(None, "ask", input=QUESTION, **SOON)
    await handle.join()
    answered = await handle.resume("yes")
    assert await answered.join() == {**QUESTION, "answer": "yes"}


async def test_an_answer_that_nobody_waits_for(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION, **SOON)
    await handle.join()
    answered = await handle.resume("yes")
    await answered.join()
    with feature("take an answer that nobody waits for"):
        assert await answered.resume("again") != answered


async def test_a_typed_client_sees_questions_as_well(
    server_url: str, client_factory: ClientFactory, thread_id: str, feature: ServerFeatures
) -> None:
    async with client_factory(server_url, state_type=Mail) as runs:
        handle = await runs.start(thread_id, "ask", input=QUESTION, **SOON)
        with feature("decode the state of a run that asks into a type, in `join`"):
            assert await handle.join() == Mail("Send the mail?")
        assert [question.value for question in handle.interrupts] == ASKED
        assert await (await handle.resume("yes")).join() == Mail("Send the mail?", "yes")


async def test_a_typed_client_streams_questions(
    server_url: str, client_factory: ClientFactory, thread_id: str, feature: ServerFeatures
) -> None:
    async with client_factory(server_url, state_type=Mail) as runs:
        handle = await runs.start(thread_id, "ask", input=QUESTION)
        with feature("decode the state of a run that asks into a type, in `values`"):
            shown: list[Any] = [part async for part in handle.stream(stream_mode="values") if interrupts_of(part)]
            assert [part.data for part in shown] == [Mail("Send the mail?")]


@pytest.mark.covers("stream")
@pytest.mark.parametrize("mode", ["values", "updates"])
async def test_several_questions_at_once(runs: RunsClient, thread_id: str, mode: Any, feature: ServerFeatures) -> None:
    with feature("ask several questions at once, and take all answers"):
        result = await runs.stream(thread_id, "ask_two", input={}, stream_mode=mode).until_done()
        assert sorted(question.value for question in result.interrupts) == ["first?", "second?"]
        answers = {question.id: f"{question.value} yes" for question in result.interrupts}
        state = await runs.wait(thread_id, "ask_two", command={"resume": answers})
        assert sorted(state["answers"]) == ["first? yes", "second? yes"]


async def test_several_questions_in_the_final_state(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    with feature("ask several questions at once, and take all answers"):
        handle = await runs.start(thread_id, "ask_two", input={}, **SOON)
        await handle.join()
        asked = sorted(question.value for question in handle.interrupts)
        assert asked == feature.value("tell all questions, in `wait` and `join`", ["first?", "second?"])


@pytest.mark.covers("stream")
@pytest.mark.parametrize(("place", "done"), [("before", []), ("after", ["research"])])
async def test_stopping_at_a_node(
    runs: RunsClient, thread_id: str, place: str, done: list[str], feature: ServerFeatures
) -> None:
    stop: Any = {f"interrupt_{place}": ["research"]}
    result = await runs.stream(thread_id, "team", input={"log": []}, stream_mode="updates", **stop).until_done()
    assert [*result.updates] == feature.value(f"stop with `interrupt_{place}`", done)
    with feature("go on without an input"):
        assert await runs.wait(thread_id, "team") == {"log": ["researched", "written"]}


@pytest.mark.covers("wait")
async def test_going_to_a_node(runs: RunsClient, thread_id: str, feature: ServerFeatures) -> None:
    state = await runs.wait(thread_id, "team", command={"goto": "write"})
    assert state == feature.value("go to a node alone, with `command`", {"log": ["written"]})
