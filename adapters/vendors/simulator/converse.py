"""Bedrock's Converse, as the simulator reads and answers it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from adapters.vendors.simulator.frames import Frame
from adapters.vendors.simulator.prompt import Prompt, Tool, mapping, mappings, text_of, turns, whole
from adapters.vendors.simulator.script import Call, Script
from adapters.wire.eventstream import encode

_STOPS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A Converse request; the path says the model, and whether a stream is wanted."""
    said, results = turns(spoken for message in mappings(body.get("messages")) for spoken in _spoken(message))
    config = mapping(body.get("toolConfig"))
    choice = mapping(config.get("toolChoice"))
    specs = [mapping(tool.get("toolSpec")) for tool in mappings(config.get("tools")) if "toolSpec" in tool]
    form = mapping(mapping(mapping(body.get("outputConfig")).get("textFormat")).get("structure")).get("jsonSchema")
    return Prompt(
        model=str(body["model"]),
        text=said,
        results=results,
        tools=tuple(Tool(str(s.get("name")), mapping(mapping(s.get("inputSchema")).get("json"))) for s in specs),
        forced="*" if "any" in choice else mapping(choice.get("tool")).get("name"),
        schema=orjson.loads(mapping(form).get("schema", "null")) if form else None,
        cap=whole(mapping(body.get("inferenceConfig")).get("maxTokens")),
        stream=body.get("stream") is True,
    )


def _spoken(message: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if message.get("role") != "user":
        return
    content = message.get("content")
    for block in mappings(content):
        if "toolResult" in block:
            yield "result", text_of(mapping(block["toolResult"]).get("content"))
    if text := text_of(content):
        yield "user", text


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer."""
    content: list[dict[str, Any]] = []
    if script.reasoning:
        content.append({"reasoningContent": {"reasoningText": {"text": script.reasoning, "signature": "simulated"}}})
    if script.text:
        content.append({"text": script.text})
    content += [{"toolUse": {**_use(call), "input": call.given()}} for call in script.calls]
    told = {"output": {"message": {"role": "assistant", "content": content}}, "stopReason": _STOPS[script.stop]}
    return {**told, **_usage(script), "metrics": {"latencyMs": 1}}


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed answer."""
    yield _event("messageStart", {"role": "assistant"})
    index = 0
    if script.reasoning:
        for part in script.parts(script.reasoning):
            yield _delta(index, {"reasoningContent": {"text": part}})
        yield _delta(index, {"reasoningContent": {"signature": "simulated"}})
        yield _event("contentBlockStop", {"contentBlockIndex": index})
        index += 1
    if script.text:
        for part in script.parts(script.text):
            yield _delta(index, {"text": part})
        yield _event("contentBlockStop", {"contentBlockIndex": index})
        index += 1
    for call in script.calls:
        yield _event("contentBlockStart", {"contentBlockIndex": index, "start": {"toolUse": _use(call)}})
        for part in script.parts(orjson.dumps(call.given()).decode()):
            yield _delta(index, {"toolUse": {"input": part}})
        yield _event("contentBlockStop", {"contentBlockIndex": index})
        index += 1
    yield _event("messageStop", {"stopReason": _STOPS[script.stop]})
    yield _event("metadata", {**_usage(script), "metrics": {"latencyMs": 1}})._replace(terminal=True)


def _usage(script: Script) -> dict[str, Any]:
    if not script.usage:
        return {}
    counts = {"inputTokens": script.input, "outputTokens": script.output}
    return {"usage": {**counts, "totalTokens": script.input + script.output}}


def _use(call: Call) -> dict[str, str]:
    return {"toolUseId": f"tooluse_{call.id}", "name": call.name}


def _delta(index: int, delta: Mapping[str, Any]) -> Frame:
    return _event("contentBlockDelta", {"contentBlockIndex": index, "delta": delta})._replace(content=True)


def _event(kind: str, value: Mapping[str, Any]) -> Frame:
    headers = {":event-type": kind, ":content-type": "application/json", ":message-type": "event"}
    return Frame(orjson.dumps(value), kind, wrap=partial(encode, headers))
