"""Each command against both servers: what programs get from it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runs_client import SyncRunsClient
from runs_client.testing import FaultProxy, Pass, Reset
from tests.cli.command import json_lines, run_command, words_of

SLOW = '{"n": 1000, "delay": 0.05}'


def only_line(output: str) -> Any:
    (line,) = json_lines(output)
    return line


def test_run_writes_each_part_as_a_line(server_url: str) -> None:
    done = run_command("run", "counter", "-i", '{"n": 2}', "-m", "custom,values", RUNS_CLIENT_URL=server_url)
    parts = json_lines(done.stdout)
    assert done.returncode == 0
    assert done.stderr == ""
    assert all(list(part) == ["event", "data", "id", "namespace"] for part in parts)
    assert [part["data"] for part in parts if part["event"] == "custom"] == [{"tick": 0}, {"tick": 1}]
    assert parts[-1]["event"] == "values"
    assert parts[-1]["data"]["count"] == 2
    assert parts[-1]["id"]


def test_run_shows_subgraphs_with_their_namespace(server_url: str) -> None:
    done = run_command("run", "team", "-i", '{"log": []}', "-f", "stream_subgraphs=true", "--url", server_url)
    namespaces = [part["namespace"] for part in json_lines(done.stdout)]
    assert [] in namespaces
    assert any(namespace and namespace[0].startswith("research:") for namespace in namespaces)


def test_a_run_that_fails_is_told_by_the_exit_code(server_url: str) -> None:
    for command in ("run", "wait"):
        done = run_command(command, "fail", "-i", '{"text": "no such file"}', "--url", server_url)
        assert done.returncode == 1
        assert done.stderr.endswith(" failed with ValueError: no such file\n")
        assert done.stderr.count("\n") == 1


def test_create_get_join_watch_list_delete(server_url: str) -> None:
    def command(*arguments: str) -> Any:
        done = run_command(*arguments, "--url", server_url)
        assert done.returncode == 0, done.stderr
        return json_lines(done.stdout)

    (run,) = command("create", "echo", "--thread", "new", "--input", '{"text": "hello"}', "--metadata", '{"k": "v"}')
    ids = (run["thread_id"], run["run_id"])
    assert run["metadata"]["k"] == "v"
    assert command("join", *ids) == [{"text": "hello"}]
    assert [found["run_id"] for found in command("list", ids[0])] == [ids[1]]
    assert command("list", ids[0], "--status", "error") == []
    assert only_line(run_command("get", *ids, "--url", server_url).stdout)["status"] == "success"
    watched = command("watch", *ids)
    assert [part["event"] for part in watched].count("values") == 2, "its events were kept"
    assert command("delete", *ids) == []
    assert run_command("get", *ids, "--url", server_url).returncode == 3


def test_watch_goes_on_after_an_event(server_url: str) -> None:
    created = run_command("create", "counter", "-t", "new", "-i", '{"n": 5, "delay": 0.02}', "--url", server_url)
    run = only_line(created.stdout)
    ids = (run["thread_id"], run["run_id"])
    whole = json_lines(run_command("watch", *ids, "--url", server_url).stdout)
    middle = next(part["id"] for part in whole if part["data"] == {"tick": 2})
    rest = json_lines(run_command("watch", *ids, "--last-event-id", middle, "--url", server_url).stdout)
    assert [part["data"] for part in rest if part["event"] == "custom"] == [{"tick": 3}, {"tick": 4}]


def test_list_gives_no_more_than_asked_for(server_url: str, client: SyncRunsClient) -> None:
    thread = str(uuid4())
    created = [client.create(thread, "echo", input={}, if_not_exists="create").run_id for _ in range(3)]
    listed = json_lines(run_command("list", thread, "--limit", "2", "--url", server_url).stdout)
    assert {run["run_id"] for run in listed} < set(created)
    assert len(listed) == 2


def test_cancel_waits_until_the_run_has_stopped(server_url: str) -> None:
    run = only_line(run_command("create", "counter", "-i", SLOW, "--url", server_url).stdout)
    ids = (run["thread_id"], run["run_id"])
    done = run_command("cancel", *ids, "--wait", "--url", server_url)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"runs-client: run {ids[1]} is cancelled\n"
    assert only_line(run_command("get", *ids, "--url", server_url).stdout)["status"] == "interrupted"


def test_a_question_is_told_with_the_command_that_answers_it(server_url: str) -> None:
    asked = run_command("run", "ask", "--input", '{"question": "Sure?"}', "--url", server_url)
    assert asked.returncode == 0
    question, hint, command = asked.stderr.splitlines()
    assert question == 'runs-client: the run asks: "Sure?"'
    assert hint == "runs-client: answer with"
    answered = run_command(*(word.replace("ANSWER", "yes") for word in words_of(command)))
    assert json_lines(answered.stdout)[-1]["data"] == {"question": "Sure?", "answer": "yes"}


@pytest.mark.parametrize("command", ["join", "watch"])
def test_who_comes_back_to_a_question_is_told_whom_to_answer(command: str, server_url: str) -> None:
    created = run_command("create", "ask", "-t", "new", "--input", '{"question": "Sure?"}', "--url", server_url)
    run = only_line(created.stdout)
    asked = run_command(command, run["thread_id"], run["run_id"], "--url", server_url)
    assert asked.returncode == 0
    answer = words_of(asked.stderr.splitlines()[-1])
    answered = run_command(*(word.replace("ANSWER", "yes") for word in answer))
    assert json_lines(answered.stdout)[-1]["data"] == {"question": "Sure?", "answer": "yes"}


@pytest.mark.parametrize(("answer", "meant"), [("yes", "yes"), ("5", 5), ('{"a": [1]}', {"a": [1]}), ('"5"', "5")])
def test_an_answer_is_json_or_text(embedded_url: str, answer: str, meant: Any) -> None:
    asked = run_command("wait", "ask", "--thread", "new", "--input", "{}", "--url", embedded_url)
    thread = asked.stderr.split()[2]
    done = run_command("wait", "ask", "--thread", thread, "--answer", answer, "--url", embedded_url)
    assert only_line(done.stdout)["answer"] == meant


def test_the_aiohttp_transport_does_the_same(server_url: str) -> None:
    done = run_command("run", "echo", "-i", '{"text": "hi"}', "--transport", "aiohttp", "--url", server_url)
    assert json_lines(done.stdout)[-1]["data"] == {"text": "hi"}


def test_a_stream_is_rejoined_and_says_so_on_the_standard_error(embedded_url: str) -> None:
    with FaultProxy(embedded_url) as proxy:
        proxy.plan(Pass(), Reset(after_bytes=800))
        done = run_command("run", "counter", "-i", '{"n": 20, "delay": 0.02}', "-m", "custom", "--url", proxy.url)
    ticks = [part["data"]["tick"] for part in json_lines(done.stdout) if part["event"] == "custom"]
    assert ticks == list(range(20))
    assert done.stderr.startswith("runs-client: rejoining the run in ")
    assert done.stderr.count("\n") == 1
