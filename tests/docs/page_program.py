"""Runs the Python blocks of a page, one after the other, and prints as JSON what each of them printed.

    python page_program.py URL PAGE < BLOCKS

Each block is a pair of its line on the page and its source. It may await at its top level, and finds a few names.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import io
import json
import sys
from contextlib import redirect_stdout
from typing import Any

import runs_client
from runs_client import RunsClient


async def run_blocks(url: str, page: str, blocks: list[tuple[int, str]]) -> list[str]:
    async with RunsClient(url) as runs:
        return [await run_block(runs, page, line, source) for line, source in blocks]


async def page_names(runs: RunsClient) -> dict[str, Any]:
    """What the code of a page may take for granted."""
    thread = await runs.request("POST", "/threads", json={})
    return {"__name__": "__main__", "url": runs.url, "runs": runs, "thread_id": thread["thread_id"]}


async def docstring_names(runs: RunsClient) -> dict[str, Any]:
    """What the code of a docstring may: handles too, and the package that it is in."""
    names = await page_names(runs)
    modes: list[Any] = ["values", "updates"]
    handles = [await runs.start(names["thread_id"], "agent", input={}, stream_mode=modes) for _ in range(2)]
    names |= {"handles": handles, "handle": handles[0], "run_id": handles[0].run_id, "thread_ids": [None, None]}
    return names | {name: getattr(runs_client, name) for name in runs_client.__all__}


async def run_block(runs: RunsClient, page: str, line: int, source: str) -> str:
    names = await (docstring_names(runs) if page.endswith(".py") else page_names(runs))
    # The empty lines let tracebacks name the lines of the page.
    program = compile("\n" * (line - 1) + source, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    with redirect_stdout(io.StringIO()) as printed:
        if program.co_flags & inspect.CO_COROUTINE:
            await eval(program, names)
        else:
            await asyncio.to_thread(eval, program, names)  # it may block, or begin a loop of its own
    return printed.getvalue()


if __name__ == "__main__":
    _, url, page = sys.argv
    print(json.dumps(asyncio.run(run_blocks(url, page, json.load(sys.stdin)))))  # noqa: T201
