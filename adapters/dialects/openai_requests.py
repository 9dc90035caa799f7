"""What the OpenAI request formats have in common: model, stream, usage, token limits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from adapters.ask import SERVER_TOOL, Ask
from adapters.dialects.checks import optional, refuse_vendor_held
from adapters.dialects.fields import dotted
from adapters.dialects.foreign import foreign
from adapters.dialects.passages import OTHER, Gathering
from adapters.errors import BodyRefused
from adapters.wire.body import Document, Edit, replace_string, set_member

# References to what the vendor keeps, and work that it would do after the call, wherever a client may put them.
VENDOR_HELD = ("previous_response_id", "conversation", "container", "background", "cached_content", "vector_store_ids")


# Members by which a vendor would search or fetch before it answers: OpenAI's, xAI's, Azure's (an index that a caller
# names, read by the resource's own identity), Alibaba's.
_SEARCHES = ("web_search_options", "search_parameters", "data_sources", "enable_search", "search_options")

# What the gateway acts on at the top of a request.
_ACTED_ON = frozenset({
    *VENDOR_HELD, *_SEARCHES, "tools", "functions", "modalities", "prompt_embeds",
    "model", "store", "stream", "n", "best_of", "max_tokens", "max_completion_tokens",
    "max_output_tokens", "service_tier",
})  # fmt: skip


def refuse_held(value: dict[str, Any]) -> None:
    """Refuse top-level references to vendor-held objects."""
    refuse_vendor_held(value, VENDOR_HELD)
    refuse_other_case(value)


def refuse_other_case(value: dict[str, Any]) -> None:
    """Refuses `Store` for `store`: some servers read names without regard to case, and here nobody would look at it."""
    for name in value:
        if name not in _ACTED_ON and (meant := name.casefold()) in _ACTED_ON:
            raise BodyRefused("wrong_value", f"{meant} must be spelt in small letters.", param=meant)


def searches(value: dict[str, Any], gathering: Gathering) -> None:
    """Name the members at the top of a request by which the vendor would search or fetch."""
    for name in _SEARCHES:
        if value.get(name) not in (None, False, []):
            gathering.part((name,), SERVER_TOOL, name)
            foreign(gathering, (name,), value[name], OTHER)


def wants_usage(value: dict[str, Any], *, stream: bool) -> bool:
    """Whether the client asked for usage itself: always in whole answers, on request in streams."""
    options = optional(value, "stream_options", dict)
    asked = optional(options or {}, "include_usage", bool, ("stream_options",))
    return not stream or bool(asked)


def token_limit(value: dict[str, Any], *names: str) -> int | None:
    """The largest of the named output limits that are there, as servers differ in which they follow; a negative one is
    refused."""
    return max((limit for name in names if (limit := _tokens(value, name)) is not None), default=None)


def _tokens(value: dict[str, Any], name: str) -> int | None:
    limit = optional(value, name, int)
    if limit is not None and limit < 0:
        raise BodyRefused("wrong_type", f"{dotted((name,))} must not be negative.", param=name)
    return limit


def plain_counts(value: dict[str, Any]) -> None:
    """Refuses numbers of answers that are no integers: some servers read "3" or 3.0 as 3, and room is held for each."""
    for name in ("n", "best_of"):
        optional(value, name, int)


def alias(ask: Ask, model: str) -> list[Edit]:
    """The edit that names the destination's model, none where it is named so already."""
    return [] if model == ask.model else [replace_string(ask.document, ("model",), model, "model_alias")]


def named_model(ask: Ask, model: str) -> list[Edit]:
    """The same where a request may leave the model to the vendor: the destination's own is then written into it."""
    if ask.document.value.get("model") is not None:
        return alias(ask, model)
    return [set_member(ask.document, (), "model", orjson.dumps(model), "model_alias")]


def usage_request(ask: Ask) -> list[Edit]:
    """The edit that asks for usage in a stream whose client didn't."""
    if not ask.stream or ask.wants_usage:
        return []
    if type(ask.document.value.get("stream_options")) is dict:
        return [set_member(ask.document, ("stream_options",), "include_usage", b"true", "usage_request")]
    return [set_member(ask.document, (), "stream_options", b'{"include_usage":true}', "usage_request")]


def hold(document: Document, tokens: int, names: Sequence[str]) -> list[Edit]:
    """The edits that hold output to `tokens`: larger limits come down; where none is set, the last of `names` is."""
    value = document.value
    limit = str(tokens).encode()
    present = [name for name in names if value.get(name) is not None]
    lowered = [name for name in present if value[name] > tokens]
    return [set_member(document, (), name, limit, "token_cap") for name in (lowered if present else names[-1:])]
