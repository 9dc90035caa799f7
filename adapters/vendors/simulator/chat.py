"""OpenAI chat completions and text completions, as the simulator reads and answers them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.vendors.simulator import openai_parts as parts
from adapters.vendors.simulator.frames import DONE, Frame, plain
from adapters.vendors.simulator.prompt import Prompt, Tool, mapping, mappings, text_of, turns, whole
from adapters.vendors.simulator.script import CREATED, Call, Script

_SPEAKERS = {"user": "user", "tool": "result", "function": "result"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A chat completions request."""
    messages = mappings(body.get("messages"))
    spoken = ((_SPEAKERS.get(str(m.get("role")), ""), text_of(m.get("content"))) for m in messages)
    said, results = turns(spoken)
    functions = [mapping(tool.get("function") or tool.get("custom")) for tool in mappings(body.get("tools"))]
    kinds = [tool.get("type") == "custom" for tool in mappings(body.get("tools"))]
    cap = whole(body.get("max_completion_tokens"))
    return Prompt(
        model=str(body["model"]),
        text=said,
        results=results,
        tools=tuple(
            Tool(str(f.get("name")), mapping(f.get("parameters")), custom)
            for f, custom in zip(functions, kinds, strict=True)
        ),
        forced=parts.forced(body.get("tool_choice")),
        schema=parts.schema(mapping(body.get("response_format"))),
        cap=whole(body.get("max_tokens")) if cap is None else cap,
        choices=whole(body.get("n")) or 1,
        stream=body.get("stream") is True,
        wants_usage=mapping(body.get("stream_options")).get("include_usage") is True,
    )


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": script.text or None, "refusal": None, "annotations": []}
    if script.reasoning:
        message["reasoning_content"] = script.reasoning
    if script.calls:
        message["tool_calls"] = [_call(call) for call in script.calls]
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": script.stop}
        for index in range(prompt.choices)
    ]
    whole = _head(script, "chat.completion") | {"choices": choices, "service_tier": "default"}
    return whole | {"usage": parts.usage(script)} if script.usage else whole


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed answer."""
    head = _head(script, "chat.completion.chunk") | {"service_tier": "default"}
    extra: dict[str, Any] = {"usage": None} if prompt.wants_usage and script.usage else {}

    def event(index: int, delta: Mapping[str, Any], stop: str | None = None, *, content: bool = False) -> Frame:
        choice = {"index": index, "delta": delta, "logprobs": None, "finish_reason": stop}
        return plain(head | {"choices": [choice]} | extra, content=content)

    for index in range(prompt.choices):
        yield event(index, {"role": "assistant", "content": "" if not script.calls else None, "refusal": None})
        for text in script.parts(script.reasoning):
            yield event(index, {"reasoning_content": text}, content=True)
        for text in script.parts(script.text):
            yield event(index, {"content": text}, content=True)
        for place, call in enumerate(script.calls):
            yield event(index, {"tool_calls": [{"index": place} | _call(call, "")]}, content=True)
            for text in script.parts(call.arguments):
                yield event(index, {"tool_calls": [{"index": place} | _more(call, text)]}, content=True)
        yield event(index, {}, script.stop)
    if extra:
        yield plain(head | {"choices": [], "usage": parts.usage(script)})
    yield DONE


def _call(call: Call, arguments: str | None = None) -> dict[str, Any]:
    text = call.arguments if arguments is None else arguments
    if call.custom:
        return {"id": f"call_{call.id}", "type": "custom", "custom": {"name": call.name, "input": text}}
    return {"id": f"call_{call.id}", "type": "function", "function": {"name": call.name, "arguments": text}}


def _more(call: Call, text: str) -> dict[str, Any]:
    return {"custom": {"input": text}} if call.custom else {"function": {"arguments": text}}


def _head(script: Script, kind: str) -> dict[str, Any]:
    prefix = "cmpl" if kind == "text_completion" else "chatcmpl"
    head = {"id": f"{prefix}-{script.id}", "object": kind, "created": CREATED, "model": script.model}
    return head | {"system_fingerprint": "fp_simulator"}


def read_completion(body: Mapping[str, Any]) -> Prompt:
    """A text completions request; of several prompts the last one is answered for all."""
    asked = body.get("prompt")
    return Prompt(
        model=str(body["model"]),
        text=asked if isinstance(asked, str) else text_of(asked),
        cap=whole(body.get("max_tokens")),
        choices=whole(body.get("n")) or 1,
        stream=body.get("stream") is True,
        wants_usage=mapping(body.get("stream_options")).get("include_usage") is True,
    )


def completion(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer to a text completions request."""
    choices = [
        {"index": index, "text": script.text, "logprobs": None, "finish_reason": script.stop}
        for index in range(prompt.choices)
    ]
    whole = _head(script, "text_completion") | {"choices": choices}
    return whole | {"usage": parts.usage(script)} if script.usage else whole


def completion_stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed text completion."""
    head = _head(script, "text_completion")
    extra: dict[str, Any] = {"usage": None} if prompt.wants_usage and script.usage else {}
    for index in range(prompt.choices):
        for text in script.parts(script.text):
            choice = {"index": index, "text": text, "logprobs": None, "finish_reason": None}
            yield plain(head | {"choices": [choice]} | extra, content=True)
        last = {"index": index, "text": "", "logprobs": None, "finish_reason": script.stop}
        yield plain(head | {"choices": [last]} | extra)
    if extra:
        yield plain(head | {"choices": [], "usage": parts.usage(script)})
    yield DONE
