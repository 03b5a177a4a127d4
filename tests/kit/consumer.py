"""A project of somebody else, whose tests use the kit."""

from __future__ import annotations

from pathlib import Path

PROJECT = """\
async def answer(runs, question):
    stream = runs.stream(None, "oracle", input={"question": question}, stream_mode="custom")
    return " ".join([part.data async for part in stream if part.event == "custom"])
"""

TESTS = """\
import pytest
import runs_client as library
from oracle import answer
from runs_client.testing import Custom, Reset

@pytest.mark.anyio
async def test_no_word_is_lost(runs_server, runs_client, faults):
    @runs_server.agent("oracle")
    async def oracle(input, context):
        for word in ("Nothing", "is", "lost"):
            yield Custom(word)

    faults.plan(Reset(after_events=2), Reset(after_events=1))
    assert await answer(runs_client, "?") == "Nothing is lost"
    print("tested with", library.__file__)
"""

OFFLINE = """\
import sys

def refuse(event, arguments):
    if event == "socket.connect" and arguments[1][0] != "127.0.0.1":
        raise OSError(f"this machine is offline: {arguments[1]}")

sys.addaudithook(refuse)
"""


def write_project(folder: Path, project: str = PROJECT) -> None:
    """Write it with its tests, which run as on a machine without a network."""
    (folder / "oracle.py").write_text(project, "utf-8")
    (folder / "test_oracle.py").write_text(TESTS, "utf-8")
    (folder / "conftest.py").write_text(OFFLINE, "utf-8")
