"""A stream outlives the instance that served it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import anyio
import pytest

from runs_client import RunsClient
from runs_client.testing import FaultProxy, Reset
from tests.clients import CLIENTS, ClientFactory
from tests.cluster.follow import PATIENT, Followed, account_for
from tests.cluster_table import ClusterTable
from tests.servers.aegra_server import AegraInstance
from tests.servers.round_robin import RoundRobin

pytestmark = pytest.mark.anyio

STREAMS = 6  # of each client


async def test_a_stream_is_resumed_on_the_other_instance(
    cluster: list[AegraInstance], balancer: RoundRobin, client_factory: ClientFactory
) -> None:
    payload: Any = {"input": {"n": 10, "delay": 0.1}, "stream_mode": "custom", "if_not_exists": "create"}
    with FaultProxy(balancer.url) as proxy:
        proxy.plan(Reset(after_chunks=5), match="POST .*/stream")
        async with client_factory(proxy.url, retry=PATIENT) as runs:
            stream = runs.stream(uuid4(), "counter", **payload)
            parts = [part async for part in stream]
    began, resumed, *_ = balancer.served
    assert began.request.startswith("POST ")
    assert resumed.request.startswith("GET ")
    assert {began.server_url, resumed.server_url} == {instance.url for instance in cluster}
    assert (stream.status, stream.reconnects) == ("success", 1)
    for instance in cluster:
        async with RunsClient(instance.url) as direct:
            replay = direct.join_stream(str(stream.thread_id), str(stream.run_id), last_event_id="-1")
            assert [part async for part in replay] == parts


async def test_an_instance_is_killed_in_mid_run(
    cluster: list[AegraInstance], balancer: RoundRobin, cluster_table: ClusterTable
) -> None:
    """Half of the streams go through it. Its share of the runs is begun anew by the other one."""
    victim, survivor = cluster
    followed = {name: [Followed(number, ticks=20, delay=0.1) for number in range(STREAMS)] for name in CLIENTS}
    at_work = 0

    def kill_when_all_are_at_work(part: Any) -> None:
        nonlocal at_work
        if part.data == {"tick": 3}:
            at_work += 1
            if at_work == STREAMS * len(CLIENTS):
                victim.kill()

    async with AsyncExitStack() as stack:
        stack.callback(victim.start)
        async with anyio.create_task_group() as group:
            for name, client_factory in CLIENTS.items():
                runs = await stack.enter_async_context(client_factory(balancer.url, retry=PATIENT))
                for run in followed[name]:
                    group.start_soon(run.follow, runs, kill_when_all_are_at_work)
        async with RunsClient(survivor.url) as direct:
            for name in CLIENTS:
                account = await account_for(followed[name], direct)
                cluster_table.add("one of two instances is killed", name, account)
                assert account.finished + account.failed == account.started == account.asked
                assert (account.lost, account.doubled) == (0, 0)
                assert account.failed == account.unfinished
                assert account.reconnects > 0
