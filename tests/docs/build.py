"""Builds the handbook, as `make docs` does: any warning, broken link or file of another host is an error.

    python tests/docs/build.py

It runs in the environment of the handbook's tools, `.venv-docs`.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[2]
SITE = ROOT / "build" / "site"

_NO_WARNING = re.compile(r"Build (started|finished)\b.*|No issues found|\s*")
_LOADED = {"img": "src", "script": "src", "source": "src", "iframe": "src", "link": "href"}
"""What a browser loads by itself."""
_NOT_LOADED = {"canonical", "next", "prev", "preconnect"}


class Page(HTMLParser):
    """The places in a page, and what it leads to.

    Attributes:
        anchors: Where links may lead to.
        links: Where links lead to.
        loaded: What a browser loads with it.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = {""}
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in _LOADED and _LOADED[tag] in given and given.get("rel") not in _NOT_LOADED:
            self.loaded.append(given[_LOADED[tag]])


def build() -> list[str]:
    """Build the site; give what was said beside the usual."""
    done = subprocess.run(
        [Path(sys.executable).with_name("zensical"), "build", "--clean"],
        cwd=ROOT,
        env={"NO_COLOR": "1", "PATH": str(Path(sys.executable).parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).splitlines()
    warnings = [line for line in said if not _NO_WARNING.fullmatch(line)]
    return warnings or ([f"zensical ended with {done.returncode}"] if done.returncode else [])


def broken_links(site: Path) -> Iterator[str]:
    """What is linked or loaded, and not there. Links to other hosts are not followed."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for address in [*page.links, *page.loaded]:
            link = urlsplit(address)
            if link.scheme or link.netloc:
                if address in page.loaded:
                    yield f"{path.relative_to(site)} loads {address}"
                continue
            folder = site if link.path.startswith("/") else path.parent
            target = (folder / unquote(link.path).lstrip("/")).resolve() if link.path else path
            if target.is_dir():
                target /= "index.html"
            if not target.is_relative_to(site) or not target.exists():
                yield f"{path.relative_to(site)} leads to {address}, which is not there"
            elif target in pages and unquote(link.fragment) not in pages[target].anchors:
                yield f"{path.relative_to(site)} leads to {address}, which has no such place"


def main() -> int:
    problems = build() or [*broken_links(SITE)]
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        sys.stdout.write(f"built {SITE.relative_to(ROOT)}/index.html\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
