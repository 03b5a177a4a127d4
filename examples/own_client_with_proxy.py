"""Your own httpx client: here one that goes through a proxy. Certificates and limits are set in the same way.

    python examples/own_client_with_proxy.py [URL [PROXY]]

The server must have an agent `echo`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import asyncio
import sys

import httpx

from runs_client import HttpxTransport, RunsClient


async def main(url: str = "http://localhost:2024", proxy: str = "http://localhost:3128") -> None:
    limits = httpx.Limits(max_connections=None)  # a stream keeps its connection: with a limit, others would wait
    async with httpx.AsyncClient(proxy=proxy, limits=limits) as client:  # yours, so it is yours to close
        runs = RunsClient(url, transport=HttpxTransport(client))
        state = await runs.wait(None, "echo", input={"text": "by proxy"})
        print("state:", state)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
