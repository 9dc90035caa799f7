"""AWS event streams: the same messages however they are cut, and nothing believed of a broken one."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import ProtocolBroken
from adapters.wire.eventstream import EventStream, Message, encode

HEADERS = st.dictionaries(st.from_regex(r"[:a-z-]{1,12}", fullmatch=True), st.text(max_size=8), max_size=4)
MESSAGES = st.lists(st.tuples(HEADERS, st.binary(max_size=40)), max_size=5)


@given(MESSAGES, st.lists(st.integers(1, 30)))
def test_any_cut_gives_the_same_messages(said: list[tuple[dict[str, str], bytes]], cuts: list[int]) -> None:
    raw = b"".join(encode(headers, payload) for headers, payload in said)
    stream, found, at = EventStream(), [], 0
    for size in [*cuts, len(raw)]:
        found += stream.feed(raw[at : at + size])
        at += size
    assert found == [Message(headers, payload) for headers, payload in said]
    assert stream.rest() == b""
    theirs = EventStreamBuffer()
    theirs.add_data(raw)
    assert [(dict(one.headers), one.payload) for one in theirs] == said


@given(st.binary(min_size=1, max_size=30), st.data())
def test_a_changed_byte_is_never_read(payload: bytes, data: st.DataObject) -> None:
    raw = bytearray(encode({":event-type": "chunk"}, payload))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    stream = EventStream()
    with pytest.raises(ProtocolBroken):
        stream.feed(bytes(raw))


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(raw: bytes) -> None:
    with contextlib.suppress(ProtocolBroken):
        EventStream().feed(raw)


def framed(headers: bytes, payload: bytes = b"", *, more: int = 0) -> bytes:
    sizes = struct.pack("!II", 16 + len(headers) + len(payload) + more, len(headers))
    raw = sizes + struct.pack("!I", zlib.crc32(sizes)) + headers + payload
    return raw + struct.pack("!I", zlib.crc32(raw))


@pytest.mark.parametrize(
    "headers",
    [b"\x05ab", b"\x01a\x0a", b"\x01a\x07\x00\x09b", b"\x01a\x07\x00\x01\xff", b"\x01a\x04\x00", b"\x01a", b"\xff"],
)
def test_headers_that_are_none(headers: bytes) -> None:
    with pytest.raises(ProtocolBroken) as caught:
        EventStream().feed(framed(headers))
    assert caught.value.code == "bad_headers"


def test_headers_of_other_types_are_passed_over() -> None:
    kinds = b"\x01a\x00\x01b\x01\x01c\x02x\x01d\x03xx\x01e\x04xxxx\x01f\x05xxxxxxxx\x01g\x06\x00\x02xx\x01h\x08xxxxxxxx"
    raw = framed(kinds + b"\x01i\x09" + b"x" * 16 + b"\x01j\x07\x00\x02\xc3\xa9", b"p")
    assert EventStream().feed(raw) == [Message({"j": "é"}, b"p")]


@pytest.mark.parametrize(("total", "headers", "code"), [(2**31, 0, "event_too_large"), (20, 8, "bad_length")])
def test_lengths_that_are_none(total: int, headers: int, code: str) -> None:
    sizes = struct.pack("!II", total, headers)
    with pytest.raises(ProtocolBroken) as caught:
        EventStream().feed(sizes + struct.pack("!I", zlib.crc32(sizes)))
    assert caught.value.code == code


def test_what_was_cut_is_left() -> None:
    raw = encode({"a": "b"}, b"payload")
    stream = EventStream()
    assert stream.feed(raw[:-1]) == []
    assert stream.rest() == raw[:-1]
