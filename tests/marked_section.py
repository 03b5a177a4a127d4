"""Writes what was measured into a document: between marks, of which the first also says who writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def write_section(document: Path, name: str, content: str) -> None:
    """Replace what stands between `<!-- name: written by ... -->` and `<!-- /name -->`.

    Raises:
        ValueError: The document has no such marks.
    """
    marks = re.compile(rf"(<!-- {name}: .*? -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    text, count = marks.subn(lambda found: f"{found[1]}\n{content}\n\n{found[2]}", document.read_text(encoding="utf-8"))
    if count != 1:
        raise ValueError(f"{document} must have the marks of the section {name!r} once, not {count} times")
    unfinished = document.with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(document)


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table, with the columns of numbers set to the right."""
    aligned = ["---:" if rows and isinstance(cell, int) else "---" for cell in (rows[0] if rows else head)]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, aligned, *rows))
