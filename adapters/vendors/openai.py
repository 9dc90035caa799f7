"""OpenAI itself."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.vendors.base import Option, Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor

PATHS: Mapping[str, str] = {
    "openai_chat": "/v1/chat/completions",
    "openai_completions": "/v1/completions",
    "openai_embeddings": "/v1/embeddings",
    "openai_responses": "/v1/responses",
    "openai_moderations": "/v1/moderations",
    "openai_speech": "/v1/audio/speech",
    "openai_transcriptions": "/v1/audio/transcriptions",
    "openai_translations": "/v1/audio/translations",
    "openai_image_edits": "/v1/images/edits",
    "openai_image_variations": "/v1/images/variations",
    "openai_images": "/v1/images/generations",
    "openai_responses_compact": "/v1/responses/compact",
    "openai_input_tokens": "/v1/responses/input_tokens",
    "openai_file_create": "/v1/files",
    "openai_file_retrieve": "/v1/files/{file}",
    "openai_file_delete": "/v1/files/{file}",
    "openai_file_content": "/v1/files/{file}/content",
    "openai_batch_create": "/v1/batches",
    "openai_batch_retrieve": "/v1/batches/{batch}",
    "openai_batch_cancel": "/v1/batches/{batch}/cancel",
    "openai_response_retrieve": "/v1/responses/{response}",
    "openai_response_delete": "/v1/responses/{response}",
    "openai_response_cancel": "/v1/responses/{response}/cancel",
    "openai_response_items": "/v1/responses/{response}/input_items",
}
OPTIONS = (
    Option("organization", "Sent as openai-organization, whatever the client says."),
    Option("project", "Sent as openai-project, whatever the client says."),
)


def build(options: Mapping[str, str]) -> Vendor:
    """OpenAI, with the organisation and project of the account where they are given."""
    named = [(f"openai-{key}", options[key]) for key in ("organization", "project") if options.get(key)]
    return BearerVendor("openai", PATHS, stores=True, fixed=tuple(named))


OPENAI = VendorKind("openai", frozenset(PATHS), OPTIONS, "https://api.openai.com/v1", build)
