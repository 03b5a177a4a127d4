"""The few primitives that asynchronous and blocking code do not share; the generated twin swaps their names."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Awaitable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    import anyio

T = TypeVar("T")

sync_sleep = time.sleep


async def async_sleep(seconds: float) -> None:
    """Sleep under asyncio or trio."""
    import anyio

    await anyio.sleep(seconds)


async def async_resolve(value: T | Awaitable[T]) -> T:
    """The value, or what it gives when it is awaited: hooks may be functions or coroutine functions."""
    return cast("T", await value if inspect.isawaitable(value) else value)


def sync_resolve(value: T) -> T:
    """The value itself."""
    return value


def async_fail_after(seconds: float | None) -> AbstractContextManager[object]:
    """Raise `TimeoutError` once the time is over, wherever the code inside is waiting."""
    import anyio

    return anyio.fail_after(seconds)


def sync_fail_after(seconds: float | None) -> AbstractContextManager[object]:
    """Do nothing: blocking code cannot be interrupted, so it asks `Deadline` between two reads."""
    return nullcontext()


class Deadline:
    """A moment by which something must have happened.

    Args:
        timeout: Seconds from now, or None for never.
    """

    def __init__(self, timeout: float | None) -> None:
        self._at = None if timeout is None else time.monotonic() + timeout

    def remaining(self) -> float | None:
        """Seconds left, never below zero; None if there is no deadline."""
        return None if self._at is None else max(0.0, self._at - time.monotonic())

    def is_over(self) -> bool:
        """Whether the moment has passed."""
        return self._at is not None and time.monotonic() >= self._at


class AsyncLimiter:
    """Lets a number of tasks in at a time.

    Args:
        limit: How many, or None for all.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._semaphore: anyio.Semaphore | None = None

    async def __aenter__(self) -> None:
        if self._limit is None:
            return
        if self._semaphore is None:  # not before there is an event loop
            import anyio

            self._semaphore = anyio.Semaphore(self._limit)
        await self._semaphore.acquire()

    async def __aexit__(self, *exc_info: object) -> None:
        if self._semaphore is not None:
            self._semaphore.release()


class SyncLimiter:
    """The blocking twin of `AsyncLimiter`."""

    def __init__(self, limit: int | None) -> None:
        self._semaphore = None if limit is None else threading.BoundedSemaphore(limit)

    def __enter__(self) -> None:
        if self._semaphore is not None:
            self._semaphore.acquire()

    def __exit__(self, *exc_info: object) -> None:
        if self._semaphore is not None:
            self._semaphore.release()
