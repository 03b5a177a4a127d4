"""What is measured: the canned runs that the server replays, and how many of them at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["streams", "gets"]
RUN_ID = "1f0c2a6e-5b7d-6f3a-9c41-0242ac120002"
THREAD_ID = "7d9f6c1e-3b52-4f0e-8a6d-5f2b9c0e4a17"
_REPEATS = 3  # a single stream takes a tenth of a second


@dataclass(frozen=True)
class Workload:
    """A row of the table.

    Attributes:
        name: What it is called in the table.
        kind: Streams to read to their end, or `get` calls.
        total: How many of them.
        at_once: How many at a time.
        script: What the server replays for each stream; sent to it as the assistant id.
        events: Events of one stream, its first and its last included.
        for_all: Whether contenders that take one request after another have a part in it.
        only: What a contender's name must contain to have a part in it.
        without: A contender that has no part in it: it would take minutes.
    """

    name: str
    kind: Kind
    total: int
    at_once: int
    script: str = ""
    events: int = 0
    for_all: bool = False
    only: str = ""
    without: str = ""

    @property
    def units(self) -> int:
        """What is counted: events, or calls."""
        return self.total * self.events if self.kind == "streams" else self.total


def count_events(script: str) -> int:
    """How many events `events_of` makes."""
    _, count, *rest = script.split("-", 2)
    return int(count) + (1 if rest else 2)


def _one_stream(name: str, kind: str, events: int) -> Workload:
    script = f"{kind}-{events}"
    return Workload(name, "streams", _REPEATS, 1, script, count_events(script), for_all=True)


def _many_streams(name: str, streams: int, script: str = "tick-200", only: str = "", without: str = "") -> Workload:
    return Workload(name, "streams", streams, streams, script, count_events(script), only=only, without=without)


WORKLOADS = (
    _one_stream("20,000 events of 60 B, one stream", "tick", 20_000),
    _one_stream("20,000 token events of 0.8 KB", "token", 20_000),
    _one_stream("1,000 values events of 60 KB", "state", 1_000),
    Workload("get, one after another", "gets", 500, 1, for_all=True),
    Workload("get, 50 at once", "gets", 1_000, 50),
    _many_streams("300 streams of 200 events at once", 300),
    _many_streams("the same, without an end event", 300, "tick-200-no-end"),
    _many_streams("1,000 streams of 200 events at once", 1_000, without="bare-httpx"),
    _many_streams("5,000 streams of 200 events at once", 5_000, only="aiohttp"),
)

WARM_UP = tuple(workload for workload in WORKLOADS if workload.for_all)

_MESSAGES: list[dict[str, Any]] = [
    {
        "content": "The committee met on Tuesday, read the draft twice and sent it back with notes. " * 6,
        "additional_kwargs": {},
        "response_metadata": {"model_name": "a-model", "finish_reason": "stop"},
        "type": "ai" if number % 2 else "human",
        "name": None,
        "id": f"run--{number:08d}-5b7d-6f3a-9c41-0242ac120002",
        "example": False,
        "tool_calls": [],
        "usage_metadata": {"input_tokens": 100 + number, "output_tokens": 90, "total_tokens": 190 + number},
    }
    for number in range(78)
]
_TOKEN_METADATA = {
    "langgraph_version": "1.2.0",
    "langgraph_plan": "developer",
    "langgraph_host": "self-hosted",
    "run_id": RUN_ID,
    "thread_id": THREAD_ID,
    "graph_id": "agent",
    "assistant_id": "fe096781-5601-53d2-b2f6-0d3403f7e9ca",
    "created_by": "system",
    "langgraph_step": 1,
    "langgraph_node": "model",
    "langgraph_triggers": ["branch:to:model"],
    "checkpoint_ns": "model:1a2b3c4d-5b7d-6f3a-9c41-0242ac120002",
    "ls_provider": "a-provider",
    "ls_model_type": "chat",
    "ls_temperature": 0.7,
    "ls_model_name": "a-model",
}


def _tick(number: int) -> tuple[str, Any]:
    return "custom", {"tick": number}


def _token(number: int) -> tuple[str, Any]:
    chunk: dict[str, Any] = {
        "content": f" word{number}",
        "additional_kwargs": {},
        "response_metadata": {},
        "type": "AIMessageChunk",
        "name": None,
        "id": f"run--{RUN_ID}",
        "tool_calls": [],
        "tool_call_chunks": [],
        "usage_metadata": None,
    }
    return "messages", [chunk, _TOKEN_METADATA]


def _state(number: int) -> tuple[str, Any]:
    return "values", {"step": number, "messages": _MESSAGES}


_EVENTS = {"tick": _tick, "token": _token, "state": _state}


def events_of(script: str) -> list[tuple[str, bytes]]:
    """The events of a canned run, each with its id, as the official server writes them: lines end with CR LF, and the
    id is a time in milliseconds, here with four events in each.

    Args:
        script: The kind of event, a dash, the number of events, and `-no-end` if the body just ends.
    """
    kind, count, *rest = script.split("-", 2)
    make = _EVENTS[kind]
    events = [_event("metadata", {"run_id": RUN_ID, "attempt": 1}, 0)]
    events += [_event(*make(number), 1 + number // 4) for number in range(int(count))]
    if not rest:
        events.append(_event("end", {"status": "success"}, 2 + int(count) // 4))
    return events


def _event(name: str, data: Any, millisecond: int) -> tuple[str, bytes]:
    event_id = f"{1763900000000 + millisecond}-0"
    text = json.dumps(data, separators=(",", ":"))
    return event_id, f"event: {name}\r\ndata: {text}\r\nid: {event_id}\r\n\r\n".encode()


def http_chunk(content: bytes) -> bytes:
    """As uvicorn sends what an application yields."""
    return b"%x\r\n%b\r\n" % (len(content), content)
