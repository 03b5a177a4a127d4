"""Servers in processes of their own, that end with the tests however these end."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

import httpx
from typing_extensions import Self

START_TIMEOUT = 120.0
STOP_TIMEOUT = 10.0


class ServerProcess:
    """A server that runs as long as the `with` block; it can be killed and started again in between.

    Args:
        name: What errors and its log are called after.
        command: The program and its arguments.
        ready: Tells whether the server answers.
        folder: Where it runs, and where its output goes.
        environment: What it gets beside our own environment.
        user: As whom it runs, if not as us; needs root.
        stop_signal: What asks it to stop at once.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        ready: Callable[[], bool],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.name = name
        self._command = [*as_user(user), *_until_we_die(stop_signal), *map(str, command)]
        self._ready = ready
        self._folder = folder
        self._environment = {**os.environ, **(environment or {})}
        self._stop_signal = stop_signal
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process, which leads a process group of its own."""
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it, and return when it answers."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop it
            )
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask it to stop, and make sure that it did."""
        if self._process is not None:
            self._process.send_signal(self._stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=STOP_TIMEOUT)
        self.kill()

    def kill(self) -> None:
        """End it and its children without a chance to tidy up."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        give_up_at = time.monotonic() + START_TIMEOUT
        while process.poll() is None and time.monotonic() < give_up_at:
            if self._ready():
                return
            time.sleep(0.1)  # another process tells us nothing else to wait for
        log = self._log.read_text(errors="replace")
        raise RuntimeError(f"{self.name} did not start (exit status {process.poll()}):\n{log[-4000:]}")


def answers(url: str) -> Callable[[], bool]:
    """Tells whether a GET of the URL succeeds."""

    def ready() -> bool:
        try:
            return httpx.get(url, timeout=5).is_success
        except httpx.TransportError:
            return False

    return ready


def free_port() -> int:
    """A port of loopback for a server that starts now."""
    while True:
        # The system gives ports above these to whoever asks for any, which tests do all the time.
        port = random.randrange(15_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextmanager
def closed_port() -> Iterator[int]:
    """A port of loopback that refuses connections for as long as the block lasts: nobody else is given it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))  # without listening
        port: int = holder.getsockname()[1]
        yield port


def require(program: Path, target: str) -> Path:
    """The program, or an error that names the make target which installs it."""
    if not program.exists():
        raise RuntimeError(f"{program} is missing: run `make {target}`, which installs it")
    return program


def find(program: str, *elsewhere: str) -> Path:
    """A program on PATH, or the newest that matches one of the glob patterns."""
    on_path = shutil.which(program)
    found = [Path(on_path)] if on_path else sorted(p for pattern in elsewhere for p in Path("/").glob(pattern))
    if not found:
        raise RuntimeError(f"{program} is missing: run `make conformance`, which installs it")
    return found[-1]


def as_user(user: str | None) -> list[str]:
    """What to put before a command so that it runs as the user; nothing for `None`."""
    return [] if user is None else ["setpriv", "--reuid", user, "--regid", user, "--init-groups"]


def _until_we_die(stop_signal: signal.Signals) -> list[str]:
    """Has Linux stop the server when we are killed."""
    return ["setpriv", "--pdeathsig", stop_signal.name] if shutil.which("setpriv") else []
