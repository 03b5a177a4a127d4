"""The aiohttp transport: a hundred streams at once. The calls are the same, only faster.

    python examples/aiohttp_transport.py [URL]      (needs the extra `aiohttp`)

The server must have an agent `counter`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import asyncio
import sys

from runs_client import RunsClient


async def main(url: str = "http://localhost:2024") -> None:
    async with RunsClient(url, transport="aiohttp") as runs:
        streams = [runs.stream(None, "counter", input={"n": 3}, stream_mode="custom") for _ in range(100)]
        results = await asyncio.gather(*(stream.until_done() for stream in streams))
    ticks = sum(len(result.custom) for result in results)
    print(f"{ticks} ticks from {len(results)} streams")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
