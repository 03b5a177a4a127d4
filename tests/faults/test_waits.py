"""`wait` and `join` survive what streams survive, and never start a run twice."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from runs_client import RunFailedError
from runs_client.testing import Answer, CleanEnd, Drip, Fault, FaultProxy, Fin, Reset, RunsServer, Stall
from tests.clients import ClientFactory
from tests.faults.conftest import AT_ONCE

pytestmark = pytest.mark.anyio

COUNTER: Any = {"input": {"n": 5, "delay": 0.05}}
STATE = {"n": 5, "delay": 0.05, "count": 5}
FAULTS: list[tuple[Fault, ...]] = [
    (Reset(after_chunks=0),),
    (Fin(after_chunks=0), Reset(after_chunks=0)),
    (CleanEnd(after_chunks=0),),
    (CleanEnd(after_bytes=5),),
    (Fin(after_bytes=5), Answer(503)),
    (Drip(),),
]


@pytest.mark.parametrize("faults", FAULTS, ids=str)
async def test_wait(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory, faults: tuple[Fault, ...]
) -> None:
    first, *others = faults
    proxy.plan(first, match="POST .*/wait")
    proxy.plan(*others, match="GET .*/join")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        assert await runs.wait(thread_id, "counter", **COUNTER) == STATE
        assert len(await runs.list(thread_id)) == 1
    assert proxy.faults_left == 0


@pytest.mark.parametrize("faults", FAULTS, ids=str)
async def test_join(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory, faults: tuple[Fault, ...]
) -> None:
    proxy.plan(*faults, match="GET .*/join")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        run = await runs.create(thread_id, "counter", **COUNTER)
        assert await runs.join(thread_id, run.run_id) == STATE
    assert proxy.faults_left == 0


async def test_a_stateless_wait(proxy: FaultProxy, client_factory: ClientFactory) -> None:
    proxy.plan(Reset(after_chunks=0), match="POST .*/wait")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        slow: Any = {"input": {"n": 5, "delay": 0.3}}
        assert await runs.wait(None, "counter", **slow) == {"n": 5, "delay": 0.3, "count": 5}
    assert proxy.faults_left == 0


async def test_a_run_that_fails_behind_a_cut(proxy: FaultProxy, thread_id: str, client_factory: ClientFactory) -> None:
    proxy.plan(Reset(after_chunks=0), match="POST .*/wait")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        with pytest.raises(RunFailedError, match="no luck"):
            await runs.wait(thread_id, "fail", input={"text": "no luck"})
        assert len(await runs.list(thread_id)) == 1


async def test_refused_before_the_run_was_created(
    proxy: FaultProxy, thread_id: str, client_factory: ClientFactory
) -> None:
    proxy.plan(Answer(503), Answer(429), match="POST .*/wait")
    async with client_factory(proxy.url, retry=AT_ONCE) as runs:
        assert await runs.wait(thread_id, "echo", input={"text": "hello"}) == {"text": "hello"}
        assert len(await runs.list(thread_id)) == 1


async def test_a_stalled_wait_is_noticed(client_factory: ClientFactory) -> None:
    with RunsServer(keep_alive=0.1) as server, FaultProxy(server.url) as proxy:
        proxy.plan(Stall(after_chunks=4), match="POST .*/wait")
        async with client_factory(proxy.url, retry=AT_ONCE) as runs:
            slow: Any = {"input": {"n": 10, "delay": 0.1}, "if_not_exists": "create"}
            assert (await runs.wait(uuid4(), "counter", **slow))["count"] == 10
        assert server.runs_created == 1
