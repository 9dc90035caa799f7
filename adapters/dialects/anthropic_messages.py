"""Anthropic's Messages API: `POST /v1/messages`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from adapters.ask import Ask
from adapters.dialects import anthropic_content as parts
from adapters.dialects.anthropic_reader import AnthropicReader
from adapters.dialects.base import NO_PARAMETERS, Reader
from adapters.dialects.checks import optional, required
from adapters.dialects.failures import anthropic_error
from adapters.dialects.identity import anthropic_identity
from adapters.dialects.openai_requests import token_limit
from adapters.dialects.passages import Gathering, Mark
from adapters.wire.body import Document, Edit, replace_string, set_member

_MAX_ID = 128

# The vendor takes no smaller thinking budget.
_LEAST_BUDGET = 1024


class AnthropicMessages:
    """Messages with content blocks, tools and thinking; the vendor always reports usage and keeps no answers."""

    name = "anthropic_messages"
    family = "anthropic"
    operation = "chat"

    def parse(self, document: Document, parameters: Mapping[str, str] = NO_PARAMETERS) -> Ask:
        """The ask in a body; raises BodyRefused."""
        value = document.value
        model = required(value, "model", str)
        stream = optional(value, "stream", bool) or False
        gathering = Gathering(document)
        anthropic_identity(gathering, value)
        tools = parts.tools(gathering, value)
        parts.connectors(gathering, value)
        parts.content(gathering, ("system",), value.get("system"), Mark("system"), {})
        parts.messages(gathering, value)
        return Ask(
            dialect=self.name,
            operation=self.operation,
            model=model,
            stream=stream,
            document=document,
            passages=gathering.passages(),
            files=gathering.files,
            max_output=token_limit(value, "max_tokens"),
            conversation=_conversation(value),
            tools=tools,
        )

    def edits(self, ask: Ask, *, model: str, vendor_stores: bool, meter: bool) -> list[Edit]:
        """The destination's own model name, where it differs."""
        return [] if model == ask.model else [replace_string(ask.document, ("model",), model, "model_alias")]

    def cap(self, ask: Ask, tokens: int) -> list[Edit]:
        """Lowers `max_tokens`, which counts thinking too, and a thinking budget that would no longer fit below it."""
        if ask.max_output is not None and ask.max_output <= tokens:
            return []
        edits = [set_member(ask.document, (), "max_tokens", b"%d" % tokens, "token_cap")]
        thinking = ask.document.value.get("thinking")
        budget = thinking.get("budget_tokens") if type(thinking) is dict else None
        if type(budget) is int and budget >= tokens:
            lowered = b"%d" % max(_LEAST_BUDGET, tokens - 1)
            edits.append(set_member(ask.document, ("thinking",), "budget_tokens", lowered, "token_cap"))
        return edits

    def reader(self, ask: Ask) -> Reader:
        """A fresh reader for one attempt's answer."""
        return AnthropicReader()

    error = staticmethod(anthropic_error)


def _conversation(value: dict[str, Any]) -> str | None:
    """The session that Claude Code names inside `metadata.user_id`, a string that is JSON (or `..._session_ID`)."""
    metadata = value.get("metadata")
    user = metadata.get("user_id") if type(metadata) is dict else None
    if type(user) is not str:
        return None
    try:
        known = orjson.loads(user)
    except orjson.JSONDecodeError:
        known = {"session_id": user.partition("_session_")[2]}
    session = known.get("session_id") if type(known) is dict else None
    return session if type(session) is str and 0 < len(session) <= _MAX_ID else None
