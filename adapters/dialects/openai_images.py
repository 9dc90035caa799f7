"""OpenAI images: `POST /v1/images/generations`. The prompt is text; nobody here can read the picture."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.ask import NOT_INSPECTABLE, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import optional, required
from adapters.dialects.failures import openai_error
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.images_reader import ImagesReader
from adapters.dialects.openai_requests import alias, plain_counts, refuse_held
from adapters.dialects.passages import OTHER, Gathering, Mark
from adapters.wire.body import Document, Edit

OUTPUT = "image output"


class OpenAIImages:
    """The image generations dialect. A picture is asked for, so every ask has a part that can't be inspected."""

    name = "openai_images"
    family = "openai"
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

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination: the model's name."""
        return alias(ask, model)

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """No field of a request holds a picture to a number of tokens."""
        return []

    def reader(self, ask: Ask) -> ImagesReader:
        """A fresh reader for one attempt's answer."""
        return ImagesReader(ask)

    error = staticmethod(openai_error)
