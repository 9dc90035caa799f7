"""What the chat completions dialect reads from a body, and the edits it makes on the way to a vendor."""

from __future__ import annotations

import base64
import json

import orjson
import pytest

from adapters.dialects.openai_chat import OpenAIChat
from adapters.errors import BodyRefused
from adapters.wire.body import Document, splice

CHAT = OpenAIChat()


def ask_of(**body):
    return CHAT.parse(Document.parse(json.dumps({"model": "m", "messages": [], **body}).encode()))


def user(*parts):
    return ask_of(messages=[{"role": "user", "content": list(parts)}])


def known(ask):
    return [(p.role, p.text, p.history, p.message) for p in ask.passages if p.role not in ("other", "tool_definition")]


def parts(ask):
    return [(p.part, p.note, p.path) for p in ask.passages if p.part != "text"]


def test_roles_history_and_messages():
    ask = ask_of(
        messages=[
            {"role": "system", "content": "rules"},
            {"role": "user", "content": "first"},
            {"role": "assistant", "content": "answer"},
            {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
            {"role": "developer", "content": "more rules"},
        ]
    )
    assert known(ask) == [
        ("system", "rules", False, 0),
        ("user", "first", True, 1),
        ("assistant", "answer", True, 2),
        ("user", "one", False, 3),
        ("user", "two", False, 3),
        ("system", "more rules", False, 4),
    ]


def test_tool_calls_and_results():
    arguments = json.dumps({"cmd": "line\nFR76", "n": 12})
    ask = ask_of(
        messages=[
            {"role": "user", "content": "go"},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "run", "arguments": arguments}}],
            },
            {"role": "tool", "tool_call_id": "c1", "content": "result"},
        ]
    )
    stands, decoded = (p for p in ask.passages if p.role == "tool_arguments")
    assert (stands.text, stands.tool, stands.direction, stands.history) == (arguments, "run", "tool_arguments", True)
    assert decoded.text == "line\nFR76"
    assert decoded.rewritable(5, 9)
    (result,) = (p for p in ask.passages if p.role == "tool")
    assert (result.text, result.tool, result.direction, result.history) == ("result", "run", "tool_results", False)


def test_tool_definitions_are_a_passage_each():
    tool = {"type": "function", "function": {"name": "run", "description": "runs", "parameters": {"type": "object"}}}
    ask = ask_of(tools=[tool, {"type": "custom", "custom": {"name": "free"}}], functions=[{"name": "old"}])
    definitions = [p for p in ask.passages if p.role == "tool_definition"]
    assert [p.tool for p in definitions] == ["run", "free", "old"]
    assert "runs" in definitions[0].text.split("\0")
    assert ask.tools == ("run", "free", "old")


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (
            {"type": "image_url", "image_url": {"url": "https://Example.org:99/a?b"}},
            ("remote_url", "https://example.org"),
        ),
        (
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
            ("not_inspectable", "image/png"),
        ),
        ({"type": "image_url", "image_url": {"url": "gs://bucket/x"}}, ("remote_url", "gs://bucket")),
        ({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}, ("remote_url", "file://unknown")),
        ({"type": "image_url", "image_url": {"url": "  https://a.example/x"}}, ("remote_url", "https://a.example")),
        (
            {"type": "image_url", "image_url": {"url": "\x00\x1fHTTPS://a.example/x"}},
            ("remote_url", "https://a.example"),
        ),
        ({"type": "image_url", "image_url": {"url": "ht\ttp\n://a.example/x"}}, ("remote_url", "http://a.example")),
        ({"type": "image_url", "image_url": {"url": "//a.example/x"}}, ("remote_url", "unknown")),
        ({"type": "image_url", "image_url": {"url": "\\\\a.example/x"}}, ("remote_url", "unknown")),
        ({"type": "image_url", "image_url": {"url": "secret:words"}}, ("remote_url", "unknown")),
        (
            {"type": "image_url", "image_url": {"url": "https://a.example\\@b.example/x"}},
            ("remote_url", "https://unknown"),
        ),
        (
            {"type": "image_url", "image_url": {"url": " DATA:image/png;base64,iVBORw0KGgo="}},
            ("not_inspectable", "image/png"),
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "//uQxAAAAAAA", "format": "mp3"}},
            ("not_inspectable", "audio/mp3"),
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "UklGRgAAAABXQVZF", "format": "wav"}},
            ("not_inspectable", "audio/wav"),
        ),
        (
            {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0xLjc="}},
            ("not_inspectable", "application/pdf"),
        ),
        ({"type": "hologram", "data": "x"}, ("not_inspectable", "hologram")),
        ({"type": "two words", "data": "x"}, ("not_inspectable", "unknown")),
    ],
)
def test_parts_that_are_not_text(part, expected):
    ((kind, note, _),) = parts(user(part))
    assert (kind, note) == expected


