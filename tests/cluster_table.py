"""Accounts for the runs of the cluster tests, for docs/reliability.md: with `--reliability FILE`, between its marks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.marked_section import markdown_table, write_section

_COLUMNS = {
    "asked": "asked for",
    "started": "started",
    "looked_up": "of them with a lost answer, looked up",
    "finished": "finished",
    "failed": "typed error",
    "unfinished": "of them with a run that the server never finished",
    "lost": "lost",
    "doubled": "doubled",
    "repeated": "run again by the server",
    "reconnects": "reconnects",
}


@dataclass
class Account:
    """What became of the runs of one test with one client.

    Attributes:
        asked: Runs that were wanted.
        started: Those whose creation was answered, or that were found by looking them up.
        looked_up: Those of them whose creation was not answered.
        finished: Streams that were delivered to their end, each event once and in order.
        failed: Streams that ended with a typed error.
        unfinished: Those of them whose run goes on for ever, because the server forgot it.
        lost: Streams that ended as if they were whole, and were not.
        doubled: Runs that were created twice.
        repeated: Runs that the server began anew, because it was killed under them.
        reconnects: How often a stream was rejoined.
    """

    asked: int
    started: int = 0
    looked_up: int = 0
    finished: int = 0
    failed: int = 0
    unfinished: int = 0
    lost: int = 0
    doubled: int = 0
    repeated: int = 0
    reconnects: int = 0


class ClusterTable:
    """The accounts of one session."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, str], Account] = {}

    def add(self, what: str, client: str, account: Account) -> None:
        self._accounts[what, client] = account

    def write(self, path: Path) -> None:
        if self._accounts:
            rows = [
                [what, client, *(getattr(account, name) for name in _COLUMNS)]
                for (what, client), account in sorted(self._accounts.items())
            ]
            write_section(path, "cluster", markdown_table(["", "client", *_COLUMNS.values()], rows))


_TABLE = ClusterTable()


@pytest.fixture
def cluster_table() -> ClusterTable:
    return _TABLE


def pytest_sessionfinish(session: pytest.Session) -> None:
    path: str | None = session.config.getoption("--reliability")
    if path:
        _TABLE.write(Path(path))
