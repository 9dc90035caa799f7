"""Vendors told apart by data: where they are asked, in which form, and what their failures mean."""

from __future__ import annotations

import json

import pytest

from adapters.registry import VENDORS
from adapters.wire.body import Document, splice

EVENT = b'data: {"choices":[]}\n\n'


@pytest.mark.parametrize(
    ("kind", "dialect", "url"),
    [
        ("groq", "openai_chat", "https://api.groq.com/openai/v1/chat/completions"),
        ("deepseek", "openai_chat", "https://api.deepseek.com/chat/completions"),
        ("deepseek", "anthropic_messages", "https://api.deepseek.com/anthropic/v1/messages"),
        ("openrouter", "openai_chat", "https://openrouter.ai/api/v1/chat/completions"),
        ("openrouter", "anthropic_messages", "https://openrouter.ai/api/v1/messages"),
        ("together", "openai_embeddings", "https://api.together.xyz/v1/embeddings"),
        ("fireworks", "openai_completions", "https://api.fireworks.ai/inference/v1/completions"),
        ("ollama", "openai_responses", "http://127.0.0.1:11434/v1/responses"),
        ("vllm", "openai_response_retrieve", "None/responses/{response}"),
        ("mistral", "openai_chat", "https://api.mistral.ai/v1/chat/completions"),
    ],
)
def test_where_they_are_asked(kind: str, dialect: str, url: str) -> None:
    row = VENDORS[kind]
    assert f"{row.default_base_url}{row({}).path(dialect, 'm', {}, stream=True)}" == url
    assert row({}).credential_headers("s") == [("authorization", "Bearer s")]


@pytest.mark.parametrize(
    ("kind", "dialect", "body", "sent"),
    [
        ("deepseek", "openai_chat", {"max_completion_tokens": 5}, {"max_tokens": 5}),
        ("ollama", "openai_chat", {"max_tokens": 4, "max_completion_tokens": 5}, {"max_tokens": 4}),
        ("groq", "openai_chat", {"logit_bias": {"1": 2}, "n": 1}, {"n": 1}),
        ("groq", "openai_chat", {"search_settings": {"include_domains": ["evil.example"]}, "n": 1}, {"n": 1}),
        ("openrouter", "openai_chat", {"models": ["other"], "provider": {"only": ["x"]}, "n": 1}, {"n": 1}),
        ("openrouter", "anthropic_messages", {"plugins": [{"id": "web"}], "n": 1}, {"n": 1}),
        ("vllm", "openai_completions", {"kv_transfer_params": {"remote_host": "evil.example"}, "n": 1}, {"n": 1}),
        ("together", "openai_chat", {"safety_model": "m", "max_completion_tokens": 5}, {"max_tokens": 5}),
        ("together", "openai_completions", {"safety_model": "m", "n": 1}, {"n": 1}),
        ("vllm", "openai_responses", {"chat_template": "{{ x }}", "n": 1}, {"n": 1}),
        ("vllm", "openai_responses", {"request_id": "resp_victim", "n": 1}, {"n": 1}),
        ("openai_compatible", "openai_responses", {"n": 1, "request_id": "resp_victim"}, {"n": 1}),
    ],
)
def test_the_form_of_a_request(kind: str, dialect: str, body: dict[str, object], sent: dict[str, object]) -> None:
    raw = json.dumps(body).encode()
    envelope = VENDORS[kind].envelopes[dialect]
    edits = envelope.edits(Document.parse(raw), [])
    assert json.loads(splice(raw, edits)) == sent
    assert {edit.kind for edit in edits} == {"vendor_form"}
    assert (envelope.body(raw), envelope.headers([("a", "b")])) == (raw, [("a", "b")])
    assert [event.raw for event in envelope.framer().feed(EVENT)] == [EVENT]


