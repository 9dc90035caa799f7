"""Errors in both families' shapes."""

import orjson
import pytest

from adapters.dialects import failures
from adapters.errors import BY_KIND

REFUSALS = (
    "invalid_request_error",
    "authentication_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "overloaded_error",
    "api_error",
    "timeout_error",
)


@pytest.mark.parametrize("kind", [*BY_KIND, *REFUSALS])
def test_every_word_of_the_taxonomy_and_of_the_refusals_is_known(kind: str) -> None:
    assert kind in failures.KINDS


def test_openai_shape() -> None:
    body = failures.error(
        "openai", 400, "invalid_request_error", "not é", param="model", code="policy_denied", call_id="c1"
    )
    assert orjson.loads(body) == {
        "error": {"message": "not é", "type": "invalid_request_error", "param": "model", "code": "policy_denied"}
    }


def test_anthropic_shape() -> None:
    body = failures.error("anthropic", 429, "rate_limit_error", "wait", param=None, code="rate", call_id="c1")
    assert orjson.loads(body) == {
        "type": "error",
        "error": {"type": "rate_limit_error", "message": "wait"},
        "request_id": "c1",
    }


def test_our_own_credential_failing_is_not_the_clients_login() -> None:
    for kind in ("auth", "money"):
        assert failures.names(kind).anthropic == "api_error"
        assert failures.names(kind).openai == "server_error"


def test_an_unknown_word_falls_back_on_the_status() -> None:
    assert failures.names("new", 429).anthropic == "rate_limit_error"
    assert failures.names("new", 418).anthropic == "invalid_request_error"
    assert failures.names("new", 500).anthropic == "api_error"


def test_stream_errors_are_one_event_each_without_a_terminal() -> None:
    chat = failures.openai_stream_error("cut", "gone", code=None, call_id="c1")
    assert chat.startswith(b'data: {"error":{') and chat.endswith(b"\n\n") and b"[DONE]" not in chat
    messages = failures.anthropic_stream_error("overload", "busy", code=None, call_id="c1")
    assert messages.startswith(b"event: error\ndata: ") and b'"overloaded_error"' in messages
    assert messages.count(b"\n\n") == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"type": "overloaded_error", "message": "Overloaded"}, "overload"),
        ({"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000"}, "context_length"),
        ({"type": "invalid_request_error", "code": "context_length_exceeded"}, "context_length"),
        ({"type": "insufficient_quota", "code": "insufficient_quota"}, "money"),
        ({"code": "slow_down", "type": "rate_limit_error"}, "ramp"),
        ({"code": "server_error", "message": "x"}, "server"),
        ({"code": 500, "message": "x"}, "server"),
        ({"type": "never seen"}, "server"),
        ("text", "server"),
        (None, "server"),
    ],
)
def test_vendor_words_become_the_taxonomy(error: object, kind: str) -> None:
    assert failures.vendor_failure(error).kind == kind


def test_a_vendor_failure_shows_no_words_of_the_vendor() -> None:
    failure = failures.vendor_failure({"type": "api_error", "message": "canary-7131"})
    assert failure.message == "canary-7131"
    assert "canary" not in repr(failure) + str(failure)
