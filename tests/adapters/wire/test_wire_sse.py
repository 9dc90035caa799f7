"""Events come out the same however the stream was chunked, and no byte is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import ProtocolBroken
from adapters.wire.sse import Event, Framer, encode, reframe

LINE = st.sampled_from(
    [
        b"data: a",
        b"data:b",
        b"data:  c",
        b"data",
        b"event: x",
        b": note",
        b"",
        b"id: 1",
        b"retry:3",
        b"odd",
        b"data: \xc3\xa9:",
    ]
)
END = st.sampled_from([b"\n", b"\r", b"\r\n"])
STREAM = st.lists(st.tuples(LINE, END), max_size=15).map(lambda lines: b"".join(a + b for a, b in lines))


def _frame(chunks: list[bytes]) -> tuple[list[Event], bytes]:
    framer = Framer()
    events = [event for chunk in chunks for event in framer.feed(chunk)]
    return events + framer.end(), framer.rest()


def _plainly(stream: bytes) -> list[tuple[str, bytes]]:
    """Events that have data, read line by line: the specification spelt out."""
    found, event, data = [], "", []
    lines = stream.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for line in lines[:-1]:
        if not line:
            found += [(event, b"\n".join(data))] if data else []
            event, data = "", []
        elif line.partition(b":")[0] == b"data":
            data.append(line.partition(b":")[2].removeprefix(b" "))
        elif line.startswith(b"event: "):
            event = line[7:].decode()
    return found


@given(STREAM, st.data())
def test_chunking_makes_no_difference(stream, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole = _frame([stream])
    assert _frame(chunks) == whole
    assert _frame([stream[i : i + 1] for i in range(len(stream))]) == whole
    events, rest = whole
    assert b"".join(event.raw for event in events) + rest == stream


@given(STREAM)
def test_events_are_those_of_the_specification(stream):
    events, _ = _frame([stream])
    with_data = [(event.event, event.data) for event in events if b"data" in event.raw]
    assert with_data == _plainly(stream)


def test_comments_are_events_without_data():
    assert _frame([b": ping\n\ndata: 1\n\n"]) == ([Event(b": ping\n\n", "", b""), Event(b"data: 1\n\n", "", b"1")], b"")


def test_a_byte_order_mark_hides_nothing():
    events, _ = _frame([b"\xef\xbb", b"\xbfdata: 1\n\n"])
    assert events[0].data == b"1"
    assert events[0].raw == b"\xef\xbb\xbfdata: 1\n\n"


def test_what_is_unfinished_remains():
    assert _frame([b"data: 1\n\ndata: 2\n"])[1] == b"data: 2\n"


def test_an_event_too_large_is_refused():
    framer = Framer(max_event=100)
    with pytest.raises(ProtocolBroken):
        for _ in range(20):
            framer.feed(b"data: 12")


@given(st.none() | st.just("done"), st.lists(st.sampled_from([b"a", b"", b"b c"]), min_size=1).map(b"\n".join))
def test_encoded_events_read_back(event, data):
    (read,), rest = _frame([encode(event, data)])
    assert (read.event, read.data, rest) == (event or "", data, b"")


@pytest.mark.parametrize(
    ("raw", "new", "expected"),
    [
        (b"data: {}\n\n", b"[1]", b"data: [1]\n\n"),
        (b"event: x\r\ndata:{}\r\nid: 1\r\n\r\n", b"[1]", b"event: x\r\ndata:[1]\r\nid: 1\r\n\r\n"),
        (b"id: {}\rdata: {}\r\r", b"[1]", b"id: {}\rdata: [1]\r\r"),
        (b"data: {\n: note\ndata: }\n\n", b"{\n1}", b"data: {\ndata: 1}\n: note\n\n"),
    ],
)
def test_reframing_changes_the_data_only(raw, new, expected):
    (event,), _ = _frame([raw])
    assert reframe(raw, event.data, new) == expected
