"""What agents may yield, and what the built-in ones say."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Any

import pytest

from runs_client.testing import (
    Agent,
    Context,
    Custom,
    Event,
    Interrupt,
    Message,
    RunsServer,
    Step,
    Subgraph,
    Update,
    Values,
    add_messages,
    channels,
)
from tests.embedded.conftest import Http

ASKED = ["values", "updates", "custom", "messages"]


async def everything(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    yield Custom({"a": 1})
    yield Values({"fresh": True})
    yield Event("from-the-future", [1])
    yield Update("quiet", {})
    yield Update("node", {"b": 2})


async def asks_twice(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    first = yield Interrupt("first?")
    yield Update("one", {"first": first, "run": context.run_id})
    second = yield Interrupt("second?")
    yield Update("two", {"second": second})


async def talks(input: Any, context: Context) -> AsyncIterator[Step]:
    for piece in ("Hel", "lo"):
        yield Message(piece)
    yield Message("", last=True)
    yield Message("Bye", id="mine")


@channels(known=None, total=lambda old, new: (old or 0) + new)
async def strict(input: Any, context: Context) -> AsyncIterator[Step]:
    yield Update("strict", {"total": 1, "unknown": 1})


async def tells(input: Any, context: Context) -> AsyncIterator[Step]:
    about = {"thread_id": context.thread_id, "run_id": context.run_id, "assistant_id": context.assistant_id}
    given = {"context": context.context, "tags": context.config["tags"], "who": context.metadata["who"]}
    yield Values({"input": input, "state": context.state, **about, **given})


async def inner(input: Any, context: Context) -> AsyncIterator[Step]:
    yield Custom("inside")
    yield Update("deep", {"x": context.state["x"] + 1})


async def outer(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    result = yield Subgraph("sub", inner, {"x": 1})
    yield Update("sub", {**result, "own": context.state})


async def asks_then_fails(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    yield Interrupt("ready?")
    raise ValueError("not ready")


async def asks_inside(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    yield Subgraph("sub", asks_twice, {})


async def yields_nonsense(input: Any, context: Context) -> AsyncIterator[Any]:
    yield "nonsense"


async def yields_what_is_no_json(input: Any, context: Context) -> AsyncIterator[Step]:
    yield Custom(object())


async def endless(input: Any, context: Context) -> AsyncIterator[Step]:
    while True:
        yield Update("endless", {})


async def gives_up(input: Any, context: Context) -> AsyncIterator[Step]:
    yield Custom(1)
    raise asyncio.CancelledError


CLEANED_UP = threading.Event()


async def cleans_up(input: Any, context: Context) -> AsyncIterator[Step]:
    try:
        while True:
            yield Custom("at work")
    finally:
        CLEANED_UP.set()


def no_generator(input: Any, context: Context) -> Any:
    return None


AGENTS: list[Agent] = [
    everything,
    asks_twice,
    talks,
    strict,
    tells,
    outer,
    asks_then_fails,
    asks_inside,
    yields_nonsense,
    yields_what_is_no_json,
    endless,
    gives_up,
    cleans_up,
    no_generator,
]


@pytest.fixture(scope="module")
def mine() -> Iterator[Http]:
    with RunsServer({agent.__name__: agent for agent in AGENTS}) as server:
        http = Http(server.url)
        with http.client:
            yield http


def story(http: Http, thread_id: str, agent: str, **body: Any) -> list[tuple[str, Any]]:
    """The names and data of a run's events after the first one."""
    events = http.stream(thread_id, agent, **{"stream_mode": ASKED, **body})
    assert events[0].name == "metadata"
    return [(event.name, event.data) for event in events[1:]]


def test_each_step_becomes_its_events(mine: Http, thread_id: str) -> None:
    assert story(mine, thread_id, "everything", input={"gone": 1}) == [
        ("values", {"gone": 1}),
        ("custom", {"a": 1}),
        ("values", {"fresh": True}),
        ("from-the-future", [1]),
        ("updates", {"quiet": None}),
        ("updates", {"node": {"b": 2}}),
        ("values", {"fresh": True, "b": 2}),
    ]


