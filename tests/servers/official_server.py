"""Starts the official server, `langgraph dev`, with our graphs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import ServerProcess, answers, free_port, require

__all__ = ["free_port", "official_server"]

GRAPHS = Path(__file__).parent / "official"
COMMAND = Path(__file__).parents[2] / ".venv-official" / "bin" / "langgraph"


@contextmanager
def official_server() -> Iterator[str]:
    """Run the server for as long as the block lasts; gives its URL."""
    require(COMMAND, "test")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        # In a folder of its own, because the server keeps its data beside its configuration.
        project = shutil.copytree(GRAPHS, Path(folder) / "graphs", ignore=shutil.ignore_patterns(".*", "__pycache__"))
        with ServerProcess(
            "the official server",
            [COMMAND, "dev", "--port", str(port), "--no-browser", "--no-reload", "--n-jobs-per-worker", "20"],
            ready=answers(f"{url}/ok"),
            folder=project,
            environment={"LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1"},
        ):
            yield url
