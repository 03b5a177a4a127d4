"""The two files of a batch: what to run, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from runs_bindings.api import runs as operations

from .._json import encode_json
from ._exit import CommandError
from ._input import parse_json, read_file
from ._new_run import checked_fields

_HEADER = b'{"batch":'


@dataclass(frozen=True)
class Job:
    """A line of the input: the body of a run.

    Attributes:
        line: Its number, from 1.
        body: What the request will hold.
    """

    line: int
    body: dict[str, Any]


def read_jobs(path: Path, agent: str | None) -> list[Job]:
    """Read and check all lines, so that nothing starts before all is well.

    Args:
        path: JSON lines; empty lines are left out.
        agent: The `assistant_id` of lines that name none.

    Raises:
        CommandError: A line is not the body of a run; the message tells which.
    """
    lines = read_file(str(path), "batch").split(b"\n")
    return [Job(number, _body(path, number, line, agent)) for number, line in enumerate(lines, 1) if line.strip()]


def _body(path: Path, number: int, line: bytes, agent: str | None) -> dict[str, Any]:
    where = f"{path}, line {number}"
    body = parse_json(line, str(path), line=number)
    if not isinstance(body, dict):
        raise CommandError(f'{where} must be an object, as {{"assistant_id": "agent", "input": {{}}}}')
    checked = checked_fields(body, operations.wait_run.BODY_FIELDS, f"{where}: ")
    assistant_id = checked.setdefault("assistant_id", agent)
    if not isinstance(assistant_id, str) or not assistant_id:
        raise CommandError(f"{where} names no assistant_id; give --agent for lines without one")
    return checked


class Results:
    """A file of results that grows line by line. Its first line names the batch and its server.

    The thread of each line follows from the batch and the line, so that a run that was started is found on the server
    whatever happened to the command before its result was written.

    Attributes:
        is_new: Whether nothing was ever started.
        failed: How many runs failed.
    """

    def __init__(self, file: FileIO, path: Path, url: str) -> None:
        self._file = file
        self._path = path
        self._threads: dict[int, str] = {}  # of the lines that are done
        self.failed = 0
        lines = _whole_lines(file, path)
        self.is_new = not lines
        if self.is_new:
            self._batch_id = uuid4()
            self._write({"batch": str(self._batch_id), "url": url})
            os.fsync(file.fileno())  # the threads follow from it
            return
        header, *results = [parse_json(line, str(path), line=number) for number, line in enumerate(lines, 1)]
        try:
            self._batch_id, known_url = UUID(header["batch"]), header["url"]
            for result in results:
                self._note(result)
        except (KeyError, TypeError, ValueError) as error:
            raise CommandError(
                f"{path} is no result file of a batch any more: {error!r}; give another --output"
            ) from None
        if url != known_url:
            raise CommandError(f"{path} holds results of {known_url}; give --url {known_url}, or another --output")

    @classmethod
    @contextmanager
    def open(cls, path: Path, url: str) -> Iterator[Results]:
        """The results in this file, which is made where it is missing.

        Raises:
            CommandError: It cannot be written, it holds something else, or another command is writing it.
        """
        try:
            file = path.open("a+b", buffering=0)
        except OSError as error:
            raise CommandError(f"the result file {str(path)!r} cannot be opened: {error.strerror}") from None
        with file:
            _lock(file, path)
            yield cls(file, path, url)

    def __len__(self) -> int:
        return len(self._threads)

    def thread_of(self, job: Job) -> str:
        """The thread that a line's run has to itself."""
        return str(uuid5(self._batch_id, f"{job.line} {encode_json(job.body).decode()}"))

    def remaining(self, jobs: Sequence[Job]) -> list[Job]:
        """Those that have no result yet.

        Raises:
            CommandError: A line that has one is not what it was.
        """
        threads = {job.line: self.thread_of(job) for job in jobs}
        for line, thread_id in self._threads.items():
            if threads.get(line) != thread_id:
                raise CommandError(
                    f"line {line} of the input is not what it was when its result was written to {self._path}; "
                    "put it back, or give another --output"
                )
        return [job for job in jobs if job.line not in self._threads]

    def add(self, result: dict[str, Any]) -> None:
        """Write down how a run ended."""
        self._write(result)
        self._note(result)

    def _note(self, result: dict[str, Any]) -> None:
        self._threads[result["line"]] = result["thread_id"]
        self.failed += "error" in result

    def _write(self, value: dict[str, Any]) -> None:
        rest = memoryview(encode_json(value) + b"\n")
        while rest:  # a disk that becomes full takes a part, and says no to the next one
            rest = rest[self._file.write(rest) :]


def _whole_lines(file: FileIO, path: Path) -> list[bytes]:
    """The lines of the file. The last one is cut off if it was not written to its end."""
    file.seek(0)
    content = file.read()
    if not content.startswith(_HEADER[: len(content)]):
        raise CommandError(f"{path} is no result file of a batch; give another --output")
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.truncate(len(whole))
    return whole.splitlines()


def _lock(file: FileIO, path: Path) -> None:
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise CommandError(f"{path} is being written by another batch") from None
