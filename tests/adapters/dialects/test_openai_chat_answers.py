"""Chat answers read event by event, and edited events put back together."""

from __future__ import annotations

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dialects.openai_chat import OpenAIChat
from adapters.errors import CutShort, UpstreamError
from adapters.reply import TextEdit, Usage
from adapters.wire.body import Document
from adapters.wire.sse import Event, Framer

CHAT = OpenAIChat()


def reader_of(**body):
    raw = json.dumps({"model": "m", "messages": [], "stream": True, **body}).encode()
    return CHAT.reader(CHAT.parse(Document.parse(raw)))


def usual(**body):
    return reader_of(stream_options={"include_usage": True}, **body)


def event_of(value, head=b"data: ", end=b"\n\n"):
    raw = head + (value if isinstance(value, bytes) else orjson.dumps(value)) + end
    (event,) = Framer().feed(raw)
    return event


def choice_event(delta, finish=None, **more):
    return event_of({"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": finish, **more}]})


def said(chunk):
    return [(delta.channel, delta.kind, delta.text, delta.whole) for delta in chunk.deltas]


def spans_hold(chunk):
    return all(orjson.loads(chunk.data[d.start : d.end]) == d.text for d in chunk.deltas)


def tool_call(**more):
    return {"tool_calls": [{"index": 2, **more}]}


@pytest.mark.parametrize(
    ("delta", "expected"),
    [
        ({"content": "é\n"}, [("text:0", "text", "é\n", False)]),
        ({"role": "assistant", "content": "a", "refusal": None}, [("text:0", "text", "a", False)]),
        ({"refusal": "no"}, [("refusal:0", "text", "no", False)]),
        ({"reasoning_content": "hm", "content": None}, [("reasoning:0", "reasoning", "hm", False)]),
        ({"reasoning": "hm"}, [("reasoning:0", "reasoning", "hm", False)]),
        (
            {"content": "a", "reasoning": "b"},
            [("text:0", "text", "a", False), ("reasoning:0", "reasoning", "b", False)],
        ),
        (tool_call(function={"arguments": '{"a'}), [("tool:0:2", "tool_arguments", '{"a', False)]),
        (
            tool_call(id="i", type="function", function={"name": "f", "arguments": ""}),
            [("tool_name:0:2", "text", "f", True)],
        ),
        (tool_call(custom={"input": "free"}), [("tool:0:2", "tool_text", "free", False)]),
        ({"function_call": {"arguments": "{"}}, [("tool:0:call", "tool_arguments", "{", False)]),
        ({"audio": {"id": "x", "data": "QUJD", "transcript": "hi"}}, [("transcript:0", "text", "hi", False)]),
        ({"novel": {"deep": ["x"]}}, [("other:0:novel:deep:0", "text", "x", False)]),
    ],
)
def test_what_an_event_adds(delta, expected):
    chunk = usual().event(choice_event(delta))
    assert said(chunk) == expected
    assert spans_hold(chunk)
    assert chunk.content


@pytest.mark.parametrize("delta", [{"role": "assistant", "content": ""}, {}, {"content": None}])
def test_events_without_content(delta):
    chunk = usual().event(choice_event(delta))
    assert (said(chunk), chunk.content) == ([], False)


def test_unknown_text_outside_the_delta_is_found():
    chunk = usual().event(event_of({"id": "c", "provider": "p", "choices": [{"delta": {}, "note": "n"}]}))
    assert said(chunk) == [("other:-:provider", "text", "p", True), ("other:0:note", "text", "n", True)]


@pytest.mark.parametrize("data", [b"{", b"[1]", b'"x"', b'{"choices":{}}', b'{"choices":[1]}', b'{"a":NaN}'])
def test_malformed_events_are_refused(data):
    with pytest.raises(UpstreamError) as broken:
        usual().event(event_of(data))
    assert broken.value.kind == "protocol"
    assert broken.value.__context__ is None


@pytest.mark.parametrize(
    "data",
    [
        b'{"choices":[{"delta":{"content":"shown","content":"read"}}]}',
        b'{"choices":[{"delta":{"content":"shown","c\\u006fntent":"read"}}]}',
        b'{"choices":[{"delta":{"content":"shown"}}],"choices":[{"delta":{"content":"read"}}]}',
    ],
)
def test_a_member_said_twice_is_refused(data):
    with pytest.raises(UpstreamError):
        usual().event(event_of(data))


def test_comments_pass():
    chunk = usual().event(Event(b": ping\n\n", "", b""))
    assert (chunk.raw, chunk.deltas, chunk.terminal, chunk.drop) == (b": ping\n\n", (), False, False)


def test_an_error_inside_the_stream():
    error = {"message": "canary", "type": "insufficient_quota", "code": "insufficient_quota"}
    chunk = usual().event(event_of({"error": error}))
    assert chunk.error is not None
    assert chunk.error.kind == "money"
    assert "canary" not in repr(chunk.error) + str(chunk.error)


USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 5,
    "prompt_tokens_details": {"cached_tokens": 3, "cache_write_tokens": 2},
    "completion_tokens_details": {"reasoning_tokens": 1},
}


def test_usage_that_was_asked_for_passes():
    reader = usual()
    raw = event_of({"choices": [], "usage": USAGE})
    chunk = reader.event(raw)
    assert chunk.usage == reader.usage == Usage(9, 5, 3, 1, 2)
    assert not chunk.drop
    assert reader.event(choice_event({"content": "x"})._replace()).raw == choice_event({"content": "x"}).raw


