"""Work in the background that belongs to an object, not to a block: tasks of asyncio or trio, or threads."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, TypeAlias

from ._concurrency import async_spawn
from ._interruption import InterruptedThreadError, Interruption

Report: TypeAlias = Callable[[Any], None]


@dataclass
class _Raised:
    error: Exception


_END = object()


class AsyncWorkers:
    """Tasks that do the same work. Iterating over them yields what they report, and raises what they raise.

    They may outlive the function that starts them: its task group is no place for them.

    Args:
        work: What each of them does; it is given the function to report with.
    """

    def __init__(self, work: Callable[[Report], Awaitable[None]]) -> None:
        self._work = work
        self._reports: deque[Any] = deque()
        self._is_cancelled = False

    def start(self, count: int) -> None:
        """Begin, in the loop of the current task."""
        import anyio

        self._reported = anyio.Semaphore(0)
        self._over = anyio.Event()
        self._scope = anyio.CancelScope()
        self._count = count
        self._soon = async_spawn(self._host)

    async def __anext__(self) -> Any:
        await self._reported.acquire()
        report = _END if self._is_cancelled else self._reports.popleft()
        if report is _END:
            self._report(_END)  # for whoever asks next
            raise StopAsyncIteration
        if isinstance(report, _Raised):
            raise report.error
        return report

    def cancel(self) -> None:
        """Cancel the tasks soon. It may be called from anywhere: the garbage collector may be in any thread."""
        self._soon(self._scope.cancel)

    async def aclose(self) -> None:
        """Cancel the tasks, and wait until they have closed their connections."""
        import anyio

        self._is_cancelled = True
        self._scope.cancel()
        with anyio.CancelScope(shield=True):
            await self._over.wait()

    async def _host(self) -> None:
        import anyio

        try:
            with self._scope:
                async with anyio.create_task_group() as group:
                    for _ in range(self._count):
                        group.start_soon(self._run)
        finally:
            self._report(_END)
            self._over.set()

    async def _run(self) -> None:
        try:
            await self._work(self._report)
        except Exception as error:
            self._report(_Raised(error))

    def _report(self, report: Any) -> None:
        self._reports.append(report)
        self._reported.release()


class SyncWorkers:
    """The blocking twin of `AsyncWorkers`: threads."""

    def __init__(self, work: Callable[[Report], None]) -> None:
        self._work = work
        self._reports: SimpleQueue[Any] = SimpleQueue()
        self._interruption = Interruption()
        self._is_cancelled = False
        self._lock = threading.Lock()

    def start(self, count: int) -> None:
        """Begin."""
        self._at_work = count
        for _ in range(count):
            run = copy_context().run
            threading.Thread(target=run, args=(self._run,), name="runs_client worker", daemon=True).start()

    def __next__(self) -> Any:
        report = self._reports.get()
        if self._is_cancelled or report is _END:
            self._reports.put(_END)
            raise StopIteration
        if isinstance(report, _Raised):
            raise report.error
        return report

    def cancel(self) -> None:
        """Interrupt the threads. They end soon; nobody waits for them."""
        self._is_cancelled = True
        self._interruption.happen()
        self._reports.put(_END)

    def close(self) -> None:
        """Interrupt the threads."""
        self.cancel()

    def _run(self) -> None:
        self._interruption.concern_this_thread()
        try:
            self._work(self._report)
        except InterruptedThreadError:
            return
        except Exception as error:
            self._reports.put(_Raised(error))
        with self._lock:
            self._at_work -= 1
            if not self._at_work:
                self._reports.put(_END)

    def _report(self, report: Any) -> None:
        self._interruption.check()
        self._reports.put(report)
