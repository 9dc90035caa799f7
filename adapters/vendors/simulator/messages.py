"""Anthropic messages and count_tokens, as the simulator reads and answers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import orjson

from adapters.vendors.simulator.frames import Frame, named
from adapters.vendors.simulator.prompt import Prompt, Tool, mapping, mappings, text_of, turns, whole
from adapters.vendors.simulator.script import Call, Script

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A messages request."""
    said, results = turns(spoken for message in mappings(body.get("messages")) for spoken in _spoken(message))
    choice = mapping(body.get("tool_choice"))
    forms = mapping(mapping(body.get("output_config")).get("format")) or mapping(body.get("output_format"))
    return Prompt(
        model=str(body["model"]),
        text=said,
        results=results,
        tools=tuple(
            Tool(str(tool.get("name")), mapping(tool.get("input_schema")))
            for tool in mappings(body.get("tools"))
            if tool.get("type", "custom") == "custom"
        ),
        forced={"any": "*", "tool": str(choice.get("name"))}.get(str(choice.get("type"))),
        schema=mapping(forms.get("schema")) if forms.get("type") == "json_schema" else None,
        cap=whole(body.get("max_tokens")),
        stream=body.get("stream") is True,
    )


def _spoken(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Who says what in a message: tool results first, then the user's own words, if there are any."""
    if message.get("role") != "user":
        return
    content = message.get("content")
    for block in mappings(content):
        if block.get("type") == "tool_result":
            yield "result", text_of(block.get("content"))
    if text := text_of(content):
        yield "user", text


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer."""
    usage = _usage(script.input, script.output) if script.usage else {"input_tokens": 0, "output_tokens": 0}
    return _message(script, _blocks(script), _STOPS[script.stop], usage)


def read_count(body: Mapping[str, Any]) -> Prompt:
    """A token count's request: a message that nobody answers."""
    return replace(read(body), stream=False)


def count(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The size of a messages request in tokens."""
    return {"input_tokens": prompt.input_tokens}


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed answer."""
    start = _usage(script.input, 1) if script.usage else {"input_tokens": 0, "output_tokens": 0}
    yield named({"type": "message_start", "message": _message(script, [], None, start)})
    for index, block in enumerate(_blocks(script)):
        yield named({"type": "content_block_start", "index": index, "content_block": _empty(block)})
        if index == 0:
            yield named({"type": "ping"})
        for delta in _deltas(script, block):
            yield named({"type": "content_block_delta", "index": index, "delta": delta}, content=True)
        yield named({"type": "content_block_stop", "index": index})
    stop = {"stop_reason": _STOPS[script.stop], "stop_sequence": None}
    usage = _usage(script.input, script.output) if script.usage else {"output_tokens": 0}
    yield named({"type": "message_delta", "delta": stop, "usage": usage})
    yield Frame(b'{"type":"message_stop"}', "message_stop", False, True)


def _empty(block: Mapping[str, Any]) -> dict[str, Any]:
    blank = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {key: blank.get(key, value) for key, value in block.items()}


def _deltas(script: Script, block: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "text":
        yield from ({"type": "text_delta", "text": text} for text in script.parts(block["text"]))
    elif block["type"] == "thinking":
        yield from ({"type": "thinking_delta", "thinking": text} for text in script.parts(block["thinking"]))
        yield {"type": "signature_delta", "signature": block["signature"]}
    else:
        written = orjson.dumps(block["input"]).decode()
        yield {"type": "input_json_delta", "partial_json": ""}
        yield from ({"type": "input_json_delta", "partial_json": text} for text in script.parts(written))


def _blocks(script: Script) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if script.reasoning:
        blocks.append({"type": "thinking", "thinking": script.reasoning, "signature": f"simulated-{script.id}"})
    if script.text:
        blocks.append({"type": "text", "text": script.text})
    return blocks + [_use(call) for call in script.calls]


def _use(call: Call) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{call.id}", "name": call.name, "input": call.given()}


def _message(
    script: Script, blocks: list[dict[str, Any]], stop: str | None, usage: Mapping[str, Any]
) -> dict[str, Any]:
    head = {"id": f"msg_{script.id}", "type": "message", "role": "assistant", "model": script.model}
    return head | {"content": blocks, "stop_reason": stop, "stop_sequence": None, "usage": usage}


def _usage(given: int, output: int) -> dict[str, Any]:
    cache = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
    return {"input_tokens": given, **cache, "output_tokens": output, "service_tier": "standard"}


_TYPES = {
    400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
    404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error", 529: "overloaded_error",
}  # fmt: skip


def failure(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """An error body in Anthropic's shape; `code` is its `error.type`."""
    kind = code or _TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_simulated"}