def test_an_agent_knows_its_run(mine: Http, thread_id: str) -> None:
    run = mine.create(
        thread_id,
        "tells",
        input={"a": 1},
        context={"c": 1},
        config={"tags": ["t"]},
        metadata={"who": "me"},
    )

    told = mine.join(run)

    assert (told["input"], told["state"]) == ({"a": 1}, {"a": 1})
    assert (told["context"], told["tags"], told["who"]) == ({"c": 1}, ["t"], "me")
    assert {key: told[key] for key in ("thread_id", "run_id", "assistant_id")} == {
        key: run[key] for key in ("thread_id", "run_id", "assistant_id")
    }


def test_without_declared_channels_the_input_may_be_anything(mine: Http, thread_id: str) -> None:
    state = mine.wait(thread_id, "tells", input=[1, "two"], config={"tags": []}, metadata={"who": None})

    assert state["input"] == [1, "two"]


def test_declared_channels_keep_others_out_and_reduce(mine: Http, thread_id: str) -> None:
    assert mine.wait(thread_id, "strict", input={"known": 1, "total": 5, "unknown": 1}) == {"known": 1, "total": 6}
    assert mine.wait(thread_id, "strict", input={"total": 1}) == {"known": 1, "total": 8}
    assert mine.wait(thread_id, "strict", input="text")["__error__"]["error"] == "InvalidUpdateError"


def test_a_question_stops_the_run_until_the_next_run_answers(mine: Http, thread_id: str) -> None:
    first = mine.wait(thread_id, "asks_twice", input={"x": 1})
    assert [question["value"] for question in first["__interrupt__"]] == ["first?"]
    assert mine.get(f"/threads/{thread_id}").json()["status"] == "interrupted"

    second = mine.create(thread_id, "asks_twice", command={"resume": "A"})
    assert mine.join(second)["__interrupt__"][0]["value"] == "second?"

    assert mine.wait(thread_id, "asks_twice", command={"resume": "B"}) == {
        "x": 1,
        "first": "A",
        "run": second["run_id"],
        "second": "B",
    }
    assert mine.get(f"/threads/{thread_id}").json()["status"] == "idle"


def test_an_answer_may_name_its_question(mine: Http, thread_id: str) -> None:
    (question,) = mine.wait(thread_id, "asks_twice", input={})["__interrupt__"]

    second = mine.wait(thread_id, "asks_twice", command={"resume": {question["id"]: "A"}})
    answer = {"nobody": "B"}
    third = mine.wait(thread_id, "asks_twice", command={"resume": answer})

    assert (second["first"], third["second"]) == ("A", answer)


def test_a_run_that_asks_ends_in_success_with_the_question_in_its_events(http: Http, thread_id: str) -> None:
    events = story(http, thread_id, "ask", input={"question": "ok?"}, stream_mode=["values", "updates"])

    question = events[1][1]["__interrupt__"][0]
    assert question["value"] == "ok?"
    assert events == [
        ("values", {"question": "ok?"}),
        ("updates", {"__interrupt__": [question]}),
        ("values", {"question": "ok?", "__interrupt__": [question]}),
    ]
    assert [run["status"] for run in http.get(f"/threads/{thread_id}/runs").json()] == ["success"]
    state = http.get(f"/threads/{thread_id}/state").json()
    assert (state["next"], state["tasks"][0]["interrupts"]) == (["ask"], [question])


def test_the_answer_continues_the_story(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "ask", input={})

    assert story(http, thread_id, "ask", command={"resume": {"yes": True}}) == [
        ("values", {}),
        ("updates", {"ask": {"answer": {"yes": True}}}),
        ("values", {"answer": {"yes": True}}),
    ]


def test_without_an_answer_the_same_question_is_asked_again(http: Http, thread_id: str) -> None:
    question = http.wait(thread_id, "ask", input={})["__interrupt__"]

    assert http.wait(thread_id, "ask")["__interrupt__"] == question


def test_new_input_forgets_the_question(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "ask", input={"question": "old?"})

    assert http.wait(thread_id, "ask", input={"question": "new?"})["__interrupt__"][0]["value"] == "new?"
    assert http.wait(thread_id, "ask", command={"resume": 1}) == {"question": "new?", "answer": 1}


