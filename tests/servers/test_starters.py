"""Each server comes up, runs something, and leaves no process behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from uuid import uuid4

import pytest

from runs_client import SyncRunsClient
from tests.servers.aegra_server import aegra_cluster, aegra_server
from tests.servers.javascript_server import javascript_server
from tests.servers.official_server import official_server
from tests.servers.postgres import postgres
from tests.servers.processes import ServerProcess, require
from tests.servers.redis import redis

ROOT = Path(__file__).parents[2]
Starter = Callable[[], AbstractContextManager[str]]

SERVERS: list[Starter] = [official_server, javascript_server, aegra_server]
DATABASES: list[Starter] = [postgres, redis]


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Tells the processes that this test has started, by the temporary folders that they run in."""
    prefix = f"starter-{uuid4()}-"
    monkeypatch.setattr(tempfile, "template", prefix)

    def processes() -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended meanwhile
                if prefix in str((process / "cwd").readlink()):
                    found.append((process / "comm").read_text().strip())
        return found

    return processes


def assert_nothing_is_left(left: Callable[[], list[str]]) -> None:
    give_up_at = time.monotonic() + 10  # who was killed needs a moment
    while left() and time.monotonic() < give_up_at:
        pass
    assert left() == []


@pytest.mark.parametrize("starter", SERVERS, ids=lambda starter: starter.__name__)
def test_a_server_runs_a_graph_and_is_gone(starter: Starter, left: Callable[[], list[str]]) -> None:
    with starter() as url, SyncRunsClient(url) as runs:
        assert runs.wait(None, "echo", input={"text": "hello"}) == {"text": "hello"}
        assert left()
    assert_nothing_is_left(left)


@pytest.mark.parametrize("starter", DATABASES, ids=lambda starter: starter.__name__)
def test_a_database_is_gone_afterwards(starter: Starter, left: Callable[[], list[str]]) -> None:
    with starter():
        assert left()
    assert_nothing_is_left(left)


def test_an_instance_is_killed_and_comes_back(left: Callable[[], list[str]]) -> None:
    with aegra_cluster(2) as (first, second):
        with SyncRunsClient(first.url) as runs:
            run = runs.create(uuid4(), "counter", input={"n": 20, "delay": 0.1}, if_not_exists="create")
        first.kill()
        with SyncRunsClient(second.url) as runs:
            assert runs.join(run.thread_id, run.run_id)["count"] == 20
        first.start()
        with SyncRunsClient(first.url) as runs:
            assert runs.get(run.thread_id, run.run_id).status == "success"
    assert_nothing_is_left(left)


def test_a_server_ends_with_the_tests_even_if_these_are_killed() -> None:
    program = "import sys, tests.servers.redis as r\nwith r.redis() as url: print(url, flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as tests:
        assert tests.stdout is not None
        port = int(tests.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        socket.create_connection(("127.0.0.1", port)).close()
        tests.send_signal(signal.SIGKILL)
    give_up_at = time.monotonic() + 30
    with pytest.raises(ConnectionRefusedError):
        while time.monotonic() < give_up_at:
            socket.create_connection(("127.0.0.1", port)).close()


def test_a_server_that_does_not_start_shows_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no luck')"]
    broken = ServerProcess("broken", command, ready=lambda: False, folder=tmp_path)
    with pytest.raises(RuntimeError, match=r"broken did not start \(exit status 1\):\nno luck"):
        broken.start()


def test_a_missing_program_names_what_installs_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="run `make conformance`"):
        require(tmp_path / "server", "conformance")
