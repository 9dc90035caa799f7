"""OpenAI embeddings: `POST /v1/embeddings`. Answers are numbers; they are never streamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import Ask
from adapters.dialects import reading
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import required
from adapters.dialects.ending import Ending
from adapters.dialects.failures import vendor_failure
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_completions import texts_or_tokens
from adapters.dialects.openai_plain import PlainRequest
from adapters.dialects.openai_requests import refuse_held
from adapters.dialects.passages import OTHER, Gathering, is_base64
from adapters.errors import BodyRefused, ProtocolBroken
from adapters.reply import Chunk, Delta, Usage
from adapters.wire.body import Document

_ROOT = frozenset(("object", "data", "model", "usage", "id", "created"))
_ITEM = frozenset(("object", "index", "embedding"))


class OpenAIEmbeddings(PlainRequest):
    """The embeddings dialect."""

    name = "openai_embeddings"
    operation = "embeddings"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect."""
        value = document.value
        model = required(value, "model", str)
        refuse_held(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        if value.get("input") is None:  # vLLM would embed `messages` instead, with whatever stands in them
            raise BodyRefused("missing_field", "input is required.", param="input")
        texts_or_tokens(value, "input", gathering)
        foreign(gathering, ("messages",), value.get("messages"), OTHER)
        return self.wordless(document, model, gathering)

    def reader(self, ask: Ask) -> EmbeddingsReader:
        """A fresh reader for one attempt's answer."""
        return EmbeddingsReader()


class EmbeddingsReader(Ending):
    """Reads one attempt's vectors, as numbers or base64; any text beside them is inspected (channel other:...)."""

    def body(self, raw: bytes) -> Chunk:
        """A whole answer."""
        value = reading.load(raw)
        if value.get("error") is not None:
            return Chunk(raw, raw, error=vendor_failure(value["error"]))
        if type(value.get("data")) is not list:
            raise ProtocolBroken(code="no_data")
        self._done = True
        self.usage = Usage(input=reading.count(value, "usage", "prompt_tokens"), output=0)
        deltas = () if _usual(value) else _strange_texts(raw)
        return Chunk(raw, raw, deltas, content=True, terminal=True, usage=self.usage)


def _usual(value: Mapping[str, Any]) -> bool:
    """Whether an answer holds vectors and nothing else."""
    return value.keys() <= _ROOT and all(
        type(item) is dict and item.keys() <= _ITEM and _vector(item.get("embedding")) for item in value["data"]
    )


def _vector(value: object) -> bool:
    """Whether a value is an array of numbers or base64."""
    if type(value) is str:
        return is_base64(value)
    return type(value) is list and all(type(number) is float or type(number) is int for number in value)


def _strange_texts(raw: bytes) -> tuple[Delta, ...]:
    return tuple(
        Delta(f"other:-:{':'.join(map(str, leaf.path))}", "text", leaf.text, leaf.start, leaf.end, True)
        for leaf in reading.strings(reading.document(raw))
        if leaf.path[0] not in ("object", "model", "id")
        and leaf.path[2:] != ("object",)
        and not (leaf.path[2:] == ("embedding",) and is_base64(leaf.text))
    )