def test_a_question_that_was_answered_is_not_open_any_more(mine: Http, thread_id: str) -> None:
    mine.wait(thread_id, "asks_then_fails", input={})

    assert mine.wait(thread_id, "asks_then_fails", command={"resume": 1})["__error__"]["message"] == "not ready"
    assert mine.get(f"/threads/{thread_id}/state").json()["interrupts"] == []


def test_an_answer_nobody_waits_for_changes_nothing(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={"text": "hi"})

    assert story(http, thread_id, "echo", command={"resume": 1}) == [("values", {"text": "hi"})]


def test_a_command_can_update_the_state(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={"text": "hi"})

    assert story(http, thread_id, "echo", command={"update": {"number": 1}}) == [
        ("values", {"text": "hi", "number": 1})
    ]


def test_no_input_on_a_new_thread_is_an_error(http: Http, thread_id: str) -> None:
    assert http.wait(thread_id, "echo")["__error__"]["error"] == "EmptyInputError"


def test_no_input_starts_again_what_failed(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "fail", input={"text": "oh"})

    assert story(http, thread_id, "fail")[0] == ("values", {"text": "oh"})
    assert story(http, thread_id, "fail")[-1] == ("error", {"error": "ValueError", "message": "oh"})


def test_pieces_of_a_message_are_joined_in_the_mode_messages(mine: Http, thread_id: str) -> None:
    events = story(mine, thread_id, "talks", input={}, stream_mode="messages")

    assert [name for name, _ in events] == [
        "messages/metadata",
        *["messages/partial"] * 3,
        "messages/metadata",
        "messages/partial",
    ]
    partial = [data[0] for name, data in events if name == "messages/partial"]
    assert [message["content"] for message in partial] == ["Hel", "Hello", "Hello", "Bye"]
    assert len({message["id"] for message in partial[:3]}) == 1
    assert partial[3]["id"] == "mine"
    assert {message["type"] for message in partial} == {"ai"}
    assert list(events[0][1]) == [partial[0]["id"]]


def test_pieces_of_a_message_come_one_by_one_in_the_mode_messages_tuple(mine: Http, thread_id: str) -> None:
    events = story(mine, thread_id, "talks", input={}, stream_mode=["messages-tuple", "messages"])

    assert [name for name, _ in events] == ["messages"] * 4
    chunks = [data[0] for _, data in events]
    assert [chunk["content"] for chunk in chunks] == ["Hel", "lo", "", "Bye"]
    assert [chunk["chunk_position"] for chunk in chunks] == [None, None, "last", None]
    assert {chunk["type"] for chunk in chunks} == {"AIMessageChunk"}
    assert {data[1]["langgraph_node"] for _, data in events} == {"talks"}


def test_chat_says_the_last_message_again(http: Http, thread_id: str) -> None:
    events = story(http, thread_id, "chat", input={"messages": [{"role": "user", "content": "a b"}]})

    assert [name for name, _ in events] == [
        "values",
        "messages/metadata",
        *["messages/partial"] * 3,
        "updates",
        "values",
    ]
    said = events[-1][1]["messages"]
    assert [(message["type"], message["content"]) for message in said] == [("human", "a b"), ("ai", "a b ")]
    assert said[1]["id"] == events[2][1][0]["id"]

    state = http.wait(thread_id, "chat", input={"messages": "c"})
    assert [message["content"] for message in state["messages"]] == ["a b", "a b ", "c", "c "]


def test_messages_may_come_in_all_their_forms() -> None:
    messages = add_messages(None, ["a", ["user", "b"], {"role": "assistant", "content": "c", "name": "n"}])

    assert [(message["type"], message["content"]) for message in messages] == [
        ("human", "a"),
        ("human", "b"),
        ("ai", "c"),
    ]
    assert messages[2]["name"] == "n"
    assert add_messages(messages, messages[0]) == messages


def test_a_message_with_a_known_id_takes_the_place_of_the_older_one() -> None:
    messages = add_messages(None, [{"type": "human", "content": "old", "id": "1"}, "other"])

    assert [
        message["content"] for message in add_messages(messages, {"role": "user", "content": "new", "id": "1"})
    ] == [
        "new",
        "other",
    ]


