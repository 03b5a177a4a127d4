"""The live view takes whatever a server sends: what it does not understand must not end the command."""

from __future__ import annotations

import io
from typing import Any

import anyio
import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from runs_client._parts import part_from_event
from runs_client._sse import ServerSentEvent
from runs_client.cli._live import LiveView

SCALARS = st.none() | st.booleans() | st.floats(0, 2) | st.sampled_from(["", "a", "AIMessageChunk"])
NAMES = st.sampled_from(["id", "name", "args", "text", "langgraph_node"])
ANYTHING = st.recursive(SCALARS, lambda it: st.lists(it, max_size=2) | st.dictionaries(NAMES, it, max_size=2))


def objects_with(*names: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(names, ANYTHING))


MESSAGES = objects_with("id", "type", "content", "tool_call_chunks", "tool_calls", "chunk_position")
DATA: dict[str, st.SearchStrategy[Any]] = {
    "messages": st.tuples(MESSAGES, ANYTHING),
    "messages/partial": st.lists(MESSAGES, max_size=2),
    "messages/complete": st.lists(MESSAGES, max_size=2),
    "tasks": objects_with("id", "name", "result", "error", "interrupts"),
    "updates": objects_with("node", "__interrupt__"),
    "values": objects_with("state", "__interrupt__"),
}


@pytest.mark.parametrize("event", [*DATA, "custom", "error", "end", "metadata", "of the future"])
def test_events_of_any_shape_are_shown(event: str) -> None:
    async def show(payloads: list[Any], width: int) -> None:
        console = Console(file=io.StringIO(), width=width, height=8, force_terminal=True)
        async with LiveView(console) as view:
            for payload in payloads:
                view.show(part_from_event(ServerSentEvent(event, orjson.dumps(payload), None)))
                view._refresh()

    @example([[{"tool_calls": 1}]], 20)
    @given(st.lists(DATA.get(event, ANYTHING) | ANYTHING, max_size=3), st.sampled_from([1, 20, 80]))
    def check(payloads: list[Any], width: int) -> None:
        anyio.run(show, payloads, width)

    check()


@pytest.mark.parametrize("event", ["values", "custom"])
def test_data_that_are_nested_too_deeply_are_left_out(event: str) -> None:
    output = io.StringIO()

    async def show() -> None:
        async with LiveView(Console(file=output, width=80, height=8, force_terminal=True)) as view:
            view.show(part_from_event(ServerSentEvent(event, b"[" * 300 + b"]" * 300, None)))

    anyio.run(show)
    assert "…" in output.getvalue()
