"""The agents that a server has when it is given none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any
from uuid import uuid4

from ._events import Agent, Context, Custom, Interrupt, Message, Step, Subgraph, Update, channels
from ._messages import add_messages, message_of


def _append(old: Any, new: Any) -> list[Any]:
    return [*(old or []), *new]


@channels(text=None, number=None, items=None)
async def echo(input: Any, context: Context) -> AsyncIterator[Step]:
    """Its input becomes the state."""
    yield Update("echo", context.state)


@channels(n=None, delay=None, count=None)
async def counter(input: Any, context: Context) -> AsyncIterator[Step]:
    """Sends `n` custom ticks (3 by default), `delay` seconds apart (0 by default)."""
    n = context.state.get("n", 3)
    for tick in range(n):
        yield Custom({"tick": tick})
        await asyncio.sleep(context.state.get("delay", 0.0))
    yield Update("counter", {"count": n})


@channels(messages=add_messages)
async def chat(input: Any, context: Context) -> AsyncIterator[Step]:
    """Says the last message again, word by word."""
    words = [f"{word} " for word in str(context.state["messages"][-1]["content"]).split()]
    message_id = f"lc_run--{uuid4()}"
    for word in words:
        yield Message(word, id=message_id)
    yield Message("", id=message_id, last=True)
    yield Update("chat", {"messages": [message_of("ai", "".join(words), message_id)]})


@channels(question=None, answer=None)
async def ask(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    """Asks a human its `question`; the answer goes into the state."""
    answer = yield Interrupt(context.state.get("question", "Continue?"))
    yield Update("ask", {"answer": answer})


@channels(text=None, number=None, items=None)
async def fail(input: Any, context: Context) -> AsyncIterator[Step]:
    """Raises a ValueError that says its `text`."""
    raise ValueError(context.state.get("text", "this agent always fails"))
    yield  # makes it a generator


@channels(log=_append)
async def _researcher(input: Any, context: Context) -> AsyncIterator[Step]:
    yield Update("researcher", {"log": ["researched"]})


@channels(log=_append)
async def team(input: Any, context: Context) -> AsyncGenerator[Step, Any]:
    """Two nodes that write to a common `log`; the first of them is a subgraph."""
    research = yield Subgraph("research", _researcher, context.state)
    yield Update("research", research)
    yield Update("write", {"log": ["written"]})


BUILT_IN: Mapping[str, Agent] = {
    "echo": echo,
    "counter": counter,
    "chat": chat,
    "ask": ask,
    "fail": fail,
    "team": team,
}
