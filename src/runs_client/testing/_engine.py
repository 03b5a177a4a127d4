"""Starts runs, one at a time on each thread, and stops them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from ._event_log import EventIds, EventLog, id_source
from ._events import Agent
from ._replay import Replay
from ._store import Assistant, CancelAction, Run, Thread, now
from ._trace import describe_error
from ._worker import work


class ThreadBusyError(Exception):
    """The thread has an unfinished run, and the new one was to be rejected in that case."""


_GONE_RUNS_KEPT = 1000

RUN_NOT_FOUND = {"error": "HTTPException", "message": "404: Run not found"}
"""How servers tell, in a body that has already begun, that there is no such run."""


class Engine:
    """All assistants, threads and runs of a server.

    Args:
        agents: The agents by name.
        event_ids: How the events of resumable runs get their ids; see `create_app`.
        linger: Seconds that a stateless run is kept after its end.
    """

    def __init__(self, agents: Mapping[str, Agent], *, event_ids: EventIds, linger: float) -> None:
        self.assistants: dict[str, Assistant] = {}
        self._assistants_by_id: dict[str, Assistant] = {}
        for name, agent in agents.items():
            self.add_agent(name, agent)
        self.threads: dict[str, Thread] = {}
        self.runs_created = 0
        self._gone: dict[str, Run] = {}
        self._event_ids: EventIds = event_ids
        self._linger = linger

    def add_agent(self, name: str, agent: Agent | Replay) -> None:
        """Offer an agent. It takes the place of one that has its name."""
        assistant = Assistant(name, agent)
        self.assistants[name] = self._assistants_by_id[assistant.assistant_id] = assistant

    def find_assistant(self, assistant_id: str) -> Assistant | None:
        """Look up an assistant by its id or its graph's name."""
        return self.assistants.get(assistant_id) or self._assistants_by_id.get(assistant_id)

    def find_run(self, thread_id: str, run_id: str) -> Run | None:
        """Look up a run."""
        thread = self.threads.get(thread_id)
        return thread.runs.get(run_id) if thread else None

    def find_stateless_run(self, run_id: str) -> Run | None:
        """Look up a run that was created without a thread."""
        threads = (thread for thread in self.threads.values() if thread.is_hidden)
        return next((thread.runs[run_id] for thread in threads if run_id in thread.runs), None)

    def find_gone_run(self, thread_id: str, run_id: str) -> Run | None:
        """Look up a stateless run that has cleaned up after itself. Its events are kept for a while if it is
        resumable, as on the official server."""
        run = self._gone.get(run_id)
        return run if run and run.thread.thread_id == thread_id else None

    def create_thread(
        self, thread_id: str | None = None, metadata: dict[str, Any] | None = None, *, is_hidden: bool = False
    ) -> Thread:
        """Create a thread; a hidden one for a stateless run."""
        thread = Thread(thread_id or str(uuid4()), metadata or {}, is_hidden=is_hidden)
        self.threads[thread.thread_id] = thread
        return thread

    def create_run(self, thread: Thread, assistant: Assistant, payload: Mapping[str, Any]) -> Run:
        """Create a run and start it as soon as its thread and `after_seconds` allow.

        Args:
            thread: Where it runs.
            assistant: What is run.
            payload: The body of the request, already checked.

        Raises:
            ThreadBusyError: Its strategy is to be rejected, and the thread is busy.
        """
        strategy = payload.get("multitask_strategy", "enqueue")
        if strategy == "reject" and thread.unfinished_runs:
            raise ThreadBusyError
        if strategy in ("interrupt", "rollback"):
            self._make_way(thread, strategy)
        delay = payload.get("after_seconds", 0)
        next_id = id_source(self._event_ids) if payload.get("stream_resumable") else None
        run = Run(
            thread=thread,
            assistant=assistant,
            metadata=_metadata_of(assistant, payload),
            multitask_strategy=strategy,
            log=EventLog(next_id),
            created_at=now(after_seconds=delay),
            # Only the run that the thread was made for: one that resumes it leaves the thread alone.
            deletes_thread=thread.is_hidden and not thread.runs and payload.get("on_completion") != "keep",
        )
        run.kwargs = _kwargs_of(run, payload)
        thread.runs[run.run_id] = run
        thread.unfinished_runs.append(run)
        self.runs_created += 1
        if delay > 0:
            asyncio.get_running_loop().call_later(delay, self._make_ready, run)
        else:
            self._make_ready(run)
        return run

    def cancel(self, run: Run, action: CancelAction = "interrupt") -> bool:
        """Stop a run.

        Args:
            run: The run.
            action: What becomes of what it did so far. `rollback` deletes a running run and undoes its
                changes to the state; a pending run, which has done nothing, is kept in either case.

        Returns:
            False where the run was over already.
        """
        if run not in run.thread.unfinished_runs:
            return False
        run.thread.unfinished_runs.remove(run)
        run.set_status("interrupted")
        if run.task:
            run.cancelled_with = action
            run.task.cancel()
        else:
            self._conclude(run)
        return True

    def delete(self, run: Run) -> None:
        """Forget a run. One that is running goes on to its end all the same, as on the official server."""
        del run.thread.runs[run.run_id]
        run.is_deleted = True
        if run.task is None:
            run.thread.unfinished_runs.remove(run)
            self._conclude(run)

    def shutdown(self) -> None:
        """Cancel everything, so that all streams end."""
        for thread in list(self.threads.values()):
            for run in thread.unfinished_runs[::-1]:
                self.cancel(run)

    def _make_way(self, thread: Thread, action: CancelAction) -> None:
        for run in thread.unfinished_runs[::-1]:
            if action == "rollback" and run.task is None:
                self.delete(run)
            else:
                self.cancel(run, action)

    def _make_ready(self, run: Run) -> None:
        run.is_ready = True
        self._start_next(run.thread)

    def _start_next(self, thread: Thread) -> None:
        waiting = [run for run in thread.unfinished_runs if run.is_ready]
        if thread.running or not waiting:
            return
        run = thread.running = min(waiting, key=lambda run: run.created_at)
        undo = partial(thread.restore, dict(thread.state), thread.last)
        run.task = asyncio.create_task(work(run))
        run.task.add_done_callback(partial(self._after_work, run, undo))

    def _after_work(self, run: Run, undo: Callable[[], None], task: asyncio.Task[None]) -> None:
        thread = run.thread
        thread.error = None
        if run.cancelled_with == "rollback":
            undo()
            thread.runs.pop(run.run_id, None)
        elif run.cancelled_with or task.cancelled():
            thread.status = "interrupted"
            run.set_status("interrupted")
        elif error := task.exception():
            thread.status, thread.error = "error", describe_error(error)
            run.error = thread.error
            run.log.append("error", run.error, replayed=False)
            run.set_status("error")
        else:
            thread.status = "interrupted" if thread.execution else "idle"
            run.set_status("success")
        if run in thread.unfinished_runs:
            thread.unfinished_runs.remove(run)
        thread.running, thread.updated_at = None, now()
        self._conclude(run)
        self._start_next(thread)

    def _conclude(self, run: Run) -> None:
        if run.is_deleted:
            run.error = RUN_NOT_FOUND
            run.log.append("error", RUN_NOT_FOUND, replayed=False)
        run.result = run.outcome()
        run.log.close()
        run.ended.set()
        if run.deletes_thread:
            if self._linger:
                asyncio.get_running_loop().call_later(self._linger, self._clean_up, run)
            else:
                self._clean_up(run)

    def _clean_up(self, run: Run) -> None:
        self.threads.pop(run.thread.thread_id, None)
        if run.log.resumable:
            self._gone[run.run_id] = run
            if len(self._gone) > _GONE_RUNS_KEPT:
                del self._gone[next(iter(self._gone))]


