"""What the tests of several subjects do."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Any

from runs_client import EndPart, Run, RunFailedError, RunsClient, RunStream

LONG: Any = {"n": 1000, "delay": 0.05}
"""Input of a counter that goes on until somebody stops it."""


NO_LUCK = {"error": "ValueError", "message": "no luck"}
"""What a run of the agent `fail` fails with that was given the text "no luck"."""

SOON: Any = {"after_seconds": 1}
"""Holds a run back until somebody has joined it. On the JavaScript server that makes a difference: who comes late is
told neither what a run failed with nor what it asked, and who is in time takes its stream away from later ones."""


async def parts_of(stream: AsyncIterable[Any]) -> list[Any]:
    """The parts of a stream, but for the `end` that not every server sends."""
    return [part async for part in stream if not isinstance(part, EndPart)]


async def parts_of_success(stream: RunStream[Any]) -> list[Any]:
    """The same, of a run that succeeds.

    Raises:
        RunFailedError: It does not.
    """
    parts = await parts_of(stream)
    if parts[-1].event == "error":
        failure = parts[-1].data
        raise RunFailedError(
            error=failure["error"], error_message=failure["message"], thread_id=stream.thread_id, run_id=stream.run_id
        )
    return parts


async def ticks_of(stream: AsyncIterable[Any]) -> list[int]:
    """What a counter counted."""
    return [part.data["tick"] async for part in stream if part.event == "custom"]


async def is_at_work(runs: RunsClient, run: Run) -> None:
    """Return when a run has begun, which streams something."""
    async with runs.join_stream(run.thread_id, run.run_id, last_event_id="-1") as stream:
        async for _ in stream:
            return


async def status_at_the_end(runs: RunsClient, thread_id: str, run_id: str) -> str:
    """Wait until a run is over."""
    await runs.join(thread_id, run_id, raise_error=False)
    while (status := (await runs.get(thread_id, run_id)).status) in ("pending", "running"):
        pass
    return str(status)