def test_usage_that_the_gateway_asked_for_is_taken_out():
    reader = reader_of()
    for spaced in (b',"usage":null', b', "usage" : null'):
        raw = b'{"choices":[{"index":0,"delta":{"content":"\\"usage\\":null"}}]%s,"id":"c"}'
        chunk = reader.event(event_of(raw % spaced))
        assert chunk.raw == event_of(raw % b"").raw
        assert spans_hold(chunk)
    chunk = reader.event(event_of({"choices": [], "usage": USAGE}))
    assert chunk.drop
    assert reader.usage.output == 5


def test_odd_counts_are_not_counts():
    chunk = usual().event(event_of({"choices": [], "usage": {"prompt_tokens": True, "completion_tokens": -4}}))
    assert chunk.usage == Usage(None, None, None, None)


def test_the_clean_end():
    reader = usual()
    reader.event(choice_event({"content": "x"}))
    assert not reader.stopped()
    assert reader.event(event_of(b"[DONE]")).terminal
    assert reader.stopped()
    assert reader.end() == b""


def test_a_missing_done_is_supplied_after_the_last_finish_reason():
    reader = usual()
    reader.event(choice_event({"content": "x"}))
    reader.event(choice_event({}, finish="stop"))
    assert reader.end() == b"data: [DONE]\n\n"
    assert reader.stopped()


@pytest.mark.parametrize("n", [1, 2])
def test_a_cut_answer_is_no_clean_end(n):
    reader = usual(n=n)
    reader.event(choice_event({"content": "x"}, finish="stop" if n == 2 else None))
    with pytest.raises(CutShort):
        reader.end()


ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "model": "m",
    "choices": [
        {
            "index": 0,
            "message": {
                "role": "assistant",
                "content": "an answer",
                "tool_calls": [{"id": "i", "type": "function", "function": {"name": "f", "arguments": '{"a":"b"}'}}],
                "annotations": [{"type": "url_citation", "url_citation": {"start_index": 0, "end_index": 2}}],
            },
            "logprobs": {"content": [{"token": "an", "logprob": -0.1}]},
            "finish_reason": "stop",
        }
    ],
    "usage": USAGE,
}


def test_a_whole_answer():
    raw = json.dumps(ANSWER, indent=1).encode()
    reader = reader_of(stream=False)
    chunk = reader.body(raw)
    assert said(chunk)[:3] == [
        ("text:0", "text", "an answer", True),
        ("tool_name:0:0", "text", "f", True),
        ("tool:0:0", "tool_arguments", '{"a":"b"}', True),
    ]
    assert (chunk.content, chunk.terminal, reader.stopped(), reader.usage.input) == (True, True, True, 9)
    assert reader.rewrite(chunk, {}) == raw
    edited = orjson.loads(reader.rewrite(chunk, {0: [TextEdit(3, 9, "[redacted]")]}))
    expected = json.loads(raw)
    expected["choices"][0]["message"]["content"] = "an [redacted]"
    expected["choices"][0]["message"]["annotations"] = []
    expected["choices"][0]["logprobs"] = None
    assert edited == expected


@pytest.mark.parametrize("raw", [b"<html>", b"", b"[]", b"{}", b'{"choices":1}'])
def test_answers_that_are_none(raw):
    with pytest.raises(UpstreamError) as broken:
        reader_of(stream=False).body(raw)
    assert broken.value.kind == "protocol"


def test_an_error_with_a_good_status():
    chunk = reader_of(stream=False).body(b'{"error":{"message":"x","code":"rate_limit_exceeded"}}')
    assert chunk.error is not None
    assert chunk.error.kind == "rate_limit"
    assert not chunk.terminal


TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)


@given(TEXT, TEXT, st.booleans(), st.sampled_from([b"\n", b"\r\n", b"\r"]), st.data())
def test_rewriting_an_event_changes_its_text_only(text, new, ascii_only, line_end, data):
    i = data.draw(st.integers(0, len(text)))
    j = data.draw(st.integers(i, len(text)))
    value = {"id": text, "choices": [{"index": 0, "delta": {"content": text}}]}

    def raw(said):
        value["choices"][0]["delta"]["content"] = said
        body = json.dumps(value, ensure_ascii=ascii_only).encode()
        return b"id: 7" + line_end + b"data:" + body + line_end * 2

    reader = usual()
    framer = Framer()
    (event,) = framer.feed(raw(text)) + framer.end()
    chunk = reader.event(event)
    rewritten = reader.rewrite(chunk, {0: [TextEdit(i, j, new)]})
    again = Framer()
    (back,) = again.feed(rewritten) + again.end()
    expected = {**value, "choices": [{"index": 0, "delta": {"content": text[:i] + new + text[j:]}}]}
    assert orjson.loads(back.data) == expected
    assert rewritten.startswith(b"id: 7" + line_end + b"data:")
    assert rewritten.endswith(line_end * 2)


def test_log_probabilities_of_edited_text_go():
    event = choice_event({"content": "secret"}, logprobs={"content": [{"token": "secret", "top_logprobs": []}]})
    reader = usual()
    chunk = reader.event(event)
    assert said(chunk) == [("text:0", "text", "secret", False)]
    assert b"secret" not in reader.rewrite(chunk, {0: [TextEdit(0, 6, "[x]")]})
