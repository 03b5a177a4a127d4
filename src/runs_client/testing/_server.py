"""The server on a port of this machine, in a thread of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from types import TracebackType

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from typing_extensions import Self

from ._app import create_app
from ._engine import Engine
from ._event_log import EventIds
from ._events import Agent
from ._responses import Connections

_SECONDS_FOR_IDLE_CONNECTIONS = 75
_SECONDS_TO_FINISH = 1
_BACKLOG = 2048  # as many clients may connect at once


class RunsServer:
    """A server for demos and offline tests of client code. Production runs on real servers.

    It serves while it is used as a context manager, `with` or `async with`. The arguments are those of
    `create_app`, and:

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.

    Attributes:
        app: The ASGI application.
        port: The port it listens on, known on entering.

    Raises:
        OSError: On entering, the port is taken.

    Example:
        ```python
        with RunsServer() as server:
            httpx.post(f"{server.url}/runs/wait", json={"assistant_id": "echo", "input": {"text": "hi"}})
        ```
    """

    def __init__(
        self,
        agents: Mapping[str, Agent] | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        heartbeat: float | None = 5.0,
        keep_alive: float | None = None,
        event_ids: EventIds = "clock",
        linger: float = 5.0,
    ) -> None:
        self.app: Starlette = create_app(
            agents, heartbeat=heartbeat, keep_alive=keep_alive, event_ids=event_ids, linger=linger
        )
        self._engine: Engine = self.app.state.engine
        self._connections: Connections = self.app.state.connections
        self._host = host
        self._socket: socket.socket | None = None
        self.port = port
        self._uvicorn = StoppableServer(self.app)
        self._thread = threading.Thread(target=self._serve, name="RunsServer", daemon=True)

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"http://{self._host}:{self.port}"

    @property
    def connections(self) -> int:
        """How many streams, waits and joins are open."""
        return self._connections.open

    @property
    def runs_created(self) -> int:
        """How many runs were created so far, whatever became of them."""
        return self._engine.runs_created

    def wait_until_idle(self, timeout: float = 5.0) -> bool:
        """Wait until no stream, wait or join is open, as after the disconnect of a client was seen.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            False where the time was not enough.
        """
        return self._connections.wait_until_idle(timeout)

    def __enter__(self) -> Self:
        self._socket = listen(self._host, self.port)
        self.port = self._socket.getsockname()[1]
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await anyio.to_thread.run_sync(self.__exit__, kind, error, traceback)

    def _serve(self) -> None:
        assert self._socket is not None
        self._uvicorn.run(sockets=[self._socket])


def listen(host: str, port: int) -> socket.socket:
    """A socket for many clients that sends every event at once.

    Raises:
        OSError: The port is taken.
    """
    listening = socket.create_server((host, port), backlog=_BACKLOG)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms for an ACK
    return listening


class StoppableServer(uvicorn.Server):
    """Uvicorn, which ends all streams when it is told to stop, instead of waiting for them."""

    def __init__(self, app: Starlette, *, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                host=host,
                port=port,
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_keep_alive=_SECONDS_FOR_IDLE_CONNECTIONS,
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            )
        )
        self._engine: Engine = app.state.engine

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._engine.shutdown()
        await super().shutdown(sockets)
