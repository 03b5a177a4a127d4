"""The options of the commands that start a run, and the body that they make."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Annotated, Any
from uuid import uuid4

import typer

from runs_bindings.models.stream_mode import STREAM_MODE_VALUES, StreamMode

from ._exit import CommandError, note
from ._input import read_input, read_json_or_text, read_object

NEW_THREAD = "new"
DEFAULT_MODES: tuple[StreamMode, ...] = ("values", "messages-tuple", "custom", "tasks")
"""What the view of a terminal needs: the state, messages as they are typed, what nodes send, steps."""

JSON = "JSON|@FILE"


def _complete_mode(incomplete: str) -> list[str]:
    return sorted(mode for mode in STREAM_MODE_VALUES if mode.startswith(incomplete))


Modes = Annotated[
    list[str] | None,
    typer.Option(
        "--mode",
        "-m",
        metavar="MODE",
        autocompletion=_complete_mode,
        help=f"Which events the run produces, as values,updates.  [default: {','.join(DEFAULT_MODES)}]",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class NewRun:
    """A run that is to be started."""

    agent: Annotated[
        str, typer.Argument(metavar="AGENT", show_default=False, help="An assistant's id, or the name of a graph.")
    ]
    thread: Annotated[
        str | None,
        typer.Option(
            "--thread",
            "-t",
            metavar="ID",
            help="The thread to run on, or `new`; without it, the run has one of its own.",
        ),
    ] = None
    input: Annotated[
        str | None,
        typer.Option(
            "--input",
            "-i",
            metavar=f"{JSON}|-",
            help="The input. A dash is the standard input, which is also read without this option where it is a "
            "pipe or a file.",
        ),
    ] = None
    answer: Annotated[
        str | None,
        typer.Option(
            metavar=f"TEXT|{JSON}", help="Instead of an input: the answer to what the thread's last run asks."
        ),
    ] = None
    metadata: Annotated[str | None, typer.Option(metavar=JSON, help="Kept with the run.")] = None
    config: Annotated[
        str | None, typer.Option(metavar=JSON, help="Tags, recursion_limit and configurable of the run.")
    ] = None
    fields: Annotated[
        list[str],
        typer.Option(
            "--field",
            "-f",
            metavar=f"NAME=TEXT|{JSON}",
            help="Any other field of the request, as multitask_strategy=reject; may be repeated.",
            show_default=False,
        ),
    ] = field(default_factory=list)

    def thread_id(self) -> str | None:
        """The thread; a new one is told on the standard error."""
        if self.thread != NEW_THREAD:
            return self.thread
        thread_id = str(uuid4())
        note(f"thread {thread_id}")
        return thread_id

    def payload(self, operation: str, modes: list[str] | None = None) -> dict[str, Any]:
        """The fields of the body.

        Args:
            operation: `create`, `stream` or `wait`.
            modes: Which events the run produces.

        Raises:
            CommandError: An option holds no JSON, or a field is not known.
        """
        from runs_bindings.api import runs as operations

        known = getattr(operations, f"{operation}_{'stateless_' if self.thread is None else ''}run").BODY_FIELDS
        fields = checked_fields(dict(self._field(text) for text in self.fields), known - {"assistant_id"})
        payload: dict[str, Any] = {"stream_mode": _checked_modes(modes)}
        if self.answer is not None:
            if self.input is not None:
                raise CommandError("--answer goes on with a run that has its input: leave out --input")
            if self.thread in (None, NEW_THREAD):
                raise CommandError("--answer needs the --thread whose run asks")
            payload["command"] = {"resume": read_json_or_text("--answer", self.answer)}
        elif "command" not in fields and "input" not in fields:
            payload["input"] = read_input(self.input)
        if self.metadata is not None:
            payload["metadata"] = read_object("--metadata", self.metadata)
        if self.config is not None:
            payload["config"] = read_object("--config", self.config)
        if self.thread == NEW_THREAD:
            payload["if_not_exists"] = "create"
        if "on_disconnect" in known:
            payload["on_disconnect"] = "continue"  # Ctrl-C leaves the run going,
        if "on_completion" in known:
            payload["on_completion"] = "keep"  # and one can come back when it has ended
        return payload | fields

    @staticmethod
    def _field(text: str) -> tuple[str, Any]:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"--field {text!r} has no value; write {name}=VALUE")
        return name, read_json_or_text(f"--field {name}", value)


def _checked_modes(given: list[str] | None) -> Sequence[str]:
    modes = [mode.strip() for text in given or () for mode in text.split(",")]
    for mode in modes:
        if mode not in STREAM_MODE_VALUES:
            known = ", ".join(sorted(STREAM_MODE_VALUES))
            raise CommandError(f"--mode {mode!r} is not known; known are {known}")
    return modes or DEFAULT_MODES


def checked_fields(fields: Mapping[str, Any], known: Collection[str], where: str = "") -> dict[str, Any]:
    """The fields, if the contract knows them all.

    Raises:
        CommandError: One is not known; the message names the nearest one that is.
    """
    for name in fields:
        if name not in known:
            nearest = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are: {', '.join(sorted(known))}"
            raise CommandError(f"{where}unknown field {name!r}; {hint}")
    return dict(fields)
