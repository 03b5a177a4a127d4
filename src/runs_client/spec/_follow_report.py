"""What `make sync` prints: one report, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ._findings import Finding
from ._follow import Following
from ._project import CONTRACT
from ._surface import PythonChange


def report(following: Following) -> str:
    """What an upstream changed, what that changes in Python, and what a maintainer has to do."""
    return "\n".join(_lines(following))


def _lines(following: Following) -> Iterator[str]:
    yield f"# {following.source}, last looked at: {following.seen}"
    yield from _section("Changes of its API", map(_finding, following.api_changes))
    yield from _section("Changes of bindings generated from it", map(_python_change, following.python_changes))
    yield from _section(f"To do in {CONTRACT}", _to_do(following))
    known = len(following.drift.known)
    yield f"\n{known} other differences from our contract are known, each with its reason in openapi/differences/."


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    yield f"\n## {title}: {len(found) or 'none'}\n"
    yield from (f"- {line}" for line in found)


def _to_do(following: Following) -> Iterator[str]:
    name = f"{following.snapshot.stem}.yaml"
    for finding in following.drift.unknown:
        yield f"{_finding(finding)} Take it over, or give a reason in openapi/differences/{name}."
    for known in following.drift.stale:
        kinds = ", ".join(known.change)
        yield f"Remove from openapi/differences/: {known.reason!r} ({kinds}) explains nothing any more."
    for target in following.unused_corrections:
        yield f"Remove from openapi/overlays/{name}: {target} matches nothing any more."


def _finding(finding: Finding) -> str:
    return (
        f"**{finding.subject}** {finding.change}{_from_to(finding.before, finding.after)}"
        f" [{'breaking' if finding.breaking else 'safe'}] {finding.reason}"
        f" Operations: {', '.join(finding.operations)}. Members: {', '.join(finding.members) or 'none'}."
    )


def _python_change(change: PythonChange) -> str:
    places = ", ".join(f"`{place}`" for place in change.where)
    return f"{change.change}{_from_to(change.before, change.after)}{' [breaking]' if change.breaking else ''}: {places}"


def _from_to(before: object, after: object) -> str:
    if before is None:
        return f" `{after}`" if after is not None else ""
    return f" `{before}`" if after is None else f" `{before}` -> `{after}`"
