"""Input and bad input: one line that says what was wrong, where, and what to do."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import COMMAND, environment, json_lines, run_command, wait_until
from tests.servers.canned_server import CannedServer, http_response


def state_of(done: subprocess.CompletedProcess[str]) -> Any:
    (state,) = json_lines(done.stdout)
    return state


def complaint(*arguments: str, code: int = 2, **options: Any) -> str:
    """The one line that a command ends with."""
    done = run_command(*arguments, **options)
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("runs-client: ")
    return done.stderr.removeprefix("runs-client: ").strip()


@pytest.mark.parametrize("options", [["-i", '{"text": "é"}'], ["--input", "-"], [], ["--input", "@FILE"]])
def test_input_from_an_option_a_file_a_pipe(options: list[str], embedded_url: str, tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"text": "é"}', encoding="utf-8")
    options = [option.replace("FILE", str(file)) for option in options]
    source = None if "-i" in options or "@" in "".join(options) else '{"text": "é"}'
    done = run_command("wait", "echo", *options, "--url", embedded_url, input=source)
    assert state_of(done) == {"text": "é"}


def test_input_from_a_file_in_place_of_the_standard_input(embedded_url: str, tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"text": "hi"}')
    with file.open() as source:
        done = subprocess.run(
            [*COMMAND, "wait", "echo", "--url", embedded_url],
            stdin=source,
            capture_output=True,
            text=True,
            env=environment(),
        )
    assert state_of(done) == {"text": "hi"}


def test_an_empty_pipe_is_no_input(embedded_url: str) -> None:
    assert state_of(run_command("wait", "counter", "--url", embedded_url, "-i", "{}", input="")) == {"count": 3}
    done = run_command("run", "counter", "--url", embedded_url, input="")
    assert "no input" in done.stderr, "the agent was given none"


def test_a_pipe_without_a_word_is_explained(embedded_url: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, "wait", "echo", "--url", embedded_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("runs-client: reading the input from the standard input")
    output, errors = process.communicate('{"text": "late"}')
    assert json.loads(output) == {"text": "late"}
    assert errors == ""


def test_other_fields_go_into_the_request(embedded_url: str) -> None:
    fields = ["-f", "interrupt_before=*", "-f", 'context={"user": 1}', "-f", "durability=exit"]
    done = run_command("create", "echo", "-t", "new", *fields, "--config", '{"tags": ["a"]}', "--url", embedded_url)
    sent = state_of(done)["kwargs"]
    assert sent["interrupt_before"] == "*"
    assert sent["context"] == {"user": 1}
    assert sent["durability"] == "exit"
    assert sent["config"]["tags"] == ["a"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-i", '{"a": }'], "--input is not JSON: line 1, column 7: "),
        (["-i", '{\n  "a": 1,\n}'], "--input is not JSON: line 2, column "),
        (["-i", "hello"], "--input is not JSON: line 1, column 1: "),
        (["-i", "@BAD"], "--input: BAD is not JSON: line 2, column 1: "),
        (["-i", "@MISSING"], "--input: the file 'MISSING' cannot be read: No such file or directory"),
        (["-i", "-"], "the standard input is empty; "),
        (["--metadata", "[1]"], '--metadata must be a JSON object, as {"name": "value"}, not an array'),
        (["--config", "{"], "--config is not JSON: line 1, column 2: "),
        (["-f", "multitask_strategi=reject"], "unknown field 'multitask_strategi'; did you mean 'multitask_strategy'?"),
        (["-f", "durability"], "--field 'durability' has no value; write durability=VALUE"),
        (["-f", "context={"], "--field context is not JSON: line 1, column 2: "),
        (["-m", "value"], "--mode 'value' is not known; known are checkpoints, "),
        (["--answer", "yes", "-t", "new"], "--answer needs the --thread whose run asks"),
        (
            ["--answer", "yes", "-i", "1", "-t", "x"],
            "--answer goes on with a run that has its input: leave out --input",
        ),
        (["--resume", "perhaps"], "Invalid value for '--resume': "),
        (["--timeout", "soon"], "Invalid value for '--timeout': "),
        (["--timeout", "-1"], "timeout must be a number of seconds or None, not -1.0"),
        (["--url", "localhost:2024"], "'localhost:2024' is not the address of a server: "),
        (["--api-key-file", "MISSING"], "--api-key-file: MISSING cannot be read: No such file or directory"),
        (["--api-key-file", "EMPTY"], "--api-key-file: EMPTY is empty"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_bad_command_line_is_one_clear_line(options: list[str], message: str, tmp_path: Path) -> None:
    names = {"BAD": tmp_path / "bad.json", "MISSING": tmp_path / "missing", "EMPTY": tmp_path / "empty"}
    names["BAD"].write_text("{\n")
    names["EMPTY"].touch()
    for name, path in names.items():
        options = [option.replace(name, str(path)) for option in options]
        message = message.replace(name, str(path))
    assert complaint("run", "echo", "-t", "x", *options).startswith(message)


def test_no_thread_or_no_agent() -> None:
    assert complaint("run") == "Missing argument 'AGENT'. (runs-client run --help)"
    assert complaint("get", "x") == "Missing argument 'RUN'. (runs-client get --help)"
    assert complaint("go") == "No such command 'go'. (runs-client --help)"


def test_without_a_word_the_help_is_shown() -> None:
    done = run_command()
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Usage: runs-client")


def test_an_address_where_nobody_listens(closed_url: str) -> None:
    for command in (["run", "echo"], ["get", "a", "b"], ["wait", "echo"]):
        said = complaint(*command, "--url", closed_url, code=3)
        assert closed_url in said
        assert said.endswith("is the server running there? --url or RUNS_CLIENT_URL name another")


def test_an_address_of_something_else() -> None:
    with CannedServer(http_response(200, "<html>welcome</html>", content_type="text/html")) as server:
        assert "is this the address of the API?" in complaint("get", "a", "b", "--url", server.url, code=3)


def test_what_the_server_refuses(server_url: str) -> None:
    assert " was answered with 4" in complaint("run", "nobody", "--url", server_url, code=3)
    missing = "0b0e7c2c-7f07-4d3f-b1f0-7a2f0e7c2c7f"
    assert " was answered with 404: " in complaint(
        "run", "echo", "-t", missing, "-i", "{}", "--url", server_url, code=3
    )
    assert " was answered with 404: " in complaint("get", missing, missing, "--url", server_url, code=3)


def test_what_the_server_says_reaches_the_terminal_in_one_harmless_line() -> None:
    body = json.dumps({"detail": "no\n\x1b[2J\x1b]0;title\x07way\u202e"})
    with CannedServer(http_response(404, body)) as server:
        said = complaint("get", "a", "b", "--url", server.url, code=3)
    assert said.endswith("no \\x1b[2J\\x1b]0;title\\x07way\\u202e")


KEY = "lsv2_pt_0123456789abcdef"


@pytest.mark.parametrize("from_file", [False, True])
def test_a_wrong_key_is_one_clear_line_without_the_key(from_file: bool, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    options = {} if from_file else {"LANGGRAPH_API_KEY": KEY}
    arguments = ["--api-key-file", str(file)] if from_file else []
    with CannedServer(http_response(401, '{"detail": "Invalid API key"}')) as server:
        said = complaint("get", "a", "b", *arguments, "--url", server.url, code=3, **options)
        assert f"x-api-key: {KEY}".encode() in server.requests[0]
    advice = "set LANGGRAPH_API_KEY or give --api-key-file"
    assert said == f"the server refused the API key: Invalid API key; {advice}"


def test_a_key_that_is_forbidden_is_told_with_what_to_do() -> None:
    with CannedServer(http_response(403, '{"detail": "Forbidden"}')) as server:
        said = complaint("get", "a", "b", "--url", server.url, code=3, LANGGRAPH_API_KEY=KEY)
    assert said.endswith(
        " was answered with 403: Forbidden; is it the right API key? set LANGGRAPH_API_KEY or give --api-key-file"
    )


def test_a_key_is_not_seen_in_the_list_of_processes(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    assert KEY not in complaint("get", "a", "b", f"--api-key={KEY}")
    assert KEY not in run_command("get", "--help", LANGGRAPH_API_KEY=KEY).stdout

    def answer(request: bytes) -> bytes:
        lists = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
        assert any(b"--api-key-file" in arguments for arguments in lists)
        return http_response(200 if not any(KEY.encode() in arguments for arguments in lists) else 500, "{}")

    with CannedServer(answer) as server:
        run_command("cancel", "a", "b", "--api-key-file", str(file), "--url", server.url)
        wait_until(lambda: bool(server.requests))
