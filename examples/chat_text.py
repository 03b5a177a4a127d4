"""A chat: print only the text of the model, as it types.

    python examples/chat_text.py [URL]

The server must have an agent `chat`; `runs-client serve` starts one that has it.
"""

from __future__ import annotations

import asyncio
import sys

from runs_client import RunsClient


async def main(url: str = "http://localhost:2024") -> None:
    messages = [{"role": "user", "content": "Nothing is lost in silence."}]
    async with RunsClient(url) as runs:
        stream = runs.stream(None, "chat", input={"messages": messages}, stream_mode="messages-tuple")
        async for text in stream.text():
            print(text, end="", flush=True)
        print()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
