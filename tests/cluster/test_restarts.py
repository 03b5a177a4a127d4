"""Many runs while the instances are restarted one after the other."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

import anyio
import anyio.to_thread
import pytest

from runs_client import RunsClient
from tests.clients import CLIENTS
from tests.cluster.follow import PATIENT, Followed, account_for
from tests.cluster_table import ClusterTable
from tests.servers.aegra_server import AegraInstance
from tests.servers.round_robin import RoundRobin

pytestmark = pytest.mark.anyio

RUNS = 100  # of each client
ASYNC_CLIENTS = ("async", "aiohttp")
REQUESTS_AT_A_TIME = 10
"""More would keep an instance so busy that it misses the time in which it must say that it is alive."""


async def test_every_run_is_accounted_for(
    cluster: list[AegraInstance], balancer: RoundRobin, cluster_table: ClusterTable
) -> None:
    """One instance is told to stop while runs are being created; once it is back, the other one is killed."""
    stopped, killed = cluster
    # More work than two instances do in the time that a restart takes.
    followed = {name: [Followed(number, ticks=20, delay=0.2) for number in range(RUNS)] for name in ASYNC_CLIENTS}
    a_run_is_at_work = anyio.Event()
    left = RUNS * len(ASYNC_CLIENTS)

    def on_part(part: Any) -> None:
        a_run_is_at_work.set()

    async def follow(run: Followed, runs: RunsClient) -> None:
        nonlocal left
        await run.follow(runs, on_part)
        left -= 1

    async with AsyncExitStack() as stack, anyio.create_task_group() as group:
        for name in ASYNC_CLIENTS:
            client = CLIENTS[name](balancer.url, retry=PATIENT, max_concurrency=REQUESTS_AT_A_TIME)
            runs = await stack.enter_async_context(client)
            for run in followed[name]:
                group.start_soon(follow, run, runs)
        await a_run_is_at_work.wait()
        await anyio.to_thread.run_sync(stopped.stop)
        await anyio.to_thread.run_sync(stopped.start)
        assert left > 0
        await anyio.to_thread.run_sync(killed.kill)
        await anyio.to_thread.run_sync(killed.start)
    async with RunsClient(stopped.url) as direct:
        for name in ASYNC_CLIENTS:
            account = await account_for(followed[name], direct)
            cluster_table.add("both instances are restarted", name, account)
            assert account.finished + account.failed == account.started == account.asked
            assert (account.lost, account.doubled) == (0, 0)
            assert account.failed == account.unfinished
            assert account.reconnects > 0
