"""`runs-client spec`: follow the API of a server. The tools are in `runs_client.spec`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..spec._findings import Finding, Format, has_breaking

if TYPE_CHECKING:
    from ..spec._history import Change

# The tools are imported by the commands that need them, so that `--help` is quick.

BREAKING = 1
COULD_NOT_RUN = 2

app = typer.Typer(
    no_args_is_help=True,
    help="Pull, correct and compare the contracts of servers.\n\n"
    "A SOURCE is the URL of a server or of its document, a file, or a published version: langgraph-api==0.16.7.\n\n"
    "Exit codes: 0 nothing breaking, 1 something breaking, 2 could not run.",
)

Source = Annotated[str, typer.Argument(show_default=False, help="A URL, a file, or package==version.")]
FormatOption = Annotated[Format, typer.Option("--format", "-f", help="How to print what was found.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it, as JSON or YAML.")
]
Upstream = Annotated[
    str | None,
    typer.Option(metavar="NAME", show_default="told by the contract's title", help="Whose contract it is."),
]


@app.command()
def pull(source: Source, output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE")]) -> None:
    """Write the Runs part of a published contract, sorted and without words, so that two of them can be compared."""
    from ..spec._extract import extract_runs, write_document
    from ..spec._sources import load_document

    with _explained():
        write_document(extract_runs(load_document(source)), output)


@app.command()
def fix(
    file: Annotated[Path, typer.Argument(show_default=False, help="What `pull` wrote.")],
    overlay: Annotated[Path, typer.Option(metavar="FILE", help="An OpenAPI Overlay, or the name of a shipped one.")],
    output: Output = None,
) -> None:
    """Correct a contract with an overlay, so that a generator drops nothing. FILE itself is changed by default."""
    from ..spec._extract import extract_runs, write_document
    from ..spec._overlay import apply_overlay, read_overlay
    from ..spec._sources import load_document
    from ..spec._upstreams import known_upstreams

    with _explained():
        actions = read_overlay(known_upstreams().get(str(overlay), overlay))
        corrected, unused = apply_overlay(load_document(str(file)), actions)
        _warn_of(unused)
        write_document(extract_runs(corrected), output or file)


@app.command(name="diff")
def diff_(before: Source, after: Source, format: FormatOption = Format.TABLE) -> None:
    """Tell what changed from one contract to another, and whom it breaks."""
    from ..spec._diff import diff
    from ..spec._extract import extract_runs
    from ..spec._sources import load_document

    with _explained():
        findings = diff(*(extract_runs(load_document(source)) for source in (before, after)))
    _finish(findings, format)


@app.command()
def drift(source: Source, upstream: Upstream = None, format: FormatOption = Format.TABLE) -> None:
    """Tell where a server differs from the contract of this client, known differences left out."""
    from ..spec._drift import drift as compare
    from ..spec._upstreams import corrected, read_published, reasons_for, shipped_contract

    with _explained():
        published = read_published(source, upstream)
        document, unused = corrected(published.document, published.upstream)
        _warn_of(unused)
        found = compare(shipped_contract(), document, reasons_for(published.upstream))
    _finish(found.unknown, format)


@app.command()
def history(
    package: Annotated[str, typer.Argument(show_default=False, help="A package whose wheels carry a contract.")],
    first: Annotated[str | None, typer.Option("--from", metavar="VERSION", show_default="the oldest")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="VERSION", show_default="the newest")] = None,
    format: FormatOption = Format.TABLE,
) -> None:
    """Print the changelog of a published contract, version by version.

    Where both ends of a range are equal, nothing inside is looked at. What was read is kept, so that a second call
    goes on where the first one was interrupted.
    """
    from ..spec._history import changes, published_contract, versions_between
    from ..spec._wheels import published_versions

    with _explained():
        versions = versions_between(published_versions(package), first, last)
        found = []
        with _progress(f"versions of {package}", len(versions)) as passed:
            for change in changes(versions, published_contract(package), passed):
                found.append(change)
                _print_change(change, format)
        if not found and format is not Format.JSON:
            typer.echo("Nothing changed.")
    _exit_with([finding for change in found for finding in change.findings])


def _finish(findings: Sequence[Finding], format: Format) -> None:
    _print(findings, format)
    _exit_with(findings)


def _exit_with(findings: Sequence[Finding]) -> None:
    if has_breaking(findings):
        raise typer.Exit(BREAKING)


def _print(findings: Sequence[Finding], format: Format) -> None:
    from rich.console import Console

    from ..spec._report import print_findings

    print_findings(findings, format, Console())


def _print_change(change: Change, format: Format) -> None:
    if format is Format.JSON:
        _print_json(change)
        return
    title = f"{change.version}, after {change.previous}"
    typer.echo(f"## {title}\n" if format is Format.MARKDOWN else typer.style(title, bold=True))
    if change.appeared is not None:
        typer.echo("The contract is published for the first time." if change.appeared else "It carries no contract.")
    else:
        _print(change.findings, format)
    typer.echo()


def _print_json(change: Change) -> None:
    from ..spec._report import as_data

    entry = {
        "version": change.version,
        "previous": change.previous,
        "appeared": change.appeared,
        **as_data(change.findings),
    }
    typer.echo(json.dumps(entry, ensure_ascii=False))


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on the standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


@contextmanager
def _explained() -> Iterator[None]:
    """Say in one line why it could not be done."""
    from ..spec._contract import ContractError

    try:
        yield
    except ContractError as error:
        typer.echo(f"runs-client: {error}", err=True)
        raise typer.Exit(COULD_NOT_RUN) from error


def _warn_of(unused: Sequence[str]) -> None:
    for target in unused:
        typer.echo(f"runs-client: the overlay's target {target} matches nothing: the contract has changed", err=True)
