"""Model servers that speak OpenAI's dialects: vLLM, Ollama, transformers serve, and vendors that imitate them.

The base URL includes the version, as the OpenAI SDK wants it (`http://models.internal:8000/v1`). What is odd in their
answers (no `[DONE]`, chunks without usage) the dialects' readers mend; what is odd in their failures (plain text,
`{"detail": "..."}`, a bare string) the taxonomy reads. A server that speaks Anthropic's messages is of that kind.
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.vendors.base import Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor
from adapters.vendors.envelopes import Members
from adapters.vendors.openai import PATHS as OPENAI_PATHS

PATHS: Mapping[str, str] = {
    **{dialect: path.removeprefix("/v1") for dialect, path in OPENAI_PATHS.items()},
    "rerank": "/rerank",
}


def build(options: Mapping[str, str]) -> Vendor:
    """A server with or without a key."""
    return BearerVendor("openai_compatible", PATHS)


# As at vLLM, which may be what listens: a caller doesn't choose what the object that it keeps is called.
_RESPONSES = Members(without=frozenset({"request_id"}))

OPENAI_COMPATIBLE = VendorKind("openai_compatible", frozenset(PATHS), (), None, build, {"openai_responses": _RESPONSES})
