"""What of a body reaches litellm: an allow-list, of members at the top and of what messages and tools are made of.

litellm takes some hundred parameters from wherever it is given any, among them where to connect, with which key, and
whom to tell. So each call is built from what is named here and from nothing else; all else is refused, never dropped,
since dropping changes what was asked for (but for hints that change no answer: gateway.bridge.calls). Refusals name a
member only where it is one of litellm's own names: other names are the caller's words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

CHAT = frozenset({
    "model", "messages", "stream", "stream_options", "temperature", "top_p", "n", "stop", "max_tokens",
    "max_completion_tokens", "presence_penalty", "frequency_penalty", "logit_bias", "logprobs", "top_logprobs", "seed",
    "user", "response_format", "tools", "tool_choice", "parallel_tool_calls", "functions", "function_call",
    "reasoning_effort", "verbosity", "modalities", "audio", "prediction", "service_tier", "safety_identifier",
    "prompt_cache_key",
})  # fmt: skip
EMBEDDINGS = frozenset({"model", "input", "dimensions", "encoding_format", "user"})

_MESSAGE = frozenset({
    "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "reasoning_content",
    "cache_control",
})  # fmt: skip
_TOOL = frozenset({"type", "function", "cache_control"})
_TOOL_CALL = frozenset({"id", "type", "function", "index"})
_FUNCTION_CALL = frozenset({"name", "arguments"})


class Refused(Exception):
    """A body that isn't passed to litellm. Its words are for the caller and repeat nothing of his. param: where."""

    def __init__(self, words: str, param: str | None = None) -> None:
        super().__init__(words)
        self.param = param


def chat(body: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """The parameters of a chat completion. known: litellm's own names, which a refusal may repeat. Raises Refused."""
    found = _listed(_unstored(body), CHAT, known)
    _text(found, "model")
    if not isinstance(found.get("messages"), list):
        raise Refused("messages must be a list.", "messages")
    for number, message in enumerate(found["messages"]):
        _message(message, f"messages[{number}]")
    for number, tool in enumerate(_list(found, "tools")):
        where = f"tools[{number}]"
        _members(tool, _TOOL, where)
        if tool.get("type") != "function" or not isinstance(tool.get("function"), dict):
            raise Refused("Only tools of type function reach this vendor.", where)
    return found


def embeddings(body: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """Those of embeddings. Raises Refused."""
    found = _listed(body, EMBEDDINGS, known)
    _text(found, "model")
    if found.get("encoding_format", "float") not in ("float", "base64"):
        raise Refused("encoding_format must be float or base64.", "encoding_format")
    if not _is_input(found.get("input")):
        raise Refused("input must be a text, tokens, or a list of these.", "input")
    return found


def _unstored(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without `store`, which no vendor here is asked for."""
    if "store" not in body:
        return body
    if body["store"]:
        raise Refused("Answers aren't stored at this vendor.", "store")
    return {name: value for name, value in body.items() if name != "store"}


def _listed(body: Mapping[str, Any], listed: Collection[str], known: Collection[str]) -> dict[str, Any]:
    for name in body:
        if name not in listed:
            shown = name if name in known else None
            raise Refused(f"{shown or 'A member of the body'} isn't taken for this vendor.", shown)
    return {name: value for name, value in body.items() if value is not None}


def _message(message: Any, where: str) -> None:
    _members(message, _MESSAGE, where)
    content = message.get("content")
    if isinstance(content, list):
        for number, part in enumerate(content):
            _part(part, f"{where}.content[{number}]")
    elif content is not None and not isinstance(content, str):
        raise Refused("content must be a text or a list of parts.", where)
    for call in _list(message, "tool_calls", where):
        _members(call, _TOOL_CALL, f"{where}.tool_calls")
        _members(call.get("function"), _FUNCTION_CALL, f"{where}.tool_calls")
    if message.get("function_call") is not None:
        _members(message["function_call"], _FUNCTION_CALL, f"{where}.function_call")


def _part(part: Any, where: str) -> None:
    kind = part.get("type") if isinstance(part, dict) else None
    check = _PARTS.get(kind) if isinstance(kind, str) else None
    if check is None or not check(part):
        raise Refused("A part of this kind, or with such members, isn't taken for this vendor.", where)


def _only(part: Mapping[str, Any], *names: str) -> bool:
    return part.keys() <= {"type", "cache_control", *names}


def _is_text(part: Mapping[str, Any]) -> bool:
    return _only(part, "text") and isinstance(part.get("text"), str)


def _is_refusal(part: Mapping[str, Any]) -> bool:
    return _only(part, "refusal") and isinstance(part.get("refusal"), str)


def _is_image(part: Mapping[str, Any]) -> bool:
    """In the body itself: what stands elsewhere litellm would fetch."""
    image = part.get("image_url")
    return (
        _only(part, "image_url")
        and isinstance(image, dict)
        and image.keys() <= {"url", "detail", "format"}
        and _is_data(image.get("url"))
    )


def _is_audio(part: Mapping[str, Any]) -> bool:
    audio = part.get("input_audio")
    return _only(part, "input_audio") and isinstance(audio, dict) and audio.keys() <= {"data", "format"}


def _is_file(part: Mapping[str, Any]) -> bool:
    file = part.get("file")
    return (
        _only(part, "file")
        and isinstance(file, dict)
        and file.keys() <= {"file_data", "filename", "format"}
        and _is_data(file.get("file_data"))
    )


def _is_data(url: Any) -> bool:
    return isinstance(url, str) and url.startswith("data:")


_PARTS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "text": _is_text,
    "refusal": _is_refusal,
    "image_url": _is_image,
    "input_audio": _is_audio,
    "file": _is_file,
}


def _is_input(value: Any) -> bool:
    if isinstance(value, str):
        return True
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(one, str | int) or _are_tokens(one) for one in value)


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, int) for one in value)


def _members(value: Any, allowed: Collection[str], where: str) -> None:
    if not isinstance(value, dict):
        raise Refused("An object was expected here.", where)
    if not value.keys() <= set(allowed):
        raise Refused("A member here isn't taken for this vendor.", where)


def _list(value: Mapping[str, Any], name: str, where: str = "") -> list[Any]:
    found = value.get(name)
    if found is not None and not isinstance(found, list):
        raise Refused(f"{name} must be a list.", where or name)
    return found or []


def _text(value: Mapping[str, Any], name: str) -> None:
    if not isinstance(value.get(name), str) or not value[name]:
        raise Refused(f"{name} must be a text.", name)
