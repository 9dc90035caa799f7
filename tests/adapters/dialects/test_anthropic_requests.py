"""Anthropic requests: what is found in them, what is refused, what is edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ask import Ask, Passage
from adapters.dialects.anthropic_count_tokens import AnthropicCountTokens
from adapters.dialects.anthropic_messages import AnthropicMessages
from adapters.errors import BodyRefused
from adapters.wire.body import Document, splice
from tests.adapters.dialects.vendor_records import misplaced, needs_records, places, planted, records, uncovered

DIALECT = AnthropicMessages()
CANARY = "canary-4f9d2b"


def ask(**fields: Any) -> Ask:
    body = {"model": "claude-x", "max_tokens": 100, "messages": [{"role": "user", "content": "hello"}], **fields}
    return DIALECT.parse(Document.parse(orjson.dumps(body)))


def blocks(*content: dict[str, Any], role: str = "user", then: str | None = None) -> Ask:
    turns: list[dict[str, Any]] = [{"role": role, "content": list(content)}]
    if then:
        turns.append({"role": then, "content": "then"})
    return ask(messages=turns)


def one(found: Ask, **wanted: object) -> Passage:
    (passage,) = [p for p in found.passages if all(getattr(p, name) == value for name, value in wanted.items())]
    return passage


# A body with the features of an agent tool's: system as a list, tools, thinking, calls and results.
AGENT = orjson.dumps({
    "model": "claude-x",
    "max_tokens": 32000,
    "stream": True,
    "system": [{"type": "text", "text": "You help.", "cache_control": {"type": "ephemeral"}}],
    "metadata": {"user_id": '{"device_id":"d1","account_uuid":"a1","session_id":"s1"}'},
    "thinking": {"type": "adaptive"},
    "tools": [
        {"name": "Bash", "description": "Runs a command", "input_schema": {"type": "object", "properties": {"c": {}}}},
        {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
        {"type": "bash_20250124", "name": "bash"},
    ],
    "messages": [
        {"role": "user", "content": "list files"},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "I will look", "signature": "c2lnbmF0dXJl"},
            {"type": "redacted_thinking", "data": "cmVkYWN0ZWQ="},
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"c": "ls \"x\"", "n": [1, {"deep": "value"}]}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "a.txt"}]},
            {"type": "text", "text": "and now?"},
        ]},
    ],
})  # fmt: skip


@needs_records
@pytest.mark.parametrize("path", records("messages", "req"), ids=lambda path: path.name)
def test_recorded_requests_are_covered(path: Path) -> None:
    document = Document.parse(path.read_bytes())
    try:
        found = DIALECT.parse(document)
    except BodyRefused as refused:
        assert refused.code == "vendor_held" and b"file_id" in document.raw
        return
    assert uncovered(found) == [] and misplaced(found) == []
    assert found.model == document.value["model"] and found.max_output == document.value["max_tokens"]


def test_an_agents_body() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    assert uncovered(found) == [] and misplaced(found) == []
    assert found.stream and found.conversation == "s1" and found.tools == ("Bash", "web_search", "bash")
    assert one(found, text="list files").history
    assert one(found, text="You help.").role == "system"
    arguments = one(found, role="tool_arguments")
    assert 'ls "x"' in arguments.text and "value" in arguments.text and arguments.tool == "Bash" and arguments.history
    result = one(found, text="a.txt")
    assert (result.role, result.direction, result.tool, result.history) == ("tool", "tool_results", "Bash", False)
    assert not one(found, text="and now?").history
    assert [p.note for p in found.passages if p.part == "server_tool"] == ["web_search_20250305"]


def test_signed_thinking_is_inspected_and_never_rewritten() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    thought = one(found, text="I will look")
    assert thought.part == "text" and not thought.rewritable(0, 6) and len(thought.note) == 64
    states = [p for p in found.passages if p.part == "vendor_state"]
    assert len(states) == 2 and all(len(p.note) == 64 and not p.rewritable(0, 1) for p in states)


@pytest.mark.parametrize(
    ("block", "part", "note"),
    [
        ({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}},
         "not_inspectable", "image/png"),
        ({"type": "image", "source": {"type": "url", "url": "https://u:p@host.example/x?k=1"}},
         "remote_url", "https://host.example"),
        ({"type": "document", "source": {"type": "url", "url": "http://host.example/a.pdf"}},
         "remote_url", "http://host.example"),
        ({"type": "document", "source": {"type": "s3", "uri": "s3://bucket/key"}}, "not_inspectable", "s3"),
        ({"type": "document", "source": {"type": "s3", "uri": "s3://bucket/key"}}, "remote_url", "s3://bucket"),
        ({"type": "image", "source": {"type": "url", "url": " https://host.example/x"}},
         "remote_url", "https://host.example"),
        ({"type": "web_fetch_tool_result", "tool_use_id": "s", "content": {"url": "https://a",
          "content": {"type": "document", "source": {"type": "url", "url": "https://host.example/x"}}}},
         "remote_url", "https://host.example"),
        ({"type": "mcp_tool_result", "tool_use_id": "s", "content": [
          {"type": "image", "source": {"type": "url", "url": "https://host.example/x"}}]},
         "remote_url", "https://host.example"),
        ({"type": "tool_result", "tool_use_id": "s", "content": {
          "type": "image", "source": {"type": "url", "url": "https://host.example/x"}}},
         "remote_url", "https://host.example"),
        ({"type": "web_fetch_tool_result", "tool_use_id": "s", "content": {"url": "https://a",
          "content": {"source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}}}},
         "not_inspectable", "image/png"),
        ({"type": "new_block", "body": {"url": "https://host.example/x"}}, "remote_url", "https://host.example"),
        ({"type": "new_block", "blob": "3q2-7wAB" * 100}, "not_inspectable", "base64"),
    ],
)  # fmt: skip
def test_parts_that_are_not_text(block: dict[str, Any], part: str, note: str) -> None:
    found = blocks(block)
    assert [p.note for p in found.passages if p.part == part] == [note]
    assert uncovered(found) == []


def test_a_document_of_text_is_text() -> None:
    found = blocks(
        {"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "D"}}
    )
    assert {p.text for p in found.passages if p.role == "user"} == {"T", "D"}


@pytest.mark.parametrize(
    "fields",
    [
        {"container": "container_1"},
        {"container": {"id": "container_1"}},
        {"messages": [{"role": "user", "content": [{"type": "container_upload", "file_id": "file_1"}]}]},
        {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "file", "file_id": "f"}}]}]},
        {"messages": [{"role": "user", "content": [{"type": "new", "x": [{"file_id": "f"}]}]}]},
        {
            "messages": [
                {
                    "role": "assistant",
                    "content": [
                        {
                            "type": "mcp_tool_result",
                            "tool_use_id": "s",
                            "content": [{"type": "document", "source": {"type": "file", "file_id": "f"}}],
                        }
                    ],
                }
            ]
        },
    ],
)
def test_what_the_vendor_keeps_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BodyRefused) as refused:
        ask(**fields)
    assert refused.value.code == "vendor_held"


def test_connectors_and_other_models_are_named() -> None:
    found = ask(
        mcp_servers=[{"type": "url", "url": "https://mcp.example/sse", "name": "m", "authorization_token": "t"}],
        container={"skills": [{"type": "anthropic", "skill_id": "pptx"}]},
        fallbacks=[{"model": "other"}],
    )
    assert {p.note for p in found.passages if p.part == "server_tool"} == {"mcp", "container", "fallbacks"}
    assert one(found, part="remote_url").note == "https://mcp.example"


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"model": None}, "missing_field", "model"),
        ({"model": 3}, "wrong_type", "model"),
        ({"stream": "yes"}, "wrong_type", "stream"),
        ({"max_tokens": True}, "wrong_type", "max_tokens"),
        ({"max_tokens": -1}, "wrong_type", "max_tokens"),
        ({"messages": {}}, "wrong_type", "messages"),
        ({"messages": ["x"]}, "wrong_type", "messages[0]"),
        ({"messages": [{"role": "user", "content": 1}]}, "wrong_type", "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "wrong_type", "messages[0].content[0]"),
        ({"tools": "x"}, "wrong_type", "tools"),
        ({"mcp_servers": [{"url": 1}]}, "wrong_type", "mcp_servers[0].*"),
    ],
)
def test_wrong_types_of_fields_acted_on(fields: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(BodyRefused) as refused:
        ask(**fields)
    assert (refused.value.code, refused.value.status) == (code, 400)
    assert refused.value.param in (param, param.replace("*", "url"))


def test_edits_change_the_model_and_the_cap_alone() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    assert DIALECT.edits(found, model="claude-x", vendor_stores=True, meter=True) == []
    assert DIALECT.cap(found, 64000) == []
    edits = DIALECT.edits(found, model="vendor-name", vendor_stores=True, meter=True) + DIALECT.cap(found, 500)
    sent = splice(AGENT, edits)
    assert json.loads(sent) == {**json.loads(AGENT), "model": "vendor-name", "max_tokens": 500}
    assert {edit.kind for edit in edits} == {"model_alias", "token_cap"}


def test_a_cap_takes_the_thinking_budget_along() -> None:
    found = ask(max_tokens=8000, thinking={"type": "enabled", "budget_tokens": 6000})
    sent = json.loads(splice(found.document.raw, DIALECT.cap(found, 4000)))
    assert (sent["max_tokens"], sent["thinking"]["budget_tokens"]) == (4000, 3999)
    assert len(DIALECT.cap(found, 7000)) == 1


def test_a_count_is_judged_like_the_message() -> None:
    dialect = AnthropicCountTokens()
    body = orjson.dumps({"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": []})
    found = dialect.parse(Document.parse(body))
    assert (found.operation, found.stream, found.dialect) == ("count_tokens", False, "anthropic_count_tokens")
    assert one(found, text="hi").role == "user" and dialect.cap(found, 1) == []
    chunk = dialect.reader(found).body(b'{"input_tokens": 12}')
    assert chunk.terminal and chunk.error is None and chunk.raw == b'{"input_tokens": 12}'


@settings(max_examples=150, deadline=None)
@given(data=st.data(), as_key=st.booleans())
def test_a_canary_anywhere_is_found(data: st.DataObject, as_key: bool) -> None:
    path = data.draw(st.sampled_from(list(places(json.loads(AGENT)))))
    body = planted(AGENT, path, CANARY, as_key=as_key)
    try:
        found = DIALECT.parse(Document.parse(body))
    except BodyRefused:
        return
    assert any(CANARY in passage.text for passage in found.passages)
    assert uncovered(found) == []
