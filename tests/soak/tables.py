"""A report in Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from tests.marked_section import markdown_table
from tests.soak.resources import MEGABYTES_ALLOWED
from tests.soak.scripts import KINDS
from tests.soak.soak import Report
from tests.soak.streams import Result


def tables(report: Report) -> str:
    """The streams, the faults, and what was left open."""
    return "\n\n".join([_streams(report.results), _faults(report), _resources(report)])


def _streams(results: Sequence[Result]) -> str:
    groups: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results:
        groups[result.script.server, result.script.client].append(result)
    columns = ["server", "client", "streams", "events", "reconnects", "lost", "doubled", "out of order", "errors"]
    rows = [[*group, *_counts(some)] for group, some in sorted(groups.items())]
    return markdown_table(columns, [*rows, ["all", "", *_counts(results)]])


def _counts(results: Sequence[Result]) -> list[int]:
    return [
        len(results),
        sum(result.events for result in results),
        sum(result.reconnects for result in results),
        sum(result.lost for result in results),
        sum(result.doubled for result in results),
        sum(result.is_out_of_order for result in results),
        sum(result.error is not None for result in results),
    ]


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
