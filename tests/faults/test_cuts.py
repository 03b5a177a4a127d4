"""A stream is cut at every place, in every way: each part is delivered once and in order all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import Any
from uuid import uuid4

import anyio
import httpx
import pytest

from runs_client import RunsClient
from runs_client.testing import CleanEnd, Fault, FaultProxy, Fin, Reset
from tests.clients import CLIENTS, ClientFactory
from tests.faults.conftest import AT_ONCE
from tests.reliability_table import CutTable

pytestmark = pytest.mark.anyio

MODES: Any = ["values", "updates", "custom", "tasks", "checkpoints", "debug"]
RUN: Any = {"input": {"n": 3}, "stream_mode": MODES}
KINDS: dict[str, Callable[..., Fault]] = {"reset": Reset, "FIN": Fin, "clean end": CleanEnd}
AT_A_TIME = 8


async def parts_of(stream: Any) -> list[Any]:
    return [part async for part in stream]


async def finished_run(runs: RunsClient) -> tuple[str, str]:
    thread_id = str(uuid4())
    run = await runs.create(thread_id, "counter", if_not_exists="create", stream_resumable=True, **RUN)
    await runs.join(thread_id, run.run_id)
    return thread_id, run.run_id


def chunks_of(server_url: str, thread_id: str, run_id: str) -> list[bytes]:
    """The chunks in which the server sends a whole replay."""
    url = f"{server_url}/threads/{thread_id}/runs/{run_id}/stream"
    with httpx.stream("GET", url, headers={"Last-Event-ID": "-1"}, timeout=30) as response:
        return list(response.iter_raw())


def bytes_of_three_chunks(chunks: list[bytes]) -> Iterator[int]:
    """Every position inside the first chunk and the two shortest of the others."""
    ends = list(accumulate(map(len, chunks)))
    others = sorted(range(1, len(chunks)), key=lambda index: len(chunks[index]))
    for index in (0, *others[:2]):
        yield from range(ends[index] - len(chunks[index]), ends[index])


async def check_all(
    server_url: str, factory: ClientFactory, thread_id: str, run_id: str, plans: Sequence[tuple[Fault, ...]]
) -> int:
    """Replay a run once for each plan of faults; the number of replays that were not whole and in order."""
    async with RunsClient(server_url) as direct:
        truth = await parts_of(direct.join_stream(thread_id, run_id, last_event_id="-1", resume="off"))
    limit = anyio.Semaphore(AT_A_TIME)
    wrong = 0

    async def check(faults: tuple[Fault, ...]) -> None:
        nonlocal wrong
        async with limit:
            with FaultProxy(server_url) as proxy:
                proxy.plan(*faults, match=r"GET .*/stream")
                async with factory(proxy.url, retry=AT_ONCE) as runs:
                    parts = await parts_of(runs.join_stream(thread_id, run_id, last_event_id="-1"))
        wrong += parts != truth or proxy.faults_left > 0

    async with anyio.create_task_group() as group:
        for plan in plans:
            group.start_soon(check, plan)
    return wrong


@pytest.mark.parametrize("kind", KINDS)
async def test_at_every_chunk_and_at_every_byte_of_three(
    server: str, server_url: str, direct: RunsClient, client_factory: ClientFactory, kind: str, cut_table: CutTable
) -> None:
    thread_id, run_id = await finished_run(direct)
    chunks = chunks_of(server_url, thread_id, run_id)
    cut = KINDS[kind]
    plans = [(cut(after_chunks=count),) for count in range(len(chunks))]
    if client_factory is CLIENTS["async"]:
        plans += [(cut(after_bytes=position),) for position in bytes_of_three_chunks(chunks)]
    wrong = await check_all(server_url, client_factory, thread_id, run_id, plans)
    cut_table.add(server, f"{kind}, replayed run", cuts=len(plans), wrong=wrong)
    assert wrong == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_second_cut_of_the_resumed_stream(
    server: str, server_url: str, direct: RunsClient, client_factory: ClientFactory, kind: str, cut_table: CutTable
) -> None:
    thread_id, run_id = await finished_run(direct)
    cut = KINDS[kind]
    half = len(chunks_of(server_url, thread_id, run_id)) // 2
    plans = [(cut(after_chunks=half), cut(after_chunks=count)) for count in range(half)]
    wrong = await check_all(server_url, client_factory, thread_id, run_id, plans)
    cut_table.add(server, f"{kind}, and again", cuts=len(plans), wrong=wrong)
    assert wrong == 0


async def test_between_two_events_that_share_an_id(
    server: str, server_url: str, direct: RunsClient, client_factory: ClientFactory, cut_table: CutTable
) -> None:
    """Ids are milliseconds, so a run that is in a hurry has several events of one id."""
    cuts = wrong = 0
    for _ in range(2):
        thread_id = str(uuid4())
        run = await direct.create(
            thread_id, "counter", input={"n": 40}, stream_mode=MODES, stream_resumable=True, if_not_exists="create"
        )
        await direct.join(thread_id, run.run_id)
        ids = [part.id for part in await parts_of(direct.join_stream(thread_id, run.run_id, last_event_id="-1"))]
        plans = [(Reset(after_chunks=i),) for i in range(1, len(ids)) if ids[i - 1] == ids[i]]
        cuts += len(plans)
        wrong += await check_all(server_url, client_factory, thread_id, run.run_id, plans)
    cut_table.add(server, "reset, between two events of one id", cuts=cuts, wrong=wrong)
    assert cuts > 0, "no two events shared an id"
    assert wrong == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_that_goes_on_meanwhile(
    server: str, server_url: str, direct: RunsClient, client_factory: ClientFactory, kind: str, cut_table: CutTable
) -> None:
    """The stream that creates the run is cut, so that the run goes on while nobody reads."""
    wrong = 0

    async def check(count: int) -> None:
        nonlocal wrong
        thread_id = str(uuid4())
        with FaultProxy(server_url) as proxy:
            proxy.plan(KINDS[kind](after_chunks=count), match="POST .*/stream")
            async with client_factory(proxy.url, retry=AT_ONCE) as runs:
                payload: Any = {**RUN, "input": {"n": 5, "delay": 0.02}}
                stream = runs.stream(thread_id, "counter", if_not_exists="create", **payload)
                parts = await parts_of(stream)
        replay = direct.join_stream(thread_id, str(stream.run_id), last_event_id="-1", resume="off")
        wrong += parts != await parts_of(replay) or proxy.faults_left > 0

    counts = range(0, 20, 2)
    async with anyio.create_task_group() as group:
        for count in counts:
            group.start_soon(check, count)
    cut_table.add(server, f"{kind}, live run", cuts=len(counts), wrong=wrong)
    assert wrong == 0
