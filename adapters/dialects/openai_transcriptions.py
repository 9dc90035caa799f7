"""OpenAI transcriptions and translations of sound: `POST /v1/audio/transcriptions`, `/v1/audio/translations`.

The sound is a part that can't be inspected; what is said of it, and the text that comes back, are inspected.
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.ask import Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.forms import BYTES_A_TOKEN, file_at, flag_at, form_of, gather, renamed, text_at
from adapters.dialects.openai_plain import PlainRequest
from adapters.dialects.passages import Gathering, Mark
from adapters.dialects.transcript_reader import TranscriptReader
from adapters.wire.body import Document, Edit

_USER = Mark("user")


class OpenAITranscriptions(PlainRequest):
    """Sound to text, in its own language or in English."""

    def __init__(self, name: str, operation: str) -> None:
        self.name, self.operation = name, operation

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a form; see Dialect."""
        form = form_of(document)
        model = text_at(form, "model")
        part = form.files[file_at(form, "file")]
        gathering = Gathering(form)
        gather(gathering, form, {"prompt": _USER}, {"file": "audio"}, _USER)
        size = part.end - part.start
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=flag_at(form, "stream"),
            document=form,
            passages=gathering.passages(),
            files=gathering.files,
            most_input=len(form.raw) - size + -(-size // BYTES_A_TOKEN),
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination: the model's name."""
        return renamed(ask.document, model, ask.model)

    def reader(self, ask: Ask) -> TranscriptReader:
        """A fresh reader for one attempt's answer."""
        return TranscriptReader()


TRANSCRIPTIONS = (
    OpenAITranscriptions("openai_transcriptions", "transcription"),
    OpenAITranscriptions("openai_translations", "translation"),
)
