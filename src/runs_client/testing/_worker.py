"""What is done for one run, from its first event to its last."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from ._events import Context
from ._execution import Execution
from ._replay import Replay
from ._store import Run
from ._trace import Sink


class EmptyInputError(Exception):
    """A run was given no input, and its thread has nothing to go on with."""


async def work(run: Run) -> None:
    """Do what a run asks for. Its thread's `execution` tells afterwards what was left undone."""
    thread, command = run.thread, run.kwargs["command"] or {}
    run.set_status("running")
    run.log.append("metadata", {"run_id": run.run_id, "attempt": 1})
    if run.kwargs["feedback_keys"]:
        run.log.append("feedback", {key: _feedback_url(run, key) for key in run.kwargs["feedback_keys"]})
    given = run.kwargs["input"]
    asking = thread.execution if thread.execution and thread.execution.question else None
    if isinstance(run.assistant.agent, Replay):
        thread.execution = thread.last = None
        await run.assistant.agent.play(_sink_of(run), thread.state)
    elif command:
        await _follow(run, command, asking)
    elif given is not None:
        execution = _new_execution(run)
        await _finish(run, execution, execution.begin(given))
    elif asking:
        _attach(run, asking)
        asking.tell_values()
        asking.ask_again()
    elif thread.execution:
        await _start_again(run)
    elif thread.last is None:
        raise EmptyInputError("The run was given no input, and its thread has none either")
    else:
        _new_execution(run).tell_values()


async def _follow(run: Run, command: dict[str, Any], asking: Execution | None) -> None:
    if "resume" in command and asking:
        _attach(run, asking)
        asking.merge(command.get("update") or {})
        asking.tell_values()
        await _finish(run, asking, asking.answer(command["resume"]))
        return
    execution = _new_execution(run)
    execution.merge(command.get("update") or {})
    execution.tell_values()
    if command.get("goto"):
        await _finish(run, execution, execution.work(None))


async def _start_again(run: Run) -> None:
    execution = _new_execution(run)
    execution.tell_values()
    await _finish(run, execution, execution.work(None))


async def _finish(run: Run, execution: Execution, working: Awaitable[bool]) -> None:
    run.thread.execution = execution
    if await working:
        run.thread.execution = None


def _new_execution(run: Run) -> Execution:
    assistant = run.assistant
    assert not isinstance(assistant.agent, Replay)
    context = Context(
        run_id=run.run_id,
        thread_id=run.thread.thread_id,
        assistant_id=assistant.assistant_id,
        config=run.kwargs["config"],
        context=run.kwargs["context"],
        metadata=run.metadata,
    )
    execution = Execution(assistant.graph_id, assistant.agent, run.thread.state, context)
    _attach(run, execution)
    return execution


def _attach(run: Run, execution: Execution) -> None:
    run.thread.last = execution
    execution.context.run_id = run.run_id
    about = {
        **run.metadata,
        "run_attempt": 1,
        "graph_id": execution.name,
        "run_id": run.run_id,
        "thread_id": run.thread.thread_id,
    }
    execution.report_to(_sink_of(run), about)


def _sink_of(run: Run) -> Sink:
    return Sink(run.log, run.kwargs["stream_mode"], subgraphs=run.kwargs["subgraphs"])


def _feedback_url(run: Run, key: str) -> str:
    return f"https://feedback.invalid/runs/{run.run_id}/{key}"
