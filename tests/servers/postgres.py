"""Starts a PostgreSQL of our own: a new, empty cluster on a free port."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import ServerProcess, as_user, find, free_port

# Nothing has to outlive the tests, so nothing waits for the disk.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "400",
    "synchronous_commit": "off",
    "unix_socket_directories": "",
}


@contextmanager
def postgres() -> Iterator[str]:
    """Run PostgreSQL for as long as the block lasts; gives its URL."""
    programs = find("initdb", "/usr/lib/postgresql/*/bin/initdb").resolve().parent
    user = "postgres" if os.geteuid() == 0 else None  # root is refused
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        data = Path(folder) / "data"
        _initialise(programs / "initdb", data, user)
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        probe = [str(programs / "pg_isready"), "--quiet", "--host=127.0.0.1", f"--port={port}"]
        with ServerProcess(
            "PostgreSQL",
            [programs / "postgres", "-D", data, "-p", str(port), *settings],
            ready=lambda: subprocess.run(probe, check=False).returncode == 0,
            folder=Path(folder),
            user=user,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for clients to leave
        ):
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


def _initialise(initdb: Path, data: Path, user: str | None) -> None:
    command = [*as_user(user), str(initdb), "--username=postgres", "--auth=trust", "--no-sync", "--encoding=UTF8"]
    done = subprocess.run([*command, str(data)], capture_output=True, text=True, check=False, cwd=data.parent)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")
