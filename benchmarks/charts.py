"""Charts of the rates, for the documentation."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

import matplotlib.pyplot as plot  # type: ignore[import-not-found]

from benchmarks.throughput import Cell, Table

_SHOWN = {
    "sdk": "#9aa0a6",
    "sdk-js": "#c8ccd1",
    "ours-httpx": "#7fb3d5",
    "ours-aiohttp": "#1f618d",
    "bare-aiohttp": "#e5e7e9",
}


def draw(folder: Path, table: Table, labels: Mapping[str, str]) -> None:
    """Write `rates.svg` and `rates.png`: for each workload, each contender's rate as a multiple of langgraph-sdk's."""
    rows = [(name, cells) for name, cells in table.items() if "sdk" in cells and cells["sdk"].rate]
    figure, axes = plot.subplots(figsize=(9, 0.95 * len(rows) + 1.2))
    height = 0.8 / len(_SHOWN)
    for position, (name, colour) in enumerate(_SHOWN.items()):
        multiples = [_multiple(cells[name], cells["sdk"]) for _, cells in rows]
        places = [row + (position - len(_SHOWN) / 2 + 0.5) * height for row in range(len(rows))]
        bars = axes.barh(
            places, multiples, height, label=labels[name], color=colour, edgecolor="#5f6368", linewidth=0.4
        )
        axes.bar_label(
            bars, labels=[f"{multiple:.1f}x" if multiple else "" for multiple in multiples], padding=3, fontsize=7
        )
    axes.set_yticks(range(len(rows)), [name for name, _ in rows])
    axes.invert_yaxis()
    axes.set_xlabel("times the rate of langgraph-sdk")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", frameon=False)
    figure.tight_layout()
    for suffix in ("svg", "png"):
        figure.savefig(folder / f"rates.{suffix}", dpi=150, metadata={"Date": None} if suffix == "svg" else None)


def _multiple(cell: Cell, base: Cell) -> float:
    ratios = cell.ratios(base)
    return statistics.median(ratios) if ratios else 0.0
