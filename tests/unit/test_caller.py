"""Retries, redirects, the concurrency limit and the hook, over real sockets and with both clients."""

from __future__ import annotations

import asyncio
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from runs_client import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    InternalServerError,
    InvalidRequestError,
    RateLimitError,
    Request,
    RetryPolicy,
    RunsClient,
    SyncHttpxTransport,
    SyncRunsClient,
)
from tests.clients import ClientFactory
from tests.servers.canned_server import CannedServer, http_response

pytestmark = pytest.mark.anyio

RUN = http_response(body=json.dumps({"run_id": "r", "thread_id": "t", "status": "pending"}))
AT_ONCE = RetryPolicy(max_retries=3, initial_delay=0)
LOST = b""
"""No answer: the connection closes after the request was read."""


async def test_a_read_is_tried_again_after_any_failure_of_the_server(client_factory: ClientFactory) -> None:
    with CannedServer(LOST, http_response(500), http_response(502), RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            assert (await runs.get("t", "r")).run_id == "r"
        assert len(server.requests) == 4


async def test_tries_come_to_an_end(client_factory: ClientFactory) -> None:
    with CannedServer(http_response(500)) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            with pytest.raises(InternalServerError):
                await runs.get("t", "r")
        assert len(server.requests) == 1 + AT_ONCE.max_retries


@pytest.mark.parametrize("answer", [LOST, http_response(500), http_response(502)])
async def test_a_run_is_never_started_twice(client_factory: ClientFactory, answer: bytes) -> None:
    with CannedServer(answer, RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            for start in (runs.create("t", "a"), runs.wait(None, "a"), runs.create_batch([{"assistant_id": "a"}])):
                with pytest.raises((APIConnectionError, InternalServerError)):
                    await start
                server._answers.insert(0, answer)
            with pytest.raises((APIConnectionError, InternalServerError)):
                [part async for part in runs.stream("t", "a")]
        assert len(server.requests) == 4


@pytest.mark.parametrize("refusal", [http_response(429), http_response(503, headers=[("Retry-After", "0")])])
async def test_a_refused_start_is_tried_again(client_factory: ClientFactory, refusal: bytes) -> None:
    with CannedServer(refusal, refusal, RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE) as runs:
            assert (await runs.create("t", "a")).run_id == "r"
        assert len(server.requests) == 3


async def test_a_long_retry_after_is_left_to_the_caller(client_factory: ClientFactory) -> None:
    for value in ("3600", "Wed, 01 Jan 2200 00:00:00 GMT"):
        with CannedServer(http_response(429, headers=[("Retry-After", value)])) as server:
            async with client_factory(server.url) as runs:
                with pytest.raises(RateLimitError, match="max_concurrency") as caught:
                    await runs.get("t", "r")
            assert caught.value.retry_after is not None
            assert caught.value.retry_after >= 3600
            assert len(server.requests) == 1


async def test_the_time_limit_includes_the_retries(client_factory: ClientFactory) -> None:
    patient = RetryPolicy(max_retries=10, initial_delay=3600, max_delay=3600)
    with CannedServer(http_response(500)) as server:
        async with client_factory(server.url, retry=patient) as runs:
            with pytest.raises(InternalServerError):
                await runs.get("t", "r", timeout=5)


def redirect(location: str, status: int = 307) -> bytes:
    return http_response(status, headers=[("Location", location)])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_read_follows_a_redirect_on_the_same_origin(client_factory: ClientFactory, status: int) -> None:
    with CannedServer(redirect("/elsewhere", status), RUN) as server:
        async with client_factory(server.url, api_key="key") as runs:
            assert (await runs.get("t", "r")).run_id == "r"
        assert server.requests[1].startswith(b"GET /elsewhere ")
        assert b"x-api-key: key" in server.requests[1]


async def test_a_start_follows_only_redirects_that_keep_it_a_start(client_factory: ClientFactory) -> None:
    with CannedServer(redirect("/elsewhere", 308), RUN) as server:
        async with client_factory(server.url) as runs:
            assert (await runs.create("t", "a", input=7)).run_id == "r"
        assert server.requests[1].startswith(b"POST /elsewhere ")
        assert server.requests[1].endswith(b'{"assistant_id":"a","input":7}')
    with CannedServer(redirect("/elsewhere", 302), RUN) as server:
        async with client_factory(server.url) as runs:
            with pytest.raises(APIStatusError, match="302: a redirect to '/elsewhere', which is not followed"):
                await runs.create("t", "a")


async def test_no_redirect_leads_to_another_origin(client_factory: ClientFactory) -> None:
    with CannedServer(RUN) as other:
        for location in (other.url, other.url.replace("http:", ""), "file:///etc/passwd", "https://127.0.0.1"):
            with CannedServer(redirect(location)) as server:
                async with client_factory(server.url, api_key="key") as runs:
                    with pytest.raises(APIStatusError, match="another origin"):
                        await runs.get("t", "r")
        assert other.requests == []


async def test_redirects_come_to_an_end(client_factory: ClientFactory) -> None:
    with CannedServer(redirect("/again")) as server:
        async with client_factory(server.url) as runs:
            with pytest.raises(APIStatusError, match="redirect"):
                await runs.get("t", "r")
        assert len(server.requests) < 10


async def test_the_hook_sees_every_try(client_factory: ClientFactory) -> None:
    seen: list[Request] = []
    with CannedServer(http_response(500), RUN) as server:
        async with client_factory(server.url, retry=AT_ONCE, on_request=seen.append) as runs:
            await runs.get("t", "r")
    assert [request.method for request in seen] == ["GET", "GET"]


async def test_a_hook_may_be_a_coroutine_function() -> None:
    async def sign(request: Request) -> Request:
        return Request(request.method, request.url, {**request.headers, "x-signed": "yes"}, request.content)

    with CannedServer(RUN) as server:
        async with RunsClient(server.url, on_request=sign) as runs:
            await runs.get("t", "r")
        assert b"x-signed: yes" in server.requests[0]


async def test_a_limit_lets_so_many_requests_through() -> None:
    under_way = most = 0
    there_are_two = anyio.Event()

    async def meet(request: Request) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 2:
            there_are_two.set()
        await there_are_two.wait()
        await anyio.lowlevel.checkpoint()
        under_way -= 1

    with CannedServer(RUN) as server:
        async with RunsClient(server.url, max_concurrency=2, on_request=meet) as runs:
            with anyio.fail_after(10):
                async with anyio.create_task_group() as group:
                    for _ in range(10):
                        group.start_soon(runs.get, "t", "r")
        assert len(server.requests) == 10
    assert most == 2


def test_a_limit_lets_so_many_threads_through() -> None:
    two = threading.Barrier(2, timeout=10)
    lock = threading.Lock()
    under_way = most = 0

    def meet(request: Request) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        two.wait()
        with lock:
            under_way -= 1

    with CannedServer(RUN) as server, SyncRunsClient(server.url, max_concurrency=2, on_request=meet) as runs:
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda _: runs.get("t", "r").run_id, range(8)))
    assert results == ["r"] * 8
    assert most == 2


