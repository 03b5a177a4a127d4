"""`runs-client serve`: the embedded server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ._exit import CommandError
from ._output import is_terminal, write_json

if TYPE_CHECKING:
    from ..testing import RunsServer


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="The port; 0 takes a free one.")] = 2024,
) -> None:
    """Start the embedded server, to try things on.

    It has the agents echo, counter, chat, ask, fail and team, keeps everything in memory, and ends with Ctrl-C. Needs
    the extra `testing`.
    """
    import asyncio

    from . import _signals

    server = embedded_server(host, port)

    async def until_interrupted() -> None:
        try:
            await server.__aenter__()
        except OSError as error:
            raise CommandError(
                f"cannot listen on {host}:{port}: {error.strerror}; --port 0 takes a free port"
            ) from None
        try:
            if is_terminal():
                typer.echo(f"listening on {server.url}; Ctrl-C ends it")
            else:
                write_json({"url": server.url})
            await asyncio.get_running_loop().create_future()
        finally:
            await server.__aexit__(None, None, None)

    _signals.run(until_interrupted)


def embedded_server(host: str = "127.0.0.1", port: int = 0) -> RunsServer:
    """The server, not started yet.

    Raises:
        CommandError: The extra is not installed.
    """
    try:
        from ..testing import RunsServer
    except ModuleNotFoundError as error:
        raise CommandError(str(error)) from error
    return RunsServer(host=host, port=port)
