"""One table: which path speaks which dialect, and how the simulator reads, answers, streams and fails in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.vendors.simulator import (
    chat,
    clouds,
    cohere,
    gemini,
    hearing,
    images,
    judges,
    messages,
    openai_parts,
    responses,
    sound,
)
from adapters.vendors.simulator.frames import Frame, named, plain
from adapters.vendors.simulator.prompt import Prompt
from adapters.vendors.simulator.script import Script
from adapters.vendors.simulator.speech import Speech

_SAID = "The simulated server had an error."


def failure(family: str, status: int, message: str, code: str | None = None) -> Mapping[str, Any]:
    """An error body in the shape of a family (openai, anthropic, gemini, cohere or aws)."""
    return _FAILURES.get(family, openai_parts.failure)(status, message, code)


_FAILURES = {
    "anthropic": messages.failure, "gemini": gemini.failure, "cohere": cohere.failure, "aws": clouds.failure,
}  # fmt: skip


def _broken_chat(script: Script, code: str | None) -> Frame:
    return plain(openai_parts.failure(500, _SAID, code or "server_error"))


def _broken_response(script: Script, code: str | None) -> Frame:
    return responses.failed(script, code or "server_error", _SAID)


def _broken_message(script: Script, code: str | None) -> Frame:
    return named(messages.failure(500, _SAID, code))


def _broken_generation(script: Script, code: str | None) -> Frame:
    return plain(gemini.failure(500, _SAID, code))


def _no_stream(script: Script, prompt: Prompt) -> Iterator[Frame]:
    return iter(())


_HEARING = Speech(
    "openai", ("model", "file"), hearing.read, hearing.answer, hearing.stream, _broken_chat, kind=hearing.kind
)
_EDITS = Speech("openai", ("model",), images.read, images.answer, images.stream, _broken_chat)
_RERANK = Speech(
    "openai", ("model", "query", "documents"), judges.read_rerank, judges.ranking, _no_stream, _broken_chat
)


def _gemini(verb: str) -> Speech:
    read, answer, needs = {
        "countTokens": (gemini.read_count, gemini.count, ()),
        "embedContent": (gemini.read_embed, gemini.embedding, ("content",)),
        "batchEmbedContents": (gemini.read_embed, gemini.embeddings, ("requests",)),
    }.get(verb, (gemini.read, gemini.answer, ("contents",)))
    streams = verb == "streamGenerateContent"
    stream = gemini.stream if "generate" in verb.lower() else _no_stream
    return Speech("gemini", needs, read, answer, stream, _broken_generation, kind=gemini.kind, streams=streams)


_GEMINI = {
    f"/{version}/models/{{model}}:{verb}": _gemini(verb)
    for version in ("v1beta", "v1")
    for verb in ("generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents")
}
SPEECHES: Mapping[str, Speech] = {
    "/v1/chat/completions": Speech(
        "openai", ("model", "messages"), chat.read, chat.answer, chat.stream, _broken_chat
    ),
    "/v1/completions": Speech(
        "openai", ("model", "prompt"), chat.read_completion, chat.completion, chat.completion_stream, _broken_chat
    ),
    "/v1/responses": Speech(
        "openai", ("model", "input"), responses.read, responses.answer, responses.stream, _broken_response
    ),
    "/v1/responses/compact": Speech(
        "openai", ("model",), responses.read, responses.compact, _no_stream, _broken_response
    ),
    "/v1/responses/input_tokens": Speech(
        "openai", ("model",), responses.read, responses.count, _no_stream, _broken_response
    ),
    "/v1/messages": Speech(
        "anthropic", ("model", "messages", "max_tokens"), messages.read, messages.answer, messages.stream,
        _broken_message, b'event: ping\ndata: {"type":"ping"}\n\n',
    ),
    "/v1/messages/count_tokens": Speech(
        "anthropic", ("model", "messages"), messages.read_count, messages.count, _no_stream, _broken_message
    ),
    "/v1/embeddings": Speech(
        "openai", ("model", "input"), openai_parts.read_embeddings, openai_parts.embeddings, _no_stream, _broken_chat
    ),
    "/v1/moderations": Speech(
        "openai", ("input",), judges.read_moderation, judges.moderation, _no_stream, _broken_chat
    ),
    "/v1/rerank": _RERANK,
    "/v2/rerank": _RERANK,
    "/v1/images/generations": Speech(
        "openai", ("model", "prompt"), images.read, images.answer, images.stream, _broken_chat
    ),
    "/v1/images/edits": _EDITS,
    "/v1/images/variations": _EDITS,
    "/v1/audio/transcriptions": _HEARING,
    "/v1/audio/translations": _HEARING,
    "/v1/audio/speech": Speech(
        "openai", ("model", "input", "voice"), sound.read, sound.answer, sound.stream, _broken_chat, kind=sound.kind
    ),
    "/v2/chat": Speech(
        "cohere", ("model", "messages"), cohere.read, cohere.answer, cohere.stream, cohere.broken
    ),
    **_GEMINI,
    **clouds.BEDROCK,
    **clouds.claude_on_vertex(_broken_message),
    **{
        f"{clouds.GOOGLE}/{{model}}:{verb}": _gemini(verb)._replace(admits=clouds.tokened)
        for verb in ("generateContent", "streamGenerateContent", "countTokens")
    },
}  # fmt: skip

MODELS = ("sim-large", "sim-small", "sim-embed")


def models(anthropic: bool) -> Mapping[str, Any]:
    """The list of models in one family's shape; the simulator answers under any other name too."""
    if not anthropic:
        data = [{"id": name, "object": "model", "created": 1_760_000_000, "owned_by": "simulator"} for name in MODELS]
        return {"object": "list", "data": data}
    shown = [
        {"type": "model", "id": name, "display_name": name, "created_at": "2025-10-09T08:53:20Z"} for name in MODELS
    ]
    return {"data": shown, "has_more": False, "first_id": MODELS[0], "last_id": MODELS[-1]}
