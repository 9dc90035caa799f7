"""Every dialect that can be translated, and what may be translated into what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from adapters.translate.answers.anthropic_messages_to_canonical import AnthropicAnswerReader
from adapters.translate.answers.bedrock_converse_to_canonical import ConverseAnswerReader
from adapters.translate.answers.canonical_to_anthropic_messages import AnthropicAnswerWriter
from adapters.translate.answers.canonical_to_gemini_generate import GeminiAnswerWriter
from adapters.translate.answers.canonical_to_openai_chat import ChatAnswerWriter
from adapters.translate.answers.canonical_to_openai_responses import ResponsesAnswerWriter
from adapters.translate.answers.cohere_chat_to_canonical import CohereAnswerReader
from adapters.translate.answers.gemini_generate_to_canonical import GeminiAnswerReader
from adapters.translate.answers.openai_chat_to_canonical import ChatAnswerReader
from adapters.translate.answers.openai_responses_to_canonical import ResponsesAnswerReader
from adapters.translate.base import Codec
from adapters.translate.requests import (
    anthropic_messages_to_canonical,
    canonical_to_anthropic_messages,
    canonical_to_bedrock_converse,
    canonical_to_cohere_chat,
    canonical_to_gemini_generate,
    canonical_to_openai_chat,
    canonical_to_openai_responses,
    gemini_generate_to_canonical,
    openai_chat_to_canonical,
    openai_responses_to_canonical,
)

CODECS: Final[Mapping[str, Codec]] = {
    "openai_chat": Codec(
        openai_chat_to_canonical.read, canonical_to_openai_chat.write, ChatAnswerReader, ChatAnswerWriter
    ),
    "openai_responses": Codec(
        openai_responses_to_canonical.read,
        canonical_to_openai_responses.write,
        ResponsesAnswerReader,
        ResponsesAnswerWriter,
    ),
    "anthropic_messages": Codec(
        anthropic_messages_to_canonical.read,
        canonical_to_anthropic_messages.write,
        AnthropicAnswerReader,
        AnthropicAnswerWriter,
    ),
    "cohere_chat": Codec(None, canonical_to_cohere_chat.write, CohereAnswerReader, None),
    "gemini_generate": Codec(
        gemini_generate_to_canonical.read, canonical_to_gemini_generate.write, GeminiAnswerReader, GeminiAnswerWriter
    ),
    "bedrock_converse": Codec(None, canonical_to_bedrock_converse.write, ConverseAnswerReader, None),
}


# Where a vendor speaks several dialects, an ask in another one is translated into the one that carries the most.
_RICHEST: Final = ("anthropic_messages", "openai_responses", "gemini_generate", "bedrock_converse", "cohere_chat")


def by_preference(dialects: Collection[str]) -> tuple[str, ...]:
    """A vendor's dialects, those first that carry the most of an ask in another."""
    return tuple(sorted(dialects, key=lambda name: (_RICHEST.index(name) if name in _RICHEST else len(_RICHEST), name)))


def translates(client: str, vendor: str) -> bool:
    """Whether a client of one dialect can be served by a vendor of the other."""
    asked, spoken = CODECS.get(client), CODECS.get(vendor)
    return (
        asked is not None
        and spoken is not None
        and asked.read_request is not None
        and asked.answer_writer is not None
        and spoken.write_request is not None
        and spoken.answer_reader is not None
    )
