"""Retries, redirects, the concurrency limit and the hook, over real sockets and with both clients."""

from __future__ import annotations

import json
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from runs_client import (
    APIConnectionError,
    APIStatusError,
    InternalServerError,
    RateLimitError,
    Request,
    RetryPolicy,
    RunsClient,
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

    async def count(request: Request) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await anyio.lowlevel.checkpoint()
        await anyio.lowlevel.checkpoint()
        under_way -= 1

    with CannedServer(RUN) as server:
        async with (
            RunsClient(server.url, max_concurrency=2, on_request=count) as runs,
            anyio.create_task_group() as group,
        ):
            for _ in range(10):
                group.start_soon(runs.get, "t", "r")
        assert len(server.requests) == 10
    assert 1 <= most <= 2


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
