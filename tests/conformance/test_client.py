"""What a client is made with, and requests of any kind."""

from __future__ import annotations

import httpx
import pytest

from runs_client import NotFoundError, Request, RetryPolicy, RunsClient
from tests.clients import ClientFactory
from tests.conformance.features import ServerFeatures

pytestmark = pytest.mark.anyio


@pytest.mark.covers("apiUrl", "defaultHeaders", "timeoutMs")
async def test_what_a_client_was_made_with(server_url: str, client_factory: ClientFactory) -> None:
    async with client_factory(f"{server_url}/", headers={"X-Who": "me"}, timeout=7.0, api_key="secret") as runs:
        assert runs.url == server_url
        assert runs.headers == {"x-who": "me"}
        assert runs.timeout == 7.0
        assert await runs.request("POST", "/threads", json={})


@pytest.mark.covers("onRequest")
async def test_the_hook_sees_and_changes_requests(server_url: str, client_factory: ClientFactory) -> None:
    seen: list[str] = []

    def hook(request: Request) -> Request:
        seen.append(f"{request.method} {request.url}")
        url = f"{server_url}/threads"
        return Request(request.method, url, request.headers, content=request.content, timeout=request.timeout)

    async with client_factory(server_url, on_request=hook) as runs:
        assert "thread_id" in await runs.request("POST", "/elsewhere", json={})
    assert seen == [f"POST {server_url}/elsewhere"]


@pytest.mark.covers("asyncCaller")
async def test_retries_and_concurrency_are_settings(server_url: str, client_factory: ClientFactory) -> None:
    async with client_factory(server_url, retry=RetryPolicy(max_retries=0), max_concurrency=1) as runs:
        assert await runs.wait(None, "echo", input={"text": "hello"}) == {"text": "hello"}


@pytest.mark.covers("fetch")
async def test_a_request_of_any_kind(runs: RunsClient) -> None:
    thread = await runs.request("POST", "/threads", json={"metadata": {"who": "me"}})
    assert (await runs.request("GET", f"/threads/{thread['thread_id']}"))["metadata"]["who"] == "me"
    assert await runs.request("GET", f"/threads/{thread['thread_id']}/runs", params={"limit": 5, "status": None}) == []
    with pytest.raises(NotFoundError):
        await runs.request("GET", "/nowhere")


@pytest.mark.covers("prepareFetchOptions")
async def test_a_prepared_request_can_be_sent_by_anybody(runs: RunsClient) -> None:
    params = {"a": ["b", "c"], "d": True}
    request = runs.prepare_request("post", "/threads", params=params, headers={"X-Who": "me"}, json={})
    assert request.url == f"{runs.url}/threads?a=b&a=c&d=true"
    assert request.headers["x-who"] == "me"
    async with httpx.AsyncClient() as client:
        response = await client.request(
            request.method, request.url, headers=dict(request.headers), content=request.content
        )
    assert "thread_id" in response.json()


@pytest.mark.covers("fetch")
async def test_whether_the_server_is_ready(runs: RunsClient, feature: ServerFeatures) -> None:
    with feature("say that it is ready, at `/ok`"):
        assert (await runs.request("GET", "/ok"))["ok"] is True


async def test_the_hook_for_new_runs_may_be_a_coroutine_function(server_url: str, feature: ServerFeatures) -> None:
    told: list[tuple[str, str | None]] = []

    async def tell(run_id: str, thread_id: str | None) -> None:
        told.append((run_id, thread_id))

    async with RunsClient(server_url) as runs:
        run = await runs.create(None, "echo", input={}, on_run_created=tell)
        assert told == [(run.run_id, run.thread_id)]
        async with runs.stream(None, "echo", input={}, on_run_created=tell) as stream:
            assert told[1:] == [(stream.run_id, stream.thread_id)]
        assert stream.thread_id is not None
        await runs.wait(None, "echo", input={}, on_run_created=tell)
    has_thread = [thread_id is not None for _, thread_id in told]
    assert has_thread == [True, True, feature.value("name the hidden thread of a run, in `wait`", True)]
