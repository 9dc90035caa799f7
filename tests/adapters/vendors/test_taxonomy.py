"""What vendors' failed answers mean, in their own shapes, and when they want to be asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vendors.taxonomy import classify, duration, wait

RECORDED = Path(__file__).parents[4] / "shared/data/recorded"


def openai(message: str = "", type_: str | None = None, code: object = None) -> bytes:
    return json.dumps({"error": {"message": message, "type": type_, "param": None, "code": code}}).encode()


def anthropic(type_: str, message: str = "") -> bytes:
    return json.dumps({"type": "error", "error": {"type": type_, "message": message}, "request_id": "req"}).encode()


AZURE_FILTER = json.dumps({
    "error": {
        "message": "The response was filtered", "type": None, "param": "prompt", "code": "content_filter",
        "status": 400, "innererror": {"code": "ResponsibleAIPolicyViolation"},
    }
}).encode()  # fmt: skip
LONG = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."


@pytest.mark.parametrize(
    ("status", "body", "kind", "retryable"),
    [
        (429, openai("Rate limit reached", "requests", "rate_limit_exceeded"), "rate_limit", True),
        (429, openai("You exceeded your current quota", "insufficient_quota", "insufficient_quota"), "money", True),
        (429, openai("Slow down", "server_error", "slow_down"), "ramp", True),
        (429, b"", "rate_limit", True),
        (402, b"", "money", True),
        (400, openai(LONG, "invalid_request_error", "context_length_exceeded"), "context_length", False),
        (400, openai("no", "invalid_request_error", "content_policy_violation"), "content_policy", False),
        (400, openai("no", "invalid_request_error", None), "invalid", False),
        (401, openai("Incorrect API key", "invalid_request_error", "invalid_api_key"), "auth", True),
        (403, b"<html>Forbidden</html>", "auth", True),
        (404, openai("no such model", "invalid_request_error", "model_not_found"), "not_found", True),
        (500, openai("oops", "server_error", None), "server", True),
        (503, openai("busy", "server_error", None), "overload", True),
        (502, b"<html><h1>Bad gateway</h1></html>", "server", True),
        (504, b"upstream request timeout", "timeout", True),
        (413, anthropic("request_too_large"), "invalid", False),
        (429, anthropic("rate_limit_error"), "rate_limit", True),
        (529, anthropic("overloaded_error"), "overload", True),
        (529, b"", "overload", True),
        (400, anthropic("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
         "context_length", False),
        (400, anthropic("invalid_request_error", "Your credit balance is too low to access the API."), "money", True),
        (400, anthropic("enforced_spend_limit_reached"), "money", True),
        (403, anthropic("permission_error"), "auth", True),
        (500, anthropic("api_error"), "server", True),
        (400, AZURE_FILTER, "content_policy", False),
        (404, openai("nope", None, "DeploymentNotFound"), "not_found", True),
        (400, json.dumps({"object": "error", "message": LONG, "type": "BadRequestError", "code": 400}).encode(),
         "context_length", False),  # vLLM, older
        (404, json.dumps({"error": {"message": "x", "type": "NotFoundError", "code": 404}}).encode(),
         "not_found", True),  # vLLM
        (404, b'{"error":"model \\"x\\" not found, try pulling it first"}', "not_found", True),  # Ollama
        (500, b"Internal Server Error", "server", True),  # transformers serve
        (422, b'{"detail":[{"loc":["body"],"msg":"field required"}]}', "invalid", False),
        (418, b"", "invalid", False),
        (302, b"", "protocol", True),
    ],
)  # fmt: skip
def test_kinds(status: int, body: bytes, kind: str, retryable: bool) -> None:
    failure = classify(status, (), body)
    assert (failure.kind, failure.retryable, failure.status) == (kind, retryable, status)


def test_words_of_a_vendor_are_kept_apart() -> None:
    failure = classify(400, (), openai("the prompt was: secret", "invalid_request_error", "odd code with spaces"))
    assert failure.message == "the prompt was: secret"
    assert "secret" not in f"{failure} {failure!r}"
    assert failure.code is None
    assert classify(502, (), b"<html>secret</html>").message == ""
    assert classify(500, (), b"plain secret").message == ""
    assert len(classify(400, (), openai("x" * 100_000)).message) == 2_000


@given(st.binary(), st.integers(100, 599), st.lists(st.tuples(st.binary(), st.binary())))
def test_any_answer_is_classified(body: bytes, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    assert classify(status, headers, body).status == status


_KEYS = st.sampled_from(["error", "code", "type", "message", "innererror", "details", "error_code", "param"])


@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(_KEYS, x)))
def test_any_json_is_classified(value: object) -> None:
    classify(400, (), json.dumps(value).encode())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:27:00 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, 0.0),
        ({"retry-after": "1e9"}, 86_400.0),
        ({"retry-after": "nan"}, None),
        ({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s"}, 360.0),
        ({"x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "6m0s"}, None),
        (
            {
                "anthropic-ratelimit-requests-remaining": "0",
                "anthropic-ratelimit-requests-reset": "2026-10-21T07:28:12Z",
                "date": "Wed, 21 Oct 2026 07:28:00 GMT",
            },
            12.0,
        ),
    ],
)
def test_when_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    assert wait(headers, now=lambda: 0.0) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("6m0s", 360.0), ("1h2m3s", 3723.0), ("120ms", 0.12), ("20.5s", 20.5), ("20", None), ("", None), ("m", None),
     ("6x", None), ("1.2.3s", None)],
)  # fmt: skip
def test_durations(text: str, seconds: float | None) -> None:
    assert duration(text) == (None if seconds is None else pytest.approx(seconds))


@given(st.text())
def test_any_text_is_a_duration_or_not(text: str) -> None:
    assert duration(text) is None or duration(text) >= 0  # type: ignore[operator]


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded vendor answers are not at hand (../shared/data/recorded)")
def test_recorded_failures() -> None:
    seen = {}
    for entry in json.loads((RECORDED / "INDEX.json").read_text()):
        if entry["status"] >= 400 and entry["dialect"] != "gemini":
            failure = classify(entry["status"], (), (RECORDED / entry["file"]).read_bytes())
            seen[entry["id"]] = failure.kind
            assert failure.message, entry["id"]
    assert set(seen.values()) == {"invalid", "not_found", "money"}
