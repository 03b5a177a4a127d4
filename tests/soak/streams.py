"""Streams one script through the proxy, and compares it with a replay that goes through none."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from runs_client import RetryPolicy, RunsClient, RunsClientError
from runs_client.testing import FaultProxy
from tests.soak.scripts import Script

PATIENT = RetryPolicy(max_retries=20, initial_delay=0.05, max_delay=1.0)
_IDLE_TIMEOUT = 7.0
"""Seconds; both servers send a heartbeat every five."""
_TIME_LIMIT = 300.0
"""Seconds after which a stream that does not end counts as failed."""


@dataclass
class Result:
    """What came of a stream."""

    script: Script
    events: int = 0
    reconnects: int = 0
    lost: int = 0
    doubled: int = 0
    is_out_of_order: bool = False
    error: RunsClientError | None = None

    @property
    def is_right(self) -> bool:
        """Whether each event was delivered once and in order."""
        return not (self.lost or self.doubled or self.is_out_of_order or self.error)


@dataclass
class Endpoint:
    """A server, what stands before it, and the clients that go through that.

    Attributes:
        proxy: Lets things go wrong.
        clients: Clients of the proxy.
        direct: A client of the server.
        injected: How often each kind of fault was met.
    """

    proxy: FaultProxy
    clients: dict[str, Any]
    direct: RunsClient
    injected: Counter[str] = field(default_factory=Counter)

    def plan(self, script: Script, thread_id: str) -> None:
        """Let go wrong what the script says: first with the request that opens the stream."""
        opening = rf"^{'GET' if script.is_stateless else 'POST'} /threads/{thread_id}/runs.*/stream$"
        for place, (kind, fault) in enumerate(script.faults):
            # Of an answer in JSON that ends too early, but properly, nobody can tell that.
            what = "/stream$" if kind == "clean end" else ""
            returning = rf"^GET /threads/{thread_id}/.*{what}"
            self.proxy.plan(fault, match=self._counting(kind, re.compile(returning if place else opening)))

    def _counting(self, kind: str, pattern: re.Pattern[str]) -> Any:
        def matches(request: str) -> bool:
            found = pattern.search(request) is not None
            self.injected[kind] += found
            return found

        return matches

    def open(self, script: Script) -> Any:
        """The stream of a script, asynchronous or blocking."""
        client = self.clients[script.client]
        options: Any = {**script.payload, "idle_timeout": _IDLE_TIMEOUT, "timeout": _TIME_LIMIT}
        if script.is_stateless:
            return client.stream(
                None,
                script.agent,
                on_run_created=lambda run_id, thread_id: self.plan(script, thread_id),
                on_completion="keep",  # or there is no replay
                **options,
            )
        thread_id = str(uuid4())
        self.plan(script, thread_id)
        return client.stream(thread_id, script.agent, if_not_exists="create", **options)

    async def check(self, result: Result, stream: Any, parts: list[Any]) -> None:
        """Compare what was delivered with the truth, and have the server forget the run."""
        replay = self.direct.join_stream(stream.thread_id, stream.run_id, last_event_id="-1", resume="off")
        truth = [part async for part in replay]
        await self.direct.delete(stream.thread_id, stream.run_id)
        got, expected = (Counter(map(repr, some)) for some in (parts, truth))
        result.events = len(parts)
        result.reconnects = stream.reconnects
        result.lost = sum((expected - got).values())
        result.doubled = sum((got - expected).values())
        result.is_out_of_order = got == expected and parts != truth


async def read(stream: Any, result: Result) -> list[Any]:
    """The parts of an asynchronous stream."""
    parts = []
    try:
        async for part in stream:
            parts.append(part)
    except RunsClientError as error:
        result.error = error
    return parts


def read_blocking(stream: Any, result: Result) -> list[Any]:
    """The parts of a blocking stream."""
    parts = []
    try:
        for part in stream:
            parts.append(part)
    except RunsClientError as error:
        result.error = error
    return parts
