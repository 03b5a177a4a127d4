"""Arguments and options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

FROM_THE_START = "-1"
"""The last event id of those who have seen nothing."""

ThreadId = Annotated[str, typer.Argument(metavar="THREAD", show_default=False, help="The run's thread.")]
RunId = Annotated[str, typer.Argument(metavar="RUN", show_default=False, help="The run.")]
CancelOnExit = Annotated[
    bool, typer.Option("--cancel-on-exit", help="Cancel the run when this command ends before it, as by Ctrl-C.")
]
