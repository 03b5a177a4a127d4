"""The few primitives that asynchronous and blocking code do not share; the generated twin swaps their names."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext, suppress
from contextvars import copy_context
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._interruption import current_interruption

if TYPE_CHECKING:
    import asyncio

    import anyio

T = TypeVar("T")

_LOOK_INTERVAL = 0.1
"""Seconds by which a blocking wait may be longer than its limit."""


async def async_sleep(seconds: float) -> None:
    """Sleep under asyncio or trio."""
    import anyio

    await anyio.sleep(seconds)


def sync_sleep(seconds: float) -> None:
    """Sleep, unless this thread is interrupted."""
    interruption = current_interruption()
    if interruption is None:
        time.sleep(seconds)
    else:
        interruption.sleep(seconds)


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
    """Raise `TimeoutError` once the time is over and the code inside reads from a connection that heeds limits.

    Blocking code cannot be interrupted: whatever else takes time asks `Deadline` now and then.
    """
    return nullcontext() if seconds is None else _limited_thread(seconds)


class _ThreadLimit(threading.local):
    deadline: Deadline | None = None


_thread_limit = _ThreadLimit()


@contextmanager
def _limited_thread(seconds: float) -> Iterator[None]:
    outer = _thread_limit.deadline
    _thread_limit.deadline = Deadline(seconds if outer is None else shortest(seconds, outer.remaining()))
    try:
        yield
    finally:
        _thread_limit.deadline = outer


def async_heed_limits(connection: object) -> None:
    """Do nothing: a waiting task can be cancelled."""


def sync_heed_limits(connection: Any) -> None:
    """Let reads from a connection of httpcore end when the time of the thread is over.

    httpcore has one limit for each read: of a head that comes little by little, it would read for ever.
    """
    kind: Any = type(connection)
    connection.__class__ = _heeding(kind)


@lru_cache
def _heeding(kind: Any) -> type[Any]:
    def read(self: Any, max_bytes: int, timeout: float | None = None) -> bytes:
        if _thread_limit.deadline is not None:
            timeout = shortest(timeout, _thread_limit.deadline.remaining())
            if not timeout:
                raise TimeoutError
        received: bytes = kind.read(self, max_bytes, timeout)
        return received

    return type(kind.__name__, (kind,), {"read": read})


def async_loop() -> object:
    """What runs the current task; connections belong to it."""
    import anyio.lowlevel

    return anyio.lowlevel.current_token()


def async_closer() -> Callable[[Callable[[], Coroutine[Any, Any, None]]], None]:
    """Makes a function that closes something later, in the loop of the current task, from wherever it is called: the
    garbage collector cannot wait."""
    trio = _running_trio()
    if trio is not None:
        token = trio.lowlevel.current_trio_token()
        spawn = trio.lowlevel.spawn_system_task
        return lambda close: _unless_over(token.run_sync_soon, _unless_over, spawn, close)
    import asyncio

    loop = asyncio.get_running_loop()
    return lambda close: _unless_over(loop.call_soon_threadsafe, lambda: _keep(loop.create_task(close())))


def _running_trio() -> Any:
    """The module, if it runs the current task."""
    trio: Any = sys.modules.get("trio")
    if trio is None:
        return None
    try:
        trio.lowlevel.current_trio_token()
    except RuntimeError:  # `in_trio_run` would ask the same, but is younger than some versions that are installed
        return None
    return trio


def sync_closer() -> Callable[[Callable[[], None]], None]:
    """Blocking code closes at once."""
    return lambda close: close()


def async_spawn(work: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[Callable[[], object]], None]:
    """Start a task that belongs to the loop, and not to the current task.

    Args:
        work: What it does. It must not raise anything.

    Returns:
        Calls a function in the loop of the task, soon, from wherever it is called.
    """
    trio = _running_trio()
    if trio is not None:
        token = trio.lowlevel.current_trio_token()
        trio.lowlevel.spawn_system_task(work, context=copy_context())
        return lambda call: _unless_over(token.run_sync_soon, call)
    import asyncio

    loop = asyncio.get_running_loop()
    _keep(loop.create_task(work()))
    return lambda call: _unless_over(loop.call_soon_threadsafe, call)


_tasks: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    _tasks.add(task)  # the loop itself holds tasks only weakly
    task.add_done_callback(_tasks.discard)


def _unless_over(soon: Callable[..., object], *arguments: object) -> None:
    with suppress(RuntimeError):  # the loop has ended, and its connections with it
        soon(*arguments)


def sync_loop() -> object:
    """Blocking code may share connections between threads."""
    return None


class AsyncIdleGuard:
    """Limits how long one wait for bytes may take.

    Args:
        abort: Not needed here: a waiting task can be cancelled.
    """

    def __init__(self, abort: Callable[[], None]) -> None:
        pass

    def limit(self, timeout: float | None) -> AbstractContextManager[object]:
        """Raise `TimeoutError` when the block takes longer than `timeout` seconds."""
        return nullcontext() if timeout is None else async_fail_after(timeout)

    def close(self) -> None:
        """Nothing to clean up."""


class SyncIdleGuard:
    """The blocking twin of `AsyncIdleGuard`: a thread that aborts the wait of another one.

    Args:
        abort: Makes the wait end, for instance by shutting down the socket.
    """

    def __init__(self, abort: Callable[[], None]) -> None:
        self._abort = abort
        self._interruption = current_interruption()
        if self._interruption is not None:
            self._interruption.add(abort)
        self._deadline: float | None = None
        self._fired = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def limit(self, timeout: float | None) -> AbstractContextManager[object]:
        """Raise `TimeoutError` when the block takes longer than `timeout` seconds."""
        return nullcontext() if timeout is None else self._limited(timeout)

    @contextmanager
    def _limited(self, timeout: float) -> Iterator[None]:
        self._deadline = time.monotonic() + timeout
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="runs_client idle guard", daemon=True)
            self._thread.start()
        try:
            yield
        finally:
            self._deadline = None
            if self._fired:
                raise TimeoutError

    def _watch(self) -> None:
        # It looks at the deadline now and then instead of being told of each new one: blocks are entered often.
        while not self._closed.wait(_LOOK_INTERVAL):
            deadline = self._deadline
            if deadline is not None and time.monotonic() >= deadline:
                self._fired = True
                self._abort()
                return

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        if self._interruption is not None:
            self._interruption.remove(self._abort)


class Deadline:
    """A moment by which something must have happened.

    Args:
        timeout: Seconds from now, or None for never.
    """

    __slots__ = ("_at",)

    def __init__(self, timeout: float | None) -> None:
        self._at = None if timeout is None else time.monotonic() + timeout

    def remaining(self) -> float | None:
        """Seconds left, never below zero; None if there is no deadline."""
        return None if self._at is None else max(0.0, self._at - time.monotonic())

    def is_over(self) -> bool:
        """Whether the moment has passed."""
        return self._at is not None and time.monotonic() >= self._at


def shortest(*limits: float | None) -> float | None:
    """The least of several time limits in seconds, of which None is none."""
    return min((limit for limit in limits if limit is not None), default=None)


class AsyncLimiter:
    """Lets a number of tasks in at a time.

    Args:
        limit: How many, or None for all.
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._semaphore: anyio.Semaphore | None = None

    @asynccontextmanager
    async def place(self, timeout: float | None) -> AsyncIterator[None]:
        """Wait for a place and hold it. `timeout` is not needed here: a waiting task can be cancelled."""
        if self._limit is None:
            yield
            return
        if self._semaphore is None:  # not before there is an event loop
            import anyio

            self._semaphore = anyio.Semaphore(self._limit)
        async with self._semaphore:
            yield


class SyncLimiter:
    """The blocking twin of `AsyncLimiter`."""

    def __init__(self, limit: int | None) -> None:
        self._semaphore = None if limit is None else threading.BoundedSemaphore(limit)

    @contextmanager
    def place(self, timeout: float | None) -> Iterator[None]:
        """Wait for a place for so many seconds and hold it, or raise `TimeoutError`."""
        if self._semaphore is None:
            yield
            return
        if not self._semaphore.acquire(timeout=timeout):
            raise TimeoutError
        try:
            yield
        finally:
            self._semaphore.release()
