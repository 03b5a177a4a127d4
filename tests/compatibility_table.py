"""Writes docs/compatibility.md: which feature works on which server, from a run of tests/conformance.

A test names the features that it shows with `@pytest.mark.feature(...)` or with the fixture `feature`. The answers of
servers that do otherwise are in `tests/conformance/differences.py`. A run of the whole suite fails if no test showed a
feature on some server. With `--compatibility FILE`, the document is written if it did not fail.
"""

from __future__ import annotations

import json
from collections import Counter
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from tests.clients import CLIENTS
from tests.conformance.differences import FEATURES
from tests.conformance.features import Group

ROOT = Path(__file__).parents[1]
SUITE = ROOT / "tests" / "conformance"
MODULES = ROOT / "tests" / "servers" / "javascript" / "node_modules"

SERVERS = {"official": "official, Python", "javascript": "official, JavaScript", "aegra": "Aegra"}
VERSIONS = {
    "official": ["langgraph-api", "langgraph"],
    "javascript": ["@langchain/langgraph-api", "@langchain/langgraph"],
    "aegra": ["aegra-api", "langgraph"],
}
CLIENT_NAMES = {"async": "`RunsClient`, httpx", "aiohttp": "`RunsClient`, aiohttp", "sync": "`SyncRunsClient`"}
ANSWERS = {name: answers for group in FEATURES.values() for name, answers in group.items()}

_HEAD = """\
# Compatibility

Written by `make conformance` from the tests that passed; do not edit.

One suite of tests, `tests/conformance`, runs over three servers with three clients. "yes" means that it shows the
feature. Where a server does otherwise, its exact answer is given, and the tests demand that as well: when a server
gains a feature, they fail until this table says so.
"""


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "write the table of servers and features to FILE"
    parser.addoption("--compatibility", metavar="FILE", help=text)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(*names): features of differences.py that the test shows")
    servers: str = config.getoption("--servers") or ""
    if config.getoption("--compatibility") and not SERVERS.keys() <= set(servers.split(",")):
        raise pytest.UsageError(f"--compatibility needs --servers={','.join(SERVERS)}")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Table(config))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        kinds = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if "server" not in kinds or not item.path.is_relative_to(SUITE):
            continue
        item.user_properties.append(("conformance", [kinds["server"], kinds.get("client_factory", "async")]))
        names = [name for mark in item.iter_markers("feature") for name in mark.args]
        # A mark does not look at answers, so it shows nothing of a server that has one.
        item.user_properties.extend(("feature", name) for name in names if kinds["server"] not in ANSWERS[name])


class _Table:
    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._passed: Counter[tuple[str, str]] = Counter()
        self._shown: set[tuple[str, str]] = set()
        self._missing: list[str] = []

    # Where the tests run in several processes, the reports come together in the first one.
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        properties: list[tuple[str, Any]] = report.user_properties
        for server, client in (value for name, value in properties if name == "conformance"):
            if report.when == "call" and report.passed:
                self._passed[server, client] += 1
                self._shown.update((server, value) for name, value in properties if name == "feature")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus != pytest.ExitCode.OK or not _is_whole(self._config):
            return
        servers = {server for server, _ in self._passed}
        self._missing = [
            f"{server}: {name}"
            for server in sorted(servers)
            for name, answers in ANSWERS.items()
            if (server in SERVERS or server in answers) and (server, name) not in self._shown
        ]
        path: str | None = self._config.getoption("--compatibility")
        if self._missing:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif path:
            Path(path).write_text(self._document(), encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        for line in self._missing:
            terminalreporter.write_line(f"no test shows what differences.py lists for {line}", red=True)

    def _document(self) -> str:
        parts = [_HEAD, self._runs(), _summary()]
        parts += [f"## {title}\n\n{_features(group)}" for title, group in FEATURES.items()]
        return "\n".join(parts)

    def _runs(self) -> str:
        rows = [["server", "versions", *(f"tests passed, {CLIENT_NAMES[client]}" for client in CLIENTS)]]
        for server, title in SERVERS.items():
            versions = ", ".join(f"`{name}` {version}" for name, version in _versions(server).items())
            rows.append([title, versions, *(str(self._passed[server, client]) for client in CLIENTS)])
        return _table(rows)


def _is_whole(config: pytest.Config) -> bool:
    """Whether no test of the suite was left out."""
    paths = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    selections = ("keyword", "markexpr", "deselect", "lf")
    return any(SUITE.is_relative_to(path) for path in paths) and not any(
        config.getoption(name, None) for name in selections
    )


def _versions(server: str) -> dict[str, str]:
    if server == "javascript":
        manifests = {name: MODULES / name / "package.json" for name in VERSIONS[server]}
        return {name: json.loads(path.read_text(encoding="utf-8"))["version"] for name, path in manifests.items()}
    packages = [str(path) for path in (ROOT / f".venv-{server}").glob("lib/python*/site-packages")]
    found = {package.name: package.version for package in distributions(path=packages)}
    return {name: found[name] for name in VERSIONS[server]}


def _summary() -> str:
    rows = [['features with "yes"', *SERVERS.values()]]
    for title, group in FEATURES.items():
        alike = [sum(server not in answers for answers in group.values()) for server in SERVERS]
        rows.append([title, *(f"{count} of {len(group)}" for count in alike)])
    return _table(rows)


def _features(group: Group) -> str:
    rows = [["", *SERVERS.values()]]
    for name, answers in group.items():
        rows.append([name, *(str(answers.get(server, "yes")) for server in SERVERS)])
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    head, *body = [f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in rows]
    return "\n".join([head, "| --- " * len(rows[0]) + "|", *body]) + "\n"
