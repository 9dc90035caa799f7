"""Cohere: chat in its own dialect (v2), rankings, and embeddings as OpenAI has them."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.vendors.base import Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor
from adapters.vendors.taxonomy import Words

PATHS: Mapping[str, str] = {
    "cohere_chat": "/v2/chat",
    "rerank": "/v2/rerank",
    "openai_embeddings": "/compatibility/v1/embeddings",
}
_WORDS = Words(
    statuses={498: "auth", 499: "server"},
    phrases=(
        ("too many tokens", "context_length"),
        ("trial key", "money"),
        ("billing", "money"),
        ("model not found", "not_found"),
        ("was removed", "not_found"),
    ),
)


def build(options: Mapping[str, str]) -> Vendor:
    """Cohere takes no options."""
    return BearerVendor("cohere", PATHS, words=_WORDS)


COHERE = VendorKind("cohere", frozenset(PATHS), (), "https://api.cohere.com", build)
