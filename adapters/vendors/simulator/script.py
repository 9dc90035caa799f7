"""What the simulator will say: decided once from the prompt and the directives, written by any dialect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from adapters.vendors.simulator.directives import Directives
from adapters.vendors.simulator.prompt import Prompt, Tool, tokens

_RESULT = "{{result}}"
CREATED = 1_760_000_000  # one fixed moment, so that equal requests have equal answers
_WORDS = ("the lock fills slowly and the boat rises with the water until both gates stand level " * 2).split()


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call: its id without prefix, and its arguments as JSON text (or free text for a custom tool)."""

    id: str
    name: str
    arguments: str
    custom: bool = False

    def given(self) -> dict[str, Any]:
        """Its arguments as an object; a text that is none stands in a member of one."""
        try:
            said = orjson.loads(self.arguments)
        except orjson.JSONDecodeError:
            said = None
        return said if isinstance(said, dict) else {"input": self.arguments}


@dataclass(frozen=True, slots=True)
class Script:
    """One answer. stop: stop | length | tool_calls. chunk: characters in a delta. id: hexadecimal, 24 long."""

    id: str
    model: str
    text: str
    reasoning: str
    calls: tuple[Call, ...]
    stop: str
    input: int
    output: int
    chunk: int
    usage: bool = True

    def parts(self, text: str) -> Iterator[str]:
        """`text` in the deltas of a stream."""
        for start in range(0, len(text), self.chunk):
            yield text[start : start + self.chunk]


def write(name: str, prompt: Prompt, asked: Directives, seed: bytes) -> Script:
    """The answer of simulator `name`; `seed` (the request's bytes) makes its ids."""
    calls = _calls(prompt, asked, seed)
    text = "" if calls else _text(name, prompt, asked)
    reasoning = "Weighing what was asked before answering." if asked.reasoning else ""
    length = tokens(text + reasoning + "".join(call.arguments for call in calls))
    stop = "tool_calls" if calls else "stop"
    if prompt.cap is not None and length > prompt.cap and not calls:
        text, length, stop = text[: 4 * prompt.cap], prompt.cap, "length"
    return Script(
        _id(seed, "answer"), prompt.model, text, reasoning, calls, stop, prompt.input_tokens, length,
        max(1, asked.chunk), not asked.no_usage,
    )  # fmt: skip


def _text(name: str, prompt: Prompt, asked: Directives) -> str:
    if prompt.schema is not None and asked.say is None:
        return orjson.dumps(example(prompt.schema)).decode()
    if missing := [wish.name for wish in asked.tools if _offered(wish.name, prompt.tools) is None]:
        offered = ", ".join(tool.name for tool in prompt.tools) or "none"
        return f"The request offers no tool named {', '.join(missing)}. It offers: {offered}."
    if prompt.results and asked.tools:
        done = f"The task is done after {len(prompt.results)} tool result(s)."
        return done + "".join(f"\n{result}" for result in prompt.results) if asked.echo else done
    if asked.say is not None:
        return asked.say
    if asked.echo:
        return prompt.text
    if asked.words is not None:
        return " ".join(_WORDS[i % len(_WORDS)] for i in range(asked.words))
    return f"This is {name}, a simulated model. It read {prompt.input_tokens} tokens and answers as {prompt.model}."


def _calls(prompt: Prompt, asked: Directives, seed: bytes) -> tuple[Call, ...]:
    """The tool calls of this turn: those asked for and not yet answered, else a forced one."""
    wished = [(tool, wish.arguments) for wish in asked.tools if (tool := _offered(wish.name, prompt.tools))]
    left = wished[len(prompt.results) :]
    if not left and prompt.forced is not None and not prompt.results:
        tool = prompt.tools[0] if prompt.forced == "*" and prompt.tools else _offered(prompt.forced, prompt.tools)
        left = [(tool, orjson.dumps(example(tool.schema)).decode())] if tool is not None else []
    turn = left if asked.parallel else left[: asked.together]
    last = orjson.dumps(prompt.results[-1] if prompt.results else "").decode()[1:-1]
    turn = [(tool, arguments.replace(_RESULT, last)) for tool, arguments in turn]
    return tuple(
        Call(_id(seed, f"call {index}"), tool.name, _input(tool, arguments), tool.custom)
        for index, (tool, arguments) in enumerate(turn)
    )


def _input(tool: Tool, arguments: str) -> str:
    """A custom tool takes free text: the `input` of a JSON object, where one was written."""
    if tool.custom and arguments.startswith("{"):
        value = orjson.loads(arguments)
        return str(value["input"]) if "input" in value else arguments
    return arguments


def _offered(name: str, tools: Sequence[Tool]) -> Tool | None:
    return next((tool for tool in tools if tool.name.lower() == name.lower()), None)


def _id(seed: bytes, what: str) -> str:
    return sha256(what.encode() + b"\0" + seed).hexdigest()[:24]


def example(schema: Mapping[str, Any], depth: int = 0) -> Any:
    """A value that a plain JSON schema admits: required members only, first of an enum, shortest of an array."""
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    for key in ("anyOf", "oneOf", "allOf"):
        if schema.get(key):
            return example(schema[key][0], depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if (kind == "object" or "properties" in schema) and depth < 16:
        members = schema.get("properties", {})
        return {key: example(members.get(key, {}), depth + 1) for key in schema.get("required", ())}
    if kind == "array":
        return [example(schema.get("items", {}), depth + 1) for _ in range(min(8, schema.get("minItems", 0)))]
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": True, "null": None}.get(
        str(kind), "example"
    )
