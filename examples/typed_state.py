"""Typed state: states and custom data become pydantic models, for type checkers too.

    python examples/typed_state.py [URL]      (needs pydantic)

The server must have an agent `counter`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import asyncio
import sys

from pydantic import BaseModel

from runs_client import CustomPart, RunsClient, ValuesPart


class Counted(BaseModel):
    n: int
    count: int | None = None  # a state grows: the node adds this one


class Tick(BaseModel):
    tick: int


async def main(url: str = "http://localhost:2024") -> None:
    async with RunsClient(url, state_type=Counted, custom_type=Tick) as runs:
        async for part in runs.stream(None, "counter", input={"n": 2}, stream_mode=["values", "custom"]):
            match part:
                case ValuesPart(data=state):
                    print(f"{state.count} of {state.n}")
                case CustomPart(data=event):
                    print(f"tick {event.tick}")
        state = await runs.wait(None, "counter", input={"n": 5})
        print(repr(state))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
