"""The command as other programs and people meet it: a process with pipes, or on a terminal."""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import re
import select
import shlex
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from typing_extensions import Self

COMMAND = (sys.executable, "-m", "runs_client.cli")
PATIENCE = 120.0
"""Seconds after which a test gives up: far more than anything takes."""

_TOKEN = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|(.)", re.DOTALL)


def environment(**changes: str) -> dict[str, str]:
    """The environment of the command, with no key and no address."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("RUNS_CLIENT_URL", "COLUMNS", "LINES")
    }
    return {**inherited, "TERM": "xterm-256color", **changes}


def run_command(*arguments: str, input: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, with pipes.

    Args:
        arguments: What follows `runs-client`.
        input: What it reads; otherwise its standard input is empty and no pipe.
        variables: Its environment.
    """
    source: dict[str, Any] = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(**variables),
        **source,
    )


def json_lines(output: str) -> list[Any]:
    """What each line of an output holds."""
    return [json.loads(line) for line in output.splitlines()]


def start_command(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start the command, with pipes."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
    )


class Screen:
    """As much of a terminal as the command makes use of.

    Args:
        columns: How wide it is.
        rows: How high it is.

    Attributes:
        lines: What is to be seen, with what has scrolled away.
        wrapped: Whether a line was too long.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._row = self._column = 0
        self.lines = [""]
        self.wrapped = False

    def write(self, text: str) -> None:
        """Do what a program writes."""
        for token in _TOKEN.finditer(text):
            arguments, command, character = token.groups()
            if character is None:
                self._obey(command, arguments)
            elif character == "\n":
                self._move_to(self._row + 1)
            elif character == "\r":
                self._column = 0
            else:
                self._put(character)

    def _obey(self, command: str, arguments: str) -> None:
        if command == "A":
            self._row = max(self._row - int(arguments or 1), len(self.lines) - self._rows, 0)
        elif command == "K":
            assert arguments == "2"
            self.lines[self._row] = ""
        else:
            assert command in "mhl", f"the command {command!r} is new here"

    def _put(self, character: str) -> None:
        assert character.isprintable(), f"{character!r} reached the terminal"
        if self._column == self._columns:
            self.wrapped = True
            self._move_to(self._row + 1)
            self._column = 0
        line = self.lines[self._row].ljust(self._column)
        self.lines[self._row] = line[: self._column] + character + line[self._column + 1 :]
        self._column += 1

    def _move_to(self, row: int) -> None:
        self._row = row
        if row == len(self.lines):
            self.lines.append("")


class Terminal:
    """The command on a terminal.

    Args:
        arguments: What follows `runs-client`.
        columns: How wide the terminal is.
        rows: How high it is.
        variables: The environment of the command.

    Attributes:
        output: All that the command wrote so far, as the terminal got it.
        screen: What is to be seen.
    """

    def __init__(self, *arguments: str, columns: int = 80, rows: int = 24, **variables: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=slave, stdout=slave, stderr=slave, env=environment(**variables)
        )
        os.close(slave)
        self.output = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.screen = Screen(columns, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)

    def type(self, text: str) -> None:
        """Type something; the terminal echoes it where the cursor is."""
        os.write(self._master, text.encode())

    def wait_for(self, text: str) -> None:
        """Read until a text has come."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.text:
            if not self._read(deadline):
                raise AssertionError(f"{text!r} never came, but only {self.output!r}")

    def finish(self) -> int:
        """Read until the command has ended; gives its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read(deadline):
            pass
        return self.process.wait(PATIENCE)

    @property
    def lines(self) -> list[str]:
        """What is to be seen, with what has scrolled away."""
        return [line for line in map(str.rstrip, self.screen.lines) if line]

    @property
    def text(self) -> str:
        """The same as one string."""
        return "\n".join(self.lines)

    def _read(self, deadline: float) -> bool:
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise AssertionError(f"the command does not go on after {self.output!r}")
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # its other end is closed
            return False
        text = self._decoder.decode(piece)
        self.output += text
        self.screen.write(text)
        return bool(piece)


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that nobody tells, as that a file of another process has grown."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never happens"
        time.sleep(0.01)


def words_of(command_line: str) -> Sequence[str]:
    """The arguments of a command that was shown to be copied."""
    program, *arguments = shlex.split(command_line)
    assert program == "runs-client"
    return arguments
