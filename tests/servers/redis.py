"""Starts a Redis of our own: empty, in memory, on a free port."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import ServerProcess, find, free_port


@contextmanager
def redis() -> Iterator[str]:
    """Run Redis for as long as the block lasts; gives its URL."""
    program = find("redis-server")
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(
            "Redis",
            [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"],
            ready=lambda: _answers(port),
            folder=Path(folder),
        ),
    ):
        yield f"redis://127.0.0.1:{port}/0"


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
