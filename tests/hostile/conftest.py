from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

_visited: list[object] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        _visited.append(arguments[1][:2])
    elif event == "socket.getaddrinfo":
        _visited.append(arguments[0])


_watches = False


@pytest.fixture
def visited() -> Iterator[list[object]]:
    """Where this process connects to, and which names it looks up, as the interpreter itself tells it."""
    global _watches
    if not _watches:
        sys.addaudithook(_watch)  # for ever
        _watches = True
    _visited.clear()
    yield _visited


@pytest.fixture(autouse=True)
def no_proxy_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