@pytest.mark.parametrize(
    ("kind", "status", "body", "meaning"),
    [
        ("groq", 413, {"error": {"message": "per minute (TPM)", "type": "tokens", "code": "rate_limit_exceeded"}},
         "rate_limit"),
        ("groq", 498, {"error": {"message": "Flex tier capacity exceeded"}}, "overload"),
        ("groq", 400, {"error": {"message": "gone", "type": "invalid_request_error", "code": "model_decommissioned"}},
         "not_found"),
        ("groq", 400, {"error": {"type": "invalid_request_error", "code": "tool_use_failed", "failed_generation": "x"}},
         "server"),
        ("deepseek", 402, {"error": {"message": "Insufficient Balance", "type": "unknown_error",
                                     "code": "invalid_request_error"}}, "money"),
        ("deepseek", 400, {"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}},
         "content_policy"),
        ("deepseek", 503, {"error": {"message": "busy", "type": "service_unavailable_error"}}, "overload"),
        ("openrouter", 402, {"error": {"code": 402, "message": "Insufficient credits"}}, "money"),
        ("openrouter", 403, {"error": {"code": 403, "message": "openai/x requires moderation on OpenAI. Your input was "
                                       "flagged for \"violence\""}}, "content_policy"),
        ("openrouter", 403, {"error": {"code": 403, "message": "Only management keys"}}, "auth"),
        ("openrouter", 502, {"error": {"code": 502, "message": "Provider returned error"}}, "overload"),
        ("openrouter", 429, {"error": {"code": 429, "message": "Rate limit exceeded: free-models-per-min."}},
         "rate_limit"),
        ("together", 422, {"error": {"message": "`inputs` tokens + `max_new_tokens` must be <= 8193",
                                     "type": "invalid_request_error", "code": None}}, "context_length"),
        ("together", 429, {"error": {"message": "slow", "type": "dynamic_request_limited"}}, "ramp"),
        ("fireworks", 412, {"error": {"message": "Account x is suspended", "code": "PRECONDITION_FAILED"}}, "money"),
        ("fireworks", 400, {"error": {"message": "The prompt is too long: 9000, model maximum context length: 8191",
                                      "code": "invalid_request_error"}}, "context_length"),
        ("ollama", 500, {"error": {"message": "model requires more system memory (9 GiB) than is available (4 GiB)",
                                   "type": "api_error"}}, "overload"),
        ("ollama", 404, {"error": {"message": "model \"x\" not found", "type": "not_found_error"}}, "not_found"),
        ("vllm", 400, {"error": {"message": "This model's maximum context length is 8192 tokens.",
                                 "type": "BadRequestError", "code": 400}}, "context_length"),
        ("vllm", 404, {"error": {"message": "The model `x` does not exist.", "type": "NotFoundError", "code": 404}},
         "not_found"),
        ("mistral", 422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "store"], "input": "secret"}]},
         "invalid"),
        ("mistral", 422, {"object": "error", "message": {"detail": [{"input": "secret"}]},
                          "type": "invalid_request_error", "code": None}, "invalid"),
        ("mistral", 401, {"detail": "Unauthorized"}, "auth"),
        ("mistral", 401, {"message": "Unauthorized", "request_id": "r"}, "auth"),
        ("mistral", 429, {"object": "error", "message": "Rate limit exceeded", "type": "rate_limited", "code": "1300"},
         "rate_limit"),
        ("mistral", 429, {"object": "error", "message": "Service tier capacity exceeded for this model.",
                          "type": "service_tier_capacity_exceeded", "code": "3505"}, "overload"),
        ("mistral", 400, {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"},
         "not_found"),
        ("mistral", 400, {"object": "error", "type": "invalid_request_error", "code": "3051",
                          "message": "Prompt contains 40000 tokens, too large for model with 32768 maximum context "
                                     "length"}, "context_length"),
        ("mistral", 402, {"message": "Inactive subscription or usage limit reached"}, "money"),
        ("mistral", 503, b"upstream connect error", "overload"),
    ],
)  # fmt: skip
def test_what_their_failures_mean(kind: str, status: int, body: object, meaning: str) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    failure = VENDORS[kind]({}).classify(status, (), raw)
    assert failure.kind == meaning
    assert "secret" not in failure.message
