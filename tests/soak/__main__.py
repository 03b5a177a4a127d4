"""A soak against the embedded and the official server. The exit status is 1 if anything went wrong."""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.marked_section import write_section
from tests.servers.official_server import official_server
from tests.soak.servers import embedded_server
from tests.soak.soak import Report, soak
from tests.soak.tables import tables

SERVERS = {"embedded": embedded_server, "official": official_server}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--streams", type=int, default=300, help="how many at once (default: 300)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="draws what another soak has drawn")
    parser.add_argument("--document", type=Path, help="write the tables into its section `soak`")
    options = parser.parse_args()

    logging.getLogger("runs_client").setLevel(logging.ERROR)  # each reconnect is a warning
    sys.stderr.write(f"seed {options.seed}\n")
    with ExitStack() as stack:
        report = asyncio.run(
            soak(
                {name: stack.enter_context(start()) for name, start in SERVERS.items()},
                seconds=options.minutes * 60,
                streams=options.streams,
                seed=options.seed,
                on_round=tell,
            )
        )
    text = f"{options.minutes:g} minutes, {options.streams} streams at once, seed {options.seed}:\n\n{tables(report)}"
    sys.stdout.write(f"{text}\n")
    sys.stderr.writelines(f"wrong: {result}\n" for result in report.wrong)
    if options.document:
        write_section(options.document, "soak", text)
    sys.exit(bool(report.wrong or report.leaks))


def tell(report: Report) -> None:
    sys.stderr.write(f"{report.streams} streams, {len(report.wrong)} of them wrong; {report.after}\n")


if __name__ == "__main__":
    main()
