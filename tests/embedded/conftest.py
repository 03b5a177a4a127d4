"""One embedded server for all its tests, and a small HTTP client that knows nothing of ours."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import orjson
import pytest

from runs_client.testing import Context, Custom, RunsServer, Update
from runs_client.testing._agents import BUILT_IN

SECONDS = 10.0
"""How long a test waits for what must happen, before it fails."""


class Event(NamedTuple):
    name: str
    data: Any
    id: str | None


def events_in(text: str) -> list[Event]:
    """The events of a stream; comments are left out."""
    blocks = [block for block in text.split("\r\n\r\n") if block and not block.startswith(":")]
    return [_event_in(block) for block in blocks]


def _event_in(block: str) -> Event:
    fields = dict(line.split(": ", 1) for line in block.split("\r\n"))
    return Event(fields["event"], orjson.loads(fields["data"]), fields.get("id"))


class Http:
    """Sends requests as short as a test wants to write them."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=SECONDS)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(path, params=query)

    def create(self, thread_id: str, assistant_id: str, **body: Any) -> dict[str, Any]:
        """Create a run on a thread, and the thread."""
        answer = self.post(
            f"/threads/{thread_id}/runs", assistant_id=assistant_id, **{"if_not_exists": "create", **body}
        )
        assert answer.status_code == 200, answer.text
        run: dict[str, Any] = answer.json()
        return run

    def wait(self, thread_id: str, assistant_id: str, **body: Any) -> Any:
        """Run on a thread and return the state."""
        path = f"/threads/{thread_id}/runs/wait"
        return self.post(path, assistant_id=assistant_id, **{"if_not_exists": "create", **body}).json()

    def stream(self, thread_id: str, assistant_id: str, **body: Any) -> list[Event]:
        """Run on a thread and return all events."""
        with self.open(thread_id, assistant_id, **body) as response:
            return events_in(response.read().decode())

    def open(self, thread_id: str, assistant_id: str, **body: Any) -> AbstractContextManager[httpx.Response]:
        """Run on a thread and leave the stream open."""
        body = {"assistant_id": assistant_id, "if_not_exists": "create", **body}
        return self.client.stream("POST", f"/threads/{thread_id}/runs/stream", json=body)

    def rejoin(self, run: dict[str, Any], last_event_id: str | None = None, **query: Any) -> list[Event]:
        """Follow a run to its end."""
        headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
        return events_in(self.client.get(f"{path_of(run)}/stream", headers=headers, params=query).text)

    def join(self, run: dict[str, Any]) -> Any:
        """Wait for a run."""
        return self.get(f"{path_of(run)}/join").json()

    def status(self, run: dict[str, Any]) -> str | None:
        """A run's status, None where it is gone."""
        status: str | None = self.get(path_of(run)).json().get("status")
        return status


def path_of(run: dict[str, Any]) -> str:
    return f"/threads/{run['thread_id']}/runs/{run['run_id']}"


class Gate:
    """Holds an agent until the test lets it go."""

    def __init__(self) -> None:
        self.name = str(uuid4())
        self.input = {"gate": self.name}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opened = asyncio.Event()
        self._reached = threading.Event()

    async def hold(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reached.set()
        await self._opened.wait()

    def wait_until_reached(self) -> None:
        """Return once an agent is being held, so its run is certainly on."""
        assert self._reached.wait(SECONDS), "no agent came to the gate"

    def open(self) -> None:
        """Let the agent go."""
        assert self._loop is not None, "no agent came to the gate"
        self._loop.call_soon_threadsafe(self._opened.set)


_GATES: dict[str, Gate] = {}


async def gated(input: Any, context: Context) -> AsyncIterator[Custom | Update]:
    """Says `before`, waits for its gate, says `after`."""
    yield Custom("before")
    await _GATES[context.state["gate"]].hold()
    yield Custom("after")
    yield Update("gated", {"done": True})


@pytest.fixture(scope="session")
def embedded() -> Iterator[RunsServer]:
    with RunsServer({**BUILT_IN, "gated": gated}, linger=0) as server:
        yield server


@pytest.fixture(scope="session")
def http(embedded: RunsServer) -> Iterator[Http]:
    http = Http(embedded.url)
    with http.client:
        yield http


@pytest.fixture
def thread_id() -> str:
    return str(uuid4())


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    _GATES[gate.name] = gate
    yield gate
    del _GATES[gate.name]
