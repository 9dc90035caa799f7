"""Where the texts stand in a response of OpenAI's Responses API and in its output items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.dialects.answers import REASONING, TEXT, TOOL_ARGUMENTS, TOOL_TEXT, Strings
from adapters.wire.body import Path

# What a response repeats of its request (it was judged on its way out, and left as it was judged), and who pays.
_ECHOES = (
    "instructions", "tools", "tool_choice", "text", "reasoning", "metadata", "user", "prompt_cache_key", "prompt",
    "prompt_cache_retention", "safety_identifier", "truncation", "billing",
)  # fmt: skip

# The rest of what a response has before its first output: numbers, flags and words of closed lists.
_PLAIN = frozenset({
    "id", "object", "created_at", "completed_at", "status", "background", "error", "incomplete_details", "model",
    "max_output_tokens", "max_tool_calls", "output", "parallel_tool_calls", "previous_response_id", "service_tier",
    "store", "temperature", "top_p", "top_logprobs", "usage", "frequency_penalty", "presence_penalty", "moderation",
})  # fmt: skip

# Members of calls that hold their arguments, as a text that grew in the stream or as an object.
_ARGUMENTS = ("arguments", "input", "code", "action", "operation", "queries")


_SCALARS = (str, int, float, bool, type(None))


def only_echoes(response: dict[str, Any]) -> bool:
    """Whether a response holds nothing yet but what its request said."""
    if response.get("output") or any(type(response.get(key)) not in _SCALARS for key in _PLAIN - {"output"}):
        return False
    return response.keys() <= _PLAIN.union(_ECHOES)


def claim_response(strings: Strings, path: Path, response: dict[str, Any], outputs: Mapping[str, int]) -> None:
    """Claims the texts of a response. outputs: index by item id as the stream told it; else their order counts."""
    for name in _ECHOES:
        strings.skip((*path, name))
    strings.skip((*path, "incomplete_details"))
    output = response.get("output")
    for index, item in enumerate(output if type(output) is list else ()):
        identity = item.get("id") if type(item) is dict else None
        known = outputs.get(identity, index) if type(identity) is str else index
        claim_item(strings, (*path, "output", index), item, known)


def claim_item(strings: Strings, path: Path, item: object, output: int) -> None:
    """Claims the texts of one complete output item."""
    if type(item) is not dict:
        return
    kind = item.get("type")
    kind = kind if type(kind) is str else ""
    if kind == "message":
        _parts(strings, (*path, "content"), item.get("content"), output)
    elif kind == "reasoning":
        _each(strings, (*path, "summary"), item.get("summary"), f"summary:{output}")
        _each(strings, (*path, "content"), item.get("content"), f"reasoning:{output}")
    elif kind == "image_generation_call":
        strings.skip((*path, "result"))
    elif kind.endswith("_call") or kind == "mcp_approval_request":
        _call(strings, path, item, output)
    strings.ciphertexts(path, item)


def _parts(strings: Strings, path: Path, parts: object, output: int) -> None:
    for index, _ in enumerate(parts if type(parts) is list else ()):
        strings.claim((*path, index, "text"), f"text:{output}:{index}", TEXT)
        strings.claim((*path, index, "refusal"), f"refusal:{output}:{index}", TEXT)


def _each(strings: Strings, path: Path, parts: object, stem: str) -> None:
    for index, _ in enumerate(parts if type(parts) is list else ()):
        strings.claim((*path, index, "text"), f"{stem}:{index}", REASONING)


def _call(strings: Strings, path: Path, item: dict[str, Any], output: int) -> None:
    channel = f"tool:{output}"
    for name in _ARGUMENTS:
        held = item.get(name)
        if type(held) is str:
            strings.claim((*path, name), channel, TOOL_ARGUMENTS if name == "arguments" else TOOL_TEXT)
        elif held:
            strings.claim((*path, name), f"{channel}:", TOOL_TEXT)
    action, operation = item.get("action"), item.get("operation")
    commands = action.get("commands") if type(action) is dict else None
    for index, _ in enumerate(commands if type(commands) is list else ()):
        strings.claim((*path, "action", "commands", index), f"{channel}:{index}", TOOL_TEXT)
    if type(operation) is dict:
        strings.claim((*path, "operation", "diff"), channel, TOOL_TEXT)
