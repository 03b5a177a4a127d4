"""What a worker is asked beside workloads: to hold streams open, to time first events, to read one long stream."""

from __future__ import annotations

import asyncio
import gc
import os
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.contenders import AsyncClient

_SAMPLES = 200


def resident_kilobytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


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
    await anext(contender.events("tick-1"))
    others = [asyncio.create_task(contender.stream("paced-100000")) for _ in range(beside)]
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
    """Microseconds for each event of one stream, and the memory when it has ended."""
    begin = time.perf_counter()
    await contender.stream(f"tick-{events}")
    seconds = time.perf_counter() - begin
    return {"microseconds each": seconds / events * 1e6, "megabytes": resident_kilobytes() / 1024}
