"""`python -m runs_client.spec generate|check|sync`, for a checkout of this project."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ._bindings import GenerationError
from ._contract import ContractError
from ._project import generate_project, stale_files

UNSETTLED = 1
COULD_NOT_RUN = 2


def main() -> int:
    """Generate, say what is stale, or follow an upstream. Returns the exit code."""
    arguments = _parser().parse_args()
    try:
        if arguments.command == "generate":
            generate_project(arguments.root)
            return 0
        if arguments.command == "sync":
            return _sync(arguments.root, arguments.source, upstream=arguments.upstream, apply=arguments.apply)
        stale = stale_files(arguments.root)
    except GenerationError as error:
        print("Nothing was generated:", *error.problems, sep="\n  ", file=sys.stderr)
        return COULD_NOT_RUN if arguments.command == "sync" else 1
    except ContractError as error:
        print(error, file=sys.stderr)
        return COULD_NOT_RUN
    if stale:
        print("These files are not what `make generate` writes:", *stale, sep="\n  ", file=sys.stderr)
    return bool(stale)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m runs_client.spec", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the folder with pyproject.toml")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write all generated files anew")
    commands.add_parser("check", help="fail if a generated file is not what `generate` writes")
    sync = commands.add_parser(
        "sync",
        help="tell what an upstream changed, and what is to be done here; nothing is written without --apply",
        epilog="Exit codes: 0 nothing is left to do, 1 something is, 2 could not run.",
    )
    sync.add_argument("source", help="a server's URL, a file, or package==version")
    sync.add_argument("--upstream", help="whose contract it is (default: told by its title)")
    sync.add_argument("--apply", action="store_true", help="remember this state, so that the next call begins here")
    return parser


def _sync(root: Path, source: str, *, upstream: str | None, apply: bool) -> int:
    # These read the facade, which `generate` must be able to mend.
    from ._follow import accept, follow
    from ._follow_report import report

    following = follow(root, source, upstream)
    print(report(following))
    if apply:
        accept(root, following)
        print(f"\nWrote {following.snapshot}.")
    return 0 if following.is_settled else UNSETTLED


if __name__ == "__main__":
    sys.exit(main())
