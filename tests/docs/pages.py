"""The pages of the handbook, and the code blocks in them.

What becomes of a block is told by its language:

- `python` is run. A `text` block right after it is what it prints.
- `sh` and `console` are run by a shell. In `console`, a line after a `$` is a command, the others are what it prints.
  `pip install` and `make` are looked up instead: the extras and the targets must be there.
- Everything else is shown, not run. So is a block after a comment such as `<!-- not run: needs jq -->`.

In what is printed, `...` stands for anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
_PATTERNS = [
    "*.md",
    "docs/**/*.md",
    "src/runs_client/__init__.py",
    "src/runs_client/_async/*.py",
    "src/runs_client/_retry.py",
]
PAGES = {str(path.relative_to(ROOT)): path for pattern in _PATTERNS for path in sorted(ROOT.glob(pattern))}
"""All pages by their paths, and modules with docstrings that are shown in the reference."""

SHOWN = frozenset({"diff", "json", "text", "toml", "yaml"})
"""Languages of blocks that are no code to run."""

_BLOCK = re.compile(
    r"^(?:[ ]*<!-- not run: (?P<reason>.+?) -->\n)?"
    r"(?P<indent>[ ]*)```(?P<language>.*)\n(?P<source>(?:.*\n)*?)(?P=indent)```$"
    r"(?:\n\n(?P=indent)```text\n(?P<output>(?:.*\n)*?)(?P=indent)```$)?",
    flags=re.MULTILINE,
)
_INCLUDED = re.compile(r'^--8<-- "(?P<file>[^"]+)"$', flags=re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced code block.

    Attributes:
        line: Where its first line is on the page, counted from 1.
        language: What stands behind the fence.
        source: What stands between the fences.
        output: What the page says that it prints.
        reason: Why it is not run.
        includes: The file that is shown in it, by its path.
    """

    page: str
    line: int
    language: str
    source: str
    output: str | None
    reason: str | None
    includes: str | None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: str) -> list[Block]:
    """The code blocks of a page, in order."""
    text = PAGES[page].read_text("utf-8")
    return [
        Block(
            page,
            line=text.count("\n", 0, match.start("source")) + 1,
            language=match["language"],
            source=dedent(match["source"]),
            output=match["output"],
            reason=match["reason"],
            includes=included["file"] if (included := _INCLUDED.search(match["source"])) else None,
        )
        for match in _BLOCK.finditer(text)
    ]


def is_as_shown(printed: str, shown: str) -> bool:
    """Whether something was printed as a page shows it."""
    pattern = re.escape(shown.strip()).replace(re.escape("..."), ".*?")
    lines = [line.rstrip() for line in printed.strip().splitlines()]
    return re.fullmatch(pattern, "\n".join(lines), flags=re.DOTALL) is not None
