"""Each extra alone, in an environment that has nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.distributions import Distributions
from tests.installs.environments import Environment
from tests.kit.consumer import write_project

READS_A_STREAM = """
import asyncio, sys
from runs_client import RunsClient, SyncRunsClient

def events(parts):
    return " ".join(part.event for part in parts)

async def read(transport):
    async with RunsClient(sys.argv[1], transport=transport) as runs:
        stream = runs.stream(None, "echo", input={"text": "hello"}, stream_mode="updates")
        return events([part async for part in stream])

for transport in sys.argv[2:]:
    print(asyncio.run(read(transport)))
with SyncRunsClient(sys.argv[1]) as runs:
    print(events(runs.stream(None, "echo", input={"text": "hello"}, stream_mode="updates")))
"""

EVENTS = "metadata updates"

SERVES = """
from runs_client import SyncRunsClient
from runs_client.testing import RunsServer

with RunsServer() as server, SyncRunsClient(server.url) as runs:
    print(runs.wait(None, "echo", input={"text": "hello"}))
"""

RUNS_TESTS = """
import sys, pytest
sys.exit(pytest.main(["-p", "no:cacheprovider", "--rootdir", sys.argv[1], sys.argv[1]]))
"""

FAILS = """
import sys
try:
    exec(sys.argv[1])
except Exception as error:
    print(error)
"""

COMMAND = "import sys; from runs_client.cli import main; sys.exit(main())"

NEEDS_NO_EXTRA = 12
"""Distributions that an environment has at most, with none of the extras."""


class Installed:
    """An environment with the wheel and one extra, or none."""

    def __init__(self, folder: Path, distribution: Path, extra: str = "") -> None:
        self.environment = Environment(folder / "environment")
        self.environment.install(f"{distribution}[{extra}]" if extra else str(distribution))

    def streams(self, url: str, *transports: str) -> list[str]:
        """The events of one stream over each transport, and of a blocking one."""
        return self.environment.run(READS_A_STREAM, url, *transports).splitlines()

    def says(self, program: str) -> str:
        return self.environment.run(FAILS, program).strip()

    def command(self, *arguments: str) -> str:
        return self.environment.run(COMMAND, *arguments)


def test_none(distributions: Distributions, tmp_path: Path, url: str) -> None:
    installed = Installed(tmp_path, distributions.wheel)
    assert len(installed.environment.distributions()) <= NEEDS_NO_EXTRA
    assert installed.streams(url, "httpx") == [EVENTS] * 2
    client = f"from runs_client import RunsClient; RunsClient({url!r}, transport='aiohttp')"
    assert "pip install 'runs-client[aiohttp]'" in installed.says(client)
    assert "pip install 'runs-client[aiohttp]'" in installed.says("from runs_client import AiohttpTransport")
    assert "pip install 'runs-client[testing]'" in installed.says("from runs_client.testing import RunsServer")
    with pytest.raises(RuntimeError, match=r"pip install 'runs-client\[cli\]'"):
        installed.command("--help")


def test_aiohttp(distributions: Distributions, tmp_path: Path, url: str) -> None:
    installed = Installed(tmp_path, distributions.wheel, "aiohttp")
    assert installed.streams(url, "httpx", "aiohttp") == [EVENTS] * 3


def test_cli(distributions: Distributions, tmp_path: Path, url: str) -> None:
    installed = Installed(tmp_path, distributions.wheel, "cli")
    printed = installed.command("wait", "echo", "--input", '{"text": "hello"}', "--url", url)
    assert json.loads(printed) == {"text": "hello"}
    with pytest.raises(RuntimeError, match=r"pip install 'runs-client\[testing\]'"):
        installed.command("serve")


def test_testing(distributions: Distributions, tmp_path: Path) -> None:
    environment = Installed(tmp_path, distributions.wheel, "testing").environment
    assert "hello" in environment.run(SERVES)
    environment.install("pytest")
    project = tmp_path / "project"
    project.mkdir()
    write_project(project)
    assert "1 passed" in environment.run(RUNS_TESTS, str(project))


def test_spec(distributions: Distributions, tmp_path: Path) -> None:
    installed = Installed(tmp_path, distributions.wheel, "spec")
    installed.command("spec", "pull", "langgraph-api==0.16.7", "--output", str(tmp_path / "runs.yaml"))
    assert "/threads/{thread_id}/runs" in (tmp_path / "runs.yaml").read_text(encoding="utf-8")


def test_all(distributions: Distributions, tmp_path: Path, url: str) -> None:
    installed = Installed(tmp_path, distributions.wheel, "all")
    assert installed.streams(url, "httpx", "aiohttp") == [EVENTS] * 3
    assert "hello" in installed.environment.run(SERVES)


def test_the_source_distribution(distributions: Distributions, tmp_path: Path, url: str) -> None:
    assert Installed(tmp_path, distributions.sdist).streams(url, "httpx") == [EVENTS] * 2
