"""The processes of a benchmark: the server, and one for each contender."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

HERE = Path(__file__).parent
PYTHON = sys.executable


@contextmanager
def running(*command: str) -> Iterator[Conversation]:
    """Start a process that listens to its standard input, and end it by closing that."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Conversation(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Conversation:
    """Lines to a process and from it."""

    def __init__(self, to: IO[str], back: IO[str]) -> None:
        self._to = to
        self._back = back

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self._to.write(json.dumps(question) + "\n")
        self._to.flush()
        answer: dict[str, Any] = json.loads(self.listen())
        return answer

    def listen(self) -> str:
        line = self._back.readline()
        if not line:
            raise RuntimeError("a benchmark's process ended early")
        return line


@contextmanager
def server() -> Iterator[str]:
    """The canned server; gives its URL."""
    with running(PYTHON, "-m", "benchmarks.server") as conversation:
        yield f"http://127.0.0.1:{conversation.listen().strip()}"
