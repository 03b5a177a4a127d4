"""The server of the testing kit: its agents, and whether it listens on a port or serves its own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import anyio.to_thread
from starlette.applications import Starlette
from typing_extensions import Self

from ._app import create_app
from ._engine import Engine
from ._event_log import EventIds
from ._events import Agent
from ._listener import Listener
from ._recording import read_recording
from ._replay import Replay
from ._responses import Connections

_NOWHERE = "http://in-process.invalid"  # RFC 6761: never resolved

AgentT = TypeVar("AgentT", bound=Agent)


class RunsServer:
    """A server for demos and offline tests of client code. Production runs on real servers.

    It serves while it is used as a context manager, `with` or `async with`. The arguments are those of
    `create_app`, and:

    Args:
        in_process: Do not listen: requests come through an `ASGITransport`, from clients in the same event loop.
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.

    Attributes:
        app: The ASGI application.
        in_process: Whether it does not listen.
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
        in_process: bool = False,
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
        self.in_process = in_process
        self.port: int = port
        self._host = host
        self._engine: Engine = self.app.state.engine
        self._connections: Connections = self.app.state.connections
        self._listener: Listener | None = None

    @property
    def url(self) -> str:
        """Where clients find it."""
        return _NOWHERE if self.in_process else f"http://{self._host}:{self.port}"

    @property
    def connections(self) -> int:
        """How many streams, waits and joins are open."""
        return self._connections.open

    @property
    def runs_created(self) -> int:
        """How many runs were created so far, whatever became of them."""
        return self._engine.runs_created

    def agent(self, name: str) -> Callable[[AgentT], AgentT]:
        """Offer one more agent. It takes the place of one that has its name.

        Args:
            name: What clients give as `assistant_id`.

        Example:
            ```python
            @server.agent("greeter")
            async def greeter(input, context):
                yield Update("greeter", {"greeting": f"Hello, {input['name']}"})
            ```
        """

        def offer(agent: AgentT) -> AgentT:
            self._engine.add_agent(name, agent)
            return agent

        return offer

    def replay(self, name: str, path: str | Path, *, speed: float | None = None) -> None:
        """Offer a recording as an agent: each run of it sends what was recorded, whatever its input.

        Runs have ids, times and event ids of their own, so that they can be joined and resumed like any other. A run
        that was recorded with an error fails with it.

        Args:
            name: What clients give as `assistant_id`.
            path: A file that `record` has written.
            speed: How many times as fast as it was recorded; None is as fast as it can be.

        Raises:
            RecordingError: The file is no recording, or not a whole one.
            OSError: The file cannot be read.
            ValueError: The speed is not positive.
        """
        if speed is not None and speed <= 0:
            raise ValueError("speed is a number above 0, or None")
        self._engine.add_agent(name, Replay(read_recording(path), speed))

    def wait_until_idle(self, timeout: float = 5.0) -> bool:
        """Wait until no stream, wait or join is open, as after the disconnect of a client was seen.

        Args:
            timeout: Seconds to wait at most.

        Returns:
            False where the time was not enough.
        """
        return self._connections.wait_until_idle(timeout)

    def __enter__(self) -> Self:
        if not self.in_process:
            self._listener = Listener(self.app, self._host, self.port)
            self.port = self._listener.port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._listener is not None:
            self._listener.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await anyio.to_thread.run_sync(self.__exit__, kind, error, traceback)
