"""One contender in a process of its own.

It reads workloads from its standard input, one a line as JSON, and answers each with a line of JSON: the seconds it
took, or the error that ended it. A line may also ask for one of the probes.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any, cast

from benchmarks import probes
from benchmarks.contenders import AsyncClient, AsyncContender, SyncContender
from benchmarks.workloads import Workload

Answer = dict[str, Any]
PROBES = {"hold": probes.hold, "latency_beside": probes.latency, "long_stream": probes.long_stream}


def make(name: str, url: str) -> AsyncContender | SyncContender:
    # Imported here, so that no contender carries the others' modules.
    if name.startswith("ours"):
        from benchmarks.contenders.ours import Ours, OursSync

        return OursSync(url) if name == "ours-sync" else Ours(url, "aiohttp" if "aiohttp" in name else "httpx")
    if name.startswith("sdk"):
        from benchmarks.contenders.sdk import Sdk, SdkSync

        return SdkSync(url) if name == "sdk-sync" else Sdk(url)
    from benchmarks.contenders.floors import BareAiohttp, BareHttpx

    return BareHttpx(url) if name == "bare-httpx" else BareAiohttp(url)


async def answer_async(contender: AsyncContender, question: dict[str, Any]) -> Answer:
    for name, probe in PROBES.items():
        if name in question:
            return cast("Answer", await probe(cast("AsyncClient", contender), question[name]))
    return await run_async(contender, Workload(**question))


async def run_async(contender: AsyncContender, workload: Workload) -> Answer:
    left = iter(range(workload.total))
    counts: list[int] = []

    async def take_turns() -> None:
        for _ in left:
            if workload.kind == "streams":
                counts.append(await contender.stream(workload.script))
            else:
                await contender.get()

    begin = time.perf_counter()
    outcomes = await asyncio.gather(*(take_turns() for _ in range(workload.at_once)), return_exceptions=True)
    for outcome in outcomes:
        if outcome is not None:
            raise outcome
    return _answer(time.perf_counter() - begin, workload, counts)


def run_sync(contender: SyncContender, workload: Workload) -> Answer:
    counts = []
    begin = time.perf_counter()
    for _ in range(workload.total):
        if workload.kind == "streams":
            counts.append(contender.stream(workload.script))
        else:
            contender.get()
    return _answer(time.perf_counter() - begin, workload, counts)


def _answer(seconds: float, workload: Workload, counts: list[int]) -> Answer:
    wrong = [count for count in counts if count != workload.events]
    if wrong:
        return {"error": f"{len(wrong)} of {len(counts)} streams had another number of events, such as {wrong[0]}"}
    return {"seconds": seconds}


def serve(answer_to: Callable[[dict[str, Any]], Answer]) -> None:
    for line in sys.stdin:
        gc.collect()
        try:
            answer = answer_to(json.loads(line))
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        print(json.dumps(answer), flush=True)


def main() -> None:
    name, url = sys.argv[1:]
    contender = make(name, url)
    if name.endswith("-sync"):
        serve(lambda question: run_sync(cast("SyncContender", contender), Workload(**question)))
        return
    if name.endswith("-uvloop"):
        import uvloop

        loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    else:
        loop = asyncio.new_event_loop()
    asynchronous = cast("AsyncContender", contender)
    serve(lambda question: loop.run_until_complete(answer_async(asynchronous, question)))
    loop.run_until_complete(asynchronous.aclose())
    loop.close()


if __name__ == "__main__":
    main()
