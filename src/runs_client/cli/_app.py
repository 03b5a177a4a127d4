"""All commands, put together."""

from __future__ import annotations

import typer

from . import _spec

app = typer.Typer(
    name="runs-client",
    help="Run agents on LangGraph-compatible servers, and follow their API.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(_spec.app, name="spec")


@app.callback()
def _runs_client() -> None: ...
