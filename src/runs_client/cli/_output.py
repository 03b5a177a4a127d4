"""What a command prints: JSON for programs, and something to read on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ._printable import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console

    from runs_bindings.models import Run


def is_terminal() -> bool:
    """Whether a person reads the standard output."""
    return sys.stdout.isatty()


def terminal() -> Console:
    """The standard output, where that is a terminal."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)


def write_json(value: Any) -> None:
    """Write a value as one line of JSON.

    Raises:
        BrokenPipeError: Nobody reads it any more.
    """
    from .._json import encode_json

    # Past Python's buffer: what is left in there when a reader goes away would be written, and fail, at the exit.
    rest = memoryview(encode_json(value) + b"\n")
    while rest:
        rest = rest[os.write(sys.stdout.fileno(), rest) :]


def write_state(state: Any) -> None:
    """Write the final state of a run."""
    if not is_terminal():
        write_json(state)
        return
    import json

    from rich.highlighter import JSONHighlighter
    from rich.text import Text

    text = Text(printable(json.dumps(state, indent=2, ensure_ascii=False)), overflow="fold")
    terminal().print(JSONHighlighter()(text))


def write_run(run: Run) -> None:
    """Write what a server knows of a run."""
    if not is_terminal():
        write_json(run)
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in run.to_dict().items():
        if isinstance(value, str):
            grid.add_row(name, one_line(value))
    terminal().print(grid)


def write_runs(runs: Sequence[Run]) -> None:
    """Write several runs."""
    if not is_terminal():
        for run in runs:
            write_json(run)
        return
    from rich.table import Table

    console = terminal()
    rows = [("run", "status", "created", "assistant")]
    for run in runs:
        created = f"{run.created_at.astimezone():%Y-%m-%d %H:%M:%S}"
        rows.append((one_line(run.run_id), one_line(run.status), created, one_line(run.assistant_id)))
    widths = [max(map(len, column)) + len("  ") for column in zip(*rows, strict=True)]
    # An id that is broken over two lines cannot be copied: the last columns are rather left out.
    shown = max((count for count in (2, 3, 4) if sum(widths[:count]) <= console.width), default=2)
    heading, *rest = (row[:shown] for row in rows)
    table = Table(*heading, box=None, header_style="bold", padding=(0, 2, 0, 0))
    for column in table.columns:
        column.overflow = "fold"
    for row in rest:
        table.add_row(*row)
    console.print(table)


@contextmanager
def waiting(text: str) -> Iterator[Callable[[str], None]]:
    """Show a person what is waited for, for as long as the block lasts. What it gives changes the text."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(one_line(text))) as status:
        yield lambda text: status.update(Text(one_line(text)))
