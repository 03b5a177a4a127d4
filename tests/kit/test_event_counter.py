"""Where the events of a stream end, however its bytes are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs_client.testing import CleanEnd, Fin, Reset, Stall
from runs_client.testing._event_counter import EventCounter
from runs_client.testing._faults import Piece

EVENTS = ["event: values\ndata: {}\n\n", "data: 1\ndata: 2\nid: 7\n\n", "id: 8\n\n", ": note\ndata: 3\n\n"]
NO_EVENTS = ["", ": heartbeat\n\n", "\n", ":\n\n\n"]


@given(
    blocks=st.lists(st.sampled_from(EVENTS + NO_EVENTS), max_size=8),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    limit=st.integers(1, 4),
    size=st.integers(1, 9),
)
def test_it_stops_behind_the_event(blocks: list[str], line_end: str, limit: int, size: int) -> None:
    ends = [number for number, block in enumerate(blocks, 1) if block in EVENTS]
    wanted = "".join(blocks[: ends[limit - 1]] if len(ends) >= limit else blocks).replace("\n", line_end).encode()
    stream = "".join(blocks).replace("\n", line_end).encode()

    counter, taken = EventCounter(), b""
    for start in range(0, len(stream), size):
        piece = stream[start : start + size]
        taken += piece[: counter.feed(piece, limit=limit)]
        if counter.count == limit:
            break
    # A CRLF that is cut in two ends the event with its first half.
    assert taken in (wanted, wanted.removesuffix(b"\n") if line_end == "\r\n" else wanted)
    assert counter.count == min(limit, len(ends))


@pytest.mark.parametrize("fault", [Reset, Fin, Stall, CleanEnd])
def test_a_cut_within_what_came_at_once(fault: type[Reset | Fin | Stall | CleanEnd]) -> None:
    body = iter([Piece(b": heartbeat\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n"), Piece(b"data: 4\n\n")])
    sent = b"".join(fault(after_events=2).shape_body(body))
    assert b"data: 2\n\n" in sent
    assert b"data: 3" not in sent
