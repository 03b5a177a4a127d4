"""The server as an ASGI application."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ._agents import BUILT_IN
from ._api import Api
from ._engine import Engine
from ._event_log import EventIds
from ._events import Agent
from ._responses import OrjsonResponse


def create_app(
    agents: Mapping[str, Agent] | None = None,
    *,
    heartbeat: float | None = 5.0,
    keep_alive: float | None = None,
    event_ids: EventIds = "clock",
    linger: float = 5.0,
) -> Starlette:
    """A server for demos and offline tests, as an ASGI application. Everything is kept in memory.

    It behaves like the official LangGraph server, which is what production runs on. It needs asyncio.

    Args:
        agents: The agents by name; where missing, the built-in `echo`, `counter`, `chat`, `ask`, `fail` and
            `team`.
        heartbeat: Seconds between the comments that keep an event stream alive; None for none.
        keep_alive: Seconds between the empty lines that keep a waiting answer alive; `heartbeat` if missing.
        event_ids: `clock` makes the ids of a resumable run's events from the time in milliseconds, so
            that events of one millisecond share an id. `shared` gives each id to two neighbouring events.
        linger: Seconds that a stateless run can be looked up after its end. The official server deletes it at once,
            as 0 does; then nobody can tell whether a short run failed that was over before its stream was joined.

    Raises:
        ValueError: An interval is not positive, or `linger` is negative.

    Example:
        ```python
        transport = httpx.ASGITransport(create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await client.post("/runs/wait", json={"assistant_id": "echo", "input": {"text": "hi"}})
        ```
    """
    if any(seconds is not None and seconds <= 0 for seconds in (heartbeat, keep_alive)):
        raise ValueError("heartbeat and keep_alive are seconds, more than 0, or None")
    if linger < 0:
        raise ValueError("linger is seconds, 0 or more")
    api = Api(
        Engine(BUILT_IN if agents is None else agents, event_ids=event_ids, linger=linger),
        heartbeat=heartbeat,
        keep_alive=heartbeat if keep_alive is None else keep_alive,
    )
    app = Starlette(routes=_routes(api), exception_handlers={HTTPException: _explain, Exception: _apologise})
    app.state.engine = api.engine
    app.state.connections = api.connections
    return app


def _routes(api: Api) -> list[Route]:
    return [
        Route("/ok", api.ok),
        Route("/threads", api.create_thread, methods=["POST"]),
        Route("/threads/{thread_id}", api.get_thread),
        Route("/threads/{thread_id}/state", api.get_thread_state),
        Route("/threads/{thread_id}/runs", api.create_run, methods=["POST"]),
        Route("/threads/{thread_id}/runs", api.list_runs),
        Route("/threads/{thread_id}/runs/stream", api.stream_run, methods=["POST"]),
        Route("/threads/{thread_id}/runs/wait", api.wait_run, methods=["POST"]),
        Route("/threads/{thread_id}/runs/{run_id}", api.get_run),
        Route("/threads/{thread_id}/runs/{run_id}", api.delete_run, methods=["DELETE"]),
        Route("/threads/{thread_id}/runs/{run_id}/join", api.join_run),
        Route("/threads/{thread_id}/runs/{run_id}/stream", api.join_run_stream),
        Route("/threads/{thread_id}/runs/{run_id}/cancel", api.cancel_run, methods=["POST"]),
        Route("/runs", api.create_stateless_run, methods=["POST"]),
        Route("/runs/stream", api.stream_stateless_run, methods=["POST"]),
        Route("/runs/wait", api.wait_stateless_run, methods=["POST"]),
        Route("/runs/batch", api.create_run_batch, methods=["POST"]),
        Route("/runs/cancel", api.cancel_runs, methods=["POST"]),
        Route("/runs/{run_id}/stream", api.join_stateless_run_stream),
    ]


async def _explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return OrjsonResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)


async def _apologise(request: Request, error: Exception) -> Response:
    return OrjsonResponse({"detail": "Internal Server Error"}, status_code=500)
