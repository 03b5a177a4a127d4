"""`runs-client serve` and `runs-client demo`: the embedded server."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from runs_client import SyncRunsClient
from runs_client.testing import RunsServer
from tests.cli.command import PATIENCE, Terminal, environment, json_lines, run_command, start_command

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_serve_until_a_signal(number: signal.Signals, code: int) -> None:
    process = start_command("serve", "--port", "0")
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["url"]
    endless = {"assistant_id": "counter", "input": {"n": 1_000_000, "delay": 0.01}, "stream_mode": "custom"}
    with SyncRunsClient(url) as client, httpx.stream("POST", f"{url}/runs/stream", json=endless) as response:
        assert client.wait(None, "echo", input={"text": "hi"}) == {"text": "hi"}
        chunks = response.iter_raw()
        assert next(chunks)
        process.send_signal(number)
        for _ in chunks:
            pass  # the stream is ended as it should be
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == code


def test_serve_on_a_terminal_says_where() -> None:
    with Terminal("serve", "--port", "0") as terminal:
        terminal.wait_for("; Ctrl-C ends it")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.finish() == 130
    assert terminal.lines[0].startswith("listening on http://127.0.0.1:")


def test_a_port_that_is_taken(embedded_server: RunsServer) -> None:
    done = run_command("serve", "--port", str(embedded_server.port))
    assert done.returncode == 2
    assert done.stderr.startswith(f"runs-client: cannot listen on 127.0.0.1:{embedded_server.port}: ")
    assert done.stderr.endswith("; --port 0 takes a free port\n")


def test_the_demo_is_words_on_a_terminal_and_lines_in_a_pipe() -> None:
    with Terminal("demo") as terminal:
        assert terminal.finish() == 0
    steps = list(dict.fromkeys(line["step"] for line in json_lines(run_command("demo").stdout)))
    headings = [line.removesuffix(":") for line in terminal.lines if line and not line.startswith(" ")]
    assert headings == steps
    assert "a run that fails" in steps


def test_make_demo_is_words_wherever_it_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "demo.py")], capture_output=True, text=True, env=environment()
    )
    assert done.returncode == 0, done.stderr
    assert "\nwait, be asked, answer:\n" in done.stdout
