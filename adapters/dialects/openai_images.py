"""OpenAI images: `POST /v1/images/generations`. The prompt is text; nobody here can read the picture."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.ask import NOT_INSPECTABLE, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import optional, required
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.images_reader import ImagesReader
from adapters.dialects.openai_plain import PlainRequest
from adapters.dialects.openai_requests import plain_counts, refuse_held
from adapters.dialects.passages import OTHER, Gathering, Mark
from adapters.wire.body import Document

OUTPUT = "image output"


class OpenAIImages(PlainRequest):
    """The image generations dialect. A picture is asked for, so every ask has a part that can't be inspected."""

    name = "openai_images"
    operation = "image_generation"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect."""
        value = document.value
        model = required(value, "model", str)
        # What these APIs call `background` is a colour.
        refuse_held({name: held for name, held in value.items() if name != "background"})
        gathering = Gathering(document)
        openai_identity(gathering, value)
        plain_counts(value)
        required(value, "prompt", str)
        gathering.text(("prompt",), Mark("user"))
        foreign(gathering, (), {name: inner for name, inner in value.items() if name != "prompt"}, OTHER)
        gathering.part((), NOT_INSPECTABLE, OUTPUT, Mark("user"))
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=bool(optional(value, "stream", bool)),
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
        )

    def reader(self, ask: Ask) -> ImagesReader:
        """A fresh reader for one attempt's answer."""
        return ImagesReader(ask)
