"""`make faults`: what faults of the network cost, on each server and with each client.

A client streams a run through a proxy that lets something go wrong. What it delivers is compared with a replay that
goes through no proxy; a run without a thread is gone by then, so that is compared with what its graph writes. The
tables go into docs/reliability.md. The exit status is 1 if one of our clients lost something without the typed error.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from tests.marked_section import markdown_table, write_section
from tests.servers.aegra_server import aegra_server
from tests.servers.javascript_server import javascript_server
from tests.servers.official_server import official_server

from benchmarks.processes import HERE
from runs_client import Run, SyncRunsClient
from runs_client.testing import Answer, CleanEnd, Fault, FaultProxy, Fin, Refuse, Reset, Stall
from runs_client.testing._faults import replace_headers

DOCUMENT = HERE.parent / "docs" / "reliability.md"
PYTHON = HERE.parent / ".venv-bench" / "bin" / "python"
SERVERS: dict[str, Callable[[], AbstractContextManager[str]]] = {
    "official": official_server,
    "JavaScript": javascript_server,
    "Aegra": aegra_server,
}
CLIENTS: dict[str, Sequence[str | Path]] = {
    "httpx": (PYTHON, "-m", "benchmarks.fault_client", "httpx"),
    "aiohttp": (PYTHON, "-m", "benchmarks.fault_client", "aiohttp"),
    "sync": (PYTHON, "-m", "benchmarks.fault_client", "sync"),
    "langgraph-sdk": (PYTHON, "-m", "benchmarks.fault_client", "langgraph-sdk"),
    "JS SDK": ("node", HERE / "contenders" / "fault_client.mjs"),
}
OURS = ("httpx", "aiohttp", "sync")
SECONDS = 20.0
"""A client that is silent for so long hangs."""

TICKS: Any = {"input": {"n": 10, "delay": 0.15}, "stream_mode": "custom"}
HASTE: Any = {"input": {"n": 40}, "stream_mode": ["values", "updates", "custom", "tasks", "checkpoints", "debug"]}
CUTS_IN_HASTE = range(6, 46)
CUTS_WANTED = 3
_ABOUT_THE_STREAM = {"metadata", "error", "end"}


@dataclass(frozen=True)
class Case:
    """What goes wrong with the connections of a stream, one fault for each."""

    name: str
    faults: tuple[Fault, ...]
    stateless: bool = False


class _KeepAlive(Fault):
    """The response does not announce that its connection ends: Node would take a body that breaks off for whole."""

    def shape_head(self, head: bytes) -> bytes:
        return replace_headers(super().shape_head(head), {b"Connection": None})


class _Reset(_KeepAlive, Reset):
    pass


class _Fin(_KeepAlive, Fin):
    pass


RESET = _Reset(after_bytes=500)
CASES = [
    Case("reset after 500 bytes", (RESET,)),
    Case("reset, reset, FIN within a chunk", (_Reset(after_chunks=4), _Reset(after_chunks=2), _Fin(after_bytes=70))),
    Case("clean end after 4 chunks", (CleanEnd(after_chunks=4),)),
    Case("reset, then refused, then 503", (RESET, Refuse(), Answer(503))),
    Case("stall: open, but silent", (Stall(after_chunks=4),)),
    Case("reset after 500 bytes, stateless", (RESET,), stateless=True),
    Case("clean end after 4 chunks, stateless", (CleanEnd(after_chunks=4),), stateless=True),
]
SHARED_ID = f"reset between two events of one id, {CUTS_WANTED} times"


class Event(NamedTuple):
    """An event of a run. Clients do not all tell the id."""

    name: str
    data: Any
    id: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a client made of its streams.

    Attributes:
        lost: Events that were not delivered.
        twice: Events that were delivered once more.
        end: What the stream ended with, if not as if it were whole.
    """

    lost: int = 0
    twice: int = 0
    end: str = ""

    @property
    def is_honest(self) -> bool:
        """Whether nothing is wrong, or the typed error says so."""
        return not self.twice and (not self.lost or self.end == "StreamInterruptedError")

    def __add__(self, other: Outcome) -> Outcome:
        return Outcome(self.lost + other.lost, self.twice + other.twice, self.end or other.end)

    def __str__(self) -> str:
        counts = f"{self.lost} lost, {self.twice} twice"
        return f"{self.end}; {counts}" if self.end else counts


