"""Follows runs through the load balancer, and accounts for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import anyio

from runs_client import APIConnectionError, RetryPolicy, RunsClient, RunsClientError
from tests.cluster_table import Account

PATIENT = RetryPolicy(max_retries=8, initial_delay=0.1, max_delay=2.0)
"""Outlasts the moment in which no instance answers."""
_TIME_LIMIT = 240.0
"""Seconds after which a stream that does not end counts as failed."""
_FINISHED = {"success", "error", "timeout", "interrupted"}
_AT_A_TIME = 10


@dataclass
class Followed:
    """A run with a number of its own, on a thread of its own, and what came of its stream.

    Attributes:
        number: Stands in the run's input.
        ticks: How many custom events it writes.
        delay: Seconds between them.
        thread_id: The thread.
        run_id: The run, once it is known.
        parts: What was delivered.
        was_looked_up: Whether the creation was not answered, and a look at the thread found the run.
        error: What the stream ended with, if that was no proper end.
        reconnects: How often the stream was rejoined.
    """

    number: int
    ticks: int
    delay: float
    thread_id: str = field(default_factory=lambda: str(uuid4()))
    run_id: str | None = None
    parts: list[Any] = field(default_factory=list)
    was_looked_up: bool = False
    error: RunsClientError | None = None
    reconnects: int = 0

    async def follow(self, runs: RunsClient, on_part: Callable[[Any], object] = lambda part: None) -> None:
        """Create the run, and read its stream to the end.

        A creation whose answer was lost is not repeated before a look at the thread has shown that there is no run.
        """
        payload: Any = {
            "input": {"n": self.ticks, "delay": self.delay, "number": self.number},
            "stream_mode": ["custom", "values"],
            "if_not_exists": "create",
            "timeout": _TIME_LIMIT,
        }
        while self.run_id is None:
            try:
                await self._read(runs.stream(self.thread_id, "counter", **payload), on_part)
            except APIConnectionError as error:
                assert error.request_sent, "what was not sent is sent again"
                for run in await runs.list(self.thread_id):
                    self.was_looked_up = True
                    found = runs.join_stream(self.thread_id, run.run_id, last_event_id="-1", timeout=_TIME_LIMIT)
                    await self._read(found, on_part)

    async def _read(self, stream: Any, on_part: Callable[[Any], object]) -> None:
        try:
            async for part in stream:
                self.parts.append(part)
                on_part(part)
        except RunsClientError as error:
            if stream.run_id is None:
                raise  # it is not known whether there is a run
            self.error = error
        self.run_id = stream.run_id
        self.reconnects += stream.reconnects


async def account_for(followed: Sequence[Followed], direct: RunsClient) -> Account:
    """Compare what was delivered with what a server tells that is asked directly."""
    account = Account(asked=len(followed))
    limit = anyio.Semaphore(_AT_A_TIME)

    async def check(run: Followed) -> None:
        async with limit:
            known = await direct.list(run.thread_id)
            account.started += [found["input"]["number"] for found in known] == [run.number]
            account.doubled += len(known) > 1
            account.looked_up += run.was_looked_up
            account.reconnects += run.reconnects
            if run.error is not None:
                account.failed += 1
                account.unfinished += any(found.status not in _FINISHED for found in known)
                return
            replay = direct.join_stream(run.thread_id, str(run.run_id), last_event_id="-1", timeout=_TIME_LIMIT)
            truth = [part async for part in replay]
        account.finished += run.parts == truth
        account.lost += run.parts != truth
        account.repeated += sum(part.data == {"tick": 0} for part in truth) > 1

    async with anyio.create_task_group() as group:
        for run in followed:
            group.start_soon(check, run)
    return account
