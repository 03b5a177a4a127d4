"""`runs-client batch`: many runs from a file, and their results in another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ._connection import Connection, call
from ._exit import CONNECTION, RUN_FAILED, note
from ._groups import grouped
from ._output import is_terminal, write_json

if TYPE_CHECKING:
    from .._async import RunsClient
    from .._errors import APIStatusError, APITimeoutError
    from ._batch_files import Job, Results

_OF_EVERY_RUN = {"if_not_exists": "create", "on_disconnect": "continue", "multitask_strategy": "reject"}
"""The thread is new, the run outlives this command, and a second one beside it would be refused."""

_OF_ONE_LINE = frozenset({400, 404, 409, 422})
"""Statuses that say no to one run; others would say the same to all."""


@grouped
def batch(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="JSON lines, a run in each.")],
    *,
    agent: Annotated[str | None, typer.Option(help="What lines run that name no assistant_id.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The result file.", show_default="FILE.results"),
    ] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", min=1, metavar="N", help="Runs at a time.")] = 10,
    connection: Connection,
) -> None:
    """Run each line of a file, and write the results to another one.

    A line is the body of a run, as {"assistant_id": "agent", "input": {"question": "?"}}. A result is an object of
    line, thread_id, run_id, and state or error. Results stand in the order in which the runs ended, after a line that
    names the batch. Each run has a thread of its own, which stays.

    Interrupted or killed, the same command goes on where it stopped: nothing is run twice, nothing is lost. A line that
    is refused, or whose run takes longer than --timeout, is left for the next time.
    """
    from ._batch_files import Results, read_jobs

    jobs = read_jobs(file, agent)
    path = output or Path(f"{file}.results")
    with Results.open(path, connection.url.rstrip("/")) as results:
        todo = results.remaining(jobs)

        async def work(runs: RunsClient) -> None:
            with _progress(len(jobs), len(results)) as advance:
                await _run_all(runs, results, todo, concurrency, connection.timeout, advance)
            if not is_terminal():
                summary = {"lines": len(jobs), "done": len(results), "failed": results.failed, "results": str(path)}
                write_json(summary)

        try:
            call(connection, work)
        finally:
            done, failed = len(results), results.failed
            goes_on = "" if done == len(jobs) else "; the same command goes on"
            note(f"{done} of {len(jobs)} done, {failed} failed, results in {path}{goes_on}")
    if done < len(jobs):
        raise typer.Exit(CONNECTION)
    if failed:
        raise typer.Exit(RUN_FAILED)


async def _run_all(
    runs: RunsClient,
    results: Results,
    jobs: Sequence[Job],
    concurrency: int,
    timeout: float | None,
    advance: Callable[[], object],
) -> None:
    """Run so many lines at a time."""
    import asyncio

    from .._errors import APIStatusError, APITimeoutError

    todo = iter(jobs)

    async def worker() -> None:
        for job in todo:
            try:
                results.add(await _run(runs, results, job, timeout))
            except (APIStatusError, APITimeoutError) as error:
                if not _concerns_one_line(error):
                    raise
                note(f"line {job.line}: {error.message}")
            else:
                advance()

    workers = [asyncio.create_task(worker()) for _ in range(concurrency)]
    try:
        await asyncio.gather(*workers)
    finally:
        for task in workers:
            task.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _concerns_one_line(error: APIStatusError | APITimeoutError) -> bool:
    """Whether other lines may fare better."""
    from .._errors import APIStatusError

    if isinstance(error, APIStatusError):
        return error.status_code in _OF_ONE_LINE
    return error.request_sent  # its run takes longer than --timeout


async def _run(runs: RunsClient, results: Results, job: Job, timeout: float | None) -> dict[str, Any]:
    """Run a line, or join its run if an earlier command has started it."""
    from .._errors import RunFailedError

    thread_id = results.thread_of(job)
    run_id = None if results.is_new else await _earlier_run(runs, thread_id)
    result: dict[str, Any] = {"line": job.line, "thread_id": thread_id, "run_id": run_id}
    try:
        if run_id is not None:
            result["state"] = await runs.join(thread_id, run_id, timeout=timeout)
        else:
            body = {**job.body, **_OF_EVERY_RUN}
            result["state"] = await runs.wait(
                thread_id,
                body.pop("assistant_id"),
                on_run_created=lambda run_id, _: result.update(run_id=run_id),
                timeout=timeout,
                **body,
            )
    except RunFailedError as error:
        result["error"] = {"error": error.error, "message": error.error_message}
    return result


async def _earlier_run(runs: RunsClient, thread_id: str) -> str | None:
    from .._errors import NotFoundError

    try:
        found = [run.run_id async for run in runs.iter(thread_id)]
    except NotFoundError:
        return None
    return found[-1] if found else None


@contextmanager
def _progress(total: int, done: int) -> Iterator[Callable[[], object]]:
    """A bar on the standard error, where that is a terminal."""
    import sys

    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(bar_width=None), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, completed=done)
        yield lambda: progress.advance(task)
