"""docs/observability.md: its examples run, and what it says is so. The hooks and records are seen on each server."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import aiohttp
import httpx
import pytest
from opentelemetry.instrumentation.aiohttp_client import create_trace_config
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from runs_client import (
    AiohttpTransport,
    HttpxTransport,
    ResponseHead,
    RetryPolicy,
    RunsClient,
    SyncHttpxTransport,
)
from runs_client.testing import Answer, FaultProxy, Reset, RunsServer, Update
from tests.clients import ClientFactory, sync_client

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[2] / "docs" / "observability.md"
PROGRAM = Path(__file__).with_name("traced_program.py")
AT_ONCE = RetryPolicy(max_retries=3, initial_delay=0)
COUNTER: Any = {"input": {"n": 5, "delay": 0.05}, "stream_mode": "custom", "if_not_exists": "create"}
KEY = "top-secret"
STATE = "{'question': '?', 'answer': '!'}"

Span: TypeAlias = "dict[str, Any]"


async def agent(input: Any, context: object) -> AsyncIterator[Update]:
    yield Update("agent", {"answer": "!"})


@pytest.fixture(scope="module")
def agent_url() -> Iterator[str]:
    """A server with the agent of the page."""
    with RunsServer({"agent": agent}) as server:
        yield server.url


@pytest.fixture
def page_thread(agent_url: str) -> str:
    thread_id = str(uuid4())
    httpx.post(f"{agent_url}/threads", json={"thread_id": thread_id}).raise_for_status()
    return thread_id


def examples() -> dict[str, list[str]]:
    """The code of the page, by headings."""
    _, *sections = re.split(r"^##+ (.*)\n", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    titled = zip(sections[::2], sections[1::2], strict=True)
    found = {title: re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL) for title, text in titled}
    return {title: code for title, code in found.items() if code}


def run(program: str, url: str, thread_id: str, **environment: str) -> tuple[str, str, list[Span]]:
    """What a program prints, what it writes to its standard error, and its spans."""
    done = subprocess.run(
        [sys.executable, str(PROGRAM), url, thread_id],
        input=program,
        env={"PATH": "", "LANGGRAPH_API_KEY": KEY, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    printed, _, spans = done.stdout.rpartition("\n")
    return printed, done.stderr, json.loads(spans)


def children_of(parent: Span, spans: list[Span]) -> list[Span]:
    return [span for span in spans if span["parent_id"] == parent["context"]["span_id"]]


def test_each_example_of_the_page_is_run_here() -> None:
    titles = ["Hooks", "Log records", "One span around a run", "Blocking", "aiohttp", "One client only"]
    assert [(title, len(code)) for title, code in examples().items()] == [
        (title, 2 if title == "One client only" else 1) for title in titles
    ]


def test_the_example_of_hooks(agent_url: str, page_thread: str) -> None:
    with FaultProxy(agent_url) as proxy:
        proxy.plan(Reset(after_chunks=1), match="POST .*/stream")
        printed, errors, _ = run(examples()["Hooks"][0], proxy.url, page_thread)
        assert {request.headers["authorization"] for request in proxy.requests} == {"Bearer ..."}
    lines = printed.splitlines()
    assert re.fullmatch(r"POST 200 \d+\.\d{3} s text/event-stream.*", lines[0])
    assert {"metadata", "values"} < set(lines)
    assert sum(line.startswith("lost run ") for line in lines) == 1
    assert re.fullmatch(r"rejoining run .*\n", errors), "where logging is not set up, warnings are printed"


def test_the_example_of_log_records(agent_url: str, page_thread: str) -> None:
    _, errors, _ = run(examples()["Log records"][0], agent_url, page_thread)
    answer, created = map(json.loads, errors.splitlines())
    assert answer.pop("text").startswith(f"POST {agent_url}/threads/{page_thread}/runs/wait was answered with 200 ")
    assert answer.pop("elapsed") > 0
    url = f"{agent_url}/threads/{page_thread}/runs/wait"
    assert answer == {"level": "DEBUG", "thread_id": page_thread, "method": "POST", "url": url, "status": 200}
    assert created.pop("text").startswith("created run ")
    assert created.keys() == {"level", "thread_id", "run_id"}


def test_the_page_lists_the_attributes(agent_url: str) -> None:
    fields = re.search(r"^FIELDS = \((.*)\)$", examples()["Log records"][0], flags=re.MULTILINE)
    assert fields is not None
    rows = [row for row in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| `(DEBUG|INFO|WARNING)`", row)]
    assert len(rows) == 5
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row.split(" | ")[-1])}
    assert listed == set(re.findall(r'"(\w+)"', fields[1]))


@pytest.mark.parametrize("title", ["One span around a run", "Blocking", "aiohttp"])
def test_an_example_of_one_span_around_a_run(agent_url: str, page_thread: str, title: str) -> None:
    printed, _, spans = run(examples()[title][0], agent_url, page_thread)
    assert printed in (STATE, "metadata\nvalues\nvalues")
    (around,) = [span for span in spans if span["name"] == "ask the agent"]
    runs = httpx.get(f"{agent_url}/threads/{page_thread}/runs").json()
    assert around["attributes"] == {"run.id": runs[0]["run_id"], "run.thread_id": page_thread}
    assert len(spans) > 1
    assert len(children_of(around, spans)) == len(spans) - 1
    assert KEY not in str(spans)


def test_a_rejoin_is_an_event_of_the_span_around_the_run(agent_url: str, page_thread: str) -> None:
    with FaultProxy(agent_url) as proxy:
        proxy.plan(Reset(after_chunks=1), match="POST .*/stream")
        _, _, spans = run(examples()["One span around a run"][0], proxy.url, page_thread)
    (around,) = [span for span in spans if span["name"] == "ask the agent"]
    (event,) = around["events"]
    assert event["name"] == "rejoin"
    assert "broke off" in event["attributes"]["reason"]


@pytest.mark.parametrize("index", [0, 1], ids=["httpx", "aiohttp"])
def test_an_example_of_one_client_only(agent_url: str, page_thread: str, index: int) -> None:
    other = "from runs_client import RunsClient\nasync with RunsClient(url) as runs: await runs.list(thread_id)\n"
    program = examples()["One client only"][index]
    printed, _, spans = run(program + other, agent_url, page_thread)
    assert printed == STATE
    assert [span["attributes"]["http.url"] for span in spans] == [f"{agent_url}/threads/{page_thread}/runs/wait"]
    assert KEY not in str(spans)


@pytest.mark.parametrize("title", ["One span around a run", "Blocking", "aiohttp"])
def test_the_key_stays_out_of_spans_that_show_headers(agent_url: str, page_thread: str, title: str) -> None:
    capture = {"OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST": ".*"}
    sanitize = {"OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_SANITIZE_FIELDS": "x-api-key,authorization"}
    assert " ".join(f"{name}={value}" for name, value in sanitize.items()) in PAGE.read_text(encoding="utf-8")
    _, _, spans = run(examples()[title][0], agent_url, page_thread, **capture)
    assert KEY in str(spans)
    _, _, spans = run(examples()[title][0], agent_url, page_thread, **capture, **sanitize)
    assert KEY not in str(spans)
    assert "[REDACTED]" in str(spans)


class Tracing:
    """Traces single clients, so that no other test is traced."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self._provider = TracerProvider()
        self._provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = self._provider.get_tracer("test")

    @property
    def requests(self) -> list[ReadableSpan]:
        """The spans of requests that have ended."""
        return [span for span in self._exporter.get_finished_spans() if span.name in ("GET", "POST")]

    @asynccontextmanager
    async def client(self, kind: str, url: str) -> AsyncIterator[RunsClient]:
        options: Any = {"api_key": KEY, "retry": AT_ONCE}
        if kind == "async":
            async with httpx.AsyncClient() as client:
                HTTPXClientInstrumentor.instrument_client(client, tracer_provider=self._provider)
                async with RunsClient(url, transport=HttpxTransport(client), **options) as runs:
                    yield runs
        elif kind == "sync":
            with httpx.Client() as blocking:
                HTTPXClientInstrumentor.instrument_client(blocking, tracer_provider=self._provider)
                async with sync_client(url, transport=SyncHttpxTransport(blocking), **options) as runs:
                    yield runs
        else:
            trace_config = create_trace_config(tracer_provider=self._provider)
            async with aiohttp.ClientSession(trace_configs=[trace_config]) as session:
                async with RunsClient(url, transport=AiohttpTransport(session), **options) as runs:
                    yield runs


