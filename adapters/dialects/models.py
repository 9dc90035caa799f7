"""The list of models that a caller may use, as each family of clients reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import orjson


class ModelCard(NamedTuple):
    """One public model. created: seconds since 1970. owner: who is shown as its owner (OpenAI's list only).
    methods: what can be asked of it (Gemini's list only)."""

    id: str
    created: int
    owner: str
    methods: tuple[str, ...] = ("generateContent", "countTokens")


def models_list(family: str, models: Sequence[ModelCard]) -> bytes:
    """The body of `GET /v1/models` for a family of clients, in the order given; one page, nothing more to come."""
    if family == "gemini":
        return orjson.dumps({"models": [_gemini(card) for card in models]})
    if family == "anthropic":
        page = {
            "data": [_anthropic(card) for card in models],
            "has_more": False,
            "first_id": models[0].id if models else None,
            "last_id": models[-1].id if models else None,
        }
        return orjson.dumps(page)
    return orjson.dumps({"object": "list", "data": [_openai(card) for card in models]})


def model_card(family: str, card: ModelCard) -> bytes:
    """The body of `GET /v1/models/{id}`."""
    shape = {"anthropic": _anthropic, "gemini": _gemini}.get(family, _openai)
    return orjson.dumps(shape(card))


def _gemini(card: ModelCard) -> dict[str, object]:
    name = {"name": f"models/{card.id}", "version": "001", "displayName": card.id}
    return {**name, "supportedGenerationMethods": card.methods}


def _openai(card: ModelCard) -> dict[str, object]:
    return {"id": card.id, "object": "model", "created": card.created, "owned_by": card.owner}


def _anthropic(card: ModelCard) -> dict[str, object]:
    created = datetime.fromtimestamp(card.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": "model", "id": card.id, "display_name": card.id, "created_at": created}