def _metadata_of(assistant: Assistant, payload: Mapping[str, Any]) -> dict[str, Any]:
    given = payload.get("metadata", {})
    return {"created_by": "system", **given, "assistant_id": assistant.assistant_id}


def _kwargs_of(run: Run, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was created with, in the words of the server."""
    config, assistant = payload.get("config", {}), run.assistant
    given = config.get("configurable", {})
    configurable = {
        **given,
        "run_id": run.run_id,
        "thread_id": run.thread.thread_id,
        "graph_id": assistant.graph_id,
        "assistant_id": assistant.assistant_id,
    }
    modes = payload.get("stream_mode") or ["values"]
    return {
        "input": payload.get("input"),
        "command": payload.get("command"),
        "config": {**config, "configurable": configurable, "metadata": run.metadata},
        "context": payload.get("context", given),
        "stream_mode": [modes] if isinstance(modes, str) else modes,
        "interrupt_before": payload.get("interrupt_before"),
        "interrupt_after": payload.get("interrupt_after"),
        "webhook": payload.get("webhook"),
        "feedback_keys": payload.get("feedback_keys"),
        "temporary": run.deletes_thread,
        "subgraphs": payload.get("stream_subgraphs", False),
        "resumable": payload.get("stream_resumable", False),
        "checkpoint_during": payload.get("checkpoint_during", True),
        "durability": payload.get("durability", "async"),
    }
