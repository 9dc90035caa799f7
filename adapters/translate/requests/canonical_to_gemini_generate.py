"""A generation request of Gemini's, written from the canonical form. The model stands in the path, not in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from adapters.dialects.gemini_content import NO_SIGNATURE
from adapters.translate.canonical import (
    Call,
    Conversation,
    Media,
    Part,
    Refused,
    Result,
    Text,
    Thought,
    Tool,
    Turn,
)
from adapters.translate.requests.canonical_to_anthropic_messages import as_object, form_words
from adapters.translate.requests.efforts import budget_of, effort_of
from adapters.translate.requests.google import is_old
from adapters.translate.requests.writing import arguments_of, uncached
from adapters.translate.states import GOOGLE, unpack
from adapters.translate.urls import plain

_MOST_STOPS: Final = 5
_TYPES: Final = {"image": "image/png", "audio": "audio/wav", "document": "application/pdf"}
_LEVELS: Final = {"none": "minimal", "xhigh": "high", "max": "high"}
_MOST_BUDGET: Final = 24_576
_LEAST_OF_PRO: Final = 128


def write(said: Conversation) -> dict[str, Any]:
    """The body."""
    system = [{"text": text.text} for text in said.instructions if text.text]
    names = {part.id: part.name for turn in said.turns for part in turn.parts if isinstance(part, Call)}
    contents = [made for turn in said.turns if (made := _content(turn, names, said))]
    config: dict[str, Any] = {}
    _sampling(said, config)
    _form(said, config, system)
    _reasoning(said, config)
    if not contents and system:
        contents, system = [{"role": "user", "parts": system}], []
    body: dict[str, Any] = {"contents": contents}
    if system:
        body["systemInstruction"] = {"parts": system}
    if said.tools:
        body["tools"] = [{"functionDeclarations": [_tool(tool) for tool in said.tools]}]
        _choose(said, body)
    if config:
        body["generationConfig"] = config
    _rest(said, body)
    return body


def _rest(said: Conversation, body: dict[str, Any]) -> None:
    """The tier, and what has no place here."""
    if said.tier in ("flex", "priority"):
        body["serviceTier"] = said.tier
    elif said.tier not in ("", "auto", "default"):
        said.lost.add("service_tier")
    for name in ("user", "verbosity"):
        if getattr(said, name):
            said.lost.add(name)
    uncached(said)


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"description": tool.description} if tool.description else {}
    return {"name": tool.name, **described, "parametersJsonSchema": arguments_of(tool)}


def _choose(said: Conversation, body: dict[str, Any]) -> None:
    choice = said.choice
    if choice is not None and choice.mode != "auto":
        mode = {"none": "NONE"}.get(choice.mode, "ANY")
        named = {"allowedFunctionNames": [choice.name]} if choice.mode == "tool" else {}
        body["toolConfig"] = {"functionCallingConfig": {"mode": mode, **named}}
    if said.parallel is False:
        said.lost.add("parallel_tool_calls")


def _sampling(said: Conversation, config: dict[str, Any]) -> None:
    for name, value in (
        ("maxOutputTokens", said.most_output), ("temperature", said.temperature), ("topP", said.top_p),
        ("topK", said.top_k), ("seed", said.seed), ("frequencyPenalty", said.frequency_penalty),
        ("presencePenalty", said.presence_penalty),
    ):  # fmt: skip
        if value is not None:
            config[name] = value
    if said.stop:
        config["stopSequences"] = list(said.stop[:_MOST_STOPS])
        if len(said.stop) > _MOST_STOPS:
            said.lost.add("stop")


def _form(said: Conversation, config: dict[str, Any], system: list[dict[str, Any]]) -> None:
    form = said.form
    if form is None:
        return
    if said.tools and is_old(said.model):  # these take tools or a form, not both
        said.lost.add("response_format")
        system.append({"text": form_words(form)})
        return
    config["responseMimeType"] = "application/json"
    if form.schema is not None:
        config["responseJsonSchema"] = form.schema


def _reasoning(said: Conversation, config: dict[str, Any]) -> None:
    reasoning = said.reasoning
    if reasoning is None:
        return
    thinking: dict[str, Any] = {"includeThoughts": True} if reasoning.shown and reasoning.effort != "none" else {}
    if is_old(said.model):
        least = _LEAST_OF_PRO if "-pro" in said.model else 0
        adaptive = reasoning.adaptive and not reasoning.effort
        thinking["thinkingBudget"] = -1 if adaptive else min(max(budget_of(reasoning), least), _MOST_BUDGET)
        if reasoning.effort and (reasoning.effort != "none" or least):
            said.lost.add("reasoning.effort")
    elif effort := reasoning.effort or (effort_of(reasoning.budget) if reasoning.budget is not None else ""):
        thinking["thinkingLevel"] = _LEVELS.get(effort, effort)
        if reasoning.budget is not None:
            said.lost.add("reasoning.budget")
        if effort in _LEVELS:
            said.lost.add("reasoning.effort")
    if thinking:
        config["thinkingConfig"] = thinking


def _content(turn: Turn, names: Mapping[str, str], said: Conversation) -> dict[str, Any] | None:
    if turn.role == "assistant":
        parts = _Model(said).parts(turn)
    else:
        results = [part for part in turn.parts if isinstance(part, Result)]
        others = [part for part in turn.parts if not isinstance(part, Result)]
        parts = [_result(part, names) for part in results]
        shown = [inner for part in results for inner in part.parts if isinstance(inner, Media)]
        parts += [made for part in (*shown, *others) if (made := _part(part)) is not None]
    return {"role": "model" if turn.role == "assistant" else "user", "parts": parts} if parts else None


class _Model:
    """What the model said in one turn. Its signatures stand beside the first part that comes after the thoughts; a
    first call that lost its own gets the word that Google has for that, since newer models refuse it without."""

    def __init__(self, said: Conversation) -> None:
        self._said = said
        self._signature = ""
        self._called = False

    def parts(self, turn: Turn) -> list[dict[str, Any]]:
        """Its parts."""
        found: list[dict[str, Any]] = []
        for part in turn.parts:
            if isinstance(part, Thought):
                self._signature = unpack(part.state, GOOGLE)
                if not self._signature:
                    self._said.lost.add("reasoning.history")
            elif isinstance(part, Call):
                found.append(self._call(part))
            elif (made := _part(part)) is not None:
                found.append(made | self._taken())
        return [*found, {"text": "", **self._taken()}] if self._signature else found

    def _taken(self) -> dict[str, str]:
        signature, self._signature = self._signature, ""
        return {"thoughtSignature": signature} if signature else {}

    def _call(self, part: Call) -> dict[str, Any]:
        signed = self._taken()
        if own := unpack(part.state, GOOGLE):
            signed = {"thoughtSignature": own}
        elif not signed and not self._called and not is_old(self._said.model):
            signed = {"thoughtSignature": NO_SIGNATURE}
        self._called = True
        return {"functionCall": {"id": part.id, "name": part.name, "args": as_object(part)}, **signed}


def _result(part: Result, names: Mapping[str, str]) -> dict[str, Any]:
    words = "\n".join(inner.text for inner in part.parts if isinstance(inner, Text))
    name = part.name or names.get(part.call) or "tool"
    response = {"error" if part.failed else "output": words}
    return {"functionResponse": {"id": part.call, "name": name, "response": response}}


def _part(part: Part) -> dict[str, Any] | None:
    if isinstance(part, Text | Refused):
        return {"text": part.text} if part.text else None
    if not isinstance(part, Media):
        return None
    if part.url:
        return {"fileData": {**({"mimeType": part.mime} if part.mime else {}), "fileUri": part.url}}
    if part.kind == "document" and (words := plain(part)):
        return {"text": words}
    return {"inlineData": {"mimeType": part.mime or _TYPES.get(part.kind, "application/pdf"), "data": part.data}}
