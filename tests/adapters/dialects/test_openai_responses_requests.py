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
        ({"type": "input_video", "text": "x", "video_url": "https://host.example/x"}, "remote_url",
         "https://host.example"),
        ({"type": "input_image", "image_url": {"url": "https://host.example/x"}}, "remote_url", "https://host.example"),
        ({"type": "input_file", "file_url": {"url": "https://host.example/x"}}, "remote_url", "https://host.example"),
        ({"type": "input_file", "file_data": {"data": "data:image/png;base64,iVBORw0="}}, "not_inspectable",
         "image/png"),
        ({"type": "input_audio", "input_audio": {"data": "", "url": "https://host.example/x"}}, "remote_url",
         "https://host.example"),
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
        {"input": [{"id": "msg_1"}]},
        {"input": [{"type": None, "id": "msg_1"}]},
        {"input": [{"type": "new_call", "id": "msg_1", "status": "completed"}]},
        {"input": [{"type": "message", "role": "assistant", "id": "msg_1", "x": 1}]},
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": []}]},
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": None, "content": []}]},
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "x"}]}]},
        {"input": [{"type": "compaction", "id": "cmp_1", "encrypted_content": ""}]},
        {"input": [{"type": "image_generation_call", "id": "ig_1", "result": None, "status": "completed"}]},
        {"input": [{"type": "file_search_call", "id": "fs_1", "queries": ["x"], "results": None}]},
        {"input": [{"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}]},
        {"input": [{"type": "code_interpreter_call", "id": "ci_1", "code": "x", "container_id": "cntr_1"}]},
        {
            "input": [
                {
                    "type": "shell_call",
                    "call_id": "c",
                    "action": {"commands": ["ls"]},
                    "environment": {"type": "container_reference", "container_id": "cntr_1"},
                }
            ]
        },
        {
            "input": [
                {
                    "type": "function_call_output",
                    "call_id": "c",
                    "tools": [],
                    "output": [{"type": "input_file", "file_id": "file_1"}],
                }
            ]
        },
        {"input": [{"type": "new_item", "tools": [], "part": {"file_id": "file_1"}}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file_1"}]}]},
        {"input": [{"role": "user", "content": [{"type": "input_image", "file_id": "file_1"}]}]},
        {"input": [{"type": "computer_call_output", "call_id": "c", "output": {"file_id": "f"}}]},
        {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
        {"tools": [{"type": "code_interpreter", "container": "cntr_1"}]},
        {"tools": [{"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["f"]}}]},
        {"tools": [{"type": "shell", "environment": {"type": "container_reference", "container_id": "c"}}]},
        {"tools": [{"type": "image_generation", "input_image_mask": {"file_id": "f"}}]},
        {"tools": [{"type": "collection_search", "vector_store_ids": ["vs_1"]}]},
        {"tools": [{"type": "code_execution", "container": "cntr_1"}]},
        {"tools": [{"type": "new_tool", "where": {"container_id": "cntr_1"}}]},
        {"tools": [{"type": "function", "name": "a", "vector_store_ids": ["vs_1"]}]},
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
    "item",
    [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "x"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
        {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "x"}]},
        {"type": "reasoning", "id": "rs_0199c0de57a97cc2b1d2a8d70d6a1f0b0", "summary": [{"text": "x"}]},
        {"type": "compaction_trigger"},
        {"type": "message", "role": "assistant", "id": "msg_1", "content": [{"type": "output_text", "text": "x"}]},
        {"type": "image_generation_call", "id": "ig_1", "result": "iVBORw0KGgo=", "status": "completed"},
        {"type": "web_search_call", "id": "ws_1", "status": "completed",
         "action": {"type": "open_page", "url": "https://host.example/x"}},
        {"type": "mcp_call", "id": "mcp_1", "approval_request_id": "mcpr_1", "name": "a", "arguments": "{}",
         "server_label": "l", "output": "x"},
    ],
)  # fmt: skip
def test_what_a_client_sends_back_whole_is_no_reference(item: dict[str, Any]) -> None:
    found = ask(input=[item])
    assert uncovered(found) == [] and not [p for p in found.passages if p.part == "remote_url"]


def test_an_approval_of_what_stands_in_the_same_input_is_no_reference() -> None:
    request = {"type": "mcp_approval_request", "id": "mcpr_1", "name": "a", "arguments": "{}", "server_label": "l"}
    response = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
    assert uncovered(ask(input=[request, response])) == []


@pytest.mark.parametrize(
    "item",
    [
        {"type": "function_call_output", "call_id": "c", "tools": []},
        {"type": "computer_call_output", "call_id": "c", "tools": {}},
        {"type": "new_item", "tools": []},
        {"type": "new_call", "tools": []},
        {"role": "user", "content": "x", "tools": []},
    ],
)
def test_tools_beside_it_hide_nothing(item: dict[str, Any]) -> None:
    picture = {"type": "input_image", "image_url": "https://host.example/x"}
    where = {"output": [picture]} if item.get("type", "").endswith("_output") else {"part": picture}
    found = ask(input=[{**item, **where}])
    assert one(found, part="remote_url").note == "https://host.example"
    assert uncovered(found) == []


def test_tools_that_a_search_found_are_read() -> None:
    found = ask(input=[{"type": "tool_search_output", "call_id": "c", "execution": "client", "tools": [
        {"type": "function", "name": "a", "parameters": {}}, {"type": "x_search"}]}])  # fmt: skip
    assert found.tools == ("a",) and one(found, part="server_tool").note == "x_search"


@pytest.mark.parametrize(
    ("tool", "note"),
    [
        ({"type": "web_search_preview"}, "web_search_preview"),
        ({"type": "code_interpreter", "container": {"type": "auto"}}, "code_interpreter"),
        ({"type": "mcp", "server_label": "m", "server_url": "https://mcp.example/sse"}, "mcp"),
        ({"type": "image_generation"}, "image_generation"),
        ({"type": "shell", "environment": {"type": "container_auto"}}, "shell"),
        ({"type": "shell", "environment": "container_auto"}, "shell"),
        ({"type": "tool_search"}, "tool_search"),
        ({"type": "tool_search", "execution": "server"}, "tool_search"),
        ({"type": "programmatic_tool_calling"}, "programmatic_tool_calling"),
        ({"type": "x_search"}, "x_search"),
        ({"type": "code_execution"}, "code_execution"),
        ({"type": "bing_grounding", "bing_grounding": {"search_configurations": []}}, "bing_grounding"),
        ({"type": "memory_search", "memory_store_name": "m"}, "memory_search"),
        ({"type": "azure_ai_search", "azure_ai_search": {"indexes": []}}, "azure_ai_search"),
        ({"type": "openapi", "openapi": {"spec": {"servers": [{"url": "https://mcp.example"}]}}}, "openapi"),
        ({"type": "Function", "name": "a"}, "Function"),
        ({"type": {"a": 1}}, "server_tool"),
    ],
)
def test_tools_at_the_vendor(tool: dict[str, Any], note: str) -> None:
    here = ask(tools=[tool])
    later = ask(input=[{"type": "additional_tools", "role": "developer", "tools": [tool]}])
    spaced = ask(tools=[{"type": "namespace", "name": "n", "tools": [tool]}])
    for found in (here, later, spaced):
        assert [p.note for p in found.passages if p.part == "server_tool"] == [note]
        assert uncovered(found) == [] and found.tools == ()
    if note in ("mcp", "openapi"):
        assert one(here, part="remote_url").note == "https://mcp.example"


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "local_shell"},
        {"type": "shell"},
        {"type": "shell", "environment": {"type": "local", "skills": []}},
        {"type": "apply_patch"},
        {"type": "computer"},
        {"type": "computer_use_preview", "display_width": 1, "display_height": 1, "environment": "browser"},
        {"type": "tool_search", "execution": "client", "description": "d", "parameters": {}},
        {"name": "a", "input_schema": {}},
    ],
)
def test_tools_that_the_client_runs_pass_inspected(tool: dict[str, Any]) -> None:
    found = ask(tools=[tool])
    assert all(p.part == "text" for p in found.passages) and uncovered(found) == []


def test_a_search_at_the_vendor_is_its_tool() -> None:
    assert one(ask(search_parameters={"mode": "on"}), part="server_tool").note == "search_parameters"


def test_a_picture_in_a_tool_is_no_text() -> None:
    found = ask(tools=[{"type": "image_generation", "input_image_mask": {"image_url": "iVBORw0KGgo="}}])
    assert one(found, part="not_inspectable").role == "tool_definition"


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


@pytest.mark.parametrize("stores", [True, False])
def test_edits(stores: bool) -> None:
    found = DIALECT.parse(Document.parse(AGENT))
    edits = DIALECT.edits(found, model="own", vendor_stores=stores, meter=True) + DIALECT.cap(found, 50)
    sent = json.loads(splice(AGENT, edits))
    assert sent == {**json.loads(AGENT), "model": "own", "store": False, "max_output_tokens": 50}


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
