"""Notes what hostile servers lead to, for docs/reliability.md: with `--reliability FILE`, between its marks."""

from __future__ import annotations

from pathlib import Path

import pytest

_BEGIN = "<!-- hostile: written by `make reliability` -->"
_END = "<!-- /hostile -->"
_CLIENTS = {"async": "httpx", "aiohttp": "aiohttp", "sync": "blocking httpx"}


class HostileTable:
    """What each case led to, by client."""

    def __init__(self) -> None:
        self._outcomes: dict[str, dict[str, str]] = {}

    def add(self, case: str, client: str, outcome: str) -> None:
        self._outcomes.setdefault(case, {})[client] = outcome

    def write(self, path: Path) -> None:
        before, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
        if not begin or not self._outcomes:
            return
        rows = [f"| the server sends | {' | '.join(_CLIENTS.values())} |", "| --- | --- | --- | --- |"]
        for case, outcomes in sorted(self._outcomes.items()):
            cells = [outcomes.get(client, "") for client in _CLIENTS]
            if len(set(cells)) == 1:
                cells[1:] = ["same", "same"]
            rows.append(f"| {' | '.join(_cell(text) for text in [case, *cells])} |")
        after = rest.partition(_END)[2]
        path.write_text(f"{before}{_BEGIN}\n\n" + "\n".join(rows) + f"\n\n{_END}{after}", encoding="utf-8")


_TABLE = HostileTable()


@pytest.fixture
def hostile_table() -> HostileTable:
    return _TABLE


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<")


def pytest_sessionfinish(session: pytest.Session) -> None:
    path: str | None = session.config.getoption("--reliability")
    if path:
        _TABLE.write(Path(path))
