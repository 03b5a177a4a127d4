"""What belongs to the loop of the current task."""

from __future__ import annotations

import anyio
import pytest
import trio

from runs_client._concurrency import async_closer

SECONDS = 10.0
"""How long a test waits for what must happen, before it fails."""


async def test_what_is_closed_later_needs_no_young_trio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(trio.lowlevel, "in_trio_run", raising=False)
    closed = anyio.Event()

    async def close() -> None:
        closed.set()

    async_closer()(close)
    with anyio.fail_after(SECONDS):
        await closed.wait()
