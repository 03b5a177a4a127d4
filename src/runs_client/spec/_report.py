"""Findings for people and programs: as a table for terminals, as JSON, as Markdown."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ._findings import Finding, Format, has_breaking

NOTHING = "Nothing changed."

_Row: TypeAlias = tuple[list[str], ...]  # a cell for each column, in lines

_COLUMNS = ("Change", "Where", "Before", "After", "Why", "Members")
_WIDE = 100  # columns of a terminal; in a narrower one the cells of a table would be too narrow to read


def print_findings(findings: Sequence[Finding], format: Format, console: Console) -> None:
    """Print findings in one of the formats.

    Args:
        findings: What `diff` found.
        format: How to print it.
        console: Where to print it.
    """
    if format is Format.TABLE:
        console.print(as_table(findings, console.width))
    elif format is Format.JSON:
        console.out(json.dumps(as_data(findings), ensure_ascii=False, default=str), highlight=False)
    else:
        console.out(as_markdown(findings), end="", highlight=False)


def as_data(findings: Iterable[Finding]) -> dict[str, Any]:
    """Findings as JSON has them.

    Returns:
        `breaking`, whether any of them breaks clients, and `findings`, a list of objects that have the attributes of
        `Finding`. New attributes may be added to them; none is renamed or removed.
    """
    found = list(findings)
    return {"breaking": has_breaking(found), "findings": [asdict(finding) for finding in found]}


def as_table(findings: Iterable[Finding], width: int) -> RenderableType:
    """Findings for a terminal: those that break clients first, the same change at several places as one.

    Args:
        findings: What `diff` found.
        width: Columns of the terminal. In a narrow one the cells of each row stand below one another.
    """
    parts: list[RenderableType] = []
    for title, style, rows in _sections(findings):
        parts.append(Text(title, style=f"bold {style}"))
        parts.append(_wide_table(rows, style) if width >= _WIDE else _narrow_table(rows, style))
    return Group(*parts) if parts else Text(NOTHING)


def as_markdown(findings: Iterable[Finding]) -> str:
    """Findings as tables of Markdown, as in a comment on a pull request."""
    text = ""
    for title, _, rows in _sections(findings):
        text += f"### {title}\n\n| {' | '.join(_COLUMNS)} |\n{'| --- ' * len(_COLUMNS)}|\n"
        for row in rows:
            text += f"| {' | '.join(map(_markdown, _COLUMNS, row))} |\n"
        text += "\n"
    return text.rstrip("\n") + "\n" if text else f"{NOTHING}\n"


def _sections(findings: Iterable[Finding]) -> Iterator[tuple[str, str, list[_Row]]]:
    """The breaking changes and the others, each with a title and a colour."""
    found = list(findings)
    for breaking, style, what in (
        (True, "red", "breaking change{}"),
        (False, "green", "change{} that break{} nothing"),
    ):
        chosen = [finding for finding in found if finding.breaking is breaking]
        if chosen:
            plural = ("s", "") if len(chosen) > 1 else ("", "s")
            yield f"{len(chosen)} {what.format(*plural)}", style, _rows(chosen)


def _rows(findings: Iterable[Finding]) -> list[_Row]:
    """The cells of each row, in lines. The same change of what has the same name is one row."""
    alike: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        name = re.split(r"[. ]", finding.subject)[-1].rstrip("[]*")
        alike[json.dumps([finding.change, name, finding.before, finding.after], default=str)].append(finding)
    return [_row(group) for group in alike.values()]


def _row(group: Sequence[Finding]) -> _Row:
    first = group[0]
    members = sorted({member for finding in group for member in finding.members})
    return (
        [first.change],
        _where(group),
        [_value(first.before)],
        [_value(first.after)],
        [first.reason],
        [", ".join(members)],
    )


def _where(group: Sequence[Finding]) -> list[str]:
    """The places of some findings, and the operations with the paths of each method together."""
    lines = []
    paths: dict[str, dict[str, None]] = defaultdict(dict)
    for finding in group:
        lines += [finding.pointer] if finding.subject == "operation" else [finding.subject, finding.pointer]
        for label in finding.operations:
            method, _, path = label.partition(" ")
            paths[method][path] = None
    return [*lines, *(f"{method} {', '.join(found)}" for method, found in paths.items())]


def _value(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _printable(line: str) -> str:
    """A line that cannot move the cursor: names and values come from whoever wrote the documents."""
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in line)


def _text(cell: Iterable[str], style: str = "") -> Text:
    return Text("\n".join(map(_printable, cell)), style=style)


def _wide_table(rows: Iterable[_Row], style: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, expand=True)
    table.add_column("Change", ratio=5, overflow="fold")
    table.add_column("Where", ratio=7, overflow="fold")
    table.add_column("Members", width=len("create_batch,"), overflow="fold")
    for change, where, before, after, why, members in rows:
        parts = [_text(change, f"bold {style}"), _text([_step(before[0], after[0])]), _text(why, "dim")]
        table.add_row(Text("\n").join(parts), _text(where), _text(members))
    return table


def _step(before: str, after: str) -> str:
    if not before or not after:
        return f"was {before}" if before else f"now {after}"
    return f"{before} -> {after}"


def _narrow_table(rows: Iterable[_Row], style: str) -> Group:
    """A block for each row, with the names of the columns at its left."""
    blocks: list[RenderableType] = []
    for row in rows:
        block = Table.grid(padding=(0, 1), expand=True)
        block.add_column(style="dim", no_wrap=True)
        block.add_column(overflow="fold", ratio=1)
        for name, cell in zip(_COLUMNS, row, strict=True):
            if any(cell):
                block.add_row(name, _text(cell, f"bold {style}" if name == "Change" else ""))
        blocks += [block, Text()]
    return Group(*blocks)


def _markdown(name: str, cell: Iterable[str]) -> str:
    """A cell. What the documents say is code, so that nothing in it is markup or calls for a person."""
    lines = [_printable(line) for line in cell if line]
    if name not in ("Why", "Members"):
        lines = [f"`` {line} ``" if "`" in line else f"`{line}`" for line in lines]
    return "<br>".join(lines).replace("|", "\\|")
