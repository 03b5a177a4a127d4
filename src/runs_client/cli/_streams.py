"""`runs-client run` and `runs-client watch`: start a run, or come back to one, and show its stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ._arguments import FROM_THE_START, CancelOnExit, RunId, ThreadId
from ._connection import Connection, call
from ._exit import note
from ._following import Followed, tell_questions
from ._groups import grouped
from ._new_run import Modes, NewRun
from ._view import View, make_view

if TYPE_CHECKING:
    from .._async import RunsClient, RunStream

Resume = Annotated[
    Literal["exact", "best-effort", "off"],
    typer.Option(help="When the connection breaks: go on if nothing is missing, or with gaps, or not at all."),
]


@grouped
def run(
    new: NewRun,
    *,
    mode: Modes = None,
    resume: Resume = "exact",
    cancel_on_exit: CancelOnExit = False,
    connection: Connection,
) -> None:
    """Start a run and show its stream.

    A terminal gets a live view, a pipe one JSON object a line: event, data, id, namespace. Ctrl-C leaves the run going
    and tells how to come back to it.
    """
    payload = new.payload("stream", mode)
    thread_id = new.thread_id()
    followed = Followed(connection, "watch", agent=new.agent, cancel_on_exit=cancel_on_exit)
    view = make_view()

    async def follow(runs: RunsClient) -> None:
        stream = runs.stream(
            thread_id,
            new.agent,
            resume=resume,
            timeout=connection.timeout,
            on_run_created=followed.created,
            on_reconnect=view.reconnecting,
            **payload,
        )
        await _show(runs, stream, followed, view)

    call(connection, follow)


@grouped
def watch(
    thread: ThreadId,
    run: RunId,
    *,
    last_event_id: Annotated[
        str, typer.Option(metavar="ID", help="Show what came after this event.", show_default="the start of the run")
    ] = FROM_THE_START,
    resume: Resume = "exact",
    connection: Connection,
) -> None:
    """Come back to a run and show its stream.

    It is shown from the start of the run, or from where it was left.
    """
    followed = Followed(connection, "watch", thread_id=thread, run_id=run)
    view = make_view()

    async def follow(runs: RunsClient) -> None:
        stream = runs.join_stream(
            thread,
            run,
            last_event_id=last_event_id,
            resume=resume,
            timeout=connection.timeout,
            on_reconnect=view.reconnecting,
        )
        await _show(runs, stream, followed, view)

    call(connection, follow)


async def _show(runs: RunsClient, stream: RunStream[Any], followed: Followed, view: View) -> None:
    """Show a stream to its end, and then what a person should know of it.

    Raises:
        RunFailedError: The run failed.
    """
    from .._errors import run_failed
    from .._interrupts import interrupts_of
    from .._parts import ErrorPart, ValuesPart

    failure, questions, followed.stream = None, [], stream
    async with followed.until_the_end(runs), view, stream:
        view.opened(stream)
        async for part in stream:
            view.show(part)
            if isinstance(part, ErrorPart):
                failure = run_failed(part.data, thread_id=stream.thread_id, run_id=stream.run_id)
            elif isinstance(part, ValuesPart) and not part.namespace:
                questions = interrupts_of(part)
        view.finished(failed=failure is not None)
    for gap in stream.gaps:
        note(f"events may be missing after {gap.after or 'the start'}: {gap.reason}")
    await tell_questions(questions, followed, runs)
    if failure is not None:
        raise failure
