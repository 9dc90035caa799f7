"""OpenAI speech: `POST /v1/audio/speech`. The text is inspected; nobody here can hear the sound that it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import NOT_INSPECTABLE, Ask
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import optional, refuse_vendor_held, required
from adapters.dialects.foreign import foreign
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_plain import PlainRequest
from adapters.dialects.openai_requests import refuse_held
from adapters.dialects.passages import OTHER, Gathering, Mark
from adapters.dialects.speech_reader import SpeechReader
from adapters.wire.body import Document

OUTPUT = "audio output"
TOKENS_A_CHARACTER = 2
"""Tokens of sound that a character may become: what is held, and what counts where a vendor doesn't say."""
_TEXTS = ("input", "instructions")


class OpenAISpeech(PlainRequest):
    """The speech dialect. Its answers are sound as bytes, or events with pieces of it in base64."""

    name = "openai_speech"
    operation = "speech"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; see Dialect. Whatever form it asks for, the answer comes bit by bit."""
        value = document.value
        model = required(value, "model", str)
        refuse_held(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        text = required(value, "input", str)
        optional(value, "instructions", str)
        optional(value, "stream_format", str)
        for name in _TEXTS:
            gathering.text((name,), Mark("user"))
        _voice(value)
        foreign(gathering, (), {name: inner for name, inner in value.items() if name not in _TEXTS}, OTHER)
        gathering.part((), NOT_INSPECTABLE, OUTPUT, Mark("user"))
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=True,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=max(TOKENS_A_CHARACTER * len(text), 1),
        )

    def reader(self, ask: Ask) -> SpeechReader:
        """A fresh reader for one attempt's answer."""
        return SpeechReader()


def _voice(value: Mapping[str, Any]) -> None:
    """A voice is a name; one that the vendor keeps for somebody is nobody's here."""
    if type(value.get("voice")) is dict:
        refuse_vendor_held(value["voice"], ("id",), ("voice",))
