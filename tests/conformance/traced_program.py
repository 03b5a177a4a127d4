"""Runs a program in this process, prints what it prints, and then the spans that it made as one line of JSON.

    python traced_program.py URL THREAD_ID < PROGRAM

The program finds the two as `url` and `thread_id`, and may await at its top level.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import sys
from collections.abc import Coroutine
from typing import Any, cast

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


def main() -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    _, url, thread_id = sys.argv
    program = compile(sys.stdin.read(), "program", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    running: object = eval(program, {"__name__": "program", "url": url, "thread_id": thread_id})
    if inspect.iscoroutine(running):
        asyncio.run(cast("Coroutine[Any, Any, None]", running))
    sys.stdout.write(json.dumps([json.loads(span.to_json()) for span in exporter.get_finished_spans()]))


if __name__ == "__main__":
    main()