async def test_waiting_for_a_place_counts_as_time() -> None:
    entered, leave = anyio.Event(), anyio.Event()

    async def hold(request: Request) -> None:
        entered.set()
        await leave.wait()

    with CannedServer(RUN) as server:
        async with (
            RunsClient(server.url, max_concurrency=1, on_request=hold) as runs,
            anyio.create_task_group() as group,
        ):
            group.start_soon(runs.get, "t", "r")
            await entered.wait()
            with pytest.raises(APITimeoutError, match="0.1 seconds") as caught:
                await runs.create("t", "a", timeout=0.1)
            assert not caught.value.request_sent
            leave.set()
        assert len(server.requests) == 1


async def test_a_thread_that_waits_for_a_place_counts_the_time() -> None:
    entered, leave = threading.Event(), threading.Event()

    def hold(request: Request) -> None:
        entered.set()
        leave.wait(10)

    with CannedServer(RUN) as server, SyncRunsClient(server.url, max_concurrency=1, on_request=hold) as runs:
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(runs.get, "t", "r")
            entered.wait(10)
            with pytest.raises(APITimeoutError, match="0.1 seconds") as caught:
                runs.create("t", "a", timeout=0.1)
            assert not caught.value.request_sent
            leave.set()
            assert first.result().run_id == "r"
        assert len(server.requests) == 1


async def test_a_request_whose_hook_takes_too_long_is_not_sent() -> None:
    async def hook(request: Request) -> None:
        await anyio.sleep_forever()

    with CannedServer(RUN) as server:
        async with RunsClient(server.url, on_request=hook) as runs:
            with pytest.raises(APITimeoutError, match="0.1 seconds") as caught:
                await runs.create("t", "a", timeout=0.1)
        assert not caught.value.request_sent
        assert server.requests == []


async def test_a_request_that_is_not_answered_may_have_been_sent() -> None:
    answer = threading.Event()

    def late(request: bytes) -> bytes:
        answer.wait(10)
        return RUN

    with CannedServer(late) as server:
        async with RunsClient(server.url, max_concurrency=1) as runs:
            with pytest.raises(APITimeoutError, match="0.5 seconds; it may") as caught:
                await runs.create("t", "a", timeout=0.5)
        answer.set()
    assert caught.value.request_sent


