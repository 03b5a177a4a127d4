"""Assistants, threads and runs: what the server remembers, and how it is shown to clients."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal, TypeAlias
from uuid import NAMESPACE_URL, uuid4, uuid5

from ._event_log import EventLog
from ._events import Agent
from ._execution import Execution
from ._replay import Replay

CancelAction: TypeAlias = Literal["interrupt", "rollback"]


@dataclass(frozen=True)
class Assistant:
    """An agent under its name."""

    graph_id: str
    agent: Agent | Replay

    @property
    def assistant_id(self) -> str:
        return str(uuid5(NAMESPACE_URL, f"runs-client:{self.graph_id}"))


@dataclass
class Run:
    """One run of an assistant.

    Attributes:
        kwargs: What it was created with, as clients see it.
        log: Its events.
        is_ready: Whether it may start: the time it was to wait is over.
        ended: Set once nothing will change any more.
        error: What it failed with.
        result: Its outcome at the moment it ended.
        cancelled_with: The action of the request that cancelled it while it was running.
        is_deleted: Whether it was deleted while it was running, which does not stop it.
    """

    thread: Thread
    assistant: Assistant
    metadata: dict[str, Any]
    multitask_strategy: str
    log: EventLog
    created_at: datetime
    deletes_thread: bool = False
    kwargs: dict[str, Any] = field(default_factory=dict)
    run_id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "pending"
    is_ready: bool = False
    updated_at: datetime = field(default_factory=lambda: now())
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    error: dict[str, str] | None = None
    result: Any = None
    task: asyncio.Task[None] | None = None
    cancelled_with: CancelAction | None = None
    is_deleted: bool = False

    @property
    def is_over(self) -> bool:
        return self.ended.is_set()

    @property
    def path(self) -> str:
        return f"/threads/{self.thread.thread_id}/runs/{self.run_id}"

    @property
    def stateless_path(self) -> str:
        return f"/runs/{self.run_id}"

    def outcome(self) -> dict[str, Any]:
        """The state of its thread as it is now, or its own error under `__error__`."""
        return {"__error__": self.error} if self.error else self.thread.outcome()

    def set_status(self, status: str) -> None:
        self.status = status
        self.updated_at = now()

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "thread_id": self.thread.thread_id,
            "assistant_id": self.assistant.assistant_id,
            "metadata": self.metadata,
            "status": self.status,
            "kwargs": self.kwargs,
            "multitask_strategy": self.multitask_strategy,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "langsmith_session_name": None,
        }


@dataclass
class Thread:
    """A conversation: its state and its runs.

    Attributes:
        is_hidden: Whether it was made for a stateless run.
        state: What its runs left behind, of all their agents.
        execution: The work of the last run, if it is not done: it failed, was cancelled or asks a question.
        last: The work of the last run.
        running: The run at work.
        unfinished_runs: The runs that are running or pending, the oldest first.
    """

    thread_id: str
    metadata: dict[str, Any]
    is_hidden: bool = False
    state: dict[str, Any] = field(default_factory=dict)
    execution: Execution | None = None
    last: Execution | None = None
    runs: dict[str, Run] = field(default_factory=dict)
    running: Run | None = None
    unfinished_runs: list[Run] = field(default_factory=list)
    status: str = "idle"
    error: dict[str, str] | None = None
    created_at: datetime = field(default_factory=lambda: now())
    updated_at: datetime = field(default_factory=lambda: now())

    def values(self) -> dict[str, Any]:
        """The state as far as the agent of the last run knows it."""
        return self.last.values() if self.last else dict(self.state)

    def outcome(self) -> dict[str, Any]:
        """The state and, where there is one, the open question."""
        return self.execution.outcome() if self.execution else self.values()

    def restore(self, state: dict[str, Any], last: Execution | None) -> None:
        """Forget what was done since the state was this one."""
        self.state.clear()
        self.state.update(state)
        self.execution, self.last, self.status = None, last, "idle"

    def to_json(self) -> dict[str, Any]:
        question = self.execution.question if self.execution else None
        return {
            "thread_id": self.thread_id,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "state_updated_at": self.updated_at.isoformat(),
            "metadata": self.metadata,
            "status": "busy" if self.unfinished_runs else self.status,
            "config": {},
            "values": self.values() if self.last else None,
            "error": self.error,
            "interrupts": {self.thread_id: [question]} if question else {},
        }

    def state_to_json(self) -> dict[str, Any]:
        execution = self.execution
        nodes = [execution.node] if execution else []
        interrupts = [execution.question] if execution and execution.question else []
        return {
            "values": self.values(),
            "next": nodes,
            "tasks": [{"id": self.thread_id, "name": node, "interrupts": interrupts} for node in nodes],
            "metadata": self.metadata,
            "created_at": self.updated_at.isoformat(),
            "checkpoint": None,
            "parent_checkpoint": None,
            "interrupts": interrupts,
        }


def now(*, after_seconds: float = 0) -> datetime:
    """The time, or the time in so many seconds."""
    return datetime.now(timezone.utc) + timedelta(seconds=after_seconds)
