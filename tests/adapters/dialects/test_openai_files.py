"""What stands in kept files, and what is said of kept objects: read, and rewritten where it stands."""

from __future__ import annotations

import orjson
import pytest

from adapters.dialects.kept_reader import ObjectReader
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import TextEdit


def test_lines_are_read_string_by_string_and_edited_in_place() -> None:
    raw = b'{"custom_id":"r0","response":{"body":{"text":"caf\\u00e9 canary"}}}\n\n{"n":1, "a":"two"}\n'
    reader = ObjectReader("file", content=True)
    reader.framing("application/octet-stream")
    chunk = reader.body(raw)
    assert [d.text for d in chunk.deltas] == ["r0", "café canary", "two"]
    assert len({d.channel for d in chunk.deltas}) == 3
    assert reader.rewrite(chunk, {}) == raw
    made = reader.rewrite(chunk, {1: [TextEdit(5, 11, "[x]")], 2: [TextEdit(0, 3, '"é')]})
    assert made == raw.replace(b"canary", b"[x]").replace(b'"two"', '"\\"é"'.encode())
    assert reader.end() == b""


def test_lines_that_are_no_objects_are_read_and_edited_too() -> None:
    raw = b'"caf\\u00e9 canary"\n["x", "canary"]\n42\n{"a":"b"}'
    reader = ObjectReader("file", content=True)
    chunk = reader.body(raw)
    assert [d.text for d in chunk.deltas] == ["café canary", "x", "canary", "b"]
    made = reader.rewrite(chunk, {0: [TextEdit(5, 11, "[x]")], 2: [TextEdit(0, 6, "[x]")]})
    assert made == raw.replace(b"canary", b"[x]")
    with pytest.raises(ProtocolBroken):
        ObjectReader("file", content=True).body(b'"\\u0063anary", "b": "\\u0063anary"')


def test_a_content_that_is_no_json_is_one_text_and_what_is_no_text_is_refused() -> None:
    reader = ObjectReader("file", content=True)
    chunk = reader.body("é one\nsecret".encode())
    assert [d.text for d in chunk.deltas] == ["é one\nsecret"]
    assert reader.rewrite(chunk, {0: [TextEdit(6, 12, "[x]")]}) == "é one\n[x]".encode()
    with pytest.raises(ProtocolBroken):
        ObjectReader("file", content=True).body(b"\x89PNG\xff")


@pytest.mark.parametrize(
    "last",
    [
        b'{"a":"\\u0063anary","a":"\\u0063anary"}',
        b'\xef\xbb\xbf{"a":"\\u0063anary"}',
        b'{"a":"\\ud83d"}',
        b'{"a":"\\u0063an',
    ],
)
def test_lines_whose_letters_nobody_could_read_are_no_plain_text(last: bytes) -> None:
    with pytest.raises(ProtocolBroken) as broken:
        ObjectReader("file", content=True).body(b'{"custom_id":"r0","text":"\\u0063anary"}\n ' + last)
    assert broken.value.__context__ is None


def test_a_batch_brings_the_names_of_its_files() -> None:
    said = {"id": "batch_1", "output_file_id": "file-2", "error_file_id": None, "metadata": {"a": "canary"}}
    reader = ObjectReader("batch", made=True)
    chunk = reader.body(orjson.dumps(said))
    assert (chunk.made, chunk.also) == ("batch_1", (("file", "file-2"),))
    assert [d.text for d in chunk.deltas] == ["canary"]
    kept = ObjectReader("file")
    with pytest.raises(CutShort):
        kept.end()
    with pytest.raises(ProtocolBroken):
        kept.framing("text/plain")
    with pytest.raises(ProtocolBroken):
        kept.body(b'{"object":"list"}')
