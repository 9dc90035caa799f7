"""The vendor kinds: paths, credentials, options; and the registry that lists them."""

from __future__ import annotations

import pytest

from adapters.registry import DIALECTS, VENDORS
from adapters.translate.registry import CODECS
from adapters.vendors.base import OptionError, Vendor

NEEDED = {"litellm": {"provider": "xai"}, "vertex_ai": {"project": "example-1"}}


def built(kind: str) -> Vendor:
    """A vendor with the options that it can't do without."""
    return VENDORS[kind](NEEDED.get(kind, {}))


@pytest.mark.parametrize(
    ("kind", "options", "dialect", "query", "path"),
    [
        ("openai", {}, "openai_chat", {"beta": "true", "key": "k"}, "/v1/chat/completions"),
        ("openai", {}, "openai_responses", {}, "/v1/responses"),
        ("openai_compatible", {}, "openai_chat", {}, "/chat/completions"),
        ("openai_compatible", {}, "openai_embeddings", {}, "/embeddings"),
        ("anthropic", {}, "anthropic_messages", {"beta": "true", "x": "y"}, "/v1/messages?beta=true"),
        ("anthropic", {}, "anthropic_messages", {"beta": "1&a=b"}, "/v1/messages"),
        ("anthropic", {}, "anthropic_count_tokens", {}, "/v1/messages/count_tokens"),
        ("azure_openai", {}, "openai_chat", {}, "/openai/v1/chat/completions"),
        ("azure_openai", {"api_version": "v1"}, "openai_chat", {}, "/openai/v1/chat/completions"),
        ("azure_openai", {"api_version": "preview"}, "openai_responses", {},
         "/openai/v1/responses?api-version=preview"),
        ("azure_openai", {"api_version": "2024-10-21"}, "openai_chat", {"api-version": "1999-01-01"},
         "/openai/deployments/gpt%2F4%3F/chat/completions?api-version=2024-10-21"),
        ("azure_openai", {"api_version": "2025-03-01-preview"}, "openai_response_items", {},
         "/openai/responses/{response}/input_items?api-version=2025-03-01-preview"),
        ("azure_openai", {"api_version": "2025-03-01-preview"}, "openai_responses", {},
         "/openai/responses?api-version=2025-03-01-preview"),
        ("simulator", {}, "anthropic_messages", {}, "/v1/messages"),
        ("simulator", {}, "openai_completions", {}, "/v1/completions"),
        ("gemini", {}, "gemini_generate", {"key": "k", "alt": "json"}, "/v1beta/models/gpt%2F4%3F:generateContent"),
        ("gemini", {"api_version": "v1"}, "gemini_count_tokens", {}, "/v1/models/gpt%2F4%3F:countTokens"),
        ("simulator", {}, "gemini_batch_embed", {}, "/v1beta/models/gpt%2F4%3F:batchEmbedContents"),
    ],
)  # fmt: skip
def test_paths(kind: str, options: dict[str, str], dialect: str, query: dict[str, str], path: str) -> None:
    assert VENDORS[kind](options).path(dialect, "gpt/4?", query) == path


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("openai", [("authorization", "Bearer s")]),
        ("openai_compatible", [("authorization", "Bearer s")]),
        ("azure_openai", [("api-key", "s")]),
        ("anthropic", [("x-api-key", "s")]),
        ("gemini", [("x-goog-api-key", "s")]),
    ],
)
def test_credentials(kind: str, headers: list[tuple[str, str]]) -> None:
    vendor = VENDORS[kind]({})
    assert vendor.credential_headers("s") == headers
    assert vendor.credential_headers("") == []


def test_a_stream_of_geminis_is_always_one_of_events() -> None:
    for kind in ("gemini", "simulator"):
        path = VENDORS[kind]({}).path("gemini_generate", "m", {"alt": "json"}, stream=True)
        assert path == "/v1beta/models/m:streamGenerateContent?alt=sse"


def test_the_account_is_named_by_the_configuration_only() -> None:
    vendor = VENDORS["openai"]({"organization": "org-1", "project": "proj-1"})
    assert vendor.fixed_headers() == [("openai-organization", "org-1"), ("openai-project", "proj-1")]
    assert VENDORS["openai"]({}).fixed_headers() == []


def test_who_stores_and_who_sees_call_ids() -> None:
    assert {kind for kind in VENDORS if built(kind).stores} == {"openai", "azure_openai", "litellm", "simulator"}
    assert {kind for kind in VENDORS if built(kind).trace_headers} == {"simulator"}


@pytest.mark.parametrize("kind", VENDORS)
def test_every_kind_speaks_known_dialects_in_a_family_it_can_name(kind: str) -> None:
    row = VENDORS[kind]
    vendor = built(kind)
    assert vendor.kind == row.kind == kind
    assert vendor.dialects == row.dialects
    assert row.dialects <= set(DIALECTS) | set(CODECS)
    for dialect in row.dialects:
        assert vendor.path(dialect, "m", {}).startswith("/")
    with pytest.raises(KeyError):
        vendor.path("telepathy", "m", {})
    assert vendor.classify(429, (), b"").kind == "rate_limit"


def test_unknown_options_are_refused_with_the_nearest_name() -> None:
    with pytest.raises(OptionError) as caught:
        VENDORS["openai"]({"organisation": "x"})
    assert (caught.value.option, caught.value.nearest) == ("organisation", "organization")
    with pytest.raises(OptionError):
        VENDORS["azure_openai"]({"api_version": "2024-10-21&x=y"})


def test_the_simulator_speaks_every_dialect() -> None:
    assert VENDORS["simulator"].dialects == set(DIALECTS)


def test_dialects_are_listed_under_their_own_names() -> None:
    assert all(name == dialect.name for name, dialect in DIALECTS.items())
