"""Cohere's chat (v2), as the simulator reads and answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.vendors.simulator.frames import Frame, named
from adapters.vendors.simulator.prompt import Prompt, Tool, mapping, mappings, text_of, turns, whole
from adapters.vendors.simulator.script import Call, Script

_STOPS = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A chat request."""
    kinds = {"user": "user", "tool": "result"}
    said, results = turns(
        (kinds[str(message.get("role"))], text_of(message.get("content")))
        for message in mappings(body.get("messages"))
        if message.get("role") in kinds
    )
    functions = [mapping(tool.get("function")) for tool in mappings(body.get("tools"))]
    return Prompt(
        model=str(body["model"]),
        text=said,
        results=results,
        tools=tuple(Tool(str(f.get("name")), mapping(f.get("parameters"))) for f in functions),
        forced="*" if body.get("tool_choice") == "REQUIRED" else None,
        schema=mapping(body.get("response_format")).get("json_schema"),
        cap=whole(body.get("max_tokens")),
        stream=body.get("stream") is True,
    )


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer."""
    content = [{"type": "thinking", "thinking": script.reasoning}] if script.reasoning else []
    content += [{"type": "text", "text": script.text}] if script.text else []
    message: dict[str, Any] = {"role": "assistant"} | ({"content": content} if content else {})
    if script.calls:
        message["tool_calls"] = [_call(call, call.arguments) for call in script.calls]
    return {"id": script.id, "message": message, **_end(script)}


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed answer."""
    yield named({"type": "message-start", "id": script.id, "delta": {"message": {"role": "assistant", "content": []}}})
    index = 0
    for kind, text in (("thinking", script.reasoning), ("text", script.text)):
        if not text:
            continue
        yield _event("content-start", index, {"content": {"type": kind, kind: ""}})
        for part in script.parts(text):
            yield _event("content-delta", index, {"content": {kind: part}}, content=True)
        yield named({"type": "content-end", "index": index})
        index += 1
    for number, call in enumerate(script.calls):
        yield _event("tool-call-start", number, {"tool_calls": _call(call, "")}, content=True)
        for part in script.parts(call.arguments):
            yield _event("tool-call-delta", number, {"tool_calls": {"function": {"arguments": part}}}, content=True)
        yield named({"type": "tool-call-end", "index": number})
    yield named({"type": "message-end", "delta": _end(script)}, terminal=True)


def failure(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """An error body."""
    return {"id": "simulated", "message": message if code is None else f"{code}: {message}"}


def broken(script: Script, code: str | None) -> Frame:
    """The end of a stream that failed."""
    return named({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": code or "failed"}}, terminal=True)


def _event(kind: str, index: int, message: Mapping[str, Any], *, content: bool = False) -> Frame:
    return named({"type": kind, "index": index, "delta": {"message": message}}, content=content)


def _call(call: Call, arguments: str) -> dict[str, Any]:
    return {"id": f"{call.name}_{call.id}", "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _end(script: Script) -> dict[str, Any]:
    counts = {"input_tokens": script.input, "output_tokens": script.output}
    usage = {"usage": {"billed_units": counts, "tokens": counts}} if script.usage else {}
    return {"finish_reason": _STOPS[script.stop], **usage}
