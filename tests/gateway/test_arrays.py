"""A stream as one JSON array: the same items however its bytes are cut, an error as the last one, one end."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.arrays import InArray, wants_array

EVENTS = [b'data: {"a": "\xc3\xa9"}\n\n', b": alive\n\n", b'data: {"b":\ndata: 2}\r\n\r\n', b'data: {"error": {}}\n\n']
SSE = (b"content-type", b"text/event-stream")


class Taken:
    """What a client gets."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = b""
        self.ends = 0
        self.responder = InArray({"ecluse.whole": lambda status, headers, body: None}, self.send)

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.headers = message["headers"]
        else:
            self.body += message["body"]
            self.ends += not message.get("more_body")


@given(st.lists(st.integers(0, sum(map(len, EVENTS))), max_size=6).map(sorted))
async def test_the_same_array_however_the_events_are_cut(cuts: list[int]) -> None:
    raw, taken = b"".join(EVENTS), Taken()
    await taken.responder.start(200, [SSE, (b"x-request-id", b"1")])
    for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        await taken.responder.part(raw[start:end])
    await taken.responder.end()
    await taken.responder.end()
    assert json.loads(taken.body) == [{"a": "é"}, {"b": 2}, {"error": {}}]
    assert taken.ends == 1
    assert taken.headers == [(b"x-request-id", b"1"), (b"content-type", b"application/json")]


async def test_an_answer_without_a_word_is_an_empty_array() -> None:
    taken = Taken()
    await taken.responder.start(200, [SSE])
    await taken.responder.end()
    assert taken.body == b"[]"


@pytest.mark.parametrize(("path", "query", "array"), [
    ("/v1beta/models/m:streamGenerateContent", b"", True),
    ("/v1/models/m:streamGenerateContent", b"alt=json&key=x", True),
    ("/v1beta/models/m:streamGenerateContent", b"alt=sse", False),
    ("/v1beta/models/m:streamGenerateContent", b"key=x&%24alt=sse", False),
    ("/v1beta/models/m:generateContent", b"", False),
    ("/v1/chat/completions", b"", False),
])  # fmt: skip
def test_who_wants_an_array(path: str, query: bytes, array: bool) -> None:
    assert wants_array({"path": path, "query_string": query}) is array
