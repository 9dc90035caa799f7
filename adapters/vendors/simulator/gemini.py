"""Gemini's content generation, token counts and embeddings, as the simulator reads and answers them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from hashlib import shake_128
from typing import Any

import orjson

from adapters.vendors.simulator.frames import Frame, item, plain, row
from adapters.vendors.simulator.prompt import Prompt, Tool, mapping, mappings, text_of, tokens, turns, whole
from adapters.vendors.simulator.script import Script

_STOPS = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"}


def read(body: Mapping[str, Any]) -> Prompt:
    """A generation request; model and verb as the path has them."""
    said, results = turns(spoken for content in _all(body, "contents") for spoken in _spoken(content))
    config = mapping(_of(body, "generationConfig"))
    mode = mapping(_of(mapping(_of(body, "toolConfig")), "functionCallingConfig"))
    allowed = _of(mode, "allowedFunctionNames")
    return Prompt(
        model=str(body["model"]),
        text=said,
        results=results,
        tools=tuple(
            Tool(str(one.get("name")), _schema(one, "parametersJsonSchema", "parameters") or {})
            for tool in _all(body, "tools")
            for one in _all(tool, "functionDeclarations")
        ),
        forced=(str(allowed[0]) if isinstance(allowed, list) and allowed else "*")
        if mode.get("mode") == "ANY"
        else None,
        schema=_schema(config, "responseJsonSchema", "responseSchema"),
        cap=whole(_of(config, "maxOutputTokens")),
        choices=whole(_of(config, "candidateCount")) or 1,
        stream=body.get("stream") is True,
        array=body.get("alt") != "sse",
    )


def _of(holder: Mapping[str, Any], name: str) -> Any:
    """A field in either of its spellings."""
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return holder.get(name, holder.get(snake))


def _all(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of an array; one object stands for an array of one."""
    found = _of(holder, name)
    return [found] if isinstance(found, dict) else mappings(found)


