"""`make bench`: this library beside its peers and the bare loops that it stands on.

Prints tables, and writes `docs/performance/bench.json` and the charts beside it.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import charts, footprint
from benchmarks.processes import HERE
from benchmarks.throughput import Cell, Table, measure
from benchmarks.workloads import WORKLOADS

CONTENDERS = {
    "sdk": "langgraph-sdk",
    "sdk-sync": "langgraph-sdk, sync",
    "sdk-js": "JS SDK",
    "ours-aiohttp": "aiohttp",
    "ours-aiohttp-uvloop": "aiohttp, uvloop",
    "ours-httpx": "httpx async",
    "ours-sync": "sync",
    "bare-aiohttp": "bare aiohttp",
    "bare-httpx": "bare httpx",
}
_PEERS = {"ours-sync": "sdk-sync"}  # all others are compared with `sdk`
_MEASURED_WITH = ("langgraph-sdk", "aiohttp", "httpx", "orjson", "uvloop")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", help="the numbers of the workloads to run, with commas; nothing is written then")
    parser.add_argument("--output", type=Path, default=HERE.parent / "docs" / "performance")
    options = parser.parse_args()

    names = [name for name in CONTENDERS if name != "sdk-js" or shutil.which("node")]
    if options.only:
        workloads = [WORKLOADS[int(number)] for number in options.only.split(",")]
        print(rates(measure(names, workloads, options.rounds), names))
        return
    table = measure(names, WORKLOADS, options.rounds)
    weights = {
        "imports": footprint.imports(2 * options.rounds + 1),
        "open streams": footprint.open_streams(),
        "first event": footprint.first_events(),
        "long stream": footprint.long_stream(),
        "installed": footprint.installed(),
    }
    report = "\n\n".join([rates(table, names), *(section(name, rows) for name, rows in weights.items())])
    print(report)
    write(options.output, table, weights, report, options.rounds)


def rates(table: Table, names: list[str]) -> str:
    """A table of rates, and of their ratios to the peer in the same run."""
    rows = [["", *(CONTENDERS[name] for name in names)]]
    for workload, cells in table.items():
        row = [workload]
        for name in names:
            cell = cells.get(name)
            if cell is None:
                row.append("-")
            elif cell.rate is None:
                row.append("fails: " + cell.errors[0].partition(":")[0])
            else:
                ratios = ratios_to_peer(cells, name)
                row.append(f"{cell.rate:,.0f}" + (f" ({statistics.median(ratios):.2f}x)" if ratios else ""))
        rows.append(row)
    return markdown(rows)


def ratios_to_peer(cells: Mapping[str, Cell], name: str) -> list[float]:
    base = cells.get(_PEERS.get(name, "sdk"))
    return [] if base is None else cells[name].ratios(base)


def spread(ratios: list[float]) -> dict[str, float]:
    return {"median": statistics.median(ratios), "min": min(ratios), "max": max(ratios)}


def section(name: str, found: dict[str, dict[str, float]]) -> str:
    columns = list(dict.fromkeys(column for values in found.values() for column in values))
    rows = [[name, *columns]]
    rows += [[row, *(f"{values[column]:,.1f}" if column in values else "-" for column in columns)]
             for row, values in found.items()]  # fmt: skip
    return markdown(rows)


def markdown(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def write(folder: Path, table: Table, weights: dict[str, Any], report: str, rounds: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    versions = {name: version(name) for name in _MEASURED_WITH} | {"Python": platform.python_version()}
    found = {
        "rounds": rounds,
        "versions": versions,
        "rates": {
            workload: {name: cell.rates or cell.errors for name, cell in cells.items()}
            for workload, cells in table.items()
        },
        "ratios": {
            workload: {name: spread(ratios) for name in cells if (ratios := ratios_to_peer(cells, name))}
            for workload, cells in table.items()
        },
        **weights,
    }
    (folder / "bench.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    measured_with = ", ".join(f"{name} {number}" for name, number in versions.items())
    (folder / "bench.md").write_text(
        f"Made by `make bench` in {rounds} rounds, with {measured_with}. Rates are medians a second; in brackets "
        f"is the median of the rounds' ratios to langgraph-sdk, for the sync client to its sync twin.\n\n{report}\n",
        encoding="utf-8",
    )
    charts.draw(folder, table, CONTENDERS)
    print(f"\nwritten to {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