def test_a_subgraph_tells_its_own_story_under_its_namespace(mine: Http, thread_id: str) -> None:
    events = story(mine, thread_id, "outer", input={"y": 0}, stream_subgraphs=True)

    namespace = events[1][0].partition("|")[2]
    assert namespace.startswith("sub:")
    assert events == [
        ("values", {"y": 0}),
        (f"values|{namespace}", {"x": 1}),
        (f"custom|{namespace}", "inside"),
        (f"updates|{namespace}", {"deep": {"x": 2}}),
        (f"values|{namespace}", {"x": 2}),
        ("updates", {"sub": {"x": 2, "own": {"y": 0}}}),
        ("values", {"y": 0, "x": 2, "own": {"y": 0}}),
    ]


def test_without_stream_subgraphs_a_subgraph_is_silent(http: Http, thread_id: str) -> None:
    assert story(http, thread_id, "team", input={"log": ["start"]}) == [
        ("values", {"log": ["start"]}),
        ("updates", {"research": {"log": ["start", "researched"]}}),
        ("values", {"log": ["start", "start", "researched"]}),
        ("updates", {"write": {"log": ["written"]}}),
        ("values", {"log": ["start", "start", "researched", "written"]}),
    ]


@pytest.mark.parametrize(
    ("agent", "error"),
    [
        ("asks_inside", "RuntimeError"),
        ("yields_nonsense", "TypeError"),
        ("yields_what_is_no_json", "TypeError"),
        ("no_generator", "TypeError"),
    ],
)
def test_a_mistake_in_an_agent_fails_its_run(mine: Http, thread_id: str, agent: str, error: str) -> None:
    assert story(mine, thread_id, agent, input={})[-1][1]["error"] == error


def test_an_agent_that_never_waits_can_be_cancelled(mine: Http, thread_id: str) -> None:
    run = mine.create(thread_id, "endless", input={})

    assert mine.post(f"/threads/{thread_id}/runs/{run['run_id']}/cancel?wait=true").status_code == 200


def test_a_cancelled_agent_can_clean_up(mine: Http, thread_id: str) -> None:
    with mine.open(thread_id, "cleans_up", input={}, stream_mode="custom") as response:
        chunks = response.iter_raw()
        assert b'"at work"' in next(chunks) + next(chunks)
        mine.post(f"{response.headers['Content-Location']}/cancel?wait=true")
        for _ in chunks:
            pass

    assert CLEANED_UP.is_set()


def test_an_agent_that_gives_up_is_interrupted(mine: Http, thread_id: str) -> None:
    run = mine.create(thread_id, "gives_up", input={})
    mine.join(run)

    assert mine.status(run) == "interrupted"


def test_echo_sends_the_whole_state(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "echo", input={"text": "hi"})

    assert story(http, thread_id, "echo", input={"number": 1}) == [
        ("values", {"text": "hi", "number": 1}),
        ("updates", {"echo": {"text": "hi", "number": 1}}),
        ("values", {"text": "hi", "number": 1}),
    ]


def test_counter_counts_what_the_state_says(http: Http, thread_id: str) -> None:
    http.wait(thread_id, "counter", input={"n": 1})

    assert story(http, thread_id, "counter", input={}) == [
        ("custom", {"tick": 0}),
        ("updates", {"counter": {"count": 1}}),
        ("values", {"n": 1, "count": 1}),
    ]


@pytest.mark.parametrize(
    ("agent", "names"),
    [
        ("echo", ["checkpoints", "checkpoints", "tasks", "tasks", "checkpoints"]),
        ("ask", ["checkpoints", "checkpoints", "tasks", "tasks"]),
        ("fail", ["checkpoints", "checkpoints", "tasks", "tasks", "error"]),
        ("team", ["checkpoints", "checkpoints", *["tasks", "tasks", "checkpoints"] * 2]),
    ],
)
def test_tasks_and_checkpoints_follow_the_nodes(http: Http, thread_id: str, agent: str, names: list[str]) -> None:
    events = story(http, thread_id, agent, input={}, stream_mode=["tasks", "checkpoints"])

    assert [name for name, _ in events] == names


def test_a_task_says_how_it_ended(http: Http, thread_id: str) -> None:
    events = story(http, thread_id, "fail", input={"text": "oh"}, stream_mode="tasks")

    start, end, _ = (data for _, data in events)
    assert (start["name"], start["input"]) == ("fail", {"text": "oh"})
    assert (end["id"], end["error"]) == (start["id"], {"error": "ValueError", "message": "oh"})
