"""Each program of `examples/` as a user runs it: a process of its own, with the address of a server."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from httpx_sse import EventSource, ServerSentEvent

from tests.servers.loop_servers import RecordingProxy

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(path.stem for path in EXAMPLES.glob("*.py") if path.stem != "demo")  # that one has its own tests
PATIENCE = 60.0
"""Seconds after which a test gives up: far more than anything takes."""


def run_example(name: str, *arguments: str, answers: str = "") -> str:
    """What an example prints."""
    done = subprocess.run(_command(name, *arguments), input=answers, capture_output=True, text=True, timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@contextmanager
def started_example(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An example that is under way; its errors are among its output. It is killed in the end."""
    with subprocess.Popen(
        _command(name, *arguments), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _command(name: str, *arguments: str) -> list[str]:
    return [sys.executable, str(EXAMPLES / f"{name}.py"), *arguments]


def line_with(process: subprocess.Popen[str], text: str) -> str:
    """The next line that has this text."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        if text in line:
            return line
        lines.append(line)
    raise AssertionError(f"it ended without {text!r}: {''.join(lines)}")


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_example_says_how_to_run_it_and_is_tested(name: str) -> None:
    usage = ast.get_docstring(ast.parse((EXAMPLES / f"{name}.py").read_text("utf-8")))
    assert usage is not None
    assert f"python examples/{name}.py [URL" in usage
    assert f"test_{name}" in globals()


def test_first_stream(embedded_url: str) -> None:
    state = {"text": "hello"}
    assert run_example("first_stream", embedded_url).splitlines() == [
        f"state: {state}",
        f"step: {{'echo': {state}}}",
        f"state: {state}",
    ]


def test_chat_text(embedded_url: str) -> None:
    assert run_example("chat_text", embedded_url) == "Nothing is lost in silence. \n"


def test_human_in_the_loop(embedded_url: str) -> None:
    printed = run_example("human_in_the_loop", embedded_url, answers="not yet\n")
    assert printed == "Send the letter? answer: not yet\n"


def test_batch(embedded_url: str) -> None:
    assert sorted(run_example("batch", embedded_url).splitlines()) == [
        "first: success, first",
        "second: error, ValueError: second",
        "third: success, third",
    ]


def test_typed_state(embedded_url: str) -> None:
    assert run_example("typed_state", embedded_url).splitlines() == [
        "None of 2",
        "tick 0",
        "tick 1",
        "2 of 2",
        "Counted(n=5, count=5)",
    ]


def test_sync_script(embedded_url: str) -> None:
    state, step, *runs = run_example("sync_script", embedded_url).splitlines()
    assert state == "state: {'text': 'one'}"
    assert step == "step: {'echo': {'text': 'two'}}"
    assert [line.split()[0] + line.split()[2] for line in runs] == ["run:success", "run:success"]


def test_aiohttp_transport(embedded_url: str) -> None:
    assert run_example("aiohttp_transport", embedded_url) == "300 ticks from 100 streams\n"


def test_own_client_with_proxy(embedded_url: str) -> None:
    with RecordingProxy() as proxy:
        assert run_example("own_client_with_proxy", embedded_url, proxy.url) == "state: {'text': 'by proxy'}\n"
    assert [line.split()[:2] for line in proxy.request_lines] == [["POST", f"{embedded_url}/runs/wait"]]


def test_resume_after_restart(embedded_url: str, tmp_path: Path) -> None:
    file = tmp_path / "position.json"
    with started_example("resume_after_restart", embedded_url, str(file)) as process:
        line_with(process, str({"tick": 2}))
        process.kill()
        first = [0, 1, 2, *_printed_ticks(process.stdout)]
    assert file.exists(), "it was not killed before it ended"
    second = _printed_ticks(run_example("resume_after_restart", embedded_url, str(file)).splitlines())
    assert not file.exists()
    assert 0 < second[0] <= first[-1] + 1, "the second process must neither begin again nor miss a part"
    assert second == list(range(second[0], 15))


def _printed_ticks(lines: Iterable[str] | None) -> list[int]:
    return [ast.literal_eval(line)["tick"] for line in lines or ()]


def test_relay_fastapi(embedded_url: str) -> None:
    with started_example("relay_fastapi", embedded_url, "0") as relay:
        url = line_with(relay, "Uvicorn running on").split("running on ")[1].split()[0]
        with httpx.Client(base_url=url, timeout=PATIENCE) as browser:
            run = browser.post("/runs", params={"n": 8}).raise_for_status().json()
            path = "/runs/{thread_id}/{run_id}/events".format(**run)

            before = _events(browser, path, limit=5)
            after = _events(browser, path, headers={"Last-Event-ID": before[-1].id})
            failure, done = _events(browser, path.replace(run["run_id"], str(uuid4())))
        relay.send_signal(signal.SIGINT)
        line_with(relay, "Finished server process")
        assert relay.stdout is not None
        assert (relay.stdout.read(), relay.wait()) == ("", 0)
    assert (failure.event, failure.json()["message"], done.event) == ("error", "404: Run not found", "done")
    assert after[-1].event == "done"
    first, second = _ticks(before), _ticks(after)
    assert 0 < second[0] <= first[-1] + 1, "the relay must neither begin again nor miss a part"
    assert [*range(second[0]), *second] == list(range(8))


def _events(browser: httpx.Client, path: str, *, limit: int | None = None, **options: Any) -> list[ServerSentEvent]:
    """What a browser gets until it goes away."""
    events = []
    with browser.stream("GET", path, **options) as response:
        for event in EventSource(response).iter_sse():
            events.append(event)
            if len(events) == limit:
                break
    return events


def _ticks(events: list[ServerSentEvent]) -> list[int]:
    return [event.json()["tick"] for event in events if event.event == "custom"]
