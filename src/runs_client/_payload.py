"""Checks and completes what callers pass as keywords, against the names that the bindings know. No I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any


def checked_keywords(method: str, keywords: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Leave out what is `None`, which means "not given".

    Raises:
        TypeError: A keyword is not known; the message names the nearest one that is.
    """
    for name in keywords:
        if name not in known:
            raise TypeError(unknown_keyword(method, name, known))
    return {name: value for name, value in keywords.items() if value is not None}


def unknown_keyword(method: str, name: str, known: Collection[str]) -> str:
    """The sentence for a keyword that is not known."""
    nearest = get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are: {', '.join(sorted(known))}"
    return f"{method}() got an unexpected keyword argument {name!r}; {hint}"
