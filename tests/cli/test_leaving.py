"""The command that ends before its run: Ctrl-C, SIGTERM, a reader that goes away, a time limit."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runs_client import SyncRunsClient
from runs_client.testing import FaultProxy, Refuse, Reset, Stall
from tests.cli.command import (
    COMMAND,
    PATIENCE,
    Terminal,
    environment,
    json_lines,
    run_command,
    start_command,
    wait_until,
    words_of,
)

LONG = ("counter", "-i", '{"n": 10000, "delay": 0.02}', "--thread", "new")
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


def read_until_tick(process: subprocess.Popen[str], tick: int) -> list[Any]:
    """Read parts until so many ticks have come."""
    assert process.stdout is not None
    parts = []
    for line in process.stdout:
        parts.append(json.loads(line))
        if parts[-1]["data"] == {"tick": tick}:
            return parts
    raise AssertionError(f"the stream ended early: {process.communicate()}")


def ticks_of(parts: list[Any]) -> set[int]:
    return {part["data"]["tick"] for part in parts if part["event"] == "custom"}


def only_run(client: SyncRunsClient, thread: str) -> str:
    """The one run of a thread."""
    (run,) = client.list(thread)
    return run.run_id


@pytest.mark.parametrize("number", CODES)
def test_a_signal_leaves_the_run_going_and_tells_how_to_come_back(
    number: signal.Signals, server_url: str, client: SyncRunsClient
) -> None:
    process = start_command("run", *LONG, "--url", server_url)
    parts = read_until_tick(process, 5)
    process.send_signal(number)
    rest, errors = process.communicate(timeout=PATIENCE)
    parts += json_lines(rest)
    ids = (errors.split()[2], parts[0]["data"]["run_id"])
    assert process.returncode == CODES[number]
    assert "Traceback" not in errors
    assert client.get(*ids).status == "running"

    come_back = words_of(errors.splitlines()[-1])
    assert list(come_back[:3]) == ["watch", *ids]
    assert list(come_back[-2:]) == ["--url", server_url]
    last = max(ticks_of(parts))
    back = start_command(*come_back)
    again = read_until_tick(back, last + 3)
    back.send_signal(signal.SIGINT)
    back.communicate(timeout=PATIENCE)
    client.cancel(*ids, wait=True)
    assert ticks_of(parts) | ticks_of(again) >= set(range(last + 4)), "nothing is missing"
    assert min(ticks_of(again)) > 0, "it does not begin anew"


def test_cancel_on_exit_ends_a_run_that_is_streamed(server_url: str, client: SyncRunsClient) -> None:
    process = start_command("run", *LONG, "--cancel-on-exit", "--url", server_url)
    parts = read_until_tick(process, 2)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    ids = (errors.split()[2], parts[0]["data"]["run_id"])
    assert process.returncode == 130
    assert errors.splitlines()[1:] == [f"runs-client: run {ids[1]} is cancelled"]
    assert client.get(*ids).status == "interrupted"


@pytest.mark.parametrize("cancels", [False, True])
def test_a_wait_can_be_interrupted(cancels: bool, server_url: str, client: SyncRunsClient) -> None:
    options = ["--cancel-on-exit"] if cancels else []
    with Terminal("wait", *LONG, *options, "--url", server_url, columns=200) as terminal:
        terminal.wait_for("waiting for run ")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.finish() == 130
    found = re.search(r"thread (\S+)", terminal.text)
    assert found is not None
    ids = (found[1], only_run(client, found[1]))
    assert client.get(*ids).status in ({"interrupted"} if cancels else {"running", "pending"})
    if not cancels:
        assert list(words_of(terminal.lines[-1])[:3]) == ["join", *ids]
        client.cancel(*ids, wait=True)


def test_a_closed_pipe_ends_the_command_quietly(server_url: str, client: SyncRunsClient) -> None:
    process = start_command("run", *LONG, "--url", server_url)
    assert process.stdout is not None
    assert process.stderr is not None
    run_id = json.loads(process.stdout.readline())["data"]["run_id"]
    process.stdout.close()
    (line,) = process.stderr.readlines()
    assert process.wait(PATIENCE) == 0
    thread = line.split()[2]
    assert client.get(thread, run_id).status == "running"
    client.cancel(thread, run_id, wait=True)
    process.stderr.close()


def test_a_closed_pipe_cancels_where_that_was_asked_for(embedded_url: str) -> None:
    process = start_command("run", *LONG, "--cancel-on-exit", "--url", embedded_url)
    assert process.stdout is not None
    assert process.stderr is not None
    run_id = json.loads(process.stdout.readline())["data"]["run_id"]
    process.stdout.close()
    thread = process.stderr.readline().split()[2]
    process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE) == 0
    with SyncRunsClient(embedded_url) as client:
        assert client.get(thread, run_id).status == "interrupted"


def test_a_time_limit_tells_how_to_come_back(server_url: str, client: SyncRunsClient) -> None:
    created = client.create(None, "counter", input={"n": 10000, "delay": 0.02}, on_completion="keep")
    done = run_command("watch", created.thread_id, created.run_id, "--timeout", "1", "--url", server_url)
    assert done.returncode == 3
    assert "did not end within 1 seconds" in done.stderr
    assert list(words_of(done.stderr.splitlines()[-1])[:3]) == ["watch", created.thread_id, created.run_id]
    client.cancel(created.thread_id, created.run_id, wait=True)


def test_a_lost_connection_tells_how_to_come_back(embedded_url: str) -> None:
    with FaultProxy(embedded_url) as proxy:
        proxy.plan(Reset(after_bytes=800), *(Refuse() for _ in range(20)))
        done = run_command("run", *LONG, "-m", "custom", "--url", proxy.url)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "join_stream" not in done.stderr
    command = words_of(done.stderr.splitlines()[-1])
    assert command[0] == "watch"
    assert "--last-event-id" in command
    with SyncRunsClient(embedded_url) as client:
        client.cancel(command[1], command[2], wait=True)


def test_ctrl_c_before_the_server_has_answered(embedded_url: str) -> None:
    with FaultProxy(embedded_url) as proxy:
        proxy.plan(Stall(after_chunks=0))
        process = start_command("create", "echo", "--url", proxy.url)
        wait_until(lambda: bool(proxy.requests))
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, errors) == (130, "", "")


def test_more_of_ctrl_c_ends_a_command_whose_reader_does_not_read(embedded_url: str) -> None:
    """As that of a pager which is not scrolled."""
    process = start_command("run", "echo", "-i", json.dumps({"text": "x" * 100_000}), "--url", embedded_url)
    assert process.stdout is not None
    process.stdout.read(1)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode in (130, -signal.SIGINT), "which a shell calls 130, too"
    assert "Traceback" not in errors


def test_output_that_cannot_be_written(embedded_url: str) -> None:
    arguments = [*COMMAND, "wait", "echo", "-i", '{"text": "hi"}', "--url", embedded_url]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(arguments, stdout=full, stderr=subprocess.PIPE, text=True, env=environment())
    assert done.returncode == 2
    assert done.stderr == "runs-client: the output cannot be written: No space left on device\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed(closed: str, embedded_url: str) -> None:
    command = shlex.join([*COMMAND, "run", "fail", "-i", "{}", "--url", embedded_url])
    done = subprocess.run(["sh", "-c", f"{command} {closed}"], capture_output=True, text=True, env=environment())
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
