"""The rules of the WHATWG event-stream format, one by one, and chunks of any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runs_client import EventDecodeError
from runs_client._sse import EventStreamDecoder


def decode(*chunks: bytes) -> list[tuple[str, bytes, str | None]]:
    decoder = EventStreamDecoder()
    return [(event.event, event.data, event.id) for chunk in chunks for event in decoder.feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        pytest.param(b"data: a\n\n", [("message", b"a", None)], id="a name is not needed"),
        pytest.param(b"event: x\ndata: a\n\n", [("x", b"a", None)], id="LF"),
        pytest.param(b"event: x\r\ndata: a\r\n\r\n", [("x", b"a", None)], id="CRLF"),
        pytest.param(b"event: x\rdata: a\r\r", [("x", b"a", None)], id="CR"),
        pytest.param(b"event: x\rdata: a\n\r\n", [("x", b"a", None)], id="mixed line ends"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [("message", b"a", None)], id="a BOM is dropped"),
        pytest.param(b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("message", b"a", None)], id="a second BOM is not"),
        pytest.param(b"data: a\ndata: b\n\n", [("message", b"a\nb", None)], id="data lines are joined"),
        pytest.param(b"data\ndata\n\n", [("message", b"\n", None)], id="data without a colon"),
        pytest.param(b"data:a\n\n", [("message", b"a", None)], id="no space after the colon"),
        pytest.param(b"data:  a\n\n", [("message", b" a", None)], id="only one space is dropped"),
        pytest.param(b"data: a: b\n\n", [("message", b"a: b", None)], id="the first colon counts"),
        pytest.param(b": heartbeat\n\ndata: a\n\n", [("message", b"a", None)], id="comments"),
        pytest.param(b"event: x\n\ndata: a\n\n", [("message", b"a", None)], id="an event without data is dropped"),
        pytest.param(b"id: 1\ndata: a\n\ndata: b\n\n", [("message", b"a", "1"), ("message", b"b", "1")], id="id stays"),
        pytest.param(b"data: a\nid: 1\n\n", [("message", b"a", "1")], id="id after data"),
        pytest.param(b"id: 1\n\ndata: a\n\n", [("message", b"a", "1")], id="id of an event without data"),
        pytest.param(b"id: 1\ndata: a\n\nid\ndata: b\n\n", [("message", b"a", "1"), ("message", b"b", "")], id="no id"),
        pytest.param(b"id: 1\x002\ndata: a\n\n", [("message", b"a", None)], id="an id with NUL is ignored"),
        pytest.param(b"Data: a\nfoo: b\nfoo\n\n", [], id="other names are ignored"),
        pytest.param(b"data: a\n", [], id="an unfinished event is dropped"),
        pytest.param(b"data: a", [], id="an unfinished line is dropped"),
        pytest.param(
            b"id: 1\ndata: a\n\nid:2\ndata: b\n\nid: 1\ndata: c\n\n",
            [("message", b"a", "1"), ("message", b"b", "2"), ("message", b"c", "1")],
            id="an id that comes back",
        ),
        pytest.param(
            b"event: x\ndata: a\n\ndata: b\n\nevent: x\nevent: y\ndata: c\n\nevent: x\ndata: d\n\n",
            [("x", b"a", None), ("message", b"b", None), ("y", b"c", None), ("x", b"d", None)],
            id="a name that comes back",
        ),
        pytest.param(b"event: x\nevent: \ndata: a\n\n", [("message", b"a", None)], id="an empty name"),
        pytest.param(b"event:x\ndata:a\ndata: b\n\n", [("x", b"a\nb", None)], id="both ways of writing"),
        pytest.param("event: é\ndata: ü\n\n".encode(), [("é", "ü".encode(), None)], id="UTF-8"),
    ],
)
def test_rules(stream: bytes, events: list[tuple[str, bytes, str | None]]) -> None:
    assert decode(stream) == events
    assert decode(*(stream[i : i + 1] for i in range(len(stream)))) == events


LINES = st.sampled_from(
    [
        b"data: a",
        b"data",
        b"data:",
        b"event: x",
        b"event:y",
        b"event",
        b"id: 1",
        b"id:2",
        b"id",
        b"id: \x00",
        b": c",
        b"retry: 5",
        b"",
        b"",
    ]
)
STREAMS = st.lists(st.tuples(LINES, st.sampled_from([b"\n", b"\r", b"\r\n"]))).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


@given(STREAMS, st.lists(st.integers(min_value=0, max_value=200)))
def test_chunks_do_not_matter(stream: bytes, cuts: list[int]) -> None:
    ends = sorted({min(cut, len(stream)) for cut in cuts} | {len(stream)})
    chunks = [stream[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert decode(*chunks) == decode(stream)


def test_what_the_decoder_remembers() -> None:
    decoder = EventStreamDecoder()
    assert list(decoder.feed(b": one\n: two\nretry: 250\nretry: soon\nid: 7\n\n")) == []
    assert (decoder.comments, decoder.retry, decoder.last_event_id) == (2, 250, "7")


def test_an_unfinished_event_does_not_change_the_last_event_id() -> None:
    decoder = EventStreamDecoder()
    list(decoder.feed(b"id: 1\ndata: a\n\nid: 2\ndata: b\n"))
    assert decoder.last_event_id == "1"


def test_an_endless_retry_is_no_problem() -> None:
    decoder = EventStreamDecoder()
    list(decoder.feed(b"retry: " + b"9" * 10_000 + b"\n\n"))
    assert decoder.retry is not None


@pytest.mark.parametrize("stream", [b"data: 123456\n\n", b"data: 1234567", b"data: 123\ndata: 456\n\n", b"x" * 20])
def test_an_event_that_is_too_large(stream: bytes) -> None:
    decoder = EventStreamDecoder(max_event_size=5)
    with pytest.raises(EventDecodeError, match="larger than 5 bytes"):
        list(decoder.feed(stream))


def test_an_event_that_is_too_large_is_named() -> None:
    with pytest.raises(EventDecodeError) as caught:
        list(EventStreamDecoder(max_event_size=10).feed(b"event: x\nid: 1\ndata: 12345678901\n\n"))
    assert (caught.value.event, caught.value.event_id, caught.value.excerpt) == ("x", "1", "12345678901")


def test_the_events_before_a_broken_one_are_given_first() -> None:
    decoder = EventStreamDecoder(max_event_size=5)
    events = decoder.feed(b"data: ok\n\ndata: too large\n\n")
    assert next(events).data == b"ok"
    with pytest.raises(EventDecodeError):
        next(events)


@pytest.mark.parametrize("line", [b"event: \xff", b"id: \xff"])
def test_a_name_or_id_that_is_not_utf8(line: bytes) -> None:
    with pytest.raises(EventDecodeError, match="not UTF-8"):
        decode(line + b"\ndata: a\n\n")
