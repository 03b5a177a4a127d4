"""Starts the official JavaScript server, `langgraphjs dev`, with our graphs."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import ServerProcess, answers, free_port, require

GRAPHS = Path(__file__).parent / "javascript"
MODULES = GRAPHS / "node_modules"
COMMAND = MODULES / ".bin" / "langgraphjs"


@contextmanager
def javascript_server() -> Iterator[str]:
    """Run the server for as long as the block lasts; gives its URL."""
    require(COMMAND, "conformance")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        # In a folder of its own, because the server keeps its data beside its configuration.
        project = Path(folder) / "graphs"
        project.mkdir()
        for name in ("graphs.mjs", "langgraph.json", "package.json"):
            shutil.copy(GRAPHS / name, project)
        (project / "node_modules").symlink_to(MODULES)
        with ServerProcess(
            "the JavaScript server",
            [COMMAND, "dev", "--host", "127.0.0.1", "--port", str(port), "--no-browser", "--n-jobs-per-worker", "20"],
            ready=answers(f"{url}/ok"),
            folder=project,
            environment={"LANGSMITH_TRACING": "false", "LANGGRAPH_CLI_NO_ANALYTICS": "1"},
        ):
            yield url
