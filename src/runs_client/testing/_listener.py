"""Serves an application on a port of this machine, in a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

import anyio
import uvicorn
from starlette.applications import Starlette

from ._engine import Engine

_SECONDS_FOR_IDLE_CONNECTIONS = 75
_SECONDS_TO_FINISH = 1.0
_SECONDS_BETWEEN_LOOKS = 0.001
_SECONDS_BETWEEN_TICKS = 1.0
_BACKLOG = 2048  # as many clients may connect at once


class Listener:
    """Listens until it is closed.

    Args:
        app: The application.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.

    Attributes:
        port: The port it listens on.

    Raises:
        OSError: The port is taken.
    """

    def __init__(self, app: Starlette, host: str, port: int) -> None:
        self._socket = socket.create_server((host, port), backlog=_BACKLOG)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # or each answer waits 40 ms for an ACK
        self.port: int = self._socket.getsockname()[1]
        self._server = _StoppableServer(app)
        self._thread = threading.Thread(target=self._serve, name="RunsServer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End all streams, and stop. It may be called twice."""
        self._server.stop()
        self._thread.join()

    def _serve(self) -> None:
        self._server.run(sockets=[self._socket])


class _StoppableServer(uvicorn.Server):
    """Uvicorn, which stops at once. Otherwise it would look every tenth of a second whether it is to stop, wait for
    streams to end, and look every tenth of a second whether they did."""

    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",  # or some versions would make uvloop, where it is installed, that of the whole process
                lifespan="off",
                ws="none",
                log_config=None,
                access_log=False,
                timeout_keep_alive=_SECONDS_FOR_IDLE_CONNECTIONS,
            )
        )
        self._engine: Engine = app.state.engine
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Stop soon; called from another thread."""
        self.should_exit = True  # first: the loop looks at it once it is known
        if self._loop is not None:
            with suppress(RuntimeError):  # it has stopped already
                self._loop.call_soon_threadsafe(self._stopping.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):  # which also tells the time to the `Date` of responses
            with anyio.move_on_after(_SECONDS_BETWEEN_TICKS):
                await self._stopping.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._engine.shutdown()
        for server in self.servers:
            server.close()
        for listening in sockets or ():
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with anyio.move_on_after(_SECONDS_TO_FINISH):
            while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110  # uvicorn tells nobody
                await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
        for task in self.server_state.tasks:
            task.cancel()
