"""OpenAI moderations: `POST /v1/moderations`. Texts and pictures are judged by a model of the vendor's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import NOT_INSPECTABLE, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import objects, optional, required
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_plain import PlainRequest
from adapters.dialects.openai_requests import named_model, refuse_held
from adapters.dialects.passages import Gathering, Mark, known
from adapters.dialects.whole import WholeReader
from adapters.errors import BodyRefused
from adapters.reply import Usage
from adapters.wire.body import Document, Edit, Path

# What OpenAI takes where a request names no model.
USUAL_MODEL = "omni-moderation-latest"
_USER = Mark("user")


class OpenAIModerations(PlainRequest):
    """The moderations dialect."""

    name = "openai_moderations"
    operation = "moderation"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect."""
        value = document.value
        model = optional(value, "model", str) or USUAL_MODEL
        refuse_held(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        _input(value, gathering)
        return self.wordless(document, model, gathering)

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The model's name, also where a request leaves it out."""
        return named_model(ask, model)

    def reader(self, ask: Ask) -> WholeReader:
        """A fresh reader for one attempt's answer."""
        return WholeReader("results", _usage)


def _input(value: dict[str, Any], gathering: Gathering) -> None:
    given = value.get("input")
    if type(given) is str:
        gathering.text(("input",), _USER)
        return
    if given is None:
        raise BodyRefused("missing_field", "input is required.", param="input")
    if type(given) is not list:
        raise BodyRefused("wrong_type", "input must be a string or an array.", param="input")
    if all(type(item) is str for item in given):
        for index in range(len(given)):
            gathering.text(("input", index), _USER)
        return
    for index, part in enumerate(objects(given, ("input",))):
        _part(part, ("input", index), gathering)


def _part(part: dict[str, Any], path: Path, gathering: Gathering) -> None:
    kind = part.get("type")
    if kind == "text":
        required(part, "text", str, path)
        gathering.text((*path, "text"), _USER)
    elif kind == "image_url":
        required(required(part, "image_url", dict, path), "url", str, (*path, "image_url"))
        gathering.media((*path, "image_url", "url"), _USER, "image")
    else:
        gathering.part(path, NOT_INSPECTABLE, known(kind, "unknown"), _USER)
        foreign(gathering, path, part, _USER)


def _usage(value: Mapping[str, Any]) -> Usage:
    """Vendors count nothing here: input is then estimated."""
    return Usage(output=0)
