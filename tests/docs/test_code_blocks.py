"""Each code block of README, CONTRIBUTING and the handbook does what its page says. `pages.py` tells the rules."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import metadata
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, SHOWN, Block, blocks_of, is_as_shown

PROGRAM = Path(__file__).with_name("page_program.py")
PATIENCE = 60.0
"""Seconds after which a test gives up: far more than anything takes."""

ADDRESS = "http://localhost:2024"
ADDRESSES = re.compile(r"http://localhost:2024|https://agents\.example")
"""Where pages say that servers are."""

BLOCKS = [block for page in PAGES for block in blocks_of(page)]
TO_RUN = [block for block in BLOCKS if block.reason is None and block.includes is None]
TESTS = [
    block for block in TO_RUN if block.language == "python" and re.search(r"^(async )?def test_", block.source, re.M)
]
PROGRAMS = [block for block in TO_RUN if block.language == "python" and block not in TESTS]
COMMANDS = [block for block in TO_RUN if block.language in ("sh", "console")]

LOOKED_UP = re.compile(r"^(?:pip install|make) .*$", flags=re.MULTILINE)
"""Commands that would take too long, or more than a test should change."""


ANY_INPUT = 'input={"messages": "Hello"}'


def filled_in(source: str, url: str) -> str:
    """With the address of a server that is there, and an input where it stands for any."""
    return ADDRESSES.sub(url, source).replace("input=...", ANY_INPUT)


def pages_of(blocks: list[Block]) -> list[str]:
    return list(dict.fromkeys(block.page for block in blocks))


def run(
    *command: str, folder: Path, given: str = "", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, input=given, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


def check_output(block: Block, printed: str, shown: str | None) -> None:
    if shown is not None and not is_as_shown(printed, shown):
        pytest.fail(f"{block} shows:\n{shown}\nbut it prints:\n{printed}", pytrace=False)


@pytest.mark.parametrize("page", pages_of(PROGRAMS))
def test_programs(page: str, handbook_url: str, tmp_path: Path) -> None:
    blocks = [block for block in PROGRAMS if block.page == page]
    sources = json.dumps([(block.line, filled_in(block.source, handbook_url)) for block in blocks])
    done = run(sys.executable, "-W", "error", str(PROGRAM), handbook_url, page, folder=tmp_path, given=sources)
    assert done.returncode == 0, done.stderr
    for block, printed in zip(blocks, json.loads(done.stdout), strict=True):
        check_output(block, printed.replace(handbook_url, ADDRESS), block.output)


@pytest.mark.parametrize("page", pages_of(TESTS))
def test_tests(page: str, handbook_url: str, tmp_path: Path) -> None:
    for block in TESTS:
        if block.page == page:
            source = filled_in(block.source, handbook_url)
            (tmp_path / f"test_line_{block.line}.py").write_text(source, encoding="utf-8")
    done = run(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:schemathesis",
        "-p",
        "no:asyncio",
        "-p",
        "no:langsmith_plugin",
        folder=tmp_path,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", pages_of(COMMANDS))
def test_commands(page: str, handbook_url: str, tmp_path: Path) -> None:
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "RUNS_CLIENT_URL": handbook_url,
    }
    for block in [block for block in COMMANDS if block.page == page]:
        for command, shown in commands_of(block):
            script = ADDRESSES.sub(handbook_url, command)
            done = run("sh", "-e", "-c", script, folder=tmp_path, environment=environment)
            printed = (done.stdout + done.stderr).replace(handbook_url, ADDRESS)
            check_output(block, printed, shown)
            assert done.returncode == 0 or shown is not None, f"{block}: {command}: {printed}"


def commands_of(block: Block) -> list[tuple[str, str | None]]:
    """The commands to run, and what the page shows of each."""
    if block.language == "sh":
        script = LOOKED_UP.sub("", block.source).strip()
        return [(script, block.output)] if script else []
    _, *sessions = re.split(r"^\$ ", block.source, flags=re.MULTILINE)
    pairs = [session.partition("\n") for session in sessions]
    return [(command, shown) for command, _, shown in pairs]


@pytest.mark.parametrize("block", COMMANDS, ids=str)
def test_what_is_installed_and_made_is_there(block: Block) -> None:
    extras = metadata("runs-client").get_all("Provides-Extra") or []
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE)
    for command in LOOKED_UP.findall(block.source):
        asked = re.findall(r"runs-client\[([\w,]+)\]", command)
        assert {name for names in asked for name in names.split(",")} <= {*extras}
        if made := re.match(r"make ([\w-]+)", command):
            assert made[1] in targets


def test_languages_are_known() -> None:
    """A misspelt one would be a block that nobody runs."""
    assert {block.language for block in BLOCKS} <= {"python", "sh", "console", *SHOWN}


def test_what_is_included_is_there() -> None:
    """It is run by tests of its own."""
    for block in BLOCKS:
        if block.includes is not None:
            assert re.match(r"examples/\w+\.py$", block.includes)
            assert (ROOT / block.includes).exists()


def test_an_output_must_be_as_it_is_shown() -> None:
    assert is_as_shown("run 17 of 20: success\n", "run ... of ...: success")
    assert not is_as_shown("run 17 of 20: error\n", "run ... of ...: success")
    assert not is_as_shown("run 17\nrun 18\n", "run 17")
