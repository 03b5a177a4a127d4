"""Notes what hostile servers lead to, for docs/reliability.md: with `--reliability FILE`, between its marks."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

_BEGIN = "<!-- hostile: written by `make reliability` -->"
_END = "<!-- /hostile -->"
_CLIENTS = {"async": "httpx", "aiohttp": "aiohttp", "sync": "blocking httpx"}
_SECTIONS = {
    "test_answers": "Answers that are read whole",
    "test_streams": "Streams, and the places to come back to",
    "test_redirects": "Redirects",
    "test_memory": "Memory",
    "test_tls": "TLS",
}


class HostileTable:
    """What each case led to, by client, in the order of the tests."""

    def __init__(self) -> None:
        self._outcomes: dict[str, dict[str, str]] = defaultdict(dict)

    def add(self, case: str, client: str, outcome: str) -> None:
        self._outcomes[case][client] = outcome

    def lines(self) -> list[str]:
        rows = [f"| the server sends | {' | '.join(_CLIENTS.values())} |", "| --- | --- | --- | --- |"]
        for case, outcomes in self._outcomes.items():
            cells = [outcomes.get(client, "") for client in _CLIENTS]
            if len(set(cells)) == 1:
                cells[1:] = ["same", "same"]
            rows.append(f"| {' | '.join(_cell(text) for text in [case, *cells])} |")
        return rows


_TABLES = {name: HostileTable() for name in _SECTIONS}


@pytest.fixture
def hostile_table(request: pytest.FixtureRequest) -> HostileTable:
    return _TABLES[request.path.stem]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")


def _write(path: Path) -> None:
    tables = {name: table.lines() for name, table in _TABLES.items()}
    if not all(len(lines) > 2 for lines in tables.values()):
        return  # these tests were not run
    text = "\n\n".join("\n".join([f"### {_SECTIONS[name]}", "", *lines]) for name, lines in tables.items())
    before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    path.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", encoding="utf-8")


def pytest_sessionfinish(session: pytest.Session) -> None:
    path: str | None = session.config.getoption("--reliability")
    if path:
        _write(Path(path))
