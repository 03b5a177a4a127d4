"""Whether the public surface is the one that was reviewed."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.package.surface import SNAPSHOT, surface


def test_the_surface_is_the_one_that_was_reviewed() -> None:
    reviewed, now = SNAPSHOT.read_text(encoding="utf-8"), surface()
    if reviewed != now:
        change = "\n".join(unified_diff(reviewed.splitlines(), now.splitlines(), "reviewed", "now", n=0, lineterm=""))
        pytest.fail(f"`make surface` writes the new one, for the review:\n{change}", pytrace=False)
