"""Nothing that leaves the process holds the key: logs, the command's output and files, files of this repository."""

from __future__ import annotations

import gc
import json
import logging
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from runs_client import RunsClientError
from runs_client.testing import RunsServer
from tests.cli.command import run_command
from tests.clients import CLIENTS
from tests.hostile.cases import END, RUN_JSON, body, event, events, get, join
from tests.hostile.test_secrets import KEY, PASSWORD, client_of, listen, secrets_in
from tests.servers.canned_server import CannedServer, http_response
from tests.servers.hostile_server import HostileServer

HTTPX = {"runs_client", "httpx", "httpcore"}
LOGGERS = {"async": HTTPX, "aiohttp": {"runs_client"}, "sync": HTTPX}
RUN = http_response(body=RUN_JSON)
ROOT = Path(__file__).parents[2]

EXCHANGES = [
    (get, [RUN]),
    (get, [http_response(307, headers=[("Location", "/x")]), RUN]),
    (get, [http_response(503), RUN]),
    (get, [body("[]")]),
    (get, [b"SSH\r\n\r\n"]),
    (join, [body("{}", "Content-Length: 9", length=False), RUN]),
    (listen, [events(event(1), END)]),
    (listen, [events(event(1), cut=True)]),
]


@pytest.mark.anyio
@pytest.mark.parametrize("client", CLIENTS)
async def test_logs_and_warnings(
    client: str, caplog: pytest.LogCaptureFixture, recwarn: pytest.WarningsRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    for call, answers in EXCHANGES:
        with HostileServer(*answers) as server, suppress(RunsClientError):
            async with client_of(CLIENTS[client], server.url) as runs:
                await call(runs)
    with HostileServer(RUN) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//me:{PASSWORD}@"))
        async with client_of(CLIENTS[client], "http://agents.invalid") as runs:
            await get(runs)
        assert b"\r\nproxy-authorization: " in proxy.requests[0].lower()
    gc.collect()
    assert {record.name.partition(".")[0] for record in caplog.records} >= LOGGERS[client]
    for record in caplog.records:
        assert not secrets_in(record.getMessage() + repr(vars(record)))
    assert not [warning for warning in recwarn if secrets_in(str(warning.message))]


# The command


def command_lines() -> Iterator[bytes]:
    """What everybody on this machine may see of all processes."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended
            yield path.read_bytes()


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="it tells the list of processes")
@pytest.mark.parametrize("from_file", [False, True])
def test_the_list_of_processes_while_the_command_runs(from_file: bool, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    options = ["--api-key-file", str(file)] if from_file else []
    variables = {} if from_file else {"LANGGRAPH_API_KEY": KEY}
    lists: list[bytes] = []

    def answer(request: bytes) -> bytes:
        lists.extend(command_lines())
        return http_response(404)

    with CannedServer(answer) as server:
        url = server.url
        done = run_command("run", "agent", "--url", url, *options, **variables)
        assert KEY.encode() in server.requests[0]
    assert any(url.encode() in arguments for arguments in lists), "the command itself is in the list"
    assert not any(KEY.encode() in arguments for arguments in lists)
    assert not secrets_in(done.stdout + done.stderr)


@pytest.mark.parametrize("words", [["run", "--help"], ["get", "a"], ["no-such"]])
def test_help_and_complaints(words: list[str]) -> None:
    done = run_command(*words, LANGGRAPH_API_KEY=KEY, LANGSMITH_API_KEY=KEY, LANGCHAIN_API_KEY=KEY)
    assert done.stdout + done.stderr
    assert not secrets_in(done.stdout + done.stderr)


@pytest.mark.parametrize(
    ("answer", "transport"),
    [(b"", "httpx"), (b"SSH\r\n\r\n", "aiohttp"), (body("<"), "httpx"), (body("{}", status="401 No"), "aiohttp")],
    ids=["nothing", "no HTTP", "no JSON", "refused"],
)
def test_what_the_command_says_of_a_failure(answer: bytes, transport: str) -> None:
    with HostileServer(answer) as server:
        options = ["--url", server.url, "--transport", transport]
        done = run_command("get", "t", "r", *options, LANGGRAPH_API_KEY=KEY)
        assert KEY.encode() in server.requests[0]
    assert done.returncode
    assert done.stderr
    assert not secrets_in(done.stdout + done.stderr)


def test_the_files_of_a_batch(tmp_path: Path) -> None:
    jobs, results = tmp_path / "jobs.jsonl", tmp_path / "results.jsonl"
    jobs.write_text("\n".join(json.dumps({"assistant_id": name, "input": {}}) for name in ("echo", "no-such")))
    with RunsServer() as server:
        done = run_command("batch", str(jobs), "--output", str(results), "--url", server.url, LANGGRAPH_API_KEY=KEY)
    assert len(results.read_text().splitlines()) == 2, done.stderr
    for path in tmp_path.rglob("*"):
        assert not secrets_in(path.read_text())
    assert not secrets_in(done.stdout + done.stderr)


# The repository

KEYS = re.compile(
    r"""lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}
    | \bsk-[\w-]{20,}
    | \bgh[pousr]_\w{30,}
    | \bAKIA[0-9A-Z]{16}\b
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----
    | ["']?(?:x-api-key|authorization|cookie)["']?\s*[:=]\s*["'](?:\w+\ )?[\w.+/=~-]{20,}["']""",
    re.VERBOSE | re.IGNORECASE,
)
NOT_OURS = {"node_modules", "__pycache__"}


def files_of_the_repository() -> list[Path]:
    folders = ("tests", "docs", "examples", "openapi", "benchmarks", "generated", "src")
    return [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not NOT_OURS.intersection(path.parts)
    ]


def test_no_file_of_the_repository_holds_a_key() -> None:
    files = files_of_the_repository()
    assert len(files) > 300
    found = {str(path): match[0] for path in files if (match := KEYS.search(path.read_text("utf-8", "replace")))}
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "lsv2_pt_" + "0a" * 16 + "_" + "0b" * 5,
        "sk-" + "Ab1" * 10,
        '"x-api-key": ' + '"' + "a1" * 12 + '"',
        "Authorization: " + "'Bearer " + "a1" * 12 + "'",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
    ],
)
def test_a_key_would_be_found(text: str) -> None:
    assert KEYS.search(f"some {text}, more")
