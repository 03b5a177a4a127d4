"""What cancelling is for tasks, for threads: whatever they wait for ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar


class InterruptedThreadError(BaseException):
    """Ends a thread whose work nobody waits for any more. As a cancellation, it is no `Exception`."""


class Interruption:
    """Ends what threads wait for, from outside: sleep, and the reads that a `SyncIdleGuard` looks after."""

    def __init__(self) -> None:
        self._happened = False
        # Without a lock: the garbage collector may interrupt a thread in here, and call `happen`.
        self._aborts: set[Callable[[], object]] = set()

    def concern_this_thread(self) -> None:
        """Interrupt the calling thread as well."""
        _current.set(self)

    def happen(self) -> None:
        """End the waits, and those that begin later."""
        self._happened = True
        while self._aborts:
            try:
                abort = self._aborts.pop()
            except KeyError:  # another thread took it
                return
            abort()

    def check(self) -> None:
        """Raise `InterruptedThreadError` if it has happened."""
        if self._happened:
            raise InterruptedThreadError

    def sleep(self, seconds: float) -> None:
        """Sleep, or raise `InterruptedThreadError`."""
        alarm = threading.Lock()
        alarm.acquire()
        self.add(alarm.release)
        alarm.acquire(timeout=seconds)
        self.remove(alarm.release)
        self.check()

    def add(self, abort: Callable[[], object]) -> None:
        """A wait that `abort` can end."""
        self._aborts.add(abort)
        if self._happened:
            self.happen()

    def remove(self, abort: Callable[[], object]) -> None:
        """It is over."""
        self._aborts.discard(abort)


_current: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


def current_interruption() -> Interruption | None:
    """The one that concerns this thread."""
    return _current.get()
