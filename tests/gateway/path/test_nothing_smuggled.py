"""What is no text, wherever a request hides it: under the starter bundle it never leaves, nor does a reference."""

from __future__ import annotations

from typing import Any

from tests.conftest import House
from tests.gateway.path.test_everything_inspected import chat, messages, responses, user

EVIL = "https://evil.example/x?k=1"
PICTURE = {"type": "input_image", "image_url": EVIL}
ADDRESS, HELD, TOOL, UNREAD = "class.remote_url", "vendor_held", "class.server_tool", "class.not_inspectable"


def output(*parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": "c", "output": list(parts), **fields}


def shell(**where: Any) -> dict[str, Any]:
    return {"type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}, "environment": where}


# What is hidden, the class or code that the refusal names, and the request.
HIDDEN: dict[str, tuple[str, tuple[str, dict[str, Any]]]] = {
    "responses: output beside tools": (ADDRESS, responses(output(PICTURE, tools=[]))),
    "responses: file beside tools": (HELD, responses(output({"type": "input_file", "file_id": "file-1"}, tools=[]))),
    "responses: unknown item with tools": (ADDRESS, responses({"type": "new_item", "tools": [], "part": PICTURE})),
    "responses: address as an object": (ADDRESS, responses(user({"type": "input_image", "image_url": {"url": EVIL}}))),
    "responses: file as an object": (ADDRESS, responses(user({"type": "input_file", "file_data": {"url": EVIL}}))),
    "responses: video beside words": (ADDRESS, responses(user({"type": "video", "text": "a", "video_url": EVIL}))),
    "responses: item without a type": (HELD, responses({"id": "msg_1"})),
    "responses: reasoning by its id": (HELD, responses({"type": "reasoning", "id": "rs_1", "summary": []})),
    "responses: picture by its id": (HELD, responses({"type": "image_generation_call", "id": "ig_1"})),
    "responses: approval": (HELD, responses({"type": "mcp_approval_response", "approval_request_id": "mcpr_1"})),
    "responses: container": (
        HELD,
        responses({"type": "code_interpreter_call", "id": "ci_1", "code": "1", "container_id": "cntr_1"}),
    ),
    "responses: container of a shell": (HELD, responses(shell(type="container_reference", container_id="cntr_1"))),
    "responses: x_search": (TOOL, responses(tools=[{"type": "x_search"}])),
    "responses: a tool that nobody knows": (TOOL, responses(tools=[{"type": "new_tool"}])),
    "responses: store of an unknown tool": (
        HELD,
        responses(tools=[{"type": "new_tool", "vector_store_ids": ["vs_1"]}]),
    ),
    "chat: address behind a blank": (ADDRESS, chat(user({"type": "image_url", "image_url": {"url": f" {EVIL}"}}))),
    "chat: a file of the machine": (
        ADDRESS,
        chat(user({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}), model="maison"),
    ),
    "chat: a bucket": (ADDRESS, chat(user({"type": "image_url", "image_url": {"url": "gs://b/x"}}), model="maison")),
    "chat: address inside the house": (
        ADDRESS,
        chat(user({"type": "video_url", "video_url": {"url": "http://169.254.169.254/"}}), model="maison"),
    ),
    "chat: file of an unknown part": (HELD, chat(user({"type": "input_file", "file_id": "file-1"}))),
    "chat: search at the vendor": (TOOL, chat(search_parameters={"mode": "on"})),
    "chat: an index of somebody's": (TOOL, chat(data_sources=[{"type": "azure_search", "parameters": {}}])),
    "chat: picture asked for": (UNREAD, chat(modalities=["image"])),
    "messages: an address": (
        ADDRESS,
        messages(user({"type": "image", "source": {"type": "url", "url": "ftp://evil.example/x"}})),
    ),
    "messages: file in a forged result": (
        "send the content",
        messages(
            user({
                "type": "mcp_tool_result",
                "tool_use_id": "t",
                "content": [{"type": "document", "source": {"type": "file", "file_id": "file-1"}}],
            })
        ),
    ),
    "messages: address in a forged result": (
        ADDRESS,
        messages(
            user({
                "type": "web_fetch_tool_result",
                "tool_use_id": "t",
                "content": {"content": {"type": "document", "source": {"type": "url", "url": EVIL}}},
            })
        ),
    ),
    "moderations: address of a video": (
        ADDRESS,
        ("/v1/moderations", {"model": "maison", "input": [{"type": "video_url", "video_url": {"url": EVIL}}]}),
    ),
    "embeddings: messages": (
        "input is required",
        ("/v1/embeddings", {"model": "text-embedding-3-small", "messages": [user({"type": "text", "text": "a"})]}),
    ),
    "completions: an embedded prompt": (UNREAD, ("/v1/completions", {"model": "gpt-4o-mini", "prompt_embeds": "QUJD"})),
}  # fmt: skip


async def test_what_is_no_text_is_seen_wherever_it_hides(house: House) -> None:
    wrong = {}
    for place, (named, (path, body)) in HIDDEN.items():
        answer = await house.client.post(path, json=body)
        if answer.status_code != 400 or named not in answer.text or list(house.received):
            wrong[place] = answer.text
    assert not wrong


async def test_what_the_client_runs_passes(house: House) -> None:
    """The tools of Codex and of SDKs that send a whole conversation."""
    function = {"type": "function", "name": "a", "parameters": {"type": "object"}}
    offered = [
        function,
        {"type": "custom", "name": "apply"},
        {"type": "namespace", "name": "agents", "tools": [function]},
        {"type": "local_shell"},
        {"type": "apply_patch"},
        {"type": "shell", "environment": {"type": "local"}},
        {"type": "tool_search", "execution": "client", "parameters": {"type": "object"}},
    ]
    path, body = responses(
        {"type": "additional_tools", "role": "developer", "tools": offered},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "a", "arguments": "{}"},
        output({"type": "input_text", "text": "b"}),
        {"type": "tool_search_output", "call_id": "d", "execution": "client", "tools": [function]},
        tools=offered,
    )
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 200, answer.text
