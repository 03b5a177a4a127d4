"""Findings as people and programs get them."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, fields
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from runs_client.spec._diff import diff
from runs_client.spec._findings import Finding, Format
from runs_client.spec._report import as_markdown, print_findings

from .changes import GOT, SENT, STRING, base, both, drop, put

REMOVED = Finding(
    operations=("POST /things", "GET /things/{thing_id}"),
    pointer="/components/schemas/Thing/properties/stream_mode/items",
    change="response-enum-value-removed",
    before="low",
    after=None,
    breaking=False,
    reason="One value less can come.",
    members=("create", "stream"),
    subject="Thing.stream_mode[]",
)
CHANGED = Finding(
    operations=("POST /things",),
    pointer="/paths/~1things/post/parameters/0",
    change="request-default-changed",
    before={"a": [1]},
    after=True,
    breaking=True,
    reason="Calls that leave it out mean something else.",
    members=("create",),
    subject="query parameter mode",
)
SAME_ELSEWHERE = Finding(
    **{**asdict(REMOVED), "subject": "Other.stream_mode[]", "pointer": "/other", "operations": ("GET /others",)}
)
FINDINGS = [REMOVED, CHANGED, SAME_ELSEWHERE]


def printed(findings: list[Finding], format: Format, width: int = 120, *, colours: bool = False) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=colours, color_system="standard" if colours else None)
    print_findings(findings, format, console)
    return file.getvalue()


def told(finding: Finding) -> list[str]:
    """What a report must tell of a finding."""
    values = [
        value if isinstance(value, str) else json.dumps(value) for value in (finding.before, finding.after) if value
    ]
    paths = [path for label in finding.operations for path in label.split()]
    return [finding.change, finding.subject, finding.pointer, finding.reason, *values, *paths, *finding.members]


@pytest.mark.parametrize("width", [30, 40, 60, 80, 99, 100, 120, 200])
def test_a_table_tells_everything_at_any_width(width: int) -> None:
    text = printed(FINDINGS, Format.TABLE, width)
    assert max(map(len, text.splitlines())) <= width
    columns = [] if width < 100 else ["Change", "Where", "Members"]
    assert all(name in text for name in columns)
    if width == 200:
        for finding in FINDINGS:
            assert [part for part in told(finding) if part not in text] == []


@pytest.mark.parametrize("width", [30, 40, 60, 80, 99])
def test_a_narrow_table_breaks_lines_and_loses_nothing(width: int) -> None:
    lines = printed(FINDINGS, Format.TABLE, width).splitlines()
    text = "".join("".join(line[8:].split()) for line in lines)
    for finding in FINDINGS:
        assert [part for part in told(finding) if "".join(part.split()) not in text] == []


def test_what_breaks_comes_first() -> None:
    for format in (Format.TABLE, Format.MARKDOWN):
        text = printed(FINDINGS, format)
        places = [
            text.index(part)
            for part in ("1 breaking change\n", CHANGED.change, "2 changes that break nothing\n", REMOVED.change)
        ]
        assert places == sorted(places)


def test_the_same_change_at_several_places_is_one_row() -> None:
    for format in (Format.TABLE, Format.MARKDOWN):
        text = printed(FINDINGS, format)
        assert text.count(REMOVED.change) == 1
        assert REMOVED.subject in text
        assert SAME_ELSEWHERE.subject in text
    assert len(json.loads(printed(FINDINGS, Format.JSON))["findings"]) == 3


def test_colours_tell_what_breaks() -> None:
    text = printed(FINDINGS, Format.TABLE, colours=True)
    assert f"\x1b[1;31m{CHANGED.change}" in text
    assert f"\x1b[1;32m{REMOVED.change}" in text
    assert "\x1b" not in printed(FINDINGS, Format.TABLE)


def test_json_has_every_attribute_in_one_line() -> None:
    text = printed(FINDINGS, Format.JSON, width=20)
    assert text.count("\n") == 1
    data = json.loads(text)
    assert data["breaking"] is True
    assert data["findings"] == json.loads(json.dumps([asdict(finding) for finding in FINDINGS]))
    assert list(data["findings"][0]) == [field.name for field in fields(Finding)]
    assert json.loads(printed([REMOVED], Format.JSON))["breaking"] is False


def cells(markdown: str) -> list[list[str]]:
    """The cells of the tables, as a reader sees them."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows and token.level > 2:
            rows[-1].append("".join(child.content for child in token.children or []))
    return rows


def test_markdown_is_a_table_for_each_class() -> None:
    head, breaking, second_head, safe = cells(as_markdown(FINDINGS))
    assert head == second_head == ["Change", "Where", "Before", "After", "Why", "Members"]
    assert breaking == [
        CHANGED.change,
        f"{CHANGED.subject}<br>{CHANGED.pointer}<br>POST /things",
        '{"a": [1]}',
        "true",
        CHANGED.reason,
        "create",
    ]
    assert safe[2:] == ["low", "", REMOVED.reason, "create, stream"]


NASTY = "a | `b` <script> [red]x[/red] @team \x1b[2J\u202e\n| c"


@pytest.mark.parametrize("place", ["subject", "pointer", "before", "after"])
def test_what_documents_say_is_text_and_nothing_else(place: str) -> None:
    finding = Finding(**{**asdict(CHANGED), place: NASTY})
    as_text = "a | `b` <script> [red]x[/red] @team \\x1b[2J\\u202e\\n| c"
    row = cells(as_markdown([finding]))[1]
    assert len(row) == 6
    assert as_text in "\n".join(row)
    assert as_text in printed([finding], Format.TABLE, width=400)
    assert NASTY in str(json.loads(printed([finding], Format.JSON))["findings"][0][place])


def test_nothing_found_is_said() -> None:
    assert printed([], Format.TABLE) == printed([], Format.MARKDOWN) == "Nothing changed.\n"
    assert json.loads(printed([], Format.JSON)) == {"breaking": False, "findings": []}


def test_a_real_comparison() -> None:
    after = base()
    both(put(f"{SENT}/color", STRING), drop(f"{GOT}/code"))(after)
    data: Any = json.loads(printed(diff(base(), after), Format.JSON))
    assert [(item["change"], item["subject"], item["breaking"]) for item in data["findings"]] == [
        ("request-property-added", "Create.color", False),
        ("response-property-removed", "Thing.code", True),
    ]
