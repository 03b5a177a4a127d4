"""The command on a terminal: a live view that is readable when narrow, and that no server can take over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from runs_client import SyncRunsClient
from runs_client.testing import (
    Context,
    Custom,
    FaultProxy,
    Message,
    Pass,
    Refuse,
    Reset,
    RunsServer,
    Step,
    Update,
    add_messages,
    channels,
)
from tests.cli.command import Terminal

NASTY = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\x08\u202e"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_COLOUR_THAT_COLOURS = re.compile(r"\x1b\[([0-9]+;)*(3|4|9|10)[0-9](;|m)")


@channels(messages=add_messages, topic=None)
async def writer(input: Any, context: Context) -> AsyncIterator[Step]:
    """Types a message, sends something nasty and changes its state."""
    yield Custom({"nasty": NASTY})
    for word in f"The tide rises {NASTY} twice a day. ".split(" "):
        yield Message(f"{word} ", id="m1")
        await asyncio.sleep(0.05)
    yield Message("", id="m1", last=True)
    yield Update("writer", {"topic": f"tides {NASTY}"})


@pytest.fixture(scope="module")
def writer_url() -> Iterator[str]:
    with RunsServer({"writer": writer}) as server:
        yield server.url


def test_a_stream_with_its_state_messages_steps_and_end(server_url: str) -> None:
    with Terminal(
        "run", "chat", "-i", '{"messages": [{"role": "user", "content": "one two"}]}', "--url", server_url
    ) as it:
        assert it.finish() == 0
    assert any(line.startswith("run ") for line in it.lines)
    assert "chat: one two" in it.text
    assert re.search(r"✓ chat  \d+\.\d\d s", it.text)
    assert re.search(r'messages +\[{"content":"one', it.text)
    assert re.search(r"✓ done \d+\.\d s, \d+ events, 1 step", it.lines[-1])


def test_a_failure_is_shown(server_url: str) -> None:
    with Terminal("run", "fail", "-i", '{"text": "no such file"}', "--url", server_url, columns=200) as terminal:
        assert terminal.finish() == 1
    assert re.search(r"✗ fail ", terminal.text)
    assert "✗ failed" in terminal.text
    assert terminal.lines[-1].endswith("failed with ValueError: no such file")


def test_what_a_server_sends_is_never_obeyed(writer_url: str) -> None:
    with Terminal("run", "writer", "-i", "{}", "--url", writer_url) as terminal:
        assert terminal.finish() == 0
    assert "\\x1b[2J" in terminal.text
    for sequence in ("\x1b[2J\x1b]", "\x1b]0;", "\x07", "\x9b", "\x08", "\u202e"):
        assert sequence not in terminal.output


@pytest.mark.parametrize("columns", [20, 7])
def test_a_narrow_terminal(columns: int, writer_url: str) -> None:
    with Terminal("run", "writer", "-i", "{}", "--url", writer_url, columns=columns, rows=8) as terminal:
        terminal.wait_for("tide")
        terminal.type("^C")
        assert terminal.finish() == 0
    assert any(line.startswith("✓ done") for line in terminal.lines)
    assert not terminal.screen.wrapped


def test_a_view_is_never_higher_than_its_terminal(embedded_url: str) -> None:
    state = '{"text": "a", "number": 1, "items": ["' + "many " * 200 + '"]}'
    with Terminal("run", "echo", "-i", state, "--url", embedded_url, rows=3) as terminal:
        assert terminal.finish() == 0
    assert len([line for line in terminal.lines if line.startswith("items")]) == 1, "each frame replaces the one before"
    assert "..." not in terminal.output, "nothing had to be cut off, and so the last line was always there"


def test_no_color_means_no_colour(writer_url: str) -> None:
    with Terminal("run", "writer", "-i", "{}", "--url", writer_url) as coloured:
        coloured.finish()
    with Terminal("run", "writer", "-i", "{}", "--url", writer_url, NO_COLOR="1") as plain:
        assert plain.finish() == 0
    assert _COLOUR_THAT_COLOURS.search(coloured.output)
    assert not _COLOUR_THAT_COLOURS.search(plain.output)


def test_a_dumb_terminal_gets_lines(writer_url: str) -> None:
    with Terminal("run", "writer", "-i", "{}", "--url", writer_url, TERM="dumb") as terminal:
        assert terminal.finish() == 0
    assert "\x1b" not in _COLOUR.sub("", terminal.output)
    assert "✓ done" in terminal.text


def test_a_terminal_without_unicode(writer_url: str) -> None:
    with Terminal("run", "writer", "-i", "{}", "--url", writer_url, PYTHONIOENCODING="latin-1") as terminal:
        assert terminal.finish() == 0
    assert "done" in terminal.text


def test_a_reconnect_is_shown(embedded_url: str) -> None:
    with FaultProxy(embedded_url) as proxy:
        proxy.plan(Pass(), Reset(after_bytes=2000))
        with Terminal("run", "counter", "-i", '{"n": 50, "delay": 0.02}', "--url", proxy.url) as terminal:
            assert terminal.finish() == 0
    assert "↻ rejoining in " in terminal.text
    assert terminal.lines[-1].endswith("1 rejoin")
    assert [line for line in terminal.lines if '"tick":49' in line]


def test_a_connection_that_is_lost_for_good_is_shown(embedded_url: str) -> None:
    with FaultProxy(embedded_url) as proxy:
        proxy.plan(Pass(), Reset(after_bytes=2000), *(Refuse() for _ in range(20)))
        with Terminal("run", "counter", "-i", '{"n": 50, "delay": 0.02}', "--url", proxy.url) as terminal:
            assert terminal.finish() == 3
    assert any(line.startswith("✗ lost ") for line in terminal.lines)
    assert "left" not in terminal.text


def test_where_nothing_was_opened_there_is_only_the_reason(closed_url: str) -> None:
    with Terminal("run", "echo", "-i", "{}", "--url", closed_url, columns=200) as terminal:
        assert terminal.finish() == 3
    (line,) = terminal.lines
    assert line.startswith("runs-client: POST ")


@pytest.mark.parametrize(
    ("columns", "headings"),
    [(120, "run status created assistant"), (80, "run status created"), (60, "run status"), (20, "run status")],
)
def test_ids_in_a_list_can_be_copied_while_there_is_room(embedded_url: str, columns: int, headings: str) -> None:
    with SyncRunsClient(embedded_url) as client:
        run = client.create(None, "echo", input={"text": "hi"}, on_completion="keep")
    with Terminal("list", run.thread_id, "--url", embedded_url, columns=columns) as terminal:
        assert terminal.finish() == 0
    heading, first, *_ = terminal.lines
    assert heading.split() == headings.split()
    assert (run.run_id in first) is (columns >= 60)
    assert not terminal.screen.wrapped


def test_other_commands_are_written_for_people(server_url: str) -> None:
    def shown(*arguments: str) -> str:
        with Terminal(*arguments, "--url", server_url, columns=120) as terminal:
            assert terminal.finish() == 0
            return terminal.text

    with SyncRunsClient(server_url) as client:
        run = client.create(None, "echo", input={"text": "hi"}, on_completion="keep")
    assert '"text": "hi"' in shown("join", run.thread_id, run.run_id)
    assert re.search(f"run_id +{run.run_id}", shown("get", run.thread_id, run.run_id))
    assert re.search(rf"{run.run_id} +success", shown("list", run.thread_id))
    assert f"run {run.run_id} is deleted" in shown("delete", run.thread_id, run.run_id)
