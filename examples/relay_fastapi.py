"""A relay: browsers follow a run through your own FastAPI application, as server-sent events.

    python examples/relay_fastapi.py [URL [PORT]]      (needs fastapi and uvicorn)

    const {thread_id, run_id} = await (await fetch("/runs?n=10", {method: "POST"})).json();
    const source = new EventSource(`/runs/${thread_id}/${run_id}/events`);
    source.addEventListener("custom", event => console.log(JSON.parse(event.data)));
    source.addEventListener("done", () => source.close());

A browser that loses the connection comes back by itself with `Last-Event-ID`, which is passed on.
The server must have an agent `counter`; `runs-client serve` starts one that has it.
"""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import uvicorn
from fastapi import FastAPI, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from runs_client import RunsClient


def relay(url: str) -> FastAPI:
    runs = RunsClient(url)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with runs:
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/runs")
    async def start(n: int) -> dict[str, str]:
        run = await runs.start(None, "counter", input={"n": n, "delay": 0.1}, stream_mode="custom")
        return {"thread_id": run.thread_id, "run_id": run.run_id}

    @app.get("/runs/{thread_id}/{run_id}/events", response_class=EventSourceResponse)
    async def events(
        thread_id: UUID, run_id: UUID, last_event_id: Annotated[str, Header()] = "-1"
    ) -> AsyncIterator[ServerSentEvent]:
        async with runs.handle(thread_id, run_id).stream(last_event_id=last_event_id) as stream:
            async for part in stream:
                # Not the part's own id: others may share it. So a part may come again, but none is missed.
                yield ServerSentEvent(event=part.event, raw_data=json.dumps(part.data), id=stream.resume_from)
        yield ServerSentEvent(event="done", data={"run_id": run_id})

    return app


def main(url: str = "http://localhost:2024", port: str = "8000") -> None:
    uvicorn.run(relay(url), port=int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
