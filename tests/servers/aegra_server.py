"""Starts Aegra with our graphs, over a PostgreSQL and a Redis of its own; one instance, or several."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.servers.postgres import postgres
from tests.servers.processes import ServerProcess, answers, free_port, require
from tests.servers.redis import redis

CONFIG = Path(__file__).parent / "aegra" / "aegra.json"
PYTHON = Path(__file__).parents[2] / ".venv-aegra" / "bin" / "python"

SETTINGS = {
    "AEGRA_CONFIG": str(CONFIG),
    "AUTH_TYPE": "noop",
    "ENV_MODE": "PRODUCTION",
    "LANGSMITH_TRACING": "false",
    "REDIS_BROKER_ENABLED": "true",
    # The runs of an instance that was killed are taken over within seconds, not a minute. A lease that is shorter may
    # run out before a worker begins on a busy machine, and Aegra then forgets the run.
    "HEARTBEAT_INTERVAL_SECONDS": "1",
    "LEASE_DURATION_SECONDS": "10",
    "REAPER_INTERVAL_SECONDS": "1",
    "STUCK_PENDING_THRESHOLD_SECONDS": "5",
    "WORKER_DRAIN_TIMEOUT": "1",
}


class AegraInstance(ServerProcess):
    """One of the instances that share a database; `url` is where it listens, also after it was started again."""

    def __init__(self, name: str, folder: Path, environment: dict[str, str]) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__(
            name,
            # What `aegra serve` runs; that one would not pass our signals on.
            [PYTHON, "-m", "uvicorn", "aegra_api.main:app", "--host", "127.0.0.1", "--port", str(port)],
            ready=answers(f"{self.url}/health"),
            folder=folder,
            environment={**SETTINGS, **environment},
        )


@contextmanager
def aegra_cluster(count: int) -> Iterator[list[AegraInstance]]:
    """Run instances over one PostgreSQL and Redis for as long as the block lasts."""
    require(PYTHON, "conformance")
    with ExitStack() as stack:
        environment = {
            "DATABASE_URL": stack.enter_context(postgres()),
            "REDIS_URL": stack.enter_context(redis()),
        }
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        # One after another: the first makes the tables.
        yield [
            stack.enter_context(AegraInstance(f"Aegra {number}", folder, environment)) for number in range(1, count + 1)
        ]


@contextmanager
def aegra_server() -> Iterator[str]:
    """Run one instance for as long as the block lasts; gives its URL."""
    with aegra_cluster(1) as (instance,):
        yield instance.url
