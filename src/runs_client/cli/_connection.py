"""The options that lead to a server, and the client that they make."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .._url import DEFAULT_URL
from ._exit import CommandError, explained

if TYPE_CHECKING:
    from .._async import RunsClient


@dataclass(frozen=True)
class Connection:
    """The server, and how to talk to it."""

    url: Annotated[
        str, typer.Option("--url", metavar="URL", envvar="RUNS_CLIENT_URL", help="The server's address.")
    ] = DEFAULT_URL
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Read the API key from here.  [default: the first of LANGGRAPH_API_KEY, LANGSMITH_API_KEY and "
            "LANGCHAIN_API_KEY that is set]",
            show_default=False,
        ),
    ] = None
    transport: Annotated[Literal["httpx", "aiohttp"], typer.Option(help="The HTTP library.")] = "httpx"
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Give up after so long.  [default: 60, or never where a run is waited for]",
            show_default=False,
        ),
    ] = None

    @asynccontextmanager
    async def client(self) -> AsyncIterator[RunsClient]:
        """The client, for as long as the block lasts."""
        from .. import RunsClient

        options: dict[str, Any] = {"transport": self.transport}
        if self.api_key_file is not None:
            options["api_key"] = _read_key(self.api_key_file)
        async with RunsClient(self.url, **options) as runs:
            yield runs

    def command_line(self, *words: str) -> str:
        """A command that reaches the same server, to be copied into a shell."""
        options = []
        if self.url != DEFAULT_URL:
            options += ["--url", self.url]
        if self.api_key_file is not None:
            options += ["--api-key-file", str(self.api_key_file)]
        return shlex.join(["runs-client", *words, *options])


def call(connection: Connection, work: Callable[[RunsClient], Awaitable[None]]) -> None:
    """Run a coroutine function with a client. Its errors end the command.

    Raises:
        CommandError: The client or the server refused, there was no answer, or the run failed.
    """
    import logging

    from .._errors import RunsClientError
    from . import _signals

    logging.getLogger("runs_client").addHandler(logging.NullHandler())  # the views tell what is worth knowing

    async def main() -> None:
        async with connection.client() as runs:
            await work(runs)

    try:
        _signals.run(main)
    except RunsClientError as error:
        raise explained(error) from error


def _read_key(path: Path) -> str:
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise CommandError(f"--api-key-file: {path} cannot be read: {reason}") from None
    if not key:
        raise CommandError(f"--api-key-file: {path} is empty")
    return key