@pytest.mark.parametrize(
    "part",
    [
        {"type": "video_url", "video_url": {"url": "http://169.254.169.254/latest"}},
        {"type": "audio_url", "audio_url": {"url": " http://169.254.169.254/latest"}},
        {"type": "input_image", "image_url": "http://169.254.169.254/latest"},
        {"type": "video", "video": ["http://169.254.169.254/latest"]},
        {"image_url": {"url": "http://169.254.169.254/latest"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD", "uris": ["http://169.254.169.254/"]}},
        {"type": "text", "text": "x", "video_url": {"url": "http://169.254.169.254/latest"}},
        {"type": ["text"], "image_url": "http://169.254.169.254/latest"},
    ],
)
def test_an_address_in_a_part_of_any_type_is_one(part):
    found = parts(user(part))
    assert [note for kind, note, _ in found if kind == "remote_url"] == ["http://169.254.169.254"]


def test_a_file_that_the_vendor_keeps_in_a_part_of_any_type_is_refused():
    with pytest.raises(BodyRefused) as refused:
        user({"type": "input_file", "file_id": "file-1"})
    assert refused.value.code == "vendor_held"


def test_text_in_a_data_url_is_inspected():
    url = "data:text/plain;charset=utf-8;base64," + base64.b64encode("canary é".encode()).decode()
    ask = user({"type": "file", "file": {"file_data": url, "filename": "note.txt"}})
    (found,) = (p for p in ask.passages if p.text == "canary é")
    assert not found.rewritable(0, 6)
    assert parts(ask) == []
    assert any("note.txt" in p.text for p in ask.passages)


@pytest.mark.parametrize("charset", ["utf-7", "UTF7", "iso-2022-jp", "hz-gb-2312", "unicode-1-1-utf-7"])
def test_letters_spelt_with_those_of_ascii_are_no_text(charset):
    url = f"data:text/plain;charset={charset};base64," + base64.b64encode(b"+AGMAYQBuAGEAcgB5-").decode()
    assert [kind for kind, _, _ in parts(user({"type": "file", "file": {"file_data": url}}))] == ["not_inspectable"]


def test_words_passed_off_as_base64_are_inspected():
    ask = user({"type": "image_url", "image_url": {"url": "data:image/png;base64,my secret plan"}})
    assert any(p.part == "text" and "my secret plan" in p.text for p in ask.passages)


def test_what_a_vendor_would_run_itself():
    ask = ask_of(web_search_options={}, tools=[{"type": "web_search"}], modalities=["text", "audio"])
    assert sorted(parts(ask)) == [
        ("not_inspectable", "media output", "/modalities"),
        ("server_tool", "web_search", "/tools/0"),
        ("server_tool", "web_search_options", "/web_search_options"),
    ]


def test_a_tool_at_the_vendor_is_looked_through():
    found = parts(ask_of(tools=[{"type": "mcp", "server_url": "https://a.example/sse"}]))
    assert sorted(note for _, note, _ in found) == ["https://a.example", "mcp"]
    with pytest.raises(BodyRefused) as refused:
        ask_of(tools=[{"type": "file_search", "file_search": {"vector_store_ids": ["vs_1"]}}])
    assert refused.value.code == "vendor_held"


@pytest.mark.parametrize("asked", [["image"], ["image", "text"], ["video"], [{"a": 1}]])
def test_an_answer_that_is_no_text_is_no_text(asked):
    assert parts(ask_of(modalities=asked)) == [("not_inspectable", "media output", "/modalities")]
    assert parts(ask_of(modalities=["text"])) == parts(ask_of(modalities=None)) == []


@pytest.mark.parametrize(
    ("name", "value", "host"),
    [
        ("search_parameters", {"mode": "on", "sources": [{"type": "rss", "links": ["a"]}]}, []),
        ("data_sources", [{"type": "azure_search", "parameters": {"endpoint": "https://a.example", "index_name": "i"}}],
         ["https://a.example"]),
        ("enable_search", True, []),
        ("search_options", {"forced_search": True}, []),
    ],
)  # fmt: skip
def test_members_by_which_a_vendor_searches_or_fetches_are_its_tools(name, value, host):
    found = parts(ask_of(**{name: value}))
    assert [note for kind, note, _ in found if kind == "server_tool"] == [name]
    assert [note for kind, note, _ in found if kind == "remote_url"] == host
    assert parts(ask_of(**{name: None})) == parts(ask_of(**{name: False})) == parts(ask_of(**{name: []})) == []


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"Data_Sources": []}, "wrong_value", "data_sources"),
        ({"Tools": []}, "wrong_value", "tools"),
        ({"model": None}, "missing_field", "model"),
        ({"model": 3}, "wrong_type", "model"),
        ({"messages": {}}, "wrong_type", "messages"),
        ({"messages": ["hi"]}, "wrong_type", "messages[0]"),
        ({"messages": [{"role": "user", "content": 3}]}, "wrong_type", "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "wrong_type", "messages[0].content[0]"),
        (
            {"messages": [{"content": [{"type": "text", "text": {"a": 1}}]}]},
            "wrong_type",
            "messages[0].content[0].text",
        ),
        ({"messages": [{"tool_calls": "x"}]}, "wrong_type", "messages[0].tool_calls"),
        ({"stream": "yes"}, "wrong_type", "stream"),
        ({"stream_options": 1}, "wrong_type", "stream_options"),
        ({"store": 1}, "wrong_type", "store"),
        ({"max_tokens": True}, "wrong_type", "max_tokens"),
        ({"max_tokens": -1}, "wrong_type", "max_tokens"),
        ({"tools": {}}, "wrong_type", "tools"),
        ({"previous_response_id": "r"}, "vendor_held", "previous_response_id"),
        ({"background": True}, "vendor_held", "background"),
        (
            {"messages": [{"content": [{"type": "file", "file": {"file_id": "f"}}]}]},
            "vendor_held",
            "messages[0].content[0].file.file_id",
        ),
        ({"messages": [{"role": "assistant", "audio": {"id": "a"}}]}, "vendor_held", "messages[0].audio.id"),
    ],
)
def test_refusals_name_the_field(body, code, param):
    with pytest.raises(BodyRefused) as refused:
        ask_of(**body)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_a_key_that_is_content_shows_nowhere():
    ask = ask_of(metadata={"canary": {"canary": "x"}}, canary={"canary": 1})
    assert not any("canary" in p.path + (p.tool or "") + p.note for p in ask.passages)
    assert any("canary" in p.text for p in ask.passages)


