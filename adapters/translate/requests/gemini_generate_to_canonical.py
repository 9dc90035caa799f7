"""A generation request of Gemini's, read into the canonical form."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

import orjson

from adapters.dialects.gemini_content import NO_SIGNATURES
from adapters.dialects.gemini_schemas import plain
from adapters.translate.canonical import (
    Call,
    Choice,
    Conversation,
    Form,
    Lost,
    Media,
    Part,
    Reasoning,
    Result,
    Text,
    Thought,
    Tool,
)
from adapters.translate.requests.google import camel, several, state_of
from adapters.translate.requests.reading import instruct, number, say, text_of, whole
from adapters.translate.urls import encoded, media

_READ: Final = frozenset({
    "model", "contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "serviceTier", "store",
})  # fmt: skip
_NAMED: Final = frozenset({"safetySettings", "labels", "cachedContent", "continuationToken"})
_CONFIG: Final = frozenset({
    "maxOutputTokens", "temperature", "topP", "topK", "seed", "frequencyPenalty", "presencePenalty", "stopSequences",
    "candidateCount", "responseMimeType", "responseSchema", "responseJsonSchema", "thinkingConfig",
    "responseModalities", "logprobs", "responseLogprobs",
})  # fmt: skip
_CONFIG_NAMED: Final = frozenset({
    "speechConfig", "mediaResolution", "imageConfig", "audioTimestamp", "enableEnhancedCivicAnswers", "routingConfig",
})  # fmt: skip
_PARTS: Final = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse")
_TOOLS: Final = frozenset({
    "googleSearch", "googleSearchRetrieval", "urlContext", "codeExecution", "computerUse", "fileSearch", "googleMaps",
    "retrieval", "mcpServers", "enterpriseWebSearch",
})  # fmt: skip
_LEVELS: Final = frozenset({"minimal", "low", "medium", "high"})
_MODES: Final = {"AUTO": "auto", "VALIDATED": "auto", "ANY": "any", "NONE": "none"}
_TIERS: Final = {"standard": "default", "unspecified": ""}


def read(value: Mapping[str, Any], parameters: Mapping[str, str]) -> Conversation:
    """The conversation that a body asks to go on; its model, and whether a stream is wanted, stand in the path."""
    value = camel(value)
    said = Conversation(parameters.get("model") or value.get("model") or "", "stream" in parameters)
    lost = said.lost
    lost.members(value, _READ, _NAMED)
    system = value.get("systemInstruction")
    if system:
        given = [{"text": system}] if isinstance(system, str) else several(system.get("parts"))
        instruct(said, [Text(text_of(part["text"])) for part in given if part.get("text")])
    calls = _Calls()
    for content in several(value.get("contents")):
        parts = _content(content, calls, lost)
        say(said, "assistant" if content.get("role") == "model" else "user", parts)
    said.tools = list(_tools(several(value.get("tools")), lost))
    said.choice = _choice(camel(camel(value.get("toolConfig")).get("functionCallingConfig")), lost)
    _configure(said, camel(value.get("generationConfig")))
    tier = str(value.get("serviceTier") or "").lower()
    said.tier = _TIERS.get(tier, tier)
    return said


class _Calls:
    """The calls so far: Gemini may give them no ids, and then results belong to them by name, in their order."""

    def __init__(self) -> None:
        self._count = 0
        self._open: dict[int, str] = {}
        self._by_id: defaultdict[str, deque[int]] = defaultdict(deque)
        self._by_name: defaultdict[str, deque[int]] = defaultdict(deque)

    def begun(self, said: Any, name: str) -> str:
        """The id of a call."""
        self._count += 1
        made = said if isinstance(said, str) and said else f"call_{self._count}"
        self._open[self._count] = made
        self._by_id[made].append(self._count)
        self._by_name[name].append(self._count)
        return made

    def answered(self, said: Any, name: str) -> str:
        """The id of the call that a result is of."""
        fits = self._by_id[str(said)] if said else self._by_name[name]
        while fits:
            found = self._open.pop(fits.popleft(), None)
            if found is not None:
                return found
        return said if isinstance(said, str) and said else f"call_of_{name}"


def _content(content: Mapping[str, Any], calls: _Calls, lost: Lost) -> list[Part]:
    """The parts of one content. Thoughts go with the signature that comes after them."""
    parts: list[Part] = []
    thought = ""
    for part in several(content.get("parts")):
        part = camel(part)
        signature = part.get("thoughtSignature") or ""
        state = state_of(signature) if signature and signature not in NO_SIGNATURES else ""
        if part.get("thought") is True:
            thought += text_of(part.get("text") or "")
            if state:
                parts.append(Thought(thought, state))
                thought = ""
            continue
        call = part.get("functionCall")
        if thought or (state and not call):
            parts.append(Thought(thought, "" if call else state))
            thought = ""
        parts += _part(part, state, calls, lost)
    return [*parts, Thought(thought)] if thought else parts


def _part(part: Mapping[str, Any], state: str, calls: _Calls, lost: Lost) -> Iterable[Part]:
    if (call := part.get("functionCall")) is not None:
        name = text_of(call["name"])
        arguments = orjson.dumps(call.get("args") or {}).decode()
        return (Call(calls.begun(call.get("id"), name), name, arguments, state=state),)
    if (result := part.get("functionResponse")) is not None:
        return (_result(result, calls, lost),)
    if part.get("inlineData") is not None or part.get("fileData") is not None:
        return _media(part, lost)
    if part.get("text"):
        return (Text(text_of(part["text"])),)
    for name in part.keys() - {"text", "thoughtSignature", "thought"}:
        lost.kind(name, _PARTS, "content")
    return ()


def _result(result: Mapping[str, Any], calls: _Calls, lost: Lost) -> Result:
    """What a tool gave. Google's own SDKs put it into a member `output` or `result`, and failures into `error`."""
    name, response = text_of(result["name"]), result.get("response") or {}
    failed = response.keys() == {"error"}
    inner = next((response[key] for key in ("output", "result", "error") if response.keys() == {key}), response)
    words = inner if isinstance(inner, str) else orjson.dumps(inner).decode()
    shown = [one for part in several(result.get("parts")) for one in _media(camel(part), lost)]
    return Result(calls.answered(result.get("id"), name), name, (Text(words), *shown), failed)


