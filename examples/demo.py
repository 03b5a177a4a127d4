"""What `make demo` shows: the embedded server, and each thing that one does with a run."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from runs_client import RunFailedError, RunsClient
from runs_client.testing import RunsServer


def heading(text: str) -> None:
    print(f"\n{text}")


async def main() -> None:
    with RunsServer() as server:
        async with RunsClient(server.url) as runs:
            print(f"The embedded server listens on {server.url}")
            thread_id = uuid4()

            heading("create, then join:")
            run = await runs.create(thread_id, "echo", input={"text": "hello"}, if_not_exists="create")
            print(f"  run {run.run_id} is {run.status}")
            print(f"  its final state: {await runs.join(thread_id, run.run_id)}")

            heading("stream:")
            async with runs.stream(
                thread_id, "counter", input={"n": 3, "delay": 0.1}, stream_mode=["custom", "updates"]
            ) as stream:
                async for part in stream:
                    print(f"  {part.event:10}{part.data}")

            heading("stream the text of a chat model:")
            question = {"role": "user", "content": "words arrive one by one"}
            print("  ", end="")
            async for text in runs.stream(
                None, "chat", input={"messages": [question]}, stream_mode="messages-tuple"
            ).text():
                print(text, end="", flush=True)
            print()

            heading("wait, be asked, answer:")
            asked = await runs.wait(thread_id, "ask", input={"question": "Continue?"})
            print(f"  the run asks: {asked['__interrupt__'][0]['value']}")
            print(f"  and ends with: {await runs.wait(thread_id, 'ask', command={'resume': 'yes'})}")

            heading("cancel:")
            run = await runs.create(thread_id, "counter", input={"n": 1000, "delay": 0.1})
            await runs.cancel(thread_id, run.run_id, wait=True)
            print(f"  run {run.run_id} is {(await runs.get(thread_id, run.run_id)).status}")

            heading("a run that fails:")
            try:
                await runs.wait(None, "fail", input={"text": "no such file"})
            except RunFailedError as error:
                print(f"  {error}")

            heading("all runs of the thread:")
            async for run in runs.iter(thread_id):
                print(f"  {run.run_id}  {run.status:12}{run.created_at:%H:%M:%S}")


if __name__ == "__main__":
    asyncio.run(main())
