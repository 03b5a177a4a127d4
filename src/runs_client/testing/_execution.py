"""An agent at work: it is asked for its next step again and again, and each step becomes events."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any, cast
from uuid import uuid4

from ._events import (
    Agent,
    Context,
    Custom,
    Event,
    Interrupt,
    Message,
    Step,
    Subgraph,
    Update,
    Values,
    channels_of,
)
from ._messages import chunk_of, message_of
from ._trace import Sink, Task, Trace


class InvalidUpdateError(Exception):
    """The state was to be changed by something that is not an object."""


class Execution:
    """One agent at work on one state.

    It outlives its run when the agent asks a question: the run that brings the answer goes on with it.

    Args:
        name: The name of the graph.
        agent: What does the work.
        state: The state, which is changed in place.
        context: What the agent is told.
        namespace: Empty, or for a subgraph the namespace of its events.
    """

    def __init__(self, name: str, agent: Agent, state: dict[str, Any], context: Context, namespace: str = "") -> None:
        self.name = name
        self.agent = agent
        self.context = context
        self.question: dict[str, Any] | None = None
        self._state = state
        self._channels = channels_of(agent)
        self._namespace = namespace
        self._steps: AsyncGenerator[Step, Any] | None = None
        self._task: Task | None = None
        self._step = -1
        self._checkpoint_due = False
        self._message: dict[str, Any] | None = None

    @property
    def node(self) -> str:
        """The node at work, or about to be."""
        return self._task.node if self._task else self.name

    def values(self) -> dict[str, Any]:
        """The state as far as the agent knows it."""
        if self._channels is None:
            return dict(self._state)
        return {key: self._state[key] for key in self._channels if key in self._state}

    def outcome(self) -> dict[str, Any]:
        """The state and, where there is one, the open question."""
        return {**self.values(), "__interrupt__": [self.question]} if self.question else self.values()

    def report_to(self, sink: Sink, metadata: Mapping[str, Any], parent_ids: list[str] | None = None) -> None:
        """Send what happens from now on to this sink."""
        self._sink = sink
        self._metadata = metadata
        self._trace = Trace(sink, self.name, metadata, self._namespace, parent_ids or [])

    def tell_values(self) -> None:
        """Send the state as it is."""
        self._send("values", self.values())

    def merge(self, changes: Any) -> bool:
        """Change the state.

        Returns:
            Whether anything was changed.

        Raises:
            InvalidUpdateError: The changes are not an object, but the agent declared what it knows.
        """
        if not isinstance(changes, Mapping):
            if self._channels is None:
                return False
            raise InvalidUpdateError(f"Expected an object, got {changes!r}")
        known = [key for key in changes if self._channels is None or key in self._channels]
        for key in known:
            reduce = self._channels[key] if self._channels else None
            self._state[key] = reduce(self._state.get(key), changes[key]) if reduce else changes[key]
        return bool(known)

    async def begin(self, input: Any) -> bool:
        """Take the input and let the agent work.

        Returns:
            False where the agent asked a question, True where it has finished.
        """
        self._trace.graph_started(input)
        self._trace.checkpoint(self.values(), step=-1, next_task=Task("__start__", -1))
        if self.merge(input):
            self.tell_values()
        return await self.work(input)

    async def work(self, input: Any) -> bool:
        """Let the agent work on the state as it is. Returns as `begin` does."""
        self._step, self._checkpoint_due = 0, True
        self.context.state = self.values()
        steps = self.agent(input, self.context)
        if not inspect.isasyncgen(steps):
            raise TypeError(f"The agent {self.name!r} is no async generator function")
        self._steps = cast("AsyncGenerator[Step, Any]", steps)
        return await self._advance(None)

    async def answer(self, answer: Any) -> bool:
        """Answer the agent's question and let it go on. Returns as `begin` does.

        Args:
            answer: The answer, or an object that holds it under the question's id.
        """
        assert self.question is not None
        self._resume_task()
        if isinstance(answer, dict) and self.question["id"] in answer:
            answer = answer[self.question["id"]]
        self.question = None
        return await self._advance(answer)

    def ask_again(self) -> None:
        """Send the open question once more."""
        self._resume_task()
        self._tell_question()

    def _resume_task(self) -> None:
        assert self._task is not None
        self._trace.graph_started(None)
        self._trace.checkpoint(self.values(), step=self._task.step - 1, next_task=self._task)
        self._trace.task_started(self._task, self.values())

    async def _advance(self, answer: Any) -> bool:
        assert self._steps is not None
        try:
            while True:
                step = await self._steps.asend(answer)
                answer = None
                if isinstance(step, Interrupt):
                    self.question = {"value": step.value, "id": uuid4().hex, "response_schema": None}
                    self._tell_question()
                    return False
                if isinstance(step, Subgraph):
                    answer = await self._run_subgraph(step)
                else:
                    self._tell(step)
                await asyncio.sleep(0)  # an agent that never waits must not keep others from working
        except StopAsyncIteration:
            self._finish()
            return True
        except Exception as error:
            self._trace.task_ended(self._open_task(self.node), error=error)
            raise
        finally:
            if self.question is None:
                await self._steps.aclose()

    def _tell(self, step: Step) -> None:
        if isinstance(step, Custom):
            self._open_task(self.node)
            self._send("custom", step.data)
        elif isinstance(step, Message):
            self._tell_message(step)
        elif isinstance(step, Update):
            self._open_task(step.node)
            self._close_task(step.node, step.values)
        elif isinstance(step, Values):
            self._state.clear()
            self.merge(step.state)
            self.tell_values()
        elif isinstance(step, Event):
            self._sink.send_always(step.name, step.data)
        else:
            raise TypeError(f"The agent {self.name!r} yielded {step!r}, which is no step")

    def _open_task(self, node: str) -> Task:
        if self._task is None:
            self._step += 1
            self._task = Task(node, self._step)
            self._tell_checkpoint(self._task)
            self._trace.task_started(self._task, self.values())
        return self._task

    def _close_task(self, node: str, changes: Mapping[str, Any]) -> None:
        assert self._task is not None
        task, self._task = self._task, None
        self._trace.task_produced(task, changes)
        self._send("updates", {node: changes or None})
        self._trace.task_ended(task, result=changes)
        if self.merge(changes):
            self.tell_values()
        self._checkpoint_due = True

    def _finish(self) -> None:
        if self._task is not None:
            self._close_task(self._task.node, {})
        self._tell_checkpoint(None)
        self._trace.graph_ended(self.values())

    def _tell_checkpoint(self, next_task: Task | None) -> None:
        """Told late, because what comes next is only known once it comes."""
        if self._checkpoint_due:
            self._checkpoint_due = False
            step = self._step - 1 if next_task else self._step
            self._trace.checkpoint(self.values(), step=step, next_task=next_task)

    def _tell_question(self) -> None:
        task = self._open_task(self.node)
        self._send("updates", {"__interrupt__": [self.question]})
        self._send("values", self.outcome())
        self._trace.task_ended(task, interrupts=[self.question] if self.question else [])
        self._trace.graph_ended(self.values())

    def _tell_message(self, piece: Message) -> None:
        task = self._open_task(self.node)
        message = self._message
        if message is None or (piece.id and piece.id != message["id"]):
            message = self._message = message_of("ai", "", piece.id)
            self._trace.model_started(task)
            if not self._sink.wants("messages-tuple"):
                about = {message["id"]: {"metadata": self._trace.metadata_of(task)}}
                self._send("messages", about, name="messages/metadata")
        message["content"] += piece.content
        chunk = chunk_of(piece.content, message["id"], last=piece.last)
        if self._sink.wants("messages-tuple"):
            self._send("messages-tuple", [chunk, self._trace.metadata_of(task)], name="messages")
        else:
            self._send("messages", [message], name="messages/partial")
        self._trace.model_said(task, chunk)
        if piece.last:
            self._trace.model_ended(task, message)
            self._message = None

    async def _run_subgraph(self, step: Subgraph) -> dict[str, Any]:
        task = self._open_task(step.node)
        namespace = task.namespace_in(self._namespace)
        name = getattr(step.agent, "__name__", step.node).lstrip("_")
        inner = Execution(name, step.agent, {}, replace(self.context), namespace)
        inner.report_to(self._sink, self._metadata, [*self._trace.ids, task.id])
        if not await inner.begin(step.input):
            raise RuntimeError(f"The agent {name!r} cannot interrupt, because it works in a Subgraph")
        return inner.values()

    def _send(self, mode: str, data: Any, *, name: str | None = None) -> None:
        self._sink.send(mode, data, self._namespace, name=name)
