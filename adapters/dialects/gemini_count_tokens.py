"""Gemini's token count: `POST /v1beta/models/{model}:countTokens`, contents alone or a whole generation request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import Ask
from adapters.dialects import gemini_content, reading
from adapters.dialects.answers import Strings
from adapters.dialects.base import NO_PARAMETERS, Reader
from adapters.dialects.failures import gemini_error
from adapters.dialects.gemini_fields import field
from adapters.dialects.gemini_generate import claim, differs, model_of, named
from adapters.dialects.gemini_reader import GeminiReader
from adapters.dialects.google_failures import google_failure
from adapters.dialects.passages import Gathering
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk
from adapters.wire.body import Document, Edit, Path


class GeminiCountTokens:
    """Counts the tokens of a prompt that no model answers. Its text leaves all the same, so it is judged alike."""

    name = "gemini_count_tokens"
    family = "gemini"
    operation = "count_tokens"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused."""
        value = document.value
        whole = _whole(value)
        model = model_of(value, parameters)
        gathering = Gathering(document)
        names = claim(gathering, value)
        if whole is None:
            gemini_content.refuse_empty(value, "contents")
        else:
            path, inside = whole
            said = field(inside, "model", str, path)
            if said is not None and said[1].removeprefix("models/") != model:
                raise differs(said[0])
            names += claim(gathering, inside, path)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=False,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=0,
            wants_usage=False,
            tools=names,
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The destination's own model name, wherever the body repeats that of the path."""
        whole = _whole(ask.document.value)
        inside = named(ask.document, whole[0], ask.model, model) if whole else []
        return named(ask.document, (), ask.model, model) + inside

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Nothing to hold back."""
        return []

    def reader(self, ask: Ask) -> Reader:
        """A fresh reader for one attempt's answer."""
        return GeminiCountReader()

    error = staticmethod(gemini_error)


class GeminiCountReader(GeminiReader):
    """Reads a count. Nothing was generated, so `usage` stays empty."""

    def body(self, raw: bytes) -> Chunk:
        """The count, or an error in a body that came with status 200."""
        read = reading.document(raw)
        if read.value.get("error") is not None:
            return Chunk(raw, raw, error=google_failure(read.value["error"]))
        if reading.count(read.value, "totalTokens") is None:
            raise ProtocolBroken(code="no_count")
        strings = Strings(read)
        for name in ("promptTokensDetails", "cacheTokensDetails"):
            strings.skip((name,))
        self._ended = True
        return Chunk(raw, raw, strings.deltas(), content=True, terminal=True)


def _whole(value: dict[str, Any]) -> tuple[Path, dict[str, Any]] | None:
    return field(value, "generateContentRequest", dict)