@pytest.fixture(params=["async", "aiohttp", "sync"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


def url_of(span: ReadableSpan) -> str:
    assert span.attributes is not None
    return str(span.attributes["http.url"])


async def test_the_span_of_a_stream_ends_with_its_headers(embedded_url: str, kind: str) -> None:
    tracing = Tracing()
    async with tracing.client(kind, embedded_url) as runs:
        async with runs.stream(uuid4(), "counter", **COUNTER) as stream:
            assert [url_of(span).endswith("/runs/stream") for span in tracing.requests] == [True]
            async for _ in stream:
                pass


async def test_tries_and_rejoins_are_spans_that_the_server_is_told_of(embedded_url: str, kind: str) -> None:
    tracing = Tracing()
    with FaultProxy(embedded_url) as proxy:
        proxy.plan(Answer(503), Reset(after_chunks=1), match="POST .*/stream")
        async with tracing.client(kind, proxy.url) as runs:
            with tracing.tracer.start_as_current_span("run") as around:
                stream = runs.stream(uuid4(), "counter", **COUNTER)
                ticks = [part async for part in stream if part.event == "custom"]
        requests = proxy.requests
    assert len(ticks) == 5
    assert stream.reconnects == 1
    spans = tracing.requests
    outline = [(span.name, span.status.is_ok, url_of(span).rpartition("/")[2]) for span in spans]
    assert outline[:3] == [("POST", False, "stream"), ("POST", True, "stream"), ("GET", True, "stream")]
    assert {span.parent.span_id for span in spans if span.parent} == {around.get_span_context().span_id}
    told = [request.headers["traceparent"].split("-")[1:3] for request in requests]
    contexts = [span.get_span_context() for span in spans]
    assert told == [[f"{context.trace_id:032x}", f"{context.span_id:016x}"] for context in contexts if context]
    assert all(request.headers["x-api-key"] == KEY for request in requests)
    assert KEY not in "".join(span.to_json() for span in spans)


async def test_waits_in_the_background_have_the_same_parent(embedded_url: str, kind: str) -> None:
    tracing = Tracing()
    async with tracing.client(kind, embedded_url) as runs:
        with tracing.tracer.start_as_current_span("batch") as around:
            handles = await runs.start_batch([{"assistant_id": "echo", "input": {}} for _ in range(3)])
            await runs.join_all(handles)
    joins = [span for span in tracing.requests if url_of(span).endswith("/join")]
    assert len(joins) == 3
    assert {span.parent.span_id for span in joins if span.parent} == {around.get_span_context().span_id}


async def test_answers_and_records_of_a_server(
    server_url: str, client_factory: ClientFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    heads: list[ResponseHead] = []
    thread_id = str(uuid4())
    async with client_factory(server_url, api_key=KEY, on_response=heads.append) as runs:
        stream = runs.stream(thread_id, "echo", input={"text": "hello"}, if_not_exists="create")
        assert (await stream.until_done()).values == {"text": "hello"}
    assert heads[0].request.url == f"{server_url}/threads/{thread_id}/runs/stream"
    assert heads[0].headers["content-type"].startswith("text/event-stream")
    records: list[Any] = [record for record in caplog.records if record.name == "runs_client"]
    created = {"run_id": stream.run_id, "thread_id": thread_id}
    assert records[1].levelname == "INFO"
    assert {name: getattr(records[1], name) for name in created} == created
    answers = [record for record in records if record.levelno == logging.DEBUG]
    told = [(record.method, record.url, record.status, record.elapsed) for record in answers]
    assert told == [(head.request.method, head.request.url, head.status, head.elapsed) for head in heads]
    assert {record.thread_id for record in answers} == {thread_id}
    assert {record.run_id for record in answers[1:]} <= {stream.run_id}
    assert KEY not in "".join(record.getMessage() + repr(vars(record)) for record in records)
