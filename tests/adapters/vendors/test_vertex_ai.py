"""Vertex AI: paths by publisher, forms of two dialects, and what its failures mean."""

from __future__ import annotations

import json

import pytest

from adapters.registry import VENDORS
from adapters.vendors.base import OptionError
from adapters.wire.body import Document, splice

VERTEX = VENDORS["vertex_ai"]
PLACE = "/v1/projects/example-1/locations/europe-west1/publishers"


@pytest.mark.parametrize(
    ("dialect", "model", "stream", "path"),
    [
        ("gemini_generate", "gemini-2.5-pro", False, "/google/models/gemini-2.5-pro:generateContent"),
        ("gemini_generate", "gemini-2.5-pro", True, "/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse"),
        ("gemini_count_tokens", "gemini-2.5-pro", False, "/google/models/gemini-2.5-pro:countTokens"),
        ("anthropic_messages", "claude-sonnet-4-5@20250929", False,
         "/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"),
        ("anthropic_messages", "claude/..", True, "/anthropic/models/claude%2F..:streamRawPredict"),
        ("anthropic_count_tokens", "claude-sonnet-4-5", False, "/anthropic/models/count-tokens:rawPredict"),
    ],
)  # fmt: skip
def test_paths(dialect: str, model: str, stream: bool, path: str) -> None:
    vendor = VERTEX({"project": "example-1", "location": "europe-west1"})
    assert vendor.path(dialect, model, {"key": "k", "beta": "true"}, stream=stream) == PLACE + path
    assert vendor.credential_headers("s") == []
    assert VERTEX.serves is not None
    assert VERTEX.serves(model, dialect)
    assert not VERTEX.serves("gemini-x" if "claude" in model else "claude-x", dialect)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("global", "https://aiplatform.googleapis.com"), ("eu", "https://aiplatform.eu.rep.googleapis.com"),
        ("europe-west1", "https://europe-west1-aiplatform.googleapis.com"),
    ],
)  # fmt: skip
def test_where_it_listens(location: str, host: str) -> None:
    assert VERTEX.base_url({"project": "p", "location": location}) == host


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"project": "a/b"},
        {"project": "example-1", "location": "evil.example/"},
        {"project": "p?x", "location": "eu"},
    ],
)
def test_options_that_could_lead_elsewhere_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(OptionError):
        VERTEX(options)


@pytest.mark.parametrize(
    ("dialect", "body", "sent"),
    [
        ("anthropic_messages", {"model": "m", "stream": True, "messages": []},
         {"anthropic_version": "vertex-2023-10-16", "stream": True, "messages": []}),
        ("anthropic_messages", {"anthropic_beta": ["computer-use-2025-01-24"], "messages": []},
         {"anthropic_version": "vertex-2023-10-16", "messages": []}),
        ("anthropic_count_tokens", {"anthropic_beta": [], "model": "m", "messages": []},
         {"anthropic_version": "vertex-2023-10-16", "model": "m", "messages": []}),
        ("anthropic_count_tokens", {"model": "m", "messages": []},
         {"anthropic_version": "vertex-2023-10-16", "model": "m", "messages": []}),
        ("gemini_generate", {"contents": [{"parts": [{"text": "a"}]}, {"role": "model", "parts": []}]},
         {"contents": [{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": []}]}),
        ("gemini_generate", {"contents": "odd"}, {"contents": "odd"}),
    ],
)  # fmt: skip
def test_forms(dialect: str, body: dict[str, object], sent: dict[str, object]) -> None:
    raw = json.dumps(body).encode()
    form = VERTEX.envelopes[dialect]
    assert json.loads(splice(raw, form.edits(Document.parse(raw), []))) == sent
    said = [("anthropic-version", "2023-06-01"), ("anthropic-beta", "b")]
    assert form.headers(said) == (said[1:] if dialect.startswith("anthropic") else said)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"error": {"code": 429, "message": "Resource exhausted", "status": "RESOURCE_EXHAUSTED"}}, "rate_limit"),
        (403, {"error": {"code": 403, "message": "denied", "status": "PERMISSION_DENIED"}}, "auth"),
        (404, {"error": {"code": 404, "message": "Publisher Model was not found", "status": "NOT_FOUND"}}, "not_found"),
        (401, [{"error": {"code": 401, "message": "no", "status": "UNAUTHENTICATED"}}], "auth"),
        (400, {"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}},
         "context_length"),
        (529, {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, "overload"),
    ],
)  # fmt: skip
def test_what_its_failures_mean(status: int, body: object, kind: str) -> None:
    assert VERTEX({"project": "example-1"}).classify(status, (), json.dumps(body).encode()).kind == kind
