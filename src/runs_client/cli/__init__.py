"""The command `runs-client`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command. It ends the process with one of the exit codes that its help lists."""
    try:
        from ._app import run
    except ModuleNotFoundError as error:
        advice = "pip install 'runs-client[cli]', or [spec] for `runs-client spec` alone"
        sys.stderr.write(f"runs-client: {error.name} is missing: {advice}\n")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(run())
