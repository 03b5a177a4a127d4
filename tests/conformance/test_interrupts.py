"""Runs that stop for a human, and those that bring the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from runs_client import NotFoundError, RunsClient, interrupts_of
from tests.clients import ClientFactory

pytestmark = pytest.mark.anyio

QUESTION = {"question": "Send the mail?"}
ASKED = ["Send the mail?"]


@dataclass
class Mail:
    question: str
    answer: str | None = None


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


async def test_a_question_is_seen_in_the_final_state(runs: RunsClient, thread_id: str) -> None:
    state = await runs.wait(thread_id, "ask", input=QUESTION)
    assert [question.value for question in interrupts_of(state)] == ASKED


async def test_join_ask_resume(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION)
    assert handle.interrupts == []
    await handle.join()
    assert [question.value for question in handle.interrupts] == ASKED

    answered = await handle.resume("yes")

    assert answered != handle
    assert answered.thread_id == thread_id
    assert await answered.join() == {**QUESTION, "answer": "yes"}
    assert answered.interrupts == []
    assert [question.value for question in handle.interrupts] == ASKED


async def test_a_question_is_told_once_whatever_the_stream_modes(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION, stream_mode=["values", "updates", "tasks"])
    await handle.join()
    assert [question.value for question in handle.interrupts] == ASKED


async def test_resuming_a_run_that_was_started_elsewhere(runs: RunsClient, thread_id: str) -> None:
    run = await runs.create(thread_id, "ask", input=QUESTION)
    await runs.join(thread_id, run.run_id)
    answered = await runs.handle(thread_id, run.run_id).resume("yes", metadata={"who": "me"})
    assert (await answered.join())["answer"] == "yes"
    metadata = (await answered.refresh()).metadata
    assert isinstance(metadata, dict)
    assert metadata["who"] == "me"
    with pytest.raises(NotFoundError):
        await runs.handle(thread_id, thread_id).resume("yes")


async def test_an_answer_by_the_id_of_the_question(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION)
    await handle.join()
    (question,) = handle.interrupts
    answered = await handle.resume({question.id: "yes"})
    assert (await answered.join())["answer"] == "yes"


async def test_the_answer_may_be_any_json(runs: RunsClient, thread_id: str) -> None:
    for answer in (False, {"send": True, "to": ["me"]}):
        handle = await runs.start(thread_id, "ask", input=QUESTION)
        await handle.join()
        assert (await (await handle.resume(answer)).join())["answer"] == answer


async def test_an_answer_and_a_change_of_the_state(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask", input=QUESTION)
    await handle.join()
    answered = await handle.resume("yes", command={"update": {"question": "Really?"}})
    assert await answered.join() == {"question": "Really?", "answer": "yes"}


async def test_a_stateless_run_can_be_resumed(runs: RunsClient) -> None:
    handle = await runs.start(None, "ask", input=QUESTION)
    await handle.join()
    answered = await handle.resume("yes")
    assert await answered.join() == {**QUESTION, "answer": "yes"}
    assert await answered.resume("again") != answered


async def test_a_typed_client_sees_questions_as_well(
    server_url: str, client_factory: ClientFactory, thread_id: str
) -> None:
    async with client_factory(server_url, state_type=Mail) as runs:
        handle = await runs.start(thread_id, "ask", input=QUESTION)
        assert await handle.join() == Mail("Send the mail?")
        assert [question.value for question in handle.interrupts] == ASKED
        shown: list[Any] = [part async for part in handle.stream(stream_mode="values") if interrupts_of(part)]
        assert [part.data for part in shown] == [Mail("Send the mail?")]
        assert await (await handle.resume("yes")).join() == Mail("Send the mail?", "yes")


@pytest.mark.parametrize("server", ["official"], indirect=True)
async def test_several_questions_at_once(runs: RunsClient, thread_id: str) -> None:
    handle = await runs.start(thread_id, "ask_two", input={})
    await handle.join()
    answers = {question.id: f"{question.value} yes" for question in handle.interrupts}
    assert len(answers) == 2
    state = await (await handle.resume(answers)).join()
    assert sorted(state["answers"]) == ["first? yes", "second? yes"]
