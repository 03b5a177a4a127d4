"""What a worker is asked beside workloads: to hold streams open, to time first events, to read one long stream."""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

from benchmarks.contenders import AsyncClient

_WINDOW = 10_000
_SAMPLES = 200
_BESIDE = "paced-100000"


def resident_kilobytes() -> float:
    return _kilobytes("VmRSS")


def peak_kilobytes() -> float:
    return _kilobytes("VmHWM")


def _kilobytes(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith(name)))


async def hold(contender: AsyncClient, streams: int) -> dict[str, float]:
    """Kilobytes of each of so many streams, all of which have had their first event."""
    await anext(contender.events("tick-1"))
    gc.collect()
    before = resident_kilobytes()
    held: list[AsyncIterator[object]] = [contender.events("idle-0") for _ in range(streams)]
    await asyncio.gather(*(anext(stream) for stream in held))
    gc.collect()
    return {"streams": streams, "kilobytes each": (resident_kilobytes() - before) / streams}


async def latency(contender: AsyncClient, beside: int) -> dict[str, float]:
    """Milliseconds from the call to the first event, beside so many streams that are under way."""
    for script in ("tick-1", _BESIDE):  # the server makes events when it is first asked for them
        await anext(contender.events(script))
    others = [asyncio.create_task(contender.stream(_BESIDE)) for _ in range(beside)]
    await asyncio.sleep(1.0)
    taken = []
    for _ in range(_SAMPLES):
        begin = time.perf_counter()
        await anext(contender.events("tick-1"))
        taken.append((time.perf_counter() - begin) * 1e3)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return {"median ms": statistics.median(taken), "99 % ms": statistics.quantiles(taken, n=100)[98]}


async def long_stream(contender: AsyncClient, events: int) -> dict[str, float]:
    """What an event of one stream costs at its beginning and at its end, and by how much the stream raised the most
    memory that was ever taken. CPU time, because a stream is read faster than the server writes it.
    """
    await contender.stream(f"tick-{_WINDOW}")
    peak = peak_kilobytes()
    count, marks = 0, [time.process_time()]
    async for _ in contender.events(f"tick-{events}"):
        count += 1
        if count % _WINDOW == 0:
            marks.append(time.process_time())
    each = [(end - begin) / _WINDOW * 1e6 for begin, end in pairwise(marks)]
    return {
        f"microseconds around {5 * _WINDOW:,}": statistics.median(each[:10]),
        "microseconds at the end": statistics.median(each[-10:]),
        "megabytes more": (peak_kilobytes() - peak) / 1024,
    }
