"""Who takes part: each contender reads a canned stream to its end, and gets a run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol


class AsyncContender(Protocol):
    async def stream(self, script: str) -> int:
        """Read one stream to its end, and count its events."""
        ...

    async def get(self) -> object:
        """Get a run."""
        ...

    async def aclose(self) -> None: ...


class AsyncClient(AsyncContender, Protocol):
    """One that is a client, not a bare loop."""

    async def stream(self, script: str) -> int:
        count = 0
        async for _ in self.events(script):
            count += 1
        return count

    def events(self, script: str) -> AsyncIterator[object]:
        """The events of one stream."""
        ...


class SyncContender(Protocol):
    def stream(self, script: str) -> int:
        """Read one stream to its end, and count its events."""
        ...

    def get(self) -> object:
        """Get a run."""
        ...

    def close(self) -> None: ...
