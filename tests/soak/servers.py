"""The embedded server in a process of its own, so that what it has open does not count as ours."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import ServerProcess, answers, free_port


@contextmanager
def embedded_server() -> Iterator[str]:
    """Run the server for as long as the block lasts; gives its URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(
            "the embedded server",
            [sys.executable, "-m", "runs_client.cli", "serve", "--port", str(port)],
            ready=answers(f"{url}/ok"),
            folder=Path(folder),
        ),
    ):
        yield url