def _spoken(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Who says what in a content: tool results first, then the user's own words, if there are any."""
    if content.get("role", "user") == "model":
        return
    parts = _all(content, "parts")
    for part in parts:
        result = mapping(_of(part, "functionResponse"))
        if result:
            given = mapping(result.get("response"))
            told = given.get("output", given.get("result"))
            yield "result", told if isinstance(told, str) else orjson.dumps(given).decode()
    if text := text_of(list(parts)):
        yield "user", text


def _schema(holder: Mapping[str, Any], *names: str) -> Mapping[str, Any] | None:
    for name in names:
        found = _of(holder, name)
        if isinstance(found, dict):
            return mapping(_lower(found))
    return None


def _lower(schema: Any) -> Any:
    """A schema with its types as JSON Schema spells them; Google's own are in capitals."""
    if isinstance(schema, list):
        return [_lower(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.lower() if key == "type" and isinstance(value, str) else _lower(value)
        for key, value in schema.items()
    }


def answer(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The whole answer."""
    parts = [*_texts(script, [script.reasoning], [script.text]), *_calls(script)]
    one = {"content": {"parts": parts or [{"text": ""}], "role": "model"}, "finishReason": _STOPS[script.stop]}
    return {"candidates": [one | {"index": index} for index in range(prompt.choices)]} | _tail(script, script.output)


def kind(prompt: Prompt) -> str | None:
    """An array is JSON."""
    return "application/json" if prompt.array else None


def stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    """The events of a streamed answer, or the items of an array of them."""
    number = 0
    for index in range(prompt.choices):
        texts = _texts(script, script.parts(script.reasoning), script.parts(script.text))
        parts = [*texts, *_calls(script)]
        for part in parts:
            candidate = {"content": {"parts": [part], "role": "model"}, "index": index}
            yield row({"candidates": [candidate]} | _tail(script, 1), number, array=prompt.array, content=True)
            number += 1
        last: dict[str, Any] = {"content": {"parts": [{"text": ""}], "role": "model"}}
        last |= {"finishReason": _STOPS[script.stop], "index": index}
        final = index == prompt.choices - 1
        frame = plain({"candidates": [last]} | _tail(script, script.output))._replace(terminal=final)
        yield item(frame, number, last=final) if prompt.array else frame
        number += 1


def _texts(script: Script, thoughts: Any, texts: Any) -> Iterator[dict[str, Any]]:
    yield from ({"text": text, "thought": True} for text in thoughts if text)
    yield from ({"text": text} for text in texts if text)


def _calls(script: Script) -> Iterator[dict[str, Any]]:
    """The calls; the first of them is signed, as Gemini 3 signs them."""
    for number, call in enumerate(script.calls):
        part: dict[str, Any] = {"functionCall": {"id": call.id, "name": call.name, "args": call.given()}}
        yield part | ({} if number else {"thoughtSignature": signature(script.id)})


def signature(seed: str) -> str:
    """A signature in base64, as long as the real ones begin to be."""
    return f"c2ltdWxhdGVk{seed}+/+/"


def _tail(script: Script, output: int) -> dict[str, Any]:
    tail: dict[str, Any] = {"modelVersion": script.model, "responseId": script.id}
    if not script.usage:
        return tail
    thoughts = min(tokens(script.reasoning), output) if script.reasoning else 0
    usage: dict[str, Any] = {"promptTokenCount": script.input, "candidatesTokenCount": output - thoughts}
    usage |= {"totalTokenCount": script.input + output} | ({"thoughtsTokenCount": thoughts} if thoughts else {})
    return tail | {"usageMetadata": usage}


def read_count(body: Mapping[str, Any]) -> Prompt:
    """A token count's request: contents, or a generation request that nobody answers."""
    return read({**(mapping(_of(body, "generateContentRequest")) or body), "model": body["model"]})


def count(script: Script, prompt: Prompt) -> dict[str, Any]:
    """The size of a request in tokens."""
    details = [{"modality": "TEXT", "tokenCount": prompt.input_tokens}]
    return {"totalTokens": prompt.input_tokens, "promptTokensDetails": details}


def read_embed(body: Mapping[str, Any]) -> Prompt:
    """A request for one vector, or for many."""
    texts = [text_of(_all(mapping(one.get("content")), "parts")) for one in _all(body, "requests") or [body]]
    return Prompt(str(body["model"]), "\n".join(texts), asked=body)


def embedding(script: Script, prompt: Prompt) -> dict[str, Any]:
    """One vector, which depends on the content alone."""
    return {"embedding": _vector(prompt.asked)}


def embeddings(script: Script, prompt: Prompt) -> dict[str, Any]:
    """A vector for each request."""
    return {"embeddings": [_vector(one) for one in _all(prompt.asked, "requests")]}


def _vector(request: Mapping[str, Any]) -> dict[str, Any]:
    size = max(1, min(whole(_of(request, "outputDimensionality")) or 256, 4096))
    raw = shake_128(repr(request.get("content")).encode()).digest(2 * size)
    return {"values": [value / 32768 for (value,) in struct.iter_unpack("<h", raw)]}


_NAMES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED", 529: "UNAVAILABLE",
}  # fmt: skip
_RPC = "type.googleapis.com/google.rpc."
_DAILY: dict[str, Any] = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
_INSTEAD: Mapping[str, tuple[str, dict[str, Any] | None]] = {
    "insufficient_quota": ("You exceeded your current quota.", {"@type": f"{_RPC}QuotaFailure"} | _DAILY),
    "context_length_exceeded": ("The input token count exceeds the maximum number of tokens allowed.", None),
    "content_policy_violation": ("The request was blocked: PROHIBITED_CONTENT.", None),
    "content_filter": ("The request was blocked: PROHIBITED_CONTENT.", None),
    "invalid_api_key": ("API key not valid.", {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID"}),
    "billing_error": ("Please enable billing.", {"@type": f"{_RPC}ErrorInfo", "reason": "BILLING_DISABLED"}),
    "overloaded_error": ("The model is overloaded. Please try again later.", None),
}


def failure(status: int, message: str, code: str | None = None) -> dict[str, Any]:
    """An error body in Google's shape. What other vendors say by a `code`, it says in words and details."""
    words, detail = _INSTEAD.get(code or "", (message, None))
    status = 503 if code == "overloaded_error" else status
    word = _NAMES.get(status, "INTERNAL" if status >= 500 else "INVALID_ARGUMENT")
    error: dict[str, Any] = {"code": status, "message": words, "status": word}
    return {"error": error | ({"details": [detail]} if detail else {})}
