"""Responses requests: what is found in them, what is refused, what is edited."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ask import Ask, Passage
from adapters.dialects.openai_chat import OpenAIChat
from adapters.dialects.openai_responses import OpenAIResponses
from adapters.errors import BodyRefused
from adapters.wire.body import Document, splice
from tests.adapters.dialects.vendor_records import misplaced, needs_records, places, planted, records, uncovered

DIALECT = OpenAIResponses()
CANARY = "canary-4f9d2b"

# A body with the features of an agent tool's: messages, calls and outputs, encrypted reasoning, namespaces.
AGENT = orjson.dumps({
    "model": "gpt-x",
    "stream": True,
    "instructions": "You help.",
    "prompt_cache_key": "k1",
    "client_metadata": {"session_id": "s1", "x-codex-installation-id": "i1"},
    "include": ["reasoning.encrypted_content"],
    "reasoning": {"summary": "auto"},
    "tools": [
        {"type": "function", "name": "exec_command", "description": "Runs", "strict": False,
         "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}}},
        {"type": "namespace", "name": "agents", "description": "d", "tools": [
            {"type": "function", "name": "spawn", "description": "s", "parameters": {}}]},
        {"type": "custom", "name": "apply", "format": {"type": "grammar", "definition": "start: x"}},
        {"type": "local_shell"},
        {"type": "web_search", "external_web_access": False},
    ],
    "input": [
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
        {"role": "user", "content": "list files"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "thinking"}],
         "encrypted_content": "gAAAA"},
        {"type": "function_call", "call_id": "c1", "name": "exec_command", "arguments": '{"cmd":"ls \\"x\\""}'},
        {"type": "function_call_output", "call_id": "c1", "output": "a.txt"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "apply", "input": "patch text"},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": [{"type": "input_text", "text": "done"}]},
        {"type": "local_shell_call", "call_id": "c3", "action": {"type": "exec", "command": ["cat", "f"], "env": {}}},
        {"type": "local_shell_call_output", "call_id": "c3", "output": "content of f"},
        {"role": "user", "content": [{"type": "input_text", "text": "and now?"}]},
    ],
})  # fmt: skip


def ask(**fields: Any) -> Ask:
    return DIALECT.parse(Document.parse(orjson.dumps({"model": "gpt-x", "input": "hello", **fields})))


def one(found: Ask, **wanted: object) -> Passage:
    (passage,) = [p for p in found.passages if all(getattr(p, name) == value for name, value in wanted.items())]
    return passage


@needs_records
@pytest.mark.parametrize("path", records("responses", "req"), ids=lambda path: path.name)
def test_recorded_requests_are_covered(path: Path) -> None:
    document = Document.parse(path.read_bytes())
    try:
        found = DIALECT.parse(document)
    except BodyRefused as refused:
        assert refused.code == "vendor_held"
        assert any(word in document.raw for word in (b'"background": true', b"file_ids", b'"conversation"'))
        return
    assert uncovered(found) == [] and misplaced(found) == []
    assert found.model == document.value["model"] and found.stream == document.value.get("stream", False)


def test_an_agents_body() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    assert uncovered(found) == [] and misplaced(found) == []
    assert found.stream and found.conversation == "s1" and found.tools == ("exec_command", "spawn", "apply")
    assert [p.note for p in found.passages if p.part == "server_tool"] == ["web_search"]
    assert one(found, text="You help.").role == one(found, text="rules").role == "system"
    assert one(found, text="list files").history and not one(found, text="and now?").history
    assert not one(found, text="rules").history
    for text, tool in (("a.txt", "exec_command"), ("done", "apply"), ("content of f", "local_shell_call")):
        result = one(found, text=text)
        assert (result.role, result.direction, result.tool) == ("tool", "tool_results", tool)
    assert one(found, text="a.txt").history and not one(found, text="content of f").history


def test_arguments_are_read_as_they_stand_and_decoded() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    called = [p for p in found.passages if p.role == "tool_arguments"]
    assert [p.text for p in called if p.tool == "exec_command"] == ['{"cmd":"ls \\"x\\""}', 'ls "x"']
    assert [p.text for p in called if p.tool == "apply"] == ["patch text"]
    assert any("cat\x00f" in p.text for p in called) and all(p.direction == "tool_arguments" for p in called)


def test_encrypted_reasoning_is_the_vendors() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    state = one(found, part="vendor_state")
    assert len(state.note) == 64 and state.history and not state.rewritable(0, 1)
    assert one(found, text="thinking").role == "assistant"


@pytest.mark.parametrize(
    ("part", "kind", "note"),
    [
        ({"type": "input_image", "image_url": "data:image/png;base64,iVBORw0="}, "not_inspectable", "image/png"),
        ({"type": "input_image", "image_url": "https://host.example/x?k=1"}, "remote_url", "https://host.example"),
        ({"type": "input_file", "filename": "secret.pdf", "file_url": "https://host.example/a"}, "remote_url",
         "https://host.example"),
        ({"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjc="},
         "not_inspectable", "application/pdf"),
        ({"type": "input_audio", "input_audio": {"data": "UklGRgAAAABXQVZF", "format": "wav"}},
         "not_inspectable", "audio/wav"),
        ({"type": "new_part", "body": {"source_url": "https://host.example/x"}}, "remote_url", "https://host.example"),
        ({"type": "input_image", "text": "x", "image_url": "https://host.example/x"}, "remote_url",
         "https://host.example"),
        ({"type": "input_audio", "refusal": "x", "input_audio": {"data": "UklGRgAAAABXQVZF", "format": "wav"}},
         "not_inspectable", "audio/wav"),
    ],
)  # fmt: skip
def test_parts_that_are_not_text(part: dict[str, Any], kind: str, note: str) -> None:
    found = ask(input=[{"role": "user", "content": [part]}])
    assert [p.note for p in found.passages if p.part == kind] == [note]
    assert uncovered(found) == []


def test_a_text_file_is_read() -> None:
    part = {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,bm90ZSBzZWNyZXQ="}
    found = ask(input=[{"role": "user", "content": [part]}])
    inner = one(found, text="note secret")
    assert inner.part == "text" and not inner.rewritable(0, 4)


@pytest.mark.parametrize(
    "fields",
    [
        {"conversation": "conv_1"},
        {"conversation": {"id": "conv_1"}},
        {"prompt": {"id": "pmpt_1"}},
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file_1"}]}]},
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "file_1"}]}]},
        {"input": [{"type": "computer_call_output", "call_id": "c", "output": {"file_id": "f"}}]},
        {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
        {"tools": [{"type": "code_interpreter", "container": "cntr_1"}]},
        {"tools": [{"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["f"]}}]},
        {"tools": [{"type": "shell", "environment": {"type": "container_reference", "container_id": "c"}}]},
        {"tools": [{"type": "image_generation", "input_image_mask": {"file_id": "f"}}]},
    ],
)
def test_what_nobody_here_knows_of_at_the_vendor_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(BodyRefused) as refused:
        ask(**fields)
    assert refused.value.code == "vendor_held" and "_1" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["Previous_Response_ID", "STORE", "bac\u212aground", "\u017ftore", "Max_Output_Tokens"]
)
def test_names_that_some_server_reads_and_nobody_here_are_refused(name: str) -> None:
    for parse in (OpenAIResponses().parse, OpenAIChat().parse):
        with pytest.raises(BodyRefused) as refused:
            parse(Document.parse(orjson.dumps({"model": "m", "input": "x", "messages": [], name: "secret"})))
        assert refused.value.param in ("previous_response_id", "store", "background", "max_output_tokens")


def test_nothing_kept_is_no_reference() -> None:
    found = ask(previous_response_id=None, background=False, conversation=None, store=None)
    assert found.model == "gpt-x"


@pytest.mark.parametrize(
    ("tool", "note"),
    [
        ({"type": "web_search_preview"}, "web_search_preview"),
        ({"type": "code_interpreter", "container": {"type": "auto"}}, "code_interpreter"),
        ({"type": "computer_use_preview"}, "computer_use_preview"),
        ({"type": "mcp", "server_label": "m", "server_url": "https://mcp.example/sse"}, "mcp"),
        ({"type": "image_generation"}, "image_generation"),
        ({"type": "shell", "environment": {"type": "container_auto"}}, "shell"),
    ],
)
def test_tools_at_the_vendor(tool: dict[str, Any], note: str) -> None:
    here = ask(tools=[tool])
    later = ask(input=[{"type": "additional_tools", "role": "developer", "tools": [tool]}])
    for found in (here, later):
        assert [p.note for p in found.passages if p.part == "server_tool"] == [note]
        assert uncovered(found) == []
    if note == "mcp":
        assert one(here, part="remote_url").note == "https://mcp.example"


@pytest.mark.parametrize(
    "tool",
    [{"type": "local_shell"}, {"type": "shell"}, {"type": "apply_patch"}, {"type": "tool_search"}, {"type": "new"}],
)
def test_tools_of_the_clients_and_unknown_ones_pass_inspected(tool: dict[str, Any]) -> None:
    found = ask(tools=[tool])
    assert all(p.part == "text" for p in found.passages) and uncovered(found) == []


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"model": None}, "missing_field", "model"),
        ({"input": None}, "missing_field", "input"),
        ({"input": 3}, "wrong_type", "input"),
        ({"input": ["x"]}, "wrong_type", "input[0]"),
        ({"input": [{"role": "user", "content": 3}]}, "wrong_type", "input[0].content"),
        ({"stream": 1}, "wrong_type", "stream"),
        ({"store": "no"}, "wrong_type", "store"),
        ({"background": "yes"}, "wrong_type", "background"),
        ({"max_output_tokens": "x"}, "wrong_type", "max_output_tokens"),
        ({"tools": {}}, "wrong_type", "tools"),
    ],
)
def test_wrong_types_of_fields_acted_on(fields: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(BodyRefused) as refused:
        ask(**fields)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_edits() -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    edits = DIALECT.edits(found, model="own", vendor_stores=True, meter=True) + DIALECT.cap(found, 50)
    sent = json.loads(splice(AGENT, edits))
    assert sent == {**json.loads(AGENT), "model": "own", "store": False, "max_output_tokens": 50}
    assert DIALECT.edits(found, model="gpt-x", vendor_stores=False, meter=True) == []


@pytest.mark.parametrize("store", [True, False])
def test_a_client_that_says_whether_to_store_is_left_alone(store: bool) -> None:
    assert DIALECT.edits(ask(store=store), model="gpt-x", vendor_stores=True, meter=True) == []


@settings(max_examples=150, deadline=None)
@given(data=st.data(), as_key=st.booleans())
def test_a_canary_anywhere_is_found(data: st.DataObject, as_key: bool) -> None:
    path = data.draw(st.sampled_from(list(places(json.loads(AGENT)))))
    try:
        found = DIALECT.parse(Document.parse(planted(AGENT, path, CANARY, as_key=as_key)))
    except BodyRefused:
        return
    assert any(CANARY in passage.text for passage in found.passages)
    assert uncovered(found) == []
