"""Keeps hundreds of streams going at once, for a while."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from runs_client import RunsClient, SyncRunsClient
from runs_client.testing import FaultProxy
from tests.soak.resources import Resources
from tests.soak.scripts import Script, script
from tests.soak.streams import PATIENT, Endpoint, Result, read, read_blocking

_ROUND = 30.0
"""Seconds after which clients and proxies are closed, and new ones made."""
_THREADS = 40
_SECONDS_TO_CLOSE = 10.0


@dataclass
class Counts:
    """What came of some streams, in sums: a list of tens of thousands would itself look like a leak."""

    streams: int = 0
    events: int = 0
    reconnects: int = 0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    errors: int = 0

    def add(self, result: Result) -> None:
        """Count one more."""
        self.streams += 1
        self.events += result.events
        self.reconnects += result.reconnects
        self.lost += result.lost
        self.doubled += result.doubled
        self.out_of_order += result.is_out_of_order
        self.errors += result.error is not None


@dataclass
class Report:
    """What came of a soak.

    Attributes:
        seed: What its scripts were drawn with.
        counts: Its streams, by server and client.
        wrong: Those that were not delivered as they should.
        injected: How often each kind of fault was met.
        before: What was open after the first round, which only warms up.
        after: What was open at the end.
        connections_left: Connections that were open although all streams had ended, before their clients were closed.
    """

    seed: int
    counts: dict[tuple[str, str], Counts] = field(default_factory=lambda: defaultdict(Counts))
    wrong: list[Result] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    before: Resources | None = None
    after: Resources | None = None
    connections_left: int = 0

    @property
    def leaks(self) -> list[str]:
        """The names of what was not closed."""
        left = ["connections"] if self.connections_left else []
        return [*left, *self.after.leaks(self.before)] if self.after and self.before else left

    @property
    def streams(self) -> int:
        """How many there were."""
        return sum(counts.streams for counts in self.counts.values())

    def add(self, result: Result) -> None:
        """One more stream is over."""
        self.counts[result.script.server, result.script.client].add(result)
        if not result.is_right:
            self.wrong.append(result)


async def soak(
    servers: Mapping[str, str],
    *,
    seconds: float,
    streams: int,
    seed: int,
    on_round: Callable[[Report], object] = lambda report: None,
) -> Report:
    """Stream for so long, in rounds.

    Args:
        servers: Their URLs, by name.
        seconds: How long new streams are begun, after a first round.
        streams: How many at once.
        seed: For the scripts.
        on_round: Called after each round.
    """
    report = Report(seed)
    numbers = count()
    await _round(report, servers, streams, numbers, min(_ROUND, seconds / 4))
    report.before = report.after = await _closed(None)
    on_round(report)
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        await _round(report, servers, streams, numbers, min(_ROUND, left))
        report.after = await _closed(report.before)
        on_round(report)
    return report


async def _round(
    report: Report, servers: Mapping[str, str], streams: int, numbers: Iterator[int], seconds: float
) -> None:
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(_THREADS) as threads:
        async with _endpoints(servers) as endpoints:

            async def keep_streaming() -> None:
                while time.monotonic() < end:
                    drawn = script(report.seed, next(numbers), [*servers])
                    report.add(await _stream(endpoints[drawn.server], drawn, threads))

            await asyncio.gather(*(keep_streaming() for _ in range(streams)))
            for endpoint in endpoints.values():
                report.injected += endpoint.injected
                await asyncio.get_running_loop().run_in_executor(threads, endpoint.proxy.wait_until_idle)
                report.connections_left += endpoint.proxy.connections


async def _stream(endpoint: Endpoint, drawn: Script, threads: ThreadPoolExecutor) -> Result:
    result = Result(drawn)
    stream = endpoint.open(drawn)
    if drawn.client == "sync":
        parts = await asyncio.get_running_loop().run_in_executor(threads, read_blocking, stream, result)
    else:
        parts = await read(stream, result)
    if result.error is None:
        await endpoint.check(result, stream, parts)
    return result


@asynccontextmanager
async def _endpoints(servers: Mapping[str, str]) -> AsyncIterator[dict[str, Endpoint]]:
    async with AsyncExitStack() as stack:
        endpoints = {}
        for name, url in servers.items():
            proxy = stack.enter_context(FaultProxy(url))
            clients = {
                "httpx": await stack.enter_async_context(RunsClient(proxy.url, retry=PATIENT)),
                "aiohttp": await stack.enter_async_context(RunsClient(proxy.url, retry=PATIENT, transport="aiohttp")),
                "sync": stack.enter_context(SyncRunsClient(proxy.url, retry=PATIENT)),
            }
            direct = await stack.enter_async_context(RunsClient(url, transport="aiohttp"))
            endpoints[name] = Endpoint(proxy, clients, direct)
        yield endpoints


async def _closed(before: Resources | None) -> Resources:
    """What is open, once what is being closed had time for it."""
    give_up_at = time.monotonic() + _SECONDS_TO_CLOSE
    while True:
        now = Resources.now()
        if not (before and now.leaks(before)) or time.monotonic() > give_up_at:
            return now
        await asyncio.sleep(0.1)