def _media(part: Mapping[str, Any], lost: Lost) -> list[Media]:
    inline = part.get("inlineData")
    held = camel(part["fileData"] if inline is None else inline)
    mime = held.get("mimeType") or ""
    kind = {"image": "image", "audio": "audio", "video": ""}.get(mime.partition("/")[0], "document")
    if not kind:
        lost.add("content.media")
        return []
    if inline is not None:
        return [Media(kind, mime, encoded(held["data"]))]
    found = media(kind, text_of(held["fileUri"]))
    return [found._replace(mime=mime) if found.url else found]


def _tools(tools: Iterable[Mapping[str, Any]], lost: Lost) -> Iterable[Tool]:
    for tool in map(camel, tools):
        for name in tool.keys() - {"functionDeclarations"}:
            lost.kind(name, _TOOLS, "tools")
        for declared in map(camel, several(tool.get("functionDeclarations"))):
            schema = declared.get("parametersJsonSchema") or plain(declared.get("parameters"))
            schema = schema or {"type": "object", "properties": {}}
            yield Tool(text_of(declared["name"]), declared.get("description") or "", schema)


def _choice(config: Mapping[str, Any], lost: Lost) -> Choice | None:
    if not config:
        return None
    allowed: list[Any] = config.get("allowedFunctionNames") or []
    mode = _MODES.get(config.get("mode") or "AUTO", "auto")
    if mode == "any" and len(allowed) == 1:
        return Choice("tool", text_of(allowed[0]))
    if allowed:
        lost.add("tool_choice")
    return Choice(mode)


def _configure(said: Conversation, config: Mapping[str, Any]) -> None:
    lost = said.lost
    lost.members(config, _CONFIG, _CONFIG_NAMED, "generationConfig.")
    said.most_output = whole(config.get("maxOutputTokens"))
    said.temperature, said.top_p = number(config.get("temperature")), number(config.get("topP"))
    top_k = number(config.get("topK"))
    said.top_k = None if top_k is None else int(top_k)
    said.seed = whole(config.get("seed"))
    said.frequency_penalty = number(config.get("frequencyPenalty"))
    said.presence_penalty = number(config.get("presencePenalty"))
    said.stop = tuple(text_of(one) for one in config.get("stopSequences") or ())
    if (whole(config.get("candidateCount")) or 1) > 1:
        lost.add("n")
    if config.get("responseLogprobs") or config.get("logprobs"):
        lost.add("logprobs")
    if any(str(one).upper() != "TEXT" for one in config.get("responseModalities") or ()):
        lost.add("generationConfig.responseModalities")
    schema = config.get("responseJsonSchema") or plain(config.get("responseSchema"))
    if schema or config.get("responseMimeType") == "application/json":
        said.form = Form(schema or None)
    said.reasoning = _reasoning(camel(config.get("thinkingConfig")))


def _reasoning(config: Mapping[str, Any]) -> Reasoning | None:
    if not config:
        return None
    budget, level = whole(config.get("thinkingBudget")), str(config.get("thinkingLevel") or "").lower()
    if budget == 0:
        return Reasoning("none")
    shown = config.get("includeThoughts")
    effort = level if level in _LEVELS else ""
    adaptive = budget == -1 or (budget is None and not effort)
    return Reasoning(effort, None if adaptive else budget, adaptive, shown if type(shown) is bool else None)