def edited(raw, **options):
    ask = CHAT.parse(Document.parse(raw))
    options = {"model": ask.model, "vendor_stores": False, "meter": False, **options}
    return splice(raw, CHAT.edits(ask, **options))


def test_no_edit_where_nothing_is_to_change():
    raw = b'{"model":"m","messages":[],"stream":true,"store":false,"stream_options":{"include_usage":true}}'
    assert edited(raw, vendor_stores=True, meter=True) == raw


USAGE = b'"stream_options":{"include_usage":true}'


@pytest.mark.parametrize(
    ("more", "options", "expected"),
    [
        (b"", {}, b"%s"),
        (b"", {"meter": True}, b"%s"),
        (b"", {"vendor_stores": True}, b'"store":false,%s'),
        (b',"store":null', {"vendor_stores": True}, b'%s,"store":false'),
        (b',"store":true', {"vendor_stores": True}, b'%s,"store":true'),
        (b',"stream":true', {"meter": True}, USAGE + b',%s,"stream":true'),
        (b',"stream":true,"stream_options":null', {"meter": True}, b'%s,"stream":true,' + USAGE),
        (b',"stream":true,"stream_options":{}', {"meter": True}, b'%s,"stream":true,' + USAGE),
        (b',"stream":true,"stream_options":{"x":1}', {"meter": True}, b'%s,"stream":true,' + USAGE[:-1] + b',"x":1}'),
        (b',"stream":true,' + USAGE.replace(b"true", b"false"), {"meter": True}, b'%s,"stream":true,' + USAGE),
    ],
)
def test_edits(more, options, expected):
    head = b'"model":"m", "messages" : []'
    assert edited(b"{" + head + more + b"}", **options) == b"{" + expected % head + b"}"


def test_the_model_is_named_as_the_destination_names_it():
    raw = b'{"messages":[], "model" : "m"}'
    assert edited(raw, model='other"') == b'{"messages":[], "model" : "other\\""}'


def test_all_edits_together():
    raw = b'{"model":"m","messages":[],"stream":true}'
    body = orjson.loads(edited(raw, model="x", vendor_stores=True, meter=True))
    assert body == {
        "model": "x",
        "messages": [],
        "stream": True,
        "store": False,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ({}, {"max_completion_tokens": 100}),
        ({"max_tokens": 50}, {"max_tokens": 50}),
        ({"max_tokens": 500}, {"max_tokens": 100}),
        ({"max_tokens": 50, "max_completion_tokens": 500}, {"max_tokens": 50, "max_completion_tokens": 100}),
        ({"max_tokens": None}, {"max_tokens": None, "max_completion_tokens": 100}),
    ],
)
def test_the_cap(limits, expected):
    ask = ask_of(**limits)
    body = orjson.loads(splice(ask.document.raw, CHAT.cap(ask, 100)))
    assert {key: value for key, value in body.items() if key.startswith("max_")} == expected


def test_output_limit_and_usage():
    assert ask_of(max_tokens=5).max_output == 5
    assert ask_of(max_tokens=5, max_completion_tokens=7).max_output == 7
    assert ask_of().max_output is None
    assert ask_of().wants_usage
    assert not ask_of(stream=True).wants_usage
    assert ask_of(stream=True, stream_options={"include_usage": True}).wants_usage
