"""Coroutines that Ctrl-C and SIGTERM end in an orderly way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import typer

from ._exit import CommandError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHOW_CURSOR = b"\x1b[?25h"


def run(main: Callable[[], Awaitable[None]]) -> None:
    """Run a coroutine function. A signal cancels it, so that it can say goodbye; a second one ends it at once.

    Raises:
        Exit: A signal came, and the exit code tells which, as a shell does; or nobody reads the output any more.
        CommandError: The output cannot be written.
    """
    try:
        asyncio.run(_cancelled_by_signals(main))
    except BrokenPipeError:  # as `| head -1` makes: the reader has what it wants
        raise typer.Exit from None
    except OSError as error:
        raise CommandError(f"the output cannot be written: {error.strerror}") from error


def _die(number: int) -> None:
    # Not by an exception: it might be raised in a destructor, or while the process is ending.
    if sys.stdout.isatty():
        os.write(sys.stdout.fileno(), _SHOW_CURSOR)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


async def _cancelled_by_signals(main: Callable[[], Awaitable[None]]) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    received: list[int] = []

    def cancel(number: int, frame: Any) -> None:
        if received:  # it does not end, perhaps because a pager does not read what it writes
            _die(number)
        received.append(number)
        loop.call_soon_threadsafe(task.cancel)

    before = {number: signal.signal(number, cancel) for number in _SIGNALS}
    try:
        await main()
    except asyncio.CancelledError:
        if not received:
            raise
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if received else handler)  # one more while it ends kills it
    if received:
        raise typer.Exit(128 + received[0])
