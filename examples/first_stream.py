"""The first stream: start a run and print each part as it comes.

    python examples/first_stream.py [URL]

The server must have an agent `echo`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import asyncio
import sys

from runs_client import ErrorPart, RunsClient, UpdatesPart, ValuesPart


async def main(url: str = "http://localhost:2024") -> None:
    async with RunsClient(url) as runs:
        async for part in runs.stream(None, "echo", input={"text": "hello"}, stream_mode=["values", "updates"]):
            match part:
                case ValuesPart(data=state):
                    print("state:", state)
                case UpdatesPart(data=changes):
                    print("step:", changes)
                case ErrorPart(data=failure):
                    print("failed:", failure["message"])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
