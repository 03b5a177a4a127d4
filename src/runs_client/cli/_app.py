"""All commands, put together, and how the process ends."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, TextIO

import typer

from .._version import __version__
from . import _batch, _demo, _runs, _serve, _spec, _streams
from ._exit import EXIT_CODES, INTERRUPTED, USAGE, CommandError, note

# Plain help: laying it out with rich would take longer than all the rest of `--help`.
app = typer.Typer(
    help=f"Run agents on LangGraph-compatible servers, and follow their API.\n\n{EXIT_CODES}",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(_streams.run)
app.command()(_runs.create)
app.command()(_runs.wait)
app.command("list")(_runs.list_)
app.command()(_runs.get)
app.command()(_runs.join)
app.command()(_streams.watch)
app.command()(_runs.cancel)
app.command()(_runs.delete)
app.command()(_batch.batch)
app.command()(_serve.serve)
app.command()(_demo.demo)
app.add_typer(_spec.app, name="spec")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _runs_client(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None: ...


def run() -> int:
    """Run the command that the arguments ask for.

    Returns:
        The exit code.
    """
    _repair_standard_streams()
    try:
        return app(prog_name="runs-client", standalone_mode=False) or 0
    except typer.Abort:
        return INTERRUPTED
    except CommandError as error:
        note(error.message)
        return error.exit_code
    except Exception as error:
        return _complain_of_usage(error)


def _complain_of_usage(error: Exception) -> int:
    """Tell in one line what is wrong with the arguments."""
    format_message = getattr(error, "format_message", None)
    if format_message is None:  # no error of typer's, whose base class is another one in each version
        raise error
    message: str = format_message()
    if message.startswith("Usage:"):  # no arguments were given
        typer.echo(message, err=True)
    else:
        context = getattr(error, "ctx", None)
        note(f"{message} ({context.command_path} --help)" if context else message)
    return USAGE


def _repair_standard_streams() -> None:
    """Make sure that what is written can be written: one may be closed, or not know a character that a server sends."""
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w")  # until the end of the process
