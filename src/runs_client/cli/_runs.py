"""The commands that ask and tell: create, wait, join, list, get, cancel, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from runs_bindings.models.cancel_action import CancelAction
from runs_bindings.models.run_status import RunStatus

from ._arguments import CancelOnExit, RunId, ThreadId
from ._connection import Connection, call
from ._exit import note
from ._following import Followed, tell_questions
from ._groups import grouped
from ._new_run import Modes, NewRun
from ._output import waiting, write_run, write_runs, write_state

if TYPE_CHECKING:
    from .._async import RunsClient


@grouped
def create(new: NewRun, *, mode: Modes = None, connection: Connection) -> None:
    """Start a run in the background and show it.

    Its events are kept, so that `watch` can show them from the start.
    """
    payload = {"stream_resumable": True, **new.payload("create", mode)}
    thread_id = new.thread_id()

    async def work(runs: RunsClient) -> None:
        write_run(await runs.create(thread_id, new.agent, timeout=connection.timeout, **payload))

    call(connection, work)


@grouped
def wait(new: NewRun, *, cancel_on_exit: CancelOnExit = False, connection: Connection) -> None:
    """Start a run, wait for it and show its final state.

    Ctrl-C leaves the run going and tells how to come back to it.
    """
    payload = new.payload("wait")
    thread_id = new.thread_id()
    followed = Followed(connection, "join", agent=new.agent, cancel_on_exit=cancel_on_exit)

    async def work(runs: RunsClient) -> None:
        async with followed.until_the_end(runs):
            with waiting("waiting for the server") as tell:

                def created(run_id: str, thread_id: str | None) -> None:
                    followed.created(run_id, thread_id)
                    tell(f"waiting for run {run_id}")

                state = await runs.wait(
                    thread_id, new.agent, on_run_created=created, timeout=connection.timeout, **payload
                )
        await _show_outcome(state, followed, runs)

    call(connection, work)


@grouped
def join(thread: ThreadId, run: RunId, *, connection: Connection) -> None:
    """Wait for a run that exists and show its final state."""
    followed = Followed(connection, "join", thread_id=thread, run_id=run)

    async def work(runs: RunsClient) -> None:
        async with followed.until_the_end(runs):
            with waiting(f"waiting for run {run}"):
                state = await runs.join(thread, run, timeout=connection.timeout)
        await _show_outcome(state, followed, runs)

    call(connection, work)


@grouped
def list_(
    thread: Annotated[str, typer.Argument(metavar="THREAD", show_default=False, help="The thread of the runs.")],
    *,
    status: Annotated[RunStatus | None, typer.Option(help="Only runs with this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="No more than so many.")] = 10,
    connection: Connection,
) -> None:
    """Show the runs of a thread, the newest first."""

    async def work(runs: RunsClient) -> None:
        found = []
        async for run in runs.iter(
            thread, status=status, page_size=min(limit, _LARGEST_PAGE), timeout=connection.timeout
        ):
            found.append(run)
            if len(found) == limit:
                break
        write_runs(found)

    call(connection, work)


@grouped
def get(thread: ThreadId, run: RunId, *, connection: Connection) -> None:
    """Show a run."""

    async def work(runs: RunsClient) -> None:
        write_run(await runs.get(thread, run, timeout=connection.timeout))

    call(connection, work)


@grouped
def cancel(
    thread: ThreadId,
    run: RunId,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Return only when the run has stopped.")] = False,
    action: Annotated[CancelAction, typer.Option(help="Keep what the run has done so far, or undo it.")] = "interrupt",
    connection: Connection,
) -> None:
    """Stop a run."""

    async def work(runs: RunsClient) -> None:
        await runs.cancel(thread, run, wait=wait, action=action, timeout=connection.timeout)
        note(f"run {run} {'is cancelled' if wait else 'is being cancelled'}")

    call(connection, work)


@grouped
def delete(thread: ThreadId, run: RunId, *, connection: Connection) -> None:
    """Remove a run from its thread."""

    async def work(runs: RunsClient) -> None:
        await runs.delete(thread, run, timeout=connection.timeout)
        note(f"run {run} is deleted")

    call(connection, work)


_LARGEST_PAGE = 100


async def _show_outcome(state: Any, followed: Followed, runs: RunsClient) -> None:
    from .._interrupts import interrupts_of

    write_state(state)
    await tell_questions(interrupts_of(state), followed, runs)
