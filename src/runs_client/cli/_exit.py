"""How a command ends: its exit codes, and the one line that says what went wrong."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from ._printable import one_line

if TYPE_CHECKING:
    from .._errors import RunsClientError

RUN_FAILED = 1
USAGE = 2
CONNECTION = 3
INTERRUPTED = 130

_OF_KEYS = "set LANGGRAPH_API_KEY or give --api-key-file"

EXIT_CODES = """\b
Exit codes:
  0    success
  1    the run failed
  2    the command line, its input or a file cannot be used
  3    no answer, or the server refused
  130  interrupted by Ctrl-C (143: by SIGTERM); the run goes on
"""


class CommandError(Exception):
    """Ends the command with a line on the standard error."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


def note(message: str) -> None:
    """Tell something on the standard error, in one line."""
    with suppress(OSError):  # nobody reads it any more
        # Not by typer, which would write past what puts it above a bar.
        sys.stderr.write(f"runs-client: {one_line(message)}\n")
        sys.stderr.flush()


def explained(error: RunsClientError) -> CommandError:
    """An error of the client, with the exit code that belongs to it and advice for the command line."""
    from .. import _errors as errors

    if isinstance(error, errors.RunFailedError):
        return CommandError(error.message, RUN_FAILED)
    if isinstance(error, errors.InvalidRequestError):
        return CommandError(error.message, USAGE)
    message = error.message.partition("; join_stream(")[0]  # which is advice for programs
    if isinstance(error, errors.AuthenticationError):
        message = f"the server refused the API key: {error.detail}; {_OF_KEYS}"
    elif isinstance(error, errors.PermissionDeniedError):  # some servers say so of a key that they do not know
        message = f"{message}; is it the right API key? {_OF_KEYS}"
    elif isinstance(error, errors.APIConnectionError) and not error.request_sent:
        message = f"{message}; is the server running there? --url or RUNS_CLIENT_URL name another"
    return CommandError(message, CONNECTION)
