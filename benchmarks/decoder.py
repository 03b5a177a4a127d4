"""One large event in small pieces: what the decoder makes of it in time and memory. `make bench` runs it."""

from __future__ import annotations

import time
import tracemalloc

from runs_client._sse import EventStreamDecoder

SIZE = 64 * 1024 * 1024
ROUNDS = 5


def stream() -> bytes:
    return b'event: values\ndata: "' + b"x" * SIZE + b'"\n\n'


def decode(content: bytes, piece: int) -> None:
    decoder = EventStreamDecoder()
    view = memoryview(content)
    events = [
        event for start in range(0, len(content), piece) for event in decoder.feed(bytes(view[start : start + piece]))
    ]
    assert len(events) == 1
    assert len(events[0].data) == SIZE + 2


def seconds(content: bytes, piece: int) -> float:
    begin = time.perf_counter()
    decode(content, piece)
    return time.perf_counter() - begin


def peak(content: bytes, piece: int) -> int:
    tracemalloc.start()
    try:
        decode(content, piece)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def main() -> None:
    content = stream()
    small = min(seconds(content, 4 * 1024) for _ in range(ROUNDS))
    large = min(seconds(content, 1024 * 1024) for _ in range(ROUNDS))
    print(f"one event of 64 MB: {small:.3f} s in 4 KB pieces, {large:.3f} s in 1 MB pieces, ratio {small / large:.2f}")
    for piece in (4 * 1024, 1024 * 1024):
        print(f"peak memory in {piece // 1024} KB pieces: {peak(content, piece) / SIZE:.2f} x its size")


if __name__ == "__main__":
    main()
