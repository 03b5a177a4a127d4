"""A batch: start several runs with one request, and take each as soon as it is over.

    python examples/batch.py [URL]

The server must have the agents `echo` and `fail`; `runs-client serve` starts one that has them.
"""

from __future__ import annotations

import asyncio
import sys

from runs_client import RunFailedError, RunsClient


async def main(url: str = "http://localhost:2024") -> None:
    questions = {"first": "echo", "second": "fail", "third": "echo"}
    async with RunsClient(url) as runs:
        handles = await runs.start_batch(
            [{"assistant_id": agent, "input": {"text": question}} for question, agent in questions.items()]
        )
        question_of = dict(zip(handles, questions, strict=True))
        async with runs.as_completed(handles) as completed:
            async for run in completed:
                try:
                    state = await run.join()
                    print(f"{question_of[run]}: {run.status}, {state['text']}")
                except RunFailedError as error:
                    print(f"{question_of[run]}: {run.status}, {error.error}: {error.error_message}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
