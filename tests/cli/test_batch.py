"""`runs-client batch`: many runs, however often the command is killed."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from runs_client import SyncRunsClient
from runs_client.testing import RunsServer
from tests.cli.command import COMMAND, PATIENCE, Terminal, environment, run_command, start_command, wait_until


def jobs_in(path: Path, jobs: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(job)}\n" for job in jobs))
    return path


def results_of(path: Path) -> list[dict[str, Any]]:
    header, *results = [json.loads(line) for line in Path(f"{path}.results").read_text().splitlines()]
    assert list(header) == ["batch", "url"]
    return results


def ticking(count: int) -> list[dict[str, Any]]:
    return [{"assistant_id": "counter", "input": {"n": 3, "delay": 0.05}, "metadata": {"job": n}} for n in range(count)]


def lines_in(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_each_line_is_run_and_its_result_is_written(server_url: str, tmp_path: Path) -> None:
    file = tmp_path / "jobs.jsonl"
    file.write_text('{"input": {"text": "a"}}\n\n{"assistant_id": "fail", "input": {"text": "b"}}\n')
    done = run_command("batch", str(file), "--agent", "echo", "--url", server_url)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"lines": 2, "done": 2, "failed": 1, "results": f"{file}.results"}
    assert done.stderr == f"runs-client: 2 of 2 done, 1 failed, results in {file}.results\n"
    first, second = sorted(results_of(file), key=lambda result: result["line"])
    assert (first["line"], first["state"]) == (1, {"text": "a"})
    assert (second["line"], second["error"]) == (3, {"error": "ValueError", "message": "b"})
    with SyncRunsClient(server_url) as client:
        assert client.get(first["thread_id"], first["run_id"]).status == "success"


def test_killed_in_the_middle_it_goes_on_and_repeats_nothing(server_url: str, tmp_path: Path) -> None:
    count = 60
    file = jobs_in(tmp_path / "jobs.jsonl", ticking(count))
    results = Path(f"{file}.results")
    arguments = ("batch", str(file), "--concurrency", "7", "--url", server_url)
    for wanted in (5, 25):
        process = start_command(*arguments)
        wait_until(lambda wanted=wanted, process=process: lines_in(results) > wanted or process.poll() is not None)  # type: ignore[misc]
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    with results.open("rb+") as torn:  # as a crash of the machine may leave it
        torn.truncate(results.stat().st_size - 20)
    done = run_command(*arguments)
    assert done.returncode == 0, done.stderr
    written = results_of(file)
    assert sorted(result["line"] for result in written) == list(range(1, count + 1))
    with SyncRunsClient(server_url) as client:
        for result in written:
            (run,) = client.list(result["thread_id"])
            assert run.run_id == result["run_id"], "one run for each line"
            assert result["state"]["count"] == 3


def test_no_run_more_than_lines(tmp_path: Path) -> None:
    with RunsServer() as server:
        file = jobs_in(tmp_path / "jobs.jsonl", ticking(30))
        arguments = ("batch", str(file), "--url", server.url)
        process = start_command(*arguments)
        wait_until(lambda: server.runs_created >= 10)
        process.kill()
        process.communicate()
        assert run_command(*arguments).returncode == 0
        assert run_command(*arguments).returncode == 0, "and once more there is nothing to do"
        assert server.runs_created == 30


def test_ctrl_c_tells_how_far_it_came(embedded_url: str, tmp_path: Path) -> None:
    file = jobs_in(tmp_path / "jobs.jsonl", ticking(500))
    process = start_command("batch", str(file), "--url", embedded_url)
    wait_until(lambda: lines_in(Path(f"{file}.results")) > 3)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (130, "")
    done = len(results_of(file))
    assert errors == f"runs-client: {done} of 500 done, 0 failed, results in {file}.results; the same command goes on\n"


def test_what_is_refused_does_not_stop_the_others_and_is_tried_again(embedded_url: str, tmp_path: Path) -> None:
    file = jobs_in(tmp_path / "jobs.jsonl", [{"assistant_id": name, "input": {"text": "a"}} for name in ("no", "echo")])
    done = run_command("batch", str(file), "--url", embedded_url)
    assert done.returncode == 3
    refused, summary = done.stderr.splitlines()
    assert refused.startswith("runs-client: line 1: POST ")
    assert summary.startswith("runs-client: 1 of 2 done")
    jobs_in(file, [{"assistant_id": "echo", "input": {"text": "a"}}] * 2)
    assert run_command("batch", str(file), "--url", embedded_url).returncode == 0
    assert [result["line"] for result in results_of(file)] == [2, 1]


def test_a_run_that_takes_too_long_is_left_for_the_next_time(embedded_url: str, tmp_path: Path) -> None:
    slow = {"assistant_id": "counter", "input": {"n": 100, "delay": 0.05}}
    file = jobs_in(tmp_path / "jobs.jsonl", [slow, *ticking(3)])
    done = run_command("batch", str(file), "-c", "1", "--timeout", "2", "--url", embedded_url)
    assert done.returncode == 3
    late, summary = done.stderr.splitlines()
    assert late.startswith("runs-client: line 1: POST ")
    assert late.endswith(" did not end within 2 seconds")
    assert summary.startswith("runs-client: 3 of 4 done")
    assert run_command("batch", str(file), "--url", embedded_url).returncode == 0
    (result,) = [result for result in results_of(file) if result["line"] == 1]
    with SyncRunsClient(embedded_url) as client:
        assert [run.run_id for run in client.list(result["thread_id"])] == [result["run_id"]]


def test_a_server_that_is_away_stops_it(tmp_path: Path, closed_url: str) -> None:
    file = jobs_in(tmp_path / "jobs.jsonl", ticking(50))
    done = run_command("batch", str(file), "--url", closed_url)
    assert done.returncode == 3
    assert len(done.stderr.splitlines()) == 2
    assert "0 of 50 done" in done.stderr


def test_a_full_disk_stops_it_and_loses_nothing(embedded_url: str, tmp_path: Path) -> None:
    file = jobs_in(tmp_path / "jobs.jsonl", ticking(20))
    command = shlex.join([*COMMAND, "batch", str(file), "-c", "1", "--url", embedded_url])
    # A file may have no more than 2 blocks of 512 bytes, so that a write is cut short.
    done = subprocess.run(["sh", "-c", f"ulimit -f 2; {command}"], capture_output=True, text=True, env=environment())
    assert done.returncode == 2
    whole = lines_in(Path(f"{file}.results")) - 1
    summary, reason = done.stderr.splitlines()
    assert summary.startswith(f"runs-client: {whole} of 20 done")
    assert reason == "runs-client: the output cannot be written: File too large"
    assert run_command("batch", str(file), "--url", embedded_url).returncode == 0
    assert sorted(result["line"] for result in results_of(file)) == list(range(1, 21))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"assistant_id": "echo", "inputs": {}}', "FILE, line 2: unknown field 'inputs'; did you mean 'input'?"),
        ('{"assistant_id": }', "FILE is not JSON: line 2, column 18: "),
        ("[1]", "FILE, line 2 must be an object, as "),
        ('{"input": {}}', "FILE, line 2 names no assistant_id; give --agent for lines without one"),
    ],
)
def test_a_bad_line_is_told_before_anything_starts(line: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "jobs.jsonl"
    file.write_text('{"assistant_id": "echo"}\n' + line)
    done = run_command("batch", str(file))
    assert done.returncode == 2
    assert done.stderr.startswith(f"runs-client: {message.replace('FILE', str(file))}")
    assert done.stderr.count("\n") == 1
    assert not Path(f"{file}.results").exists()


def test_results_of_something_else_are_left_alone(embedded_url: str, tmp_path: Path) -> None:
    def complaint(*options: str, url: str = embedded_url) -> str:
        done = run_command("batch", str(file), "--agent", "echo", *options, "--url", url)
        assert done.returncode == 2
        return done.stderr

    file = jobs_in(tmp_path / "jobs.jsonl", [{"input": {"text": "a"}}])
    precious = tmp_path / "thesis.txt"
    precious.write_text("all of my work")
    assert "is no result file of a batch" in complaint("--output", str(precious))
    assert precious.read_text() == "all of my work"
    assert "Is a directory" in complaint("--output", str(tmp_path))
    assert run_command("batch", str(file), "--agent", "echo", "--url", embedded_url).returncode == 0
    assert f"holds results of {embedded_url}" in complaint(url="http://localhost:1")
    jobs_in(file, [{"input": {"text": "b"}}])
    assert "line 1 of the input is not what it was" in complaint()


def test_two_at_once_do_not_write_the_same_file(embedded_url: str, tmp_path: Path) -> None:
    slow = {"assistant_id": "counter", "input": {"n": 10000, "delay": 0.02}}
    file = jobs_in(tmp_path / "jobs.jsonl", [slow])
    process = start_command("batch", str(file), "--url", embedded_url)
    wait_until(lambda: lines_in(Path(f"{file}.results")) > 0)
    done = run_command("batch", str(file), "--url", embedded_url)
    assert done.returncode == 2
    assert "is being written by another batch" in done.stderr
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)


def test_what_is_told_meanwhile_stands_above_the_bar(embedded_url: str, tmp_path: Path) -> None:
    jobs = ticking(12)
    jobs[5]["assistant_id"] = "nobody"
    file = jobs_in(tmp_path / "jobs.jsonl", jobs)
    with Terminal("batch", str(file), "-c", "2", "--url", embedded_url, columns=300) as terminal:
        assert terminal.finish() == 3
    refused, summary = terminal.lines
    assert refused.startswith("runs-client: line 6: POST ")
    assert summary.startswith("runs-client: 11 of 12 done")


def test_a_terminal_gets_a_bar(embedded_url: str, tmp_path: Path) -> None:
    file = jobs_in(tmp_path / "jobs.jsonl", ticking(30))
    with Terminal("batch", str(file), "-c", "3", "--url", embedded_url, columns=200) as terminal:
        terminal.wait_for("/30")
        assert terminal.finish() == 0
    assert terminal.lines == [f"runs-client: 30 of 30 done, 0 failed, results in {file}.results"]
