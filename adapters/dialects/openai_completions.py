"""OpenAI text completions: `POST /v1/completions`, and the way their answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import NOT_INSPECTABLE, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import optional, required
from adapters.dialects.choices import ChoicesReader, Place, other
from adapters.dialects.failures import openai_error
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_requests import (
    alias,
    hold,
    plain_counts,
    refuse_held,
    token_limit,
    usage_request,
    wants_usage,
)
from adapters.dialects.passages import Gathering, Mark
from adapters.dialects.reading import key_pattern, only_token
from adapters.errors import BodyRefused
from adapters.reply import Delta
from adapters.wire.body import Document, Edit, Path

_TEXT = key_pattern("text")
_USER = Mark("user")


class OpenAICompletions:
    """The text completions dialect."""

    name = "openai_completions"
    family = "openai"
    operation = "text_completion"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect."""
        value = document.value
        stream = bool(optional(value, "stream", bool))
        model = required(value, "model", str)
        refuse_held(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        plain_counts(value)
        texts_or_tokens(value, "prompt", gathering)
        if value.get("prompt_embeds") is not None:  # a prompt as vLLM takes it already embedded
            gathering.part(("prompt_embeds",), NOT_INSPECTABLE, "embeddings", _USER)
        optional(value, "suffix", str)
        gathering.text(("suffix",), _USER)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=stream,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=token_limit(value, "max_tokens"),
            wants_usage=wants_usage(value, stream=stream),
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination; vendors keep no text completions."""
        return alias(ask, model) + (usage_request(ask) if meter else [])

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """The edits that hold the answer to `tokens` output tokens (of each choice)."""
        return hold(ask.document, tokens, ("max_tokens",))

    def reader(self, ask: Ask) -> CompletionsReader:
        """A fresh reader for one attempt's answer."""
        return CompletionsReader(ask)

    error = staticmethod(openai_error)


class CompletionsReader(ChoicesReader):
    """Reads one attempt's answer. Channels: text:I, reasoning:I, other:I:..., with I the choice."""

    def quick(self, choice: Mapping[str, Any], index: int, data: bytes) -> tuple[Delta, ...] | None:
        """Events and answers that bring only text."""
        text = choice.get("text")
        if type(text) is not str or choice.get("delta") is not None or choice.get("message") is not None:
            return None
        span = only_token(data, _TEXT, text)
        return None if span is None else (Delta(f"text:{index}", "text", text, *span),) if text else ()

    def place(self, rest: Path, choice: Mapping[str, Any], index: int) -> Place | None:
        """Where the string at `rest` inside a choice belongs."""
        if rest[0] in ("finish_reason", "stop_reason", "logprobs"):
            return None
        if rest == ("text",):
            return Place(f"text:{index}")
        if rest in (("reasoning",), ("reasoning_content",)):
            return Place(f"reasoning:{index}", "reasoning")
        return other(rest, index, growing=False)


def texts_or_tokens(value: dict[str, Any], key: str, gathering: Gathering) -> None:
    """Mark an input that is a text, texts, or token arrays (which nobody here can read)."""
    given = value.get(key)
    if type(given) is str:
        gathering.text((key,), _USER)
        return
    if type(given) is not list:
        if given is not None:
            raise BodyRefused("wrong_type", f"{key} must be a string or an array.", param=key)
        return
    for index, item in enumerate(given):
        if type(item) is str:
            gathering.text((key, index), _USER)
        elif type(item) is dict:
            foreign(gathering, (key, index), item, _USER)
    if not all(type(item) is str for item in given):
        gathering.part((key,), NOT_INSPECTABLE, "token array", _USER)
