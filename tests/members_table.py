"""Writes docs/members.md: which member of the reference is covered by which tests, on which server and client.

A test says what it covers with `@pytest.mark.covers("create")`, a name of the reference's `RunsClient`. With
`--members FILE`, the table is written from the tests that passed; a member without a passing test for every
server and client fails the run.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, cast

import pytest

# The members of the reference, and what they are called here.
MEMBERS = {
    "apiUrl": "url",
    "asyncCaller": "retry, max_concurrency",
    "defaultHeaders": "headers",
    "onRequest": "on_request",
    "timeoutMs": "timeout",
    "cancel": "cancel",
    "create": "create",
    "createBatch": "create_batch",
    "delete": "delete",
    "fetch": "request",
    "get": "get",
    "join": "join",
    "joinStream": "join_stream",
    "list": "list",
    "prepareFetchOptions": "prepare_request",
    "stream": "stream",
    "wait": "wait",
}
COLUMNS = [(server, client) for server in ("embedded", "official") for client in ("async", "aiohttp", "sync")]

_HEAD = """\
# Members

Written by `make conformance` from the tests that passed; do not edit.

Each member of the reference client (`RunsClient` of the JavaScript SDK), its name here, and how many tests of it
passed on each server with each client.

"""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--members", metavar="FILE", help="write the table of covered members to FILE")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "covers(*members): the members of the reference that the test covers")
    path: str | None = config.getoption("--members")
    if path:
        config.pluginmanager.register(_Table(Path(path)))


class _Table:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._passed: dict[tuple[str, str, str], int] = defaultdict(int)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Function, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
        outcome = yield
        marker = item.get_closest_marker("covers")
        if marker is not None and call.when == "call":
            kinds: dict[str, Any] = item.callspec.params
            covered = (list(marker.args), str(kinds["server"]), str(kinds["client_factory"]))
            outcome.get_result().user_properties.append(("covers", covered))

    # Where the tests run in several processes, the reports come together in the first one.
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, covered in report.user_properties:
            if name == "covers" and report.when == "call" and report.passed:
                members, server, client = cast("tuple[list[str], str, str]", covered)
                for member in members:
                    self._passed[member, server, client] += 1

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):
            return
        lines = ["| reference | here | " + " | ".join(f"{server}, {client}" for server, client in COLUMNS) + " |"]
        lines.append("| --- " * (2 + len(COLUMNS)) + "|")
        for member, name in MEMBERS.items():
            counts = [self._passed[member, server, client] for server, client in COLUMNS]
            lines.append(f"| `{member}` | `{name}` | " + " | ".join(map(str, counts)) + " |")
            if not all(counts):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self._path.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
