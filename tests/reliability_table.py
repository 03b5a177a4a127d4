"""Counts the cuts that the fault tests make, for docs/reliability.md: with `--reliability FILE`, between its marks."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

_BEGIN = "<!-- cuts: written by `make reliability` -->"
_END = "<!-- /cuts -->"


class CutTable:
    """Cuts made, and streams that were not whole and in order after them."""

    def __init__(self) -> None:
        self._cuts: dict[tuple[str, str], int] = defaultdict(int)
        self._wrong: dict[tuple[str, str], int] = defaultdict(int)

    def add(self, server: str, kind: str, *, cuts: int, wrong: int) -> None:
        self._cuts[server, kind] += cuts
        self._wrong[server, kind] += wrong

    def write(self, path: Path) -> None:
        if not self._cuts:
            return
        rows = ["| server | cut by | cuts | lost, doubled or out of order |", "| --- | --- | ---: | ---: |"]
        for key in sorted(self._cuts):
            rows.append(f"| {key[0]} | {key[1]} | {self._cuts[key]} | {self._wrong[key]} |")
        before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
        after = rest.partition(_END)[2]
        path.write_text(f"{before}{_BEGIN}\n\n" + "\n".join(rows) + f"\n\n{_END}{after}", encoding="utf-8")


_TABLE = CutTable()


@pytest.fixture
def cut_table() -> CutTable:
    return _TABLE


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", metavar="FILE", help="write the table of cuts into FILE")


def pytest_sessionfinish(session: pytest.Session) -> None:
    path: str | None = session.config.getoption("--reliability")
    if path:
        _TABLE.write(Path(path))
