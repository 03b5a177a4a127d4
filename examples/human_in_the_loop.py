"""A human in the loop: a run stops to ask, the terminal answers, the run goes on.

    python examples/human_in_the_loop.py [URL]

The server must have an agent `ask`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import asyncio
import sys
from uuid import uuid4

from runs_client import RunsClient


async def main(url: str = "http://localhost:2024") -> None:
    async with RunsClient(url) as runs:
        question = {"question": "Send the letter?"}
        run = await runs.start(uuid4(), "ask", input=question, if_not_exists="create")
        state = await run.join()
        while run.interrupts:
            answer = await asyncio.to_thread(input, f"{run.interrupts[0].value} ")
            run = await run.resume(answer)
            state = await run.join()
        print("answer:", state["answer"])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
