"""The reference leaves nothing out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import griffe
import pytest

import runs_client
import runs_client.testing
from runs_bindings import payloads
from tests.docs.pages import ROOT

PAGES = [path.read_text("utf-8") for path in sorted((ROOT / "docs" / "reference").glob("*.md"))]
DOCUMENTED = {name for page in PAGES for name in re.findall(r"^::: ([\w.]+)$", page, flags=re.MULTILINE)}
TWINS = {"SyncCompletedRuns", "SyncRunHandle"}
"""Their page says how they differ from those that are there."""


@pytest.mark.parametrize("package", [runs_client, runs_client.testing], ids=lambda package: package.__name__)
def test_each_public_name_is_there(package: object) -> None:
    names = {*vars(package)["__all__"]} - TWINS - {"UNSET", "Unset", "Run", "__version__"}
    assert {f"{vars(package)['__name__']}.{name}" for name in names} - DOCUMENTED == set()
    assert "runs_bindings.models.Run" in DOCUMENTED


def test_each_keyword_is_there() -> None:
    """Those of all runs are shown all together; the others are named one by one."""
    (page,) = [page for page in PAGES if page.startswith("# Keywords")]
    shown = payloads.RunOptionsPayload.__annotations__.keys() | {
        name for names in re.findall(r"members: \[(.*)\]", page) for name in names.split(", ")
    }
    for body in (payloads.ThreadRunOptionsPayload, payloads.StatelessRunOptionsPayload):
        assert body.__annotations__.keys() <= shown


def _functions(container: griffe.Module | griffe.Class) -> Iterator[griffe.Function]:
    for member in container.members.values():
        if isinstance(member, griffe.Function):
            yield member
        elif isinstance(member, (griffe.Class, griffe.Module)):
            yield from _functions(member)


def test_what_is_returned_is_not_taken_for_a_type() -> None:
    """What stands before a colon in the first line of `Returns` would be shown as one."""
    loader = griffe.GriffeLoader(search_paths=[ROOT / "src"])
    package = loader.load("runs_client")
    assert isinstance(package, griffe.Module)
    taken_for_types = [
        f"{function.path}: {item.annotation}"
        for function in _functions(package)
        if function.docstring is not None
        for section in function.docstring.parse("google", returns_named_value=False, returns_multiple_items=False)
        if isinstance(section, griffe.DocstringSectionReturns)
        for item in section.value
        if str(item.annotation) != str(function.returns)
    ]
    assert taken_for_types == []
