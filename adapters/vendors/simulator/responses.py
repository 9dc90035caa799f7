"""OpenAI responses, as the simulator reads and answers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.vendors.simulator import openai_parts as parts
from adapters.vendors.simulator.frames import Frame, named
from adapters.vendors.simulator.prompt import Prompt, Tool, mapping, mappings, text_of, tokens, turns, whole
from adapters.vendors.simulator.script import CREATED, Call, Script

_COUNTED = ("completed", "incomplete", "failed")
_RESULTS = {"function_call_output", "custom_tool_call_output", "local_shell_call_output", "shell_call_output"}
_CALLABLE = {"function", "custom"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A responses request."""
    given = body.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else mappings(given)
    said, results = turns(_spoken(item) for item in items)
    return Prompt(
        model=str(body["model"]),
        text=said,
        results=results,
        tools=tuple(tool for offer in (body, *_offers(items)) for tool in _tools(mappings(offer.get("tools")))),
        forced=parts.forced(body.get("tool_choice")),
        schema=parts.schema(mapping(mapping(body.get("text")).get("format"))),
        cap=whole(body.get("max_output_tokens")),
        stream=body.get("stream") is True,
        asked=body,
    )


def _offers(items: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Items of the input that offer tools: Codex has a way of speaking in which `tools` is left out."""
    return (item for item in items if item.get("type") == "additional_tools")


def _tools(offered: list[Mapping[str, Any]], space: str = "") -> Iterator[Tool]:
    for tool in offered:
        if tool.get("type") == "namespace":
            yield from _tools(mappings(tool.get("tools")), f"{tool.get('name')}.")
        elif tool.get("type") in _CALLABLE:
            yield Tool(space + str(tool.get("name")), mapping(tool.get("parameters")), tool["type"] == "custom")


def _spoken(item: Mapping[str, Any]) -> tuple[str, str]:
    if item.get("type") in _RESULTS:
        return "result", text_of(item.get("output"))
    return ("user" if item.get("role") == "user" else ""), text_of(item.get("content"))


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer; of one that is made in the background, that it waits to be."""
    if prompt.asked.get("background"):
        return unfinished(script, prompt, "queued")
    return _response(script, "incomplete" if script.stop == "length" else "completed", _items(script), prompt.asked)


def unfinished(script: Script, prompt: Prompt, status: str) -> dict[str, Any]:
    """A response of which nothing is there yet, or will be."""
    return _response(script, status, [], prompt.asked)


def compact(script: Script, prompt: Prompt) -> dict[str, Any]:
    """A conversation made shorter: what the user said, and the rest sealed."""
    said = [{"type": "input_text", "text": prompt.text}]
    sealed = {"id": f"cmp_{script.id}", "type": "compaction", "encrypted_content": f"simulated-{script.id}"}
    kept = {"id": f"msg_{script.id}", "type": "message", "status": "completed", "role": "user", "content": said}
    return {
        "id": f"resp_{script.id}", "object": "response.compaction", "created_at": CREATED, "output": [kept, sealed],
        "usage": _usage(script),
    }  # fmt: skip


def count(script: Script, prompt: Prompt) -> dict[str, Any]:
    """A count of tokens."""
    return {"object": "response.input_tokens", "input_tokens": script.input}


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed answer, numbered."""
    for number, (value, content, terminal) in enumerate(_events(script, prompt.asked)):
        yield named({"type": value["type"], "sequence_number": number} | value, content=content, terminal=terminal)


_Event = tuple[dict[str, Any], bool, bool]


def _events(script: Script, asked: Mapping[str, Any]) -> Iterator[_Event]:
    started = _response(script, "in_progress", [], asked)
    yield {"type": "response.created", "response": started}, False, False
    yield {"type": "response.in_progress", "response": started}, False, False
    items = _items(script)
    for index, item in enumerate(items):
        write = {"message": _message, "reasoning": _reasoning}.get(item["type"], _call_events)
        for value, content in write(script, item):
            yield value | {"output_index": index}, content, False
    status = "incomplete" if script.stop == "length" else "completed"
    yield {"type": f"response.{status}", "response": _response(script, status, items, asked)}, False, True


def _message(script: Script, item: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    yield _added(item, {"content": []})
    where = {"item_id": item["id"], "content_index": 0}
    empty = item["content"][0] | {"text": ""}
    yield {"type": "response.content_part.added", "part": empty} | where, False
    for text in script.parts(script.text):
        yield {"type": "response.output_text.delta", "delta": text, "logprobs": []} | where, True
    yield {"type": "response.output_text.done", "text": script.text, "logprobs": []} | where, True
    yield {"type": "response.content_part.done", "part": item["content"][0]} | where, True
    yield {"type": "response.output_item.done", "item": item}, True


def _reasoning(script: Script, item: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    yield _added(item, {"summary": []})
    where = {"item_id": item["id"], "summary_index": 0}
    part = {"type": "summary_text", "text": script.reasoning}
    yield {"type": "response.reasoning_summary_part.added", "part": part | {"text": ""}} | where, False
    for text in script.parts(script.reasoning):
        yield {"type": "response.reasoning_summary_text.delta", "delta": text} | where, True
    yield {"type": "response.reasoning_summary_text.done", "text": script.reasoning} | where, True
    yield {"type": "response.reasoning_summary_part.done", "part": part} | where, True
    yield {"type": "response.output_item.done", "item": item}, True


def _call_events(script: Script, item: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    custom = item["type"] == "custom_tool_call"
    key, name = ("input", "custom_tool_call_input") if custom else ("arguments", "function_call_arguments")
    yield _added(item, {key: ""})
    for text in script.parts(item[key]):
        yield {"type": f"response.{name}.delta", "item_id": item["id"], "delta": text}, True
    yield {"type": f"response.{name}.done", "item_id": item["id"], key: item[key]}, True
    yield {"type": "response.output_item.done", "item": item}, True


def _added(item: Mapping[str, Any], empty: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    return {"type": "response.output_item.added", "item": dict(item) | {"status": "in_progress"} | dict(empty)}, False


def _items(script: Script) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if script.reasoning:
        summary = [{"type": "summary_text", "text": script.reasoning}]
        sealed = f"simulated-{script.id}"
        items.append({"id": f"rs_{script.id}", "type": "reasoning", "summary": summary, "encrypted_content": sealed})
    if not script.calls:
        content = [{"type": "output_text", "text": script.text, "annotations": [], "logprobs": []}]
        message = {"id": f"msg_{script.id}", "type": "message", "status": "completed", "role": "assistant"}
        items.append(message | {"content": content})
    return items + [_call(call) for call in script.calls]


def _call(call: Call) -> dict[str, Any]:
    space, _, name = call.name.rpartition(".")
    head = {"call_id": f"call_{call.id}", "name": name, "status": "completed"}
    if space:
        head["namespace"] = space
    if call.custom:
        return {"id": f"ctc_{call.id}", "type": "custom_tool_call", "input": call.arguments} | head
    return {"id": f"fc_{call.id}", "type": "function_call", "arguments": call.arguments} | head


_NOTHING: Mapping[str, Any] = {}


def _response(
    script: Script, status: str, output: list[dict[str, Any]], asked: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    short = {"reason": "max_output_tokens"} if status == "incomplete" else None
    return {
        "id": f"resp_{script.id}", "object": "response", "created_at": CREATED, "status": status,
        "background": asked.get("background") is True, "error": None, "incomplete_details": short, "instructions": None,
        "max_output_tokens": None, "max_tool_calls": None, "model": script.model, "output": output,
        "parallel_tool_calls": True, "previous_response_id": asked.get("previous_response_id"),
        "prompt_cache_key": None,
        "reasoning": {"effort": None, "summary": None}, "safety_identifier": None, "service_tier": "default",
        "store": asked.get("store") is not False, "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled",
        "usage": _usage(script) if script.usage and status in _COUNTED else None, "user": None, "metadata": {},
    }  # fmt: skip


def _usage(script: Script) -> dict[str, Any]:
    return {
        "input_tokens": script.input,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": script.output,
        "output_tokens_details": {"reasoning_tokens": tokens(script.reasoning) if script.reasoning else 0},
        "total_tokens": script.input + script.output,
    }


def failed(script: Script, code: str, message: str) -> Frame:
    """The event that ends a stream which failed after it began."""
    error = {"code": code, "message": message}
    return named({"type": "response.failed", "response": _response(script, "failed", []) | {"error": error}})
