"""Amazon Bedrock: paths, forms, streams and what its failures mean."""

from __future__ import annotations

import base64
import json

import pytest

from adapters.dialects.anthropic_reader import AnthropicReader
from adapters.errors import ProtocolBroken, UpstreamError
from adapters.registry import VENDORS
from adapters.translate.answers.bedrock_converse_to_canonical import ConverseAnswerReader
from adapters.vendors.base import OptionError
from adapters.wire.body import Document, splice
from adapters.wire.eventstream import encode

BEDROCK = VENDORS["bedrock"]
CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
PROFILE = "arn:aws:bedrock:eu-west-3:1:application-inference-profile/abc"


def chunk(value: object) -> bytes:
    inner = base64.b64encode(json.dumps(value).encode()).decode()
    headers = {":event-type": "chunk", ":content-type": "application/json", ":message-type": "event"}
    return encode(headers, json.dumps({"bytes": inner, "p": "abcd"}).encode())


def exception(name: str, **said: object) -> bytes:
    return encode({":exception-type": name, ":message-type": "exception"}, json.dumps(said).encode())


@pytest.mark.parametrize(
    ("dialect", "stream", "path"),
    [
        ("anthropic_messages", False, "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke"),
        ("anthropic_messages", True,
         "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream"),
        ("anthropic_count_tokens", False, "/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/count-tokens"),
        ("bedrock_converse", True, "/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream"),
    ],
)  # fmt: skip
def test_paths(dialect: str, stream: bool, path: str) -> None:
    assert BEDROCK({"region": "eu-west-3"}).path(dialect, CLAUDE, {"x": "y"}, stream=stream) == path


def test_where_it_listens_and_who_is_asked_how() -> None:
    assert BEDROCK.base_url({"region": "eu-west-3"}) == "https://bedrock-runtime.eu-west-3.amazonaws.com"
    assert BEDROCK.base_url({}) is None
    assert BEDROCK.serves is not None
    for model, messages in [(CLAUDE, True), ("amazon.nova-pro-v1:0", False), (PROFILE, False)]:
        assert BEDROCK.serves(model, "anthropic_messages") is messages
        assert BEDROCK.serves(model, "bedrock_converse")
    with pytest.raises(OptionError):
        BEDROCK({"region": "eu-west-3.evil.example/"})


def test_a_messages_request_by_invoke() -> None:
    form = BEDROCK.envelopes["anthropic_messages"]
    raw = b'{"model":"claude","stream":true,"max_tokens":9,"messages":[],"service_tier":"auto"}'
    headers = [("accept", "*/*"), ("anthropic-version", "2023-06-01"), ("anthropic-beta", "one,two")]
    body = splice(raw, form.edits(Document.parse(raw), headers))
    assert json.loads(body) == {
        "anthropic_version": "bedrock-2023-05-31", "anthropic_beta": ["one", "two"], "max_tokens": 9, "messages": [],
    }  # fmt: skip
    assert form.headers(headers) == [("accept", "*/*")]


def test_a_count_of_tokens_holds_the_request_that_would_be_made() -> None:
    form = BEDROCK.envelopes["anthropic_count_tokens"]
    raw = b'{"model":"claude","messages":[{"role":"user","content":"a"}]}'
    sent = json.loads(splice(raw, form.edits(Document.parse(raw), [])))
    assert json.loads(base64.b64decode(sent["input"]["invokeModel"]["body"])) == {
        "anthropic_version": "bedrock-2023-05-31", "max_tokens": 1, "messages": [{"role": "user", "content": "a"}],
    }  # fmt: skip
    assert form.body(b'{"inputTokens":7}') == b'{"input_tokens":7}'
    with pytest.raises(ProtocolBroken):
        form.body(b"no")


def test_messages_come_out_of_chunks_and_exceptions_are_errors() -> None:
    framer, reader = BEDROCK.envelopes["anthropic_messages"].framer(), AnthropicReader()
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 3}}}
    (event,) = framer.feed(chunk(start))
    assert event.raw.startswith(b"event: message_start\ndata: {")
    assert reader.event(event).usage is not None
    (broken,) = framer.feed(exception("throttlingException", message="Too many requests"))
    failure = reader.event(broken).error
    assert failure is not None
    assert (failure.kind, failure.message) == ("rate_limit", "Too many requests")


@pytest.mark.parametrize("payload", [b"no json", b"{}", b'{"bytes":"***"}', b'{"bytes":1}', b'{"bytes":"Cgo="}', b"[]"])
def test_chunks_that_are_none(payload: bytes) -> None:
    framer = BEDROCK.envelopes["anthropic_messages"].framer()
    with pytest.raises(ProtocolBroken):
        framer.feed(encode({":message-type": "event", ":event-type": "chunk"}, payload))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("modelStreamErrorException", "server"), ("internalServerException", "server"),
        ("serviceUnavailableException", "overload"), ("modelTimeoutException", "timeout"),
        ("validationException", "invalid"), ("newException", "server"),
    ],
)  # fmt: skip
def test_exceptions_in_a_stream_of_converse(name: str, kind: str) -> None:
    (event,) = BEDROCK.envelopes["bedrock_converse"].framer().feed(exception(name, message="no"))
    with pytest.raises(UpstreamError) as caught:
        ConverseAnswerReader().event(event)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("status", "named", "said", "kind"),
    [
        (429, "ThrottlingException", {"message": "Too many requests, please wait"}, "rate_limit"),
        (429, "ThrottlingException:http://internal.amazon.com/", {"message": "Too many tokens per day"}, "rate_limit"),
        (400, "ValidationException", {"message": "The provided model identifier is invalid."}, "not_found"),
        (400, "ValidationException", {"message": "Input is too long for requested model."}, "context_length"),
        (400, "ValidationException", {"message": "Malformed input request: #: extraneous key"}, "invalid"),
        (400, "ServiceQuotaExceededException", {"message": "quota"}, "money"),
        (403, "AccessDeniedException", {"message": "You don't have access to the model"}, "auth"),
        (403, "ExpiredTokenException", {"message": "The security token included in the request is expired"}, "auth"),
        (403, "", {"Message": "User: x is not authorized"}, "auth"),
        (404, "ResourceNotFoundException", {"message": "end of its life"}, "not_found"),
        (408, "ModelTimeoutException", {"message": "slow"}, "timeout"),
        (424, "ModelErrorException", {"message": "failed"}, "server"),
        (429, "ModelNotReadyException", {"message": "warming"}, "overload"),
        (503, "ServiceUnavailableException", {"message": "busy"}, "overload"),
        (500, "", None, "server"),
    ],
)  # fmt: skip
def test_what_its_failures_mean(status: int, named: str, said: object, kind: str) -> None:
    headers = [(b"x-amzn-ErrorType", named.encode())] if named else []
    assert BEDROCK({}).classify(status, headers, json.dumps(said).encode()).kind == kind
