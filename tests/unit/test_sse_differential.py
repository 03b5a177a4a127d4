"""The decoder against httpx-sse, over random streams in random chunks. `make fuzz` runs many more of them.

Where the two differ, the WHATWG text decides, and the comparison makes up for it:

- "If the data buffer is an empty string, [...] return": a block without data lines is no event; httpx-sse gives one.
- "strip [one leading byte order mark]": httpx-sse leaves it to its caller.
"""

from __future__ import annotations

import codecs
import os
import random

from httpx_sse._decoders import SSEDecoder, SSELineDecoder

from runs_client._sse import EventStreamDecoder

CASES = int(os.environ.get("FUZZ_CASES", "2000"))
BOM = "\ufeff"
NAMES = ["data", "event", "id", "retry", "Data", "datum", "", "ü", " data"]
VALUES = ["", " ", "a", " a", "  a", "a: b", ":", "ü", "€", "7", "-1", "\0", "1\x002", "{}", "\u2028", "\x0b", "\x85"]
ENDS = ["\n", "\r", "\r\n"]

Event = tuple[str, str, str]


def random_stream(source: random.Random) -> str:
    lines = []
    for _ in range(source.randrange(12)):
        kind = source.random()
        if kind < 0.3:
            line = ""
        elif kind < 0.4:
            line = ":" + source.choice(VALUES)
        elif kind < 0.5:
            line = source.choice(NAMES)
        else:
            line = f"{source.choice(NAMES)}:{source.choice(VALUES)}"
        lines.append(line + source.choice(ENDS))
    return source.choice(["", "", BOM]) + "".join(lines) + source.choice(["", "data: unfinished"])


def random_chunks(source: random.Random, content: bytes) -> list[bytes]:
    cuts = sorted(source.randrange(len(content) + 1) for _ in range(source.randrange(8)))
    return [content[start:end] for start, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]


def events_of_ours(chunks: list[bytes]) -> list[Event]:
    decoder = EventStreamDecoder()
    return [(event.event, event.data.decode(), event.id or "") for chunk in chunks for event in decoder.feed(chunk)]


def events_of_httpx_sse(chunks: list[bytes]) -> list[Event]:
    to_text, to_lines, decoder = codecs.getincrementaldecoder("utf-8")(), SSELineDecoder(), SSEDecoder()
    texts = [to_text.decode(chunk) for chunk in chunks]
    lines = [line for text in texts if text for line in to_lines.decode(text)] + to_lines.flush()
    events, has_data = [], False
    for number, line in enumerate(lines):
        event = decoder.decode(line.removeprefix(BOM) if number == 0 else line)
        if event is not None and has_data:
            events.append((event.event or "message", event.data, event.id))
        has_data = bool(line) and (
            has_data or line.removeprefix(BOM if number == 0 else "").partition(":")[0] == "data"
        )
    return events


def test_both_decoders_agree() -> None:
    source = random.Random(os.environ.get("FUZZ_SEED", "1"))
    for _ in range(CASES):
        chunks = random_chunks(source, random_stream(source).encode())
        assert events_of_ours(chunks) == events_of_httpx_sse(chunks), chunks
