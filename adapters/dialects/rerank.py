"""Rankings of documents by a query: `POST /v1/rerank` and `/v2/rerank`, as Cohere, Jina and vLLM have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import Ask
from adapters.dialects import reading
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import optional, required
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_plain import PlainRequest
from adapters.dialects.openai_requests import refuse_held
from adapters.dialects.passages import Gathering, Mark
from adapters.dialects.whole import WholeReader
from adapters.errors import BodyRefused
from adapters.reply import Usage
from adapters.wire.body import Document, Path

_USER = Mark("user")
_MEDIA = ("image", "audio", "video")


class Rerank(PlainRequest):
    """The rerank dialect. Documents are texts, or objects whose strings are inspected wherever they stand."""

    name = "rerank"
    operation = "rerank"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect."""
        value = document.value
        model = required(value, "model", str)
        refuse_held(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        _query(value, gathering)
        _documents(value, gathering)
        return self.wordless(document, model, gathering)

    def reader(self, ask: Ask) -> WholeReader:
        """A fresh reader for one attempt's answer."""
        return WholeReader("results", _usage)


def _query(value: dict[str, Any], gathering: Gathering) -> None:
    """A text; some servers also rank by a picture, in an object."""
    if type(value.get("query")) is dict:
        _object(value["query"], ("query",), gathering)
        return
    required(value, "query", str)
    gathering.text(("query",), _USER)


def _documents(value: dict[str, Any], gathering: Gathering) -> None:
    given = value.get("documents")
    if type(given) is dict:  # parts of one document, as vLLM takes them
        _object(given, ("documents",), gathering)
        return
    for index, item in enumerate(required(value, "documents", list)):
        path = ("documents", index)
        if type(item) is str:
            gathering.text(path, _USER)
        elif type(item) is dict:
            _object(item, path, gathering)
        else:
            raise BodyRefused("wrong_type", "documents must be strings or objects.", param="documents")
    optional(value, "top_n", int)


def _object(value: dict[str, Any], path: Path, gathering: Gathering) -> None:
    """A document of members: pictures and sounds as addresses or base64, everything else text."""
    gathering.group(path, _USER)
    foreign(gathering, path, {name: inner for name, inner in value.items() if name not in _MEDIA}, _USER)
    for name in _MEDIA:
        if type(value.get(name)) is str:
            gathering.media((*path, name), _USER, name)
        elif name in value:
            foreign(gathering, (*path, name), value[name], _USER)


def _usage(value: Mapping[str, Any]) -> Usage:
    """As vLLM and Jina tell it, or Cohere; those that count searches leave the tokens to be estimated."""
    for path in (("usage", "prompt_tokens"), ("usage", "total_tokens"), ("meta", "tokens", "input_tokens")):
        counted = reading.count(value, *path)
        if counted is not None:
            return Usage(input=counted, output=0)
    return Usage(output=0)
