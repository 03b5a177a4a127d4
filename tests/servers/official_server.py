"""Starts the official server, `langgraph dev`, with our graphs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

GRAPHS = Path(__file__).parent / "official"
COMMAND = Path(__file__).parents[2] / ".venv-official" / "bin" / "langgraph"
START_TIMEOUT = 120.0


@contextmanager
def official_server() -> Iterator[str]:
    """Run the server for as long as the block lasts; gives its URL."""
    if not COMMAND.exists():
        raise RuntimeError(f"{COMMAND} is missing: run `make test`, which installs the official server")
    with tempfile.TemporaryDirectory() as folder:
        # In a folder of its own, because the server keeps its data beside its configuration.
        project = shutil.copytree(GRAPHS, Path(folder) / "graphs", ignore=shutil.ignore_patterns(".*", "__pycache__"))
        port = free_port()
        log_path = Path(folder) / "server.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [str(COMMAND), "dev", "--port", str(port), "--no-browser", "--no-reload", "--n-jobs-per-worker", "20"],
                cwd=project,
                env={**os.environ, "LANGSMITH_TRACING": "false"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        url = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(url, process, log_path)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up_at = time.monotonic() + START_TIMEOUT
    while process.poll() is None and time.monotonic() < give_up_at:
        try:
            if httpx.get(f"{url}/ok", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)  # another process tells us nothing else to wait for
    raise RuntimeError(f"the official server did not start:\n{log.read_text(errors='replace')[-4000:]}")
