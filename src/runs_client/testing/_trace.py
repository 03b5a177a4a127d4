"""What a graph tells about its own work: the events of the modes tasks, checkpoints, debug and events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from uuid import uuid4

from ._event_log import EventLog


class Sink:
    """Where a run's events go: into its log, if the run was asked for them.

    Args:
        log: The run's log.
        modes: The stream modes that the run was created with.
        subgraphs: Whether events of subgraphs were asked for.
    """

    def __init__(self, log: EventLog, modes: Collection[str], *, subgraphs: bool) -> None:
        self._log = log
        self._modes = modes
        self._subgraphs = subgraphs

    def wants(self, mode: str) -> bool:
        """Whether the run was asked for a mode."""
        return mode in self._modes

    def send(self, mode: str, data: Any, namespace: str = "", *, name: str | None = None) -> None:
        """Send an event, named after its mode unless it has a name of its own."""
        if self.wants(mode) and (not namespace or self._subgraphs):
            self.send_always(f"{name or mode}|{namespace}" if namespace else name or mode, data)

    def send_always(self, name: str, data: Any) -> None:
        """Send an event whatever the modes are."""
        self._log.append(name, data)


@dataclass
class Task:
    """A node at work."""

    node: str
    step: int
    id: str = field(default_factory=lambda: str(uuid4()))

    def namespace_in(self, outer: str) -> str:
        """The namespace of the node's subgraph, in a graph that has a namespace of its own or none."""
        return f"{outer}|{self.node}:{self.id}" if outer else f"{self.node}:{self.id}"


class Trace:
    """The story of one graph.

    Args:
        sink: Where the events go.
        graph: The graph's name.
        metadata: What events say about the run.
        namespace: The graph's namespace, empty for the outermost.
        parent_ids: The ids of what the graph is part of.
    """

    def __init__(
        self, sink: Sink, graph: str, metadata: Mapping[str, Any], namespace: str, parent_ids: list[str]
    ) -> None:
        self._sink = sink
        self._metadata = metadata
        self._namespace = namespace
        self._checkpoint: dict[str, Any] | None = None
        run_id = str(uuid4()) if parent_ids else metadata["run_id"]
        self._graph = _Link(graph, run_id, parent_ids, metadata)

    @property
    def ids(self) -> list[str]:
        """The ids of what a subgraph of this graph is part of."""
        return [*self._graph.parent_ids, self._graph.run_id]

    def metadata_of(self, task: Task) -> dict[str, Any]:
        """What the events of a node say about it."""
        return {
            **self._metadata,
            "langgraph_step": task.step,
            "langgraph_node": task.node,
            "langgraph_triggers": [f"branch:to:{task.node}"],
            "langgraph_path": ["__pregel_pull", task.node],
            "langgraph_checkpoint_ns": task.namespace_in(self._namespace),
        }

    def graph_started(self, input: Any) -> None:
        self._graph.send(self._sink, "on_chain_start", {"input": input})

    def graph_ended(self, output: Any) -> None:
        self._graph.send(self._sink, "on_chain_end", {"output": output})

    def task_started(self, task: Task, input: Any) -> None:
        payload = {
            "id": task.id,
            "name": task.node,
            "input": input,
            "triggers": [f"branch:to:{task.node}"],
            "metadata": self._metadata,
        }
        self._sink.send("tasks", payload, self._namespace)
        self._debug("task", task.step, payload)
        self._link_of(task).send(self._sink, "on_chain_start", {"input": input})

    def task_produced(self, task: Task, output: Any) -> None:
        link = self._link_of(task)
        link.send(self._sink, "on_chain_stream", {"chunk": output})
        link.send(self._sink, "on_chain_end", {"output": output})

    def task_ended(
        self,
        task: Task,
        *,
        result: Mapping[str, Any] | None = None,
        error: BaseException | None = None,
        interrupts: list[dict[str, Any]] | None = None,
    ) -> None:
        payload = {
            "id": task.id,
            "name": task.node,
            "error": describe_error(error) if error else None,
            "result": result or {},
            "interrupts": interrupts or [],
        }
        self._sink.send("tasks", payload, self._namespace)
        self._debug("task_result", task.step, payload)

    def model_said(self, task: Task, chunk: dict[str, Any]) -> None:
        self._model_of(task).send(self._sink, "on_chat_model_stream", {"chunk": chunk})

    def model_started(self, task: Task) -> None:
        self._model_of(task).send(self._sink, "on_chat_model_start", {})

    def model_ended(self, task: Task, message: dict[str, Any]) -> None:
        self._model_of(task).send(self._sink, "on_chat_model_end", {"output": message})

    def checkpoint(self, values: Mapping[str, Any], *, step: int, next_task: Task | None) -> None:
        before, self._checkpoint = self._checkpoint, self._new_checkpoint()
        tasks = [next_task] if next_task else []
        payload: dict[str, Any] = {
            "config": {"configurable": self._checkpoint},
            "parent_config": {"configurable": before} if before else None,
            "values": values,
            "metadata": {"source": "input" if step < 0 else "loop", "step": step, "parents": {}},
            "next": [task.node for task in tasks],
            "tasks": [{"id": task.id, "name": task.node, "interrupts": [], "state": None} for task in tasks],
        }
        self._sink.send("checkpoints", payload, self._namespace)
        more = {"checkpoint": self._checkpoint, "parent_checkpoint": before}
        self._debug("checkpoint", step, {**payload, **more})

    def _new_checkpoint(self) -> dict[str, Any]:
        thread_id = self._metadata["thread_id"]
        return {"checkpoint_id": str(uuid4()), "thread_id": thread_id, "checkpoint_ns": self._namespace}

    def _debug(self, kind: str, step: int, payload: dict[str, Any]) -> None:
        now = datetime.now(timezone.utc).isoformat()
        event = {"step": step, "timestamp": now, "type": kind, "payload": payload}
        self._sink.send("debug", event, self._namespace)

    def _link_of(self, task: Task) -> _Link:
        tags = [f"graph:step:{task.step}"]
        return _Link(task.node, task.id, self.ids, self.metadata_of(task), tags)

    def _model_of(self, task: Task) -> _Link:
        return _Link("model", f"{task.id}-model", [*self.ids, task.id], self.metadata_of(task))


@dataclass
class _Link:
    """Something that `events` tells of: a graph, a node or a model."""

    name: str
    run_id: str
    parent_ids: list[str]
    metadata: Mapping[str, Any]
    tags: list[str] = field(default_factory=list)

    def send(self, sink: Sink, event: str, data: dict[str, Any]) -> None:
        about = {"event": event, "data": data, "name": self.name, "tags": self.tags, "run_id": self.run_id}
        sink.send("events", {**about, "metadata": self.metadata, "parent_ids": self.parent_ids})


def describe_error(error: BaseException) -> dict[str, str]:
    """An error as servers tell it."""
    return {"error": type(error).__name__, "message": str(error)}
