"""One stream of one client: what it delivers, as lines of JSON on standard output.

Each event is a list of its name and its data. The last line is a string: the name of the error that ended the stream,
or an empty one if it ended as if it were whole.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

_IDLE_TIMEOUT = 1.5

Events = AsyncIterator[tuple[str, Any]]


async def ours(transport: Any, url: str, thread_id: str | None, payload: Any) -> Events:
    from runs_client import RunsClient

    async with RunsClient(url, transport=transport) as runs:
        async for part in runs.stream(thread_id, "counter", idle_timeout=_IDLE_TIMEOUT, **payload):
            yield part.event, part.data


def ours_blocking(url: str, thread_id: str | None, payload: Any) -> Iterator[tuple[str, Any]]:
    from runs_client import SyncRunsClient

    with SyncRunsClient(url) as runs:
        for part in runs.stream(thread_id, "counter", idle_timeout=_IDLE_TIMEOUT, **payload):
            yield part.event, part.data


async def langgraph_sdk(url: str, thread_id: str | None, payload: Any) -> Events:
    from langgraph_sdk import get_client

    async for part in get_client(url=url).runs.stream(thread_id, "counter", stream_resumable=True, **payload):
        if part.event:  # it gives a blank one after it has come back
            yield part.event, part.data


async def print_events(events: Events) -> None:
    async for event in events:
        tell(event)


def tell(line: object) -> None:
    print(json.dumps(line), flush=True)


def main() -> None:
    name, *target = sys.argv[1:]
    url, thread_id, payload = json.loads(target[0])
    if thread_id is not None:
        payload["if_not_exists"] = "create"
    try:
        if name == "sync":
            for event in ours_blocking(url, thread_id, payload):
                tell(event)
        elif name == "langgraph-sdk":
            asyncio.run(print_events(langgraph_sdk(url, thread_id, payload)))
        else:
            asyncio.run(print_events(ours(name, url, thread_id, payload)))
    except Exception as error:
        tell(type(error).__name__)
    else:
        tell("")


if __name__ == "__main__":
    main()
