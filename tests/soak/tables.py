"""A report in Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, astuple, fields

from tests.marked_section import markdown_table
from tests.soak.resources import MEGABYTES_ALLOWED
from tests.soak.scripts import KINDS
from tests.soak.soak import Counts, Report


def tables(report: Report) -> str:
    """The streams, the faults, and what was left open."""
    return "\n\n".join([_streams(report.counts), _faults(report), _resources(report)])


def _streams(counts: Mapping[tuple[str, str], Counts]) -> str:
    columns = [field.name.replace("_", " ") for field in fields(Counts)]
    rows = [[*group, *astuple(some)] for group, some in sorted(counts.items())]
    totals = [sum(column) for column in zip(*(astuple(some) for some in counts.values()), strict=True)]
    return markdown_table(["server", "client", *columns], [*rows, ["all", "", *totals]])


def _faults(report: Report) -> str:
    rows = [[kind, report.injected[kind]] for kind in KINDS]
    return markdown_table(["fault", "met"], [*rows, ["all", sum(report.injected.values())]])


def _resources(report: Report) -> str:
    assert report.before
    assert report.after
    before, after = asdict(report.before), asdict(report.after)
    bounds = dict.fromkeys(before, "no more") | {"memory": f"{MEGABYTES_ALLOWED:.0f} MB more"}
    rows = [[name.replace("_", " "), round(before[name]), round(after[name]), bounds[name]] for name in before]
    rows.append(["connections of streams that had ended", 0, report.connections_left, "no more"])
    return markdown_table(["open", "after the first round", "at the end", "allowed"], rows)
