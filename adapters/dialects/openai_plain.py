"""Requests in formats of OpenAI of which only the model's name changes on the way, and whose output has no limit."""

from __future__ import annotations

from adapters.ask import Ask
from adapters.dialects.failures import openai_error
from adapters.dialects.openai_requests import alias
from adapters.dialects.passages import Gathering
from adapters.wire.body import Document, Edit


class PlainRequest:
    """What such dialects have in common; each reads its own requests and answers."""

    name: str
    family = "openai"
    operation: str

    def wordless(self, document: Document, model: str, gathering: Gathering) -> Ask:
        """An ask that is answered whole, without a word of a model's."""
        return Ask(
            self.name, self.operation, model, stream=False, document=document, passages=gathering.passages(),
            max_output=0, files=gathering.files,
        )  # fmt: skip

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """What changes on the way to one destination: the model's name."""
        return alias(ask, model)

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """No field of a request holds its output to a number of tokens."""
        return []

    error = staticmethod(openai_error)


class NamesNoModel(PlainRequest):
    """The same where a body, if there is one, names no model: it leaves as it came."""

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """None."""
        return []
