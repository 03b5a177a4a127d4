"""`python -m runs_client.spec generate|check`, for a checkout of this project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._bindings import GenerationError
from ._project import generate_project, stale_files


def main() -> int:
    """Generate, or say what is stale. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m runs_client.spec", description=__doc__)
    parser.add_argument("command", choices=("generate", "check"))
    parser.add_argument("--root", type=Path, default=Path(), help="the folder with pyproject.toml")
    arguments = parser.parse_args()
    try:
        if arguments.command == "generate":
            generate_project(arguments.root)
            return 0
        stale = stale_files(arguments.root)
    except GenerationError as error:
        print("Nothing was generated:", *error.problems, sep="\n  ", file=sys.stderr)
        return 1
    if stale:
        print("These files are not what `make generate` writes:", *stale, sep="\n  ", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
