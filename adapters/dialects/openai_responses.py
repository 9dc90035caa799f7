"""OpenAI's Responses API: `POST /v1/responses`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.ask import Ask, Held
from adapters.dialects import responses_items as parts
from adapters.dialects.base import NO_PARAMETERS
from adapters.dialects.checks import objects, optional, refuse_vendor_held, required
from adapters.dialects.failures import openai_error
from adapters.dialects.identity import openai_identity
from adapters.dialects.openai_requests import VENDOR_HELD, alias, hold, refuse_other_case, searches, token_limit
from adapters.dialects.openai_response_objects import KIND
from adapters.dialects.passages import Gathering, Mark
from adapters.dialects.responses_reader import ResponsesReader
from adapters.errors import BodyRefused
from adapters.wire.body import Document, Edit, set_member

_MAX_ID = 128

# What a request may ask of a vendor to keep, or of what it kept, where the gateway knows whose it is.
_OWNED = ("previous_response_id", "background")


class OpenAIResponses:
    """Input items, output items, and a stream of events that repeats whole texts. The vendor reports usage unasked."""

    name = "openai_responses"
    family = "openai"
    operation = "chat"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused."""
        value = document.value
        model = required(value, "model", str)
        stream = optional(value, "stream", bool) or False
        store = optional(value, "store", bool)
        background = optional(value, "background", bool) or False
        refuse_vendor_held(value, (*(name for name in VENDOR_HELD if name not in _OWNED), "prompt"))
        refuse_other_case(value)
        gathering = Gathering(document)
        openai_identity(gathering, value)
        if type(value.get("instructions")) is str:
            gathering.text(("instructions",), Mark("system"))
        names = parts.tools(gathering, value) + _input(gathering, value)
        searches(value, gathering)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=stream,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=token_limit(value, "max_output_tokens"),
            conversation=_conversation(value),
            tools=names,
            held=_held(value),
            keeps=KIND if store or background else "",
            later=background,
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The destination's own model name, and `store: false` where the client leaves that to the vendor.

        It is said to every vendor: to keep is what this API does by itself, and of a server that merely speaks it
        nobody knows.
        """
        edits = alias(ask, model)
        if not ask.keeps and ask.document.value.get("store") is None:
            edits.append(set_member(ask.document, (), "store", b"false", "store"))
        return edits

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Lowers `max_output_tokens`, which counts reasoning too; never raises it."""
        return hold(ask.document, tokens, ("max_output_tokens",))

    def reader(self, ask: Ask) -> ResponsesReader:
        """A fresh reader for one attempt's answer."""
        return ResponsesReader()

    error = staticmethod(openai_error)


def _input(gathering: Gathering, value: dict[str, Any]) -> tuple[str, ...]:
    given = value.get("input")
    if type(given) is str:
        gathering.text(("input",), Mark("user"))
        return ()
    if given is None and value.get("previous_response_id") is not None:
        return ()
    if given is None:
        raise BodyRefused("missing_field", "input is required.", param="input")
    if type(given) is not list:
        raise BodyRefused("wrong_type", "input must be a string or an array.", param="input")
    return parts.items(gathering, objects(given, ("input",)))


def _held(value: dict[str, Any]) -> tuple[Held, ...]:
    """The response that this one goes on from."""
    before = optional(value, "previous_response_id", str)
    return (Held(KIND, before, "previous_response_id"),) if before is not None else ()


def _conversation(value: dict[str, Any]) -> str | None:
    """The session that Codex names in `client_metadata`, else the key under which the client wants prompts cached."""
    metadata = value.get("client_metadata")
    session = metadata.get("session_id") if type(metadata) is dict else None
    found = session or value.get("prompt_cache_key")
    return found if type(found) is str and 0 < len(found) <= _MAX_ID else None
