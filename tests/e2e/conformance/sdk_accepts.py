"""Run with the newest SDKs of three vendors: reads answers and requests as each SDK's own types have them.

Standard input: one JSON value a line, {id, dialect, kind: whole | stream | request, data}. Standard output: the same
ids with what was read: {id, error} or {id, text, calls, usage}.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from anthropic.lib.streaming._messages import accumulate_event
from anthropic.types import Message, RawMessageStreamEvent
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming, MessageCreateParamsStreaming
from google.genai import types as google
from openai._models import validate_type
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.chat.completion_create_params import (
    CompletionCreateParamsNonStreaming,
    CompletionCreateParamsStreaming,
)
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from pydantic import TypeAdapter

Read = dict[str, Any]


def events(data: str) -> Iterator[Any]:
    """The JSON values of a stream of events."""
    for block in data.replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].strip() for line in block.split("\n") if line.startswith("data:")]
        if lines and lines != ["[DONE]"]:
            yield json.loads("\n".join(lines))


def chat(answer: Any) -> Read:
    """What a chat completion says."""
    (choice,) = answer.choices
    used = answer.usage
    return {
        "text": choice.message.content or "",
        "calls": [
            [c.function.name, c.function.arguments] if c.type == "function" else [c.custom.name, c.custom.input]
            for c in choice.message.tool_calls or ()
        ],
        "usage": [used.prompt_tokens, used.completion_tokens] if used else [0, 0],
    }


def chat_stream(data: str) -> Read:
    """The chunks, by the SDK's own accumulator."""
    state, called = ChatCompletionStreamState(), {}
    for value in events(data):
        chunk = validate_type(type_=ChatCompletionChunk, value=value)
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or ():
                called[call.index] = call
        state.handle_chunk(chunk)
    return chat(state.current_completion_snapshot)


def response(answer: Any) -> Read:
    """What a response says."""
    calls = [
        [item.name, item.input if item.type == "custom_tool_call" else item.arguments]
        for item in answer.output
        if item.type in ("function_call", "custom_tool_call")
    ]
    return {
        "text": "".join(
            part.text
            for item in answer.output
            if item.type == "message"
            for part in item.content
            if part.type == "output_text"
        ),
        "calls": calls,
        "usage": [answer.usage.input_tokens, answer.usage.output_tokens] if answer.usage else [0, 0],
    }


def response_stream(data: str) -> Read:
    """Each event as its type; numbers without a gap; the answer of the last one."""
    read = [validate_type(type_=ResponseStreamEvent, value=value) for value in events(data)]
    assert [event.sequence_number for event in read] == list(range(len(read)))
    assert read[0].type == "response.created", read[0].type
    texts = "".join(event.delta for event in read if event.type == "response.output_text.delta")
    done = response(read[-1].response)
    assert done["text"] == texts, "the deltas are the text"
    return done


def message(answer: Any) -> Read:
    """What a message says."""
    used = answer.usage
    return {
        "text": "".join(block.text for block in answer.content if block.type == "text"),
        "calls": [[b.name, json.dumps(b.input)] for b in answer.content if b.type == "tool_use"],
        "usage": [
            used.input_tokens + (used.cache_read_input_tokens or 0) + (used.cache_creation_input_tokens or 0),
            used.output_tokens,
        ],
    }


def message_stream(data: str) -> Read:
    """The events, by the SDK's own accumulator."""
    adapter: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
    whole, buffers = None, {}
    for value in events(data):
        if value["type"] != "ping":
            whole = accumulate_event(event=adapter.validate_python(value), current_snapshot=whole, json_bufs=buffers)
    return message(whole)


def content(answers: list[Any]) -> Read:
    """What a Gemini answer, or its pieces, say."""
    parts = [p for a in answers for c in a.candidates or () for p in (c.content and c.content.parts) or ()]
    used = next((a.usage_metadata for a in reversed(answers) if a.usage_metadata), None)
    return {
        "text": "".join(p.text for p in parts if p.text and not p.thought),
        "calls": [[p.function_call.name, json.dumps(p.function_call.args or {})] for p in parts if p.function_call],
        "usage": [
            used.prompt_token_count or 0,
            (used.candidates_token_count or 0) + (used.thoughts_token_count or 0),
        ] if used else [0, 0],
    }  # fmt: skip


def google_request(value: Any) -> Read:
    """A request's members, each as the SDK's type of it."""
    TypeAdapter(list[google.Content]).validate_python(value["contents"])
    for name, kind in (
        ("systemInstruction", google.Content), ("tools", list[google.Tool]), ("toolConfig", google.ToolConfig),
        ("generationConfig", google.GenerationConfig), ("safetySettings", list[google.SafetySetting]),
    ):  # fmt: skip
        if name in value:
            TypeAdapter(kind).validate_python(value[name])
    return {}


def request(whole: Any, streamed: Any) -> Callable[[str], Read]:
    """A request as an SDK's types of its parameters."""
    adapters: tuple[TypeAdapter[Any], TypeAdapter[Any]] = (TypeAdapter(whole), TypeAdapter(streamed))

    def read(data: str) -> Read:
        value = json.loads(data)
        told = adapters[value.get("stream") is True].validate_python(value)
        json.dumps(told, default=list)  # lists are only looked at when they are gone through
        return {}

    return read


READERS: dict[tuple[str, str], Callable[[str], Read]] = {
    ("openai_chat", "whole"): lambda data: chat(validate_type(type_=ChatCompletion, value=json.loads(data))),
    ("openai_chat", "stream"): chat_stream,
    ("openai_chat", "request"): request(CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming),
    ("openai_responses", "whole"): lambda data: response(validate_type(type_=Response, value=json.loads(data))),
    ("openai_responses", "stream"): response_stream,
    ("openai_responses", "request"): request(ResponseCreateParamsNonStreaming, ResponseCreateParamsStreaming),
    ("anthropic_messages", "whole"): lambda data: message(Message.model_validate(json.loads(data))),
    ("anthropic_messages", "stream"): message_stream,
    ("anthropic_messages", "request"): request(MessageCreateParamsNonStreaming, MessageCreateParamsStreaming),
    ("gemini_generate", "whole"): lambda data: content(
        [google.GenerateContentResponse.model_validate(json.loads(data))]
    ),
    ("gemini_generate", "stream"): lambda data: content(
        [google.GenerateContentResponse.model_validate(value) for value in events(data)]
    ),
    ("gemini_generate", "request"): lambda data: google_request(json.loads(data)),
}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        one = json.loads(line)
        try:
            told = READERS[one["dialect"], one["kind"]](one["data"])
        except Exception as error:  # noqa: BLE001 - whatever an SDK raises is what it says of this answer
            told = {"error": f"{type(error).__name__}: {error}"[:600]}
        print(json.dumps({"id": one["id"], **told}))
