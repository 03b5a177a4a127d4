"""What a client weighs: imports, memory of open streams, memory of one long stream, installed size."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.processes import HERE, PYTHON, running, server

IMPORTS = {
    "bare interpreter": "pass",
    "import runs_client": "import runs_client",
    "RunsClient(url)": "import runs_client; runs_client.RunsClient('http://localhost', api_key=None)",
    "RunsClient(url), aiohttp": (
        "import runs_client; runs_client.RunsClient('http://localhost', api_key=None, transport='aiohttp')"
    ),
    "import httpx": "import httpx",
    "import aiohttp": "import aiohttp",
    "import langgraph_sdk": "import langgraph_sdk",
}
_PEAK_MEMORY = "; print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
_HELD_STREAMS = {"sdk": 90, "ours-httpx": 1_000, "ours-aiohttp": 1_000}  # langgraph-sdk's pool has 100 connections
_LONG_STREAM = 1_000_000


def imports(rounds: int) -> dict[str, dict[str, float]]:
    """Seconds and megabytes of a process that does nothing else, in turns; medians."""
    seconds: dict[str, list[float]] = {name: [] for name in IMPORTS}
    memory: dict[str, int] = {}
    # Installed packages are compiled, a checkout may not be: what the first round compiles must be kept, and the first
    # round does not count.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    for number in range(rounds + 1):
        for name, code in IMPORTS.items():
            command = [PYTHON, "-c", code + _PEAK_MEMORY]
            begin = time.perf_counter()
            run = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
            if number:
                seconds[name].append(time.perf_counter() - begin)
                memory[name] = int(run.stdout)
    return {
        name: {"milliseconds": statistics.median(taken) * 1e3, "megabytes": memory[name] / 1024}
        for name, taken in seconds.items()
    }


def open_streams() -> dict[str, dict[str, float]]:
    """Kilobytes of each open stream that waits for its next event."""
    return {name: _answers(name, {"hold": streams})[0] for name, streams in _HELD_STREAMS.items()}


def first_events() -> dict[str, dict[str, float]]:
    """Milliseconds from the call to the first event, while 50 other streams get an event every 10 ms each."""
    return {name: _answers(name, {"latency_beside": 50})[0] for name in _HELD_STREAMS}


def long_stream() -> dict[str, dict[str, float]]:
    """What the events of one long stream cost."""
    return {f"{_LONG_STREAM:,} events": _answers("ours-aiohttp", {"long_stream": _LONG_STREAM})[0]}


def _answers(contender: str, *questions: dict[str, int]) -> list[dict[str, float]]:
    """What a new process of a contender answers; nothing in place of an error, which is printed."""
    with server() as url, running(PYTHON, "-m", "benchmarks.worker", contender, url) as worker:
        answers = [worker.ask(question) for question in questions]
    for answer in answers:
        if "error" in answer:
            print(answer.pop("error"), file=sys.stderr)
    return answers


def installed() -> dict[str, dict[str, float]]:
    """Megabytes and distributions of an environment that has only the package, without compiled files."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            name: _installed(source, Path(folder) / name)
            for name, source in (("runs-client", str(HERE.parent)), ("langgraph-sdk", "langgraph-sdk"))
        }


def _installed(source: str, target: Path) -> dict[str, float]:
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([*command, "--target", str(target), source], check=True, stderr=subprocess.DEVNULL)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    return {"megabytes": size / 2**20, "distributions": len(list(target.glob("*.dist-info")))}
