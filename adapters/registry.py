"""Everything that the gateway can speak, by name: vendor kinds and dialects."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.ask import MANAGING
from adapters.dialects.anthropic_count_tokens import AnthropicCountTokens
from adapters.dialects.anthropic_messages import AnthropicMessages
from adapters.dialects.base import Dialect
from adapters.dialects.gemini_count_tokens import GeminiCountTokens
from adapters.dialects.gemini_embed import GeminiBatchEmbed, GeminiEmbed
from adapters.dialects.gemini_generate import GeminiGenerate
from adapters.dialects.openai_chat import OpenAIChat
from adapters.dialects.openai_completions import OpenAICompletions
from adapters.dialects.openai_embeddings import OpenAIEmbeddings
from adapters.dialects.openai_files import FILE_OBJECTS
from adapters.dialects.openai_image_edits import IMAGE_EDITS
from adapters.dialects.openai_images import OpenAIImages
from adapters.dialects.openai_moderations import OpenAIModerations
from adapters.dialects.openai_response_objects import MADE_BY, RESPONSE_OBJECTS
from adapters.dialects.openai_responses import OpenAIResponses
from adapters.dialects.openai_responses_other import OpenAICompact, OpenAIInputTokens
from adapters.dialects.openai_speech import OpenAISpeech
from adapters.dialects.openai_transcriptions import TRANSCRIPTIONS
from adapters.dialects.rerank import Rerank
from adapters.vendors.anthropic import ANTHROPIC
from adapters.vendors.azure_openai import AZURE_OPENAI
from adapters.vendors.base import VendorKind
from adapters.vendors.bedrock import BEDROCK
from adapters.vendors.cohere import COHERE
from adapters.vendors.gemini import GEMINI
from adapters.vendors.litellm import LITELLM
from adapters.vendors.openai import OPENAI
from adapters.vendors.openai_compatible import OPENAI_COMPATIBLE
from adapters.vendors.profiles import PROFILED
from adapters.vendors.simulator.vendor import SIMULATOR
from adapters.vendors.vertex_ai import VERTEX_AI

_DIALECTS: tuple[Dialect, ...] = (
    OpenAIChat(), OpenAICompletions(), OpenAIEmbeddings(), OpenAIResponses(), AnthropicMessages(),
    AnthropicCountTokens(), OpenAIModerations(), Rerank(), OpenAIImages(), OpenAISpeech(), *TRANSCRIPTIONS,
    *IMAGE_EDITS, *FILE_OBJECTS, *RESPONSE_OBJECTS, OpenAICompact(), OpenAIInputTokens(),
    GeminiGenerate(), GeminiCountTokens(), GeminiEmbed(), GeminiBatchEmbed(),
)  # fmt: skip
DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in _DIALECTS}
ASKING: Mapping[str, Dialect] = {name: one for name, one in DIALECTS.items() if one.operation not in MANAGING}
"""Those in which a model is asked for something; the others are about what a vendor keeps."""
MAKERS: Mapping[str, str] = {one.name: MADE_BY for one in RESPONSE_OBJECTS}
"""For the others, the dialect in which it was made: rules that ask for that one hold for what is got back, too."""


def family_of(dialect: str) -> str:
    """Whose headers go with a dialect: openai, anthropic, or "" where it is only spoken by vendors."""
    spoken = DIALECTS.get(dialect)
    return spoken.family if spoken is not None else ""


VENDORS: Mapping[str, VendorKind] = {
    kind.kind: kind
    for kind in (
        OPENAI, ANTHROPIC, AZURE_OPENAI, GEMINI, OPENAI_COMPATIBLE, *PROFILED.values(), COHERE, BEDROCK, VERTEX_AI,
        LITELLM, SIMULATOR,
    )
}  # fmt: skip
