"""A run that a command follows: what becomes of it when the command ends before it, and what it asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from ._arguments import FROM_THE_START
from ._exit import explained, note
from ._printable import compact, printable

if TYPE_CHECKING:
    from .._async import RunsClient, RunStream
    from .._interrupts import Interrupt
    from ._connection import Connection


@dataclass
class Followed:
    """The run that a command follows.

    Attributes:
        connection: Where it is.
        come_back: The command that comes back to it.
        agent: What is run; None where only the server knows.
        cancel_on_exit: Whether it is cancelled when this command ends before it.
        thread_id: Its thread, once it is known.
        run_id: The run, once it is known.
        stream: Knows from where to go on.
    """

    connection: Connection
    come_back: str
    agent: str | None = None
    cancel_on_exit: bool = False
    thread_id: str | None = None
    run_id: str | None = None
    stream: RunStream[Any] | None = None

    def created(self, run_id: str, thread_id: str | None) -> None:
        """The server has told the run."""
        self.run_id, self.thread_id = run_id, thread_id

    @asynccontextmanager
    async def until_the_end(self, runs: RunsClient) -> AsyncIterator[None]:
        """Follow the run inside the block. What ends the block too early also says what becomes of the run.

        Raises:
            Exit: The connection is lost, which was told.
        """
        from asyncio import CancelledError

        from .._errors import APIConnectionError, APITimeoutError, StreamInterruptedError

        try:
            yield
        except CancelledError:
            await self._leave(runs)
            raise
        except BrokenPipeError:  # the reader has what it wants
            if self.cancel_on_exit:
                await self._cancel(runs)
            raise
        except (APIConnectionError, StreamInterruptedError) as error:
            problem = explained(error)
            note(problem.message)
            if isinstance(error, APITimeoutError):
                await self._leave(runs)
            else:
                self._tell_how_to_come_back()
            raise typer.Exit(problem.exit_code) from error

    async def _leave(self, runs: RunsClient) -> None:
        if self.cancel_on_exit:
            await self._cancel(runs)
        else:
            self._tell_how_to_come_back()

    async def _cancel(self, runs: RunsClient) -> None:
        from .._errors import NotFoundError, RunsClientError

        if self.thread_id is None or self.run_id is None:
            note("the server has not told the run: it may have been started, and goes on then")
            return
        try:
            await runs.cancel(self.thread_id, self.run_id, wait=True)
        except NotFoundError:
            note(f"run {self.run_id} had already ended")
        except RunsClientError as error:
            note(f"run {self.run_id} could not be cancelled: {error.message}")
        else:
            note(f"run {self.run_id} is cancelled")

    def _tell_how_to_come_back(self) -> None:
        if self.thread_id is None or self.run_id is None:
            return
        words = [self.come_back, self.thread_id, self.run_id]
        seen = self.stream.resume_from if self.stream is not None else None
        if seen not in (None, FROM_THE_START):
            words += ["--last-event-id", str(seen)]
        note(f"run {self.run_id} goes on; come back to it with")
        show_command(self.connection, words)


def show_command(connection: Connection, words: Sequence[str]) -> None:
    """Show a command in a line of its own, to be copied."""
    with suppress(OSError):
        typer.echo(f"  {printable(connection.command_line(*words))}", err=True)


async def tell_questions(questions: Sequence[Interrupt], followed: Followed, runs: RunsClient) -> None:
    """Tell what a run asks a human, and how to answer."""
    for question in questions:
        note(f"the run asks: {compact(question.value)}")
    if questions and followed.thread_id is not None:
        agent = followed.agent or await _agent_of(followed, runs)
        note("answer with")
        show_command(followed.connection, ["run", agent, "--thread", followed.thread_id, "--answer", "ANSWER"])


async def _agent_of(followed: Followed, runs: RunsClient) -> str:
    from .._errors import RunsClientError

    assert followed.thread_id is not None
    assert followed.run_id is not None
    try:
        return (await runs.get(followed.thread_id, followed.run_id)).assistant_id
    except RunsClientError:  # the question was told, which counts
        return "AGENT"