def streamed(client: str, url: str, thread_id: str | None, payload: Any) -> tuple[list[Event], str]:
    """The events that a client delivers, and what its stream ends with."""
    target = json.dumps([url, thread_id, payload])
    with subprocess.Popen(
        [*CLIENTS[client], target], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=HERE.parent
    ) as process:
        assert process.stdout is not None
        events: list[Event] = []
        while True:
            watch = threading.Timer(SECONDS, process.kill)
            watch.start()
            line = process.stdout.readline()
            watch.cancel()
            told = json.loads(line or '"hangs"')
            if isinstance(told, str):
                return events, told
            events.append(Event(*told))


def finished_run(direct: SyncRunsClient, thread_id: str) -> Run:
    """The only run of a thread, when it is over."""
    while True:
        (run,) = direct.list(thread_id)
        if run.status not in ("pending", "running"):
            return run
        time.sleep(0.05)  # joining it would have the JavaScript server forget its events


def replayed(direct: SyncRunsClient, run: Run) -> list[Event]:
    parts = direct.join_stream(run.thread_id, run.run_id, last_event_id="-1", resume="off")
    return [Event(part.event, part.data, part.id) for part in parts]


def compared(delivered: Sequence[Event], truth: Sequence[Event], end: str) -> Outcome:
    got, expected = (
        Counter(json.dumps(event[:2], sort_keys=True) for event in events if event.name not in _ABOUT_THE_STREAM)
        for events in (delivered, truth)
    )
    return Outcome(sum((expected - got).values()), sum((got - expected).values()), end)


def measure(server_url: str, client: str, case: Case) -> Outcome:
    """Let a client stream one run while things go wrong."""
    ticks = [Event("custom", {"tick": tick}) for tick in range(TICKS["input"]["n"])]
    thread_id = None if case.stateless else str(uuid4())
    with FaultProxy(server_url) as proxy:
        proxy.plan(*case.faults, match="/stream$")
        delivered, end = streamed(client, proxy.url, thread_id, TICKS)
    if thread_id is None:
        return compared(delivered, ticks, end)
    with SyncRunsClient(server_url) as direct:
        run = finished_run(direct, thread_id)
        if run.status != "success":
            return compared(delivered, ticks, end or "the run was cancelled")
        return compared(delivered, replayed(direct, run), end)


def measure_shared_id(server_url: str, client: str) -> Outcome | None:
    """Cut streams until some of the cuts fell between two events of one id; None if each event has its own."""
    outcomes: list[Outcome] = []
    for place in CUTS_IN_HASTE:
        thread_id = str(uuid4())
        with FaultProxy(server_url) as proxy, SyncRunsClient(server_url) as direct:
            proxy.plan(_Reset(after_chunks=place), match="/stream$")
            delivered, end = streamed(client, proxy.url, thread_id, HASTE)
            truth = replayed(direct, finished_run(direct, thread_id))
        ids = [event.id for event in truth]
        if ids[place - 1] == ids[place]:
            outcomes.append(compared(delivered, truth, end))
        if len(set(ids)) == len(ids) or len(outcomes) == CUTS_WANTED:
            break
    return sum(outcomes, start=Outcome()) if outcomes else None


def table(server_url: str) -> dict[str, dict[str, Outcome | None]]:
    """By fault and client."""
    found: dict[str, dict[str, Outcome | None]] = {
        case.name: {client: measure(server_url, client, case) for client in CLIENTS} for case in CASES
    }
    found[SHARED_ID] = {client: measure_shared_id(server_url, client) for client in CLIENTS}
    return found


def peers() -> str:
    """The peers and their versions."""
    question = "from importlib.metadata import version; print(version('langgraph-sdk'))"
    python = subprocess.run([PYTHON, "-c", question], check=True, capture_output=True, text=True).stdout.strip()
    package = HERE / "node_modules" / "@langchain" / "langgraph-sdk" / "package.json"
    return f"langgraph-sdk {python} and @langchain/langgraph-sdk {json.loads(package.read_text())['version']}"


def main() -> None:
    sections = [f"The peers are {peers()}."]
    is_honest = True
    for server, start in SERVERS.items():
        with start() as url:
            found = table(url)
        rows = [
            [name, *("-" if outcome is None else str(outcome) for outcome in outcomes.values())]
            for name, outcomes in found.items()
        ]
        sections.append(markdown_table([f"{server} server", *CLIENTS], rows))
        print(sections[-1], flush=True)
        outcomes = (outcomes[client] for outcomes in found.values() for client in OURS)
        is_honest = is_honest and all(outcome is None or outcome.is_honest for outcome in outcomes)
    write_section(DOCUMENT, "faults", "\n\n".join(sections))
    sys.exit(not is_honest)


if __name__ == "__main__":
    main()
