"""Gemini's embeddings: `POST /v1beta/models/{model}:embedContent` and `:batchEmbedContents`. Answers are numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.ask import Ask
from adapters.dialects import gemini_content, reading
from adapters.dialects.answers import Strings
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.ending import Ending
from adapters.dialects.failures import gemini_error, gemini_stream_error
from adapters.dialects.gemini_fields import each, field, inner, key_of
from adapters.dialects.gemini_generate import differs, model_of, named
from adapters.dialects.google_failures import google_failure
from adapters.dialects.passages import Gathering, Mark
from adapters.errors import BodyRefused, ProtocolBroken
from adapters.reply import Chunk, Usage
from adapters.wire.body import Document, Edit, Path

_ROOT = frozenset(("embedding", "embeddings", "usageMetadata"))


class GeminiEmbed:
    """One text, or the parts of one content, for one vector."""

    name = "gemini_embed"
    family = "gemini"
    operation = "embeddings"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused."""
        model = model_of(document.value, parameters)
        gathering = Gathering(document)
        for path, request in self.requests(document.value):
            said = field(request, "model", str, path)
            if said is not None and said[1].removeprefix("models/") != model:
                raise differs(said[0])
            _claim(gathering, request, path)
        passages = gathering.passages()
        return Ask(
            self.name, self.operation, model, stream=False, document=document, passages=passages, max_output=0,
            files=gathering.files,
        )  # fmt: skip

    def requests(self, value: dict[str, Any]) -> Sequence[tuple[Path, dict[str, Any]]]:
        """The requests in a body, with their paths."""
        return [((), value)]

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The destination's own model name, wherever the body repeats that of the path."""
        paths = [path for path, _ in self.requests(ask.document.value)]
        return [edit for path in paths for edit in named(ask.document, path, ask.model, model)]

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Embeddings have no output tokens to hold."""
        return []

    def reader(self, ask: Ask) -> GeminiEmbedReader:
        """A fresh reader for one attempt's answer."""
        return GeminiEmbedReader()

    error = staticmethod(gemini_error)


class GeminiBatchEmbed(GeminiEmbed):
    """Many texts for a vector each."""

    name = "gemini_batch_embed"

    def requests(self, value: dict[str, Any]) -> Sequence[tuple[Path, dict[str, Any]]]:
        """The requests in a body, with their paths."""
        gemini_content.refuse_empty(value, "requests")
        return each(value, "requests")


class GeminiEmbedReader(Ending):
    """Reads one attempt's vectors; any text beside them is inspected (channel other:...)."""

    def body(self, raw: bytes) -> Chunk:
        """A whole answer."""
        value = reading.load(raw)
        if value.get("error") is not None:
            return Chunk(raw, raw, error=google_failure(value["error"]))
        if type(value.get("embedding")) is not dict and type(value.get("embeddings")) is not list:
            raise ProtocolBroken(code="no_data")
        self._done = True
        self.usage = Usage(input=reading.count(value, "usageMetadata", "promptTokenCount"), output=0)
        deltas = () if _usual(value) else Strings(reading.document(raw)).deltas()
        return Chunk(raw, raw, deltas, content=True, terminal=True, usage=self.usage)

    stream_error = staticmethod(gemini_stream_error)


def _claim(gathering: Gathering, request: dict[str, Any], path: Path) -> None:
    key = key_of(request, "content", path)
    if key is None:
        raise BodyRefused("missing_field", "content is required.", param="content")
    here = (*path, key)
    if type(request[key]) is str:
        gathering.text(here, Mark("user"))
    else:
        gemini_content.parts(gathering, inner(request[key], dict, here), here, Mark("user"))


def _usual(value: Mapping[str, Any]) -> bool:
    """Whether an answer holds vectors and nothing else."""
    many = value.get("embeddings", [])
    vectors = [*(many if type(many) is list else [many]), *([value["embedding"]] if "embedding" in value else [])]
    return value.keys() <= _ROOT and all(
        type(one) is dict and one.keys() <= {"values"} and _vector(one.get("values")) for one in vectors
    )


def _vector(value: object) -> bool:
    return type(value) is list and all(type(number) is float or type(number) is int for number in value)
