"""OpenAI pictures made of pictures: `POST /v1/images/edits` (a form, or JSON) and `/v1/images/variations` (a form)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.ask import NOT_INSPECTABLE, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.forms import A_PICTURE, count_at, flag_at, form_of, gather, renamed, text_at
from adapters.dialects.openai_images import OUTPUT, OpenAIImages
from adapters.dialects.passages import Gathering, Mark
from adapters.errors import BodyRefused
from adapters.wire.body import JSON, Document, Edit

_USER = Mark("user")
_FILES = {"image": "image", "mask": "image", "markup": "image"}


class OpenAIImageEdits(OpenAIImages):
    """Pictures that go out can't be inspected, nor can the one that comes back."""

    def __init__(self, name: str, *, prompt: bool) -> None:
        """prompt: whether there must be one."""
        self.name = name
        self._prompt = prompt

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a form, or in JSON, where pictures stand as addresses."""
        if self._prompt and document.content_type == JSON:
            return replace(super().parse(document, parameters), dialect=self.name)
        form = form_of(document)
        model = text_at(form, "model")
        text_at(form, "prompt", required=self._prompt)
        count_at(form, "n")
        if not any(str(path[0]).removesuffix("[]") == "image" for path in form.files):
            raise BodyRefused("missing_field", "image is required, as a file.", param="image")
        gathering = Gathering(form)
        gather(gathering, form, {"prompt": _USER}, _FILES, _USER)
        gathering.part((), NOT_INSPECTABLE, OUTPUT, _USER)
        bytes_of_files = sum(part.end - part.start for part in form.files.values())
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=flag_at(form, "stream"),
            document=form,
            passages=gathering.passages(),
            files=gathering.files,
            most_input=len(form.raw) - bytes_of_files + A_PICTURE * len(form.files),
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination: the model's name."""
        return renamed(ask.document, model, ask.model)


IMAGE_EDITS = (
    OpenAIImageEdits("openai_image_edits", prompt=True),
    OpenAIImageEdits("openai_image_variations", prompt=False),
)
