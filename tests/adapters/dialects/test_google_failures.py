"""What the errors of Google's APIs mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.dialects.failures import gemini_error, gemini_stream_error
from adapters.dialects.google_failures import google_failure
from adapters.vendors.gemini import classify
from tests.adapters.dialects.vendor_records import needs_records, records

RPC = "type.googleapis.com/google.rpc."


def quota(name: str) -> dict[str, Any]:
    return {"@type": f"{RPC}QuotaFailure", "violations": [{"quotaId": name}]}


RETRY = {"@type": f"{RPC}RetryInfo", "retryDelay": "34.074s"}


@pytest.mark.parametrize(("status", "words", "details", "kind"), [
    ("RESOURCE_EXHAUSTED", "slow", [quota("GenerateRequestsPerMinutePerProjectPerModel"), RETRY], "rate_limit"),
    ("RESOURCE_EXHAUSTED", "slow", [quota("GenerateRequestsPerMinute-x"), quota("RequestsPerDay-x"), RETRY], "money"),
    ("RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0, model: x", [], "money"),
    ("RESOURCE_EXHAUSTED", "Quota exceeded, limit: 0.5", [], "rate_limit"),
    ("RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", [], "money"),
    ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).", [], "rate_limit"),
    ("INVALID_ARGUMENT", "API key not valid.", [{"reason": "API_KEY_INVALID"}], "auth"),
    ("INVALID_ARGUMENT", "API key expired. Please renew the API key.", [], "auth"),
    ("INVALID_ARGUMENT", "The input token count (9) exceeds the maximum number of tokens allowed (8).", [],
     "context_length"),
    ("INVALID_ARGUMENT", "Request contains an invalid argument.", [], "invalid"),
    ("INVALID_ARGUMENT", "Blocked: PROHIBITED_CONTENT", [], "content_policy"),
    ("FAILED_PRECONDITION", "User location is not supported for the API use.", [], "auth"),
    ("PERMISSION_DENIED", "denied", [{"reason": "BILLING_DISABLED"}], "money"),
    ("PERMISSION_DENIED", "denied", [], "auth"),
    ("UNAUTHENTICATED", "who?", [], "auth"),
    ("NOT_FOUND", "models/x is not found", [], "not_found"),
    ("UNAVAILABLE", "The model is overloaded.", [], "overload"),
    ("DEADLINE_EXCEEDED", "late", [], "timeout"),
    ("INTERNAL", "oops", [], "server"),
    ("WHATEVER", "oops", [], "server"),
])  # fmt: skip
def test_kinds(status: str, words: str, details: list[Any], kind: str) -> None:
    error = {"code": 0, "message": words, "status": status, "details": details}
    assert google_failure(error).kind == kind
    assert classify(400, (), json.dumps([{"error": error}]).encode()).kind == kind  # as array streams fail


def test_when_to_come_back() -> None:
    error = {"status": "RESOURCE_EXHAUSTED", "details": [RETRY]}
    assert google_failure(error).retry_after == 34.074
    headers = [(b"retry-after", b"7")]
    assert classify(429, headers, json.dumps({"error": error}).encode()).retry_after == 7.0


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"error":"x"}', b"[1]", b'{"error":null}'])
def test_what_isnt_googles_is_read_by_status(body: bytes) -> None:
    assert classify(503, (), body).kind == "overload"


@pytest.mark.parametrize("error", [None, [], "x", {"details": 3, "message": 4, "code": "5"}, {"details": [1, {}]}])
def test_odd_errors_are_failures_of_the_server(error: object) -> None:
    assert google_failure(error).kind == "server"


@needs_records
def test_recorded_errors() -> None:
    found = [classify(404, (), path.read_bytes()) for path in records("gemini", "json") if "-404-" in path.name]
    assert [(one.kind, one.type) for one in found] == [("not_found", "NOT_FOUND")]


def test_our_own_errors_say_code_status_and_when() -> None:
    error = json.loads(
        gemini_error(429, "rate_limit_error", "w", param=None, code="quota_exceeded", call_id="c", wait=7)
    )
    info = {"@type": f"{RPC}ErrorInfo", "reason": "QUOTA_EXCEEDED", "domain": "ecluse", "metadata": {"call": "c"}}
    retry = {"@type": f"{RPC}RetryInfo", "retryDelay": "7s"}
    assert error["error"] == {"code": 429, "message": "w", "status": "RESOURCE_EXHAUSTED", "details": [info, retry]}
    assert classify(429, (), json.dumps(error).encode()).retry_after == 7.0
    event = gemini_stream_error("invalid_request_error", "w", code="response_refused", call_id="c")
    assert event.startswith(b'data: {"error":{"code":400,') and b'"status":"INVALID_ARGUMENT"' in event
