"""The command `runs-client`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command. It ends the process with one of the exit codes that its help lists."""
    try:
        from ._app import app
    except ModuleNotFoundError as error:
        sys.exit(
            f"runs-client needs {error.name}: pip install 'runs-client[cli]', or [spec] for `runs-client spec` alone"
        )
    app()