async def test_a_time_limit_of_the_hook_is_its_own(client_factory: ClientFactory) -> None:
    def hook(request: Request) -> None:
        raise TimeoutError("the token server did not answer")

    for timeout in (60, None):
        async with client_factory("http://h", on_request=hook, timeout=timeout) as runs:
            with pytest.raises(TimeoutError, match="token server"):
                await runs.create("t", "a")


def test_threads_share_one_connection_pool() -> None:
    transport = SyncHttpxTransport()
    with CannedServer(RUN) as server, SyncRunsClient(server.url, transport=transport) as runs:
        with ThreadPoolExecutor(8) as pool:
            assert [run.run_id for run in pool.map(lambda _: runs.get("t", "r"), range(8))] == ["r"] * 8
    with pytest.raises(InvalidRequestError, match="closed"):
        runs.get("t", "r")


def test_a_client_belongs_to_one_event_loop() -> None:
    with CannedServer(RUN) as server:
        runs = RunsClient(server.url)

        async def use_and_close() -> None:
            assert (await runs.get("t", "r")).run_id == "r"
            await runs.aclose()

        async def use_once_more() -> None:
            await other.get("t", "r")

        other = RunsClient(server.url)
        asyncio.run(use_and_close())

        async def use_and_keep() -> None:
            await other.get("t", "r")
            await other.aclose()
            other._transport.get()._is_closed = False  # type: ignore[attr-defined]

        asyncio.run(use_and_keep())
        with pytest.raises(InvalidRequestError, match="another event loop"):
            asyncio.run(use_once_more())


@pytest.mark.parametrize(
    "setting", [{"timeout": -1}, {"timeout": "5"}, {"max_concurrency": 0}, {"max_concurrency": -1}]
)
async def test_settings_that_make_no_sense(client_factory: ClientFactory, setting: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match=next(iter(setting))):
        client_factory("http://h", **setting)


@pytest.mark.parametrize(("keyword", "value"), [("idle_timeout", "often"), ("idle_timeout", 0), ("resume", "maybe")])
async def test_ways_to_stream_that_make_no_sense(client_factory: ClientFactory, keyword: str, value: Any) -> None:
    async with client_factory("http://h") as runs:
        with pytest.raises(InvalidRequestError, match=keyword.partition("_")[0]):
            runs.stream("t", "a", **{keyword: value})


async def test_an_infinite_timeout_is_none(client_factory: ClientFactory) -> None:
    with CannedServer(RUN) as server:
        async with client_factory(server.url, timeout=float("inf")) as runs:
            assert runs.timeout is None
            assert (await runs.get("t", "r", timeout=float("inf"))).run_id == "r"


@pytest.mark.parametrize("secret", ["key ", " key", "key\t", "key\n"])
async def test_a_key_is_sent_without_the_blanks_around_it(client_factory: ClientFactory, secret: str) -> None:
    with CannedServer(RUN) as server:
        async with client_factory(server.url, api_key=secret) as runs:
            await runs.get("t", "r")
        assert b"x-api-key: key\r\n" in server.requests[0]


async def test_nothing_that_holds_the_key_can_be_pickled(client_factory: ClientFactory) -> None:
    for kind in (RunsClient, SyncRunsClient):
        runs: Any = kind("http://h", api_key="top-secret")
        for holder in (runs, runs.prepare_request("GET", "/"), runs.stream("t", "a")):
            with pytest.raises(TypeError, match="cannot be pickled"):
                pickle.dumps(holder)


async def test_the_key_is_in_no_text(client_factory: ClientFactory, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with CannedServer(http_response(401, '{"detail": "no"}')) as server:
        runs: Any = client_factory(server.url, api_key="top-secret")
        with pytest.raises(APIStatusError) as caught:
            await runs.get("t", "r")
        assert b"top-secret" in server.requests[0]
        texts = [repr(runs), str(caught.value), repr(caught.value), str(vars(caught.value)), str(runs.headers)]
        texts += [repr(runs.prepare_request("GET", "/")), caplog.text]
        assert "top-secret" not in "".join(texts)
        assert "LANGGRAPH_API_KEY" in str(caught.value)
        await runs.aclose()


def test_a_client_can_be_used_without_a_block() -> None:
    with CannedServer(RUN) as server:
        runs = SyncRunsClient(server.url)
        assert runs.get("t", "r").run_id == "r"
        runs.close()
        runs.close()
