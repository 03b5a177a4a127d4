"""What each stream of a soak does, and what goes wrong with it: drawn by lot, and the same for the same seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from runs_client.testing import Answer, CleanEnd, Drip, Fault, Fin, Refuse, Reset, Stall
from runs_client.testing._faults import Piece

CLIENTS = ("httpx", "aiohttp", "sync")
_ALL_MODES = ["values", "updates", "custom", "tasks", "checkpoints", "debug"]
_MOST_FAULTS = 4
_MOST_BYTES = 3_000
_MOST_CHUNKS = 20


@dataclass(frozen=True)
class Delay(Fault):
    """Each piece of the body comes late."""

    seconds: float

    def shape_body(self, body: Iterator[Piece]) -> Iterator[bytes]:
        for piece in body:
            time.sleep(self.seconds)
            yield piece.wire


KINDS: dict[str, Callable[[Random], Fault]] = {
    "reset": lambda lot: Reset(after_chunks=lot.randrange(_MOST_CHUNKS)),
    "FIN": lambda lot: Fin(after_chunks=lot.randrange(_MOST_CHUNKS)),
    "clean end": lambda lot: CleanEnd(after_chunks=lot.randrange(_MOST_CHUNKS)),
    "half a chunk": lambda lot: lot.choice([Reset, Fin])(after_bytes=lot.randrange(_MOST_BYTES)),
    "stall": lambda lot: Stall(after_chunks=lot.randrange(_MOST_CHUNKS)),
    "refused": lambda lot: Refuse(),
    "503": lambda lot: Answer(503, headers=lot.choice([{}, {"Retry-After": "0"}])),
    "delay": lambda lot: Delay(lot.uniform(0.001, 0.1)),
    "drip": lambda lot: Drip(size=lot.randrange(16, 256)),
}
_FIRST = [kind for kind in KINDS if kind != "refused"]
"""A creation that is refused without an answer is not repeated, so its stream ends with an error, as it should."""
_WEIGHTS = {"stall": 0.2}  # each takes seconds to be noticed


@dataclass(frozen=True)
class Script:
    """One stream.

    Attributes:
        number: Its number.
        client: The kind of client, one of `CLIENTS`.
        server: The name of the server.
        is_stateless: Whether it has no thread of its own.
        agent: The agent that runs.
        payload: The other fields of the run.
        faults: What goes wrong, with the kind of it: first with the request that opens the stream, then with those that
            come back.
    """

    number: int
    client: str
    server: str
    is_stateless: bool
    agent: str
    payload: dict[str, Any]
    faults: list[tuple[str, Fault]]


def script(seed: int, number: int, servers: Sequence[str]) -> Script:
    """What is drawn for one stream."""
    lot = Random(f"{seed}/{number}")
    agent, payload = _run(lot)
    return Script(
        number=number,
        client=lot.choices(CLIENTS, weights=[4, 4, 1])[0],
        server=lot.choice(servers),
        is_stateless=lot.random() < 0.2,
        agent=agent,
        payload=payload,
        faults=[_fault(lot, KINDS if place else _FIRST) for place in range(lot.randrange(_MOST_FAULTS + 1))],
    )


def _run(lot: Random) -> tuple[str, dict[str, Any]]:
    if lot.random() < 0.2:
        message = {"role": "user", "content": " ".join(str(lot.randrange(100)) for _ in range(lot.randrange(1, 30)))}
        return "chat", {"input": {"messages": [message]}, "stream_mode": ["messages-tuple", "updates"]}
    counter = {"n": lot.randrange(1, 30), "delay": lot.choice([0.0, 0.01, 0.05])}
    modes: list[str] = lot.choice([["custom"], ["custom", "values"], _ALL_MODES])
    return "counter", {"input": counter, "stream_mode": modes}


def _fault(lot: Random, kinds: Sequence[str] | dict[str, Any]) -> tuple[str, Fault]:
    kind = lot.choices([*kinds], weights=[_WEIGHTS.get(kind, 1.0) for kind in kinds])[0]
    return kind, KINDS[kind](lot)
