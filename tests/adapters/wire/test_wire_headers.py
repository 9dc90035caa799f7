"""Only listed headers pass, in either direction."""

from __future__ import annotations

from adapters.wire.headers import incoming, outgoing

CLIENT = [
    (b"Host", b"gateway"),
    (b"Authorization", b"Bearer canary"),
    (b"x-api-key", b"canary"),
    (b"Cookie", b"canary"),
    (b"OpenAI-Organization", b"canary"),
    (b"OpenAI-Project", b"canary"),
    (b"X-Forwarded-For", b"canary"),
    (b"Traceparent", b"canary"),
    (b"Baggage", b"canary"),
    (b"X-Stainless-OS", b"canary"),
    (b"User-Agent", b"canary"),
    (b"Accept-Encoding", b"gzip, br"),
    (b"Content-Type", b"application/json; charset=canary"),
    (b"Accept", b"text/event-stream, canary/canary"),
    (b"Anthropic-Version", b"2023-06-01"),
    (b"Anthropic-Beta", b"tools-1, canary"),
    (b"Anthropic-Beta", b"cache-2"),
    (b"OpenAI-Beta", b"assistants=v2"),
]


def test_only_what_a_vendor_needs_goes_out():
    headers = outgoing(CLIENT, family="anthropic", beta_allowed=frozenset({"tools-1", "cache-2"}))
    assert headers == [
        ("content-type", "application/json"),
        ("accept", "text/event-stream"),
        ("accept-encoding", "identity"),
        ("user-agent", "ecluse"),
        ("anthropic-version", "2023-06-01"),
        ("anthropic-beta", "tools-1,cache-2"),
    ]


def test_a_stream_is_asked_for_also_where_the_client_says_json():
    def accept(said: str, *, stream: bool) -> str:
        client = [(b"accept", said.encode())]
        return dict(outgoing(client, family="openai", beta_allowed=frozenset(), stream=stream))["accept"]

    assert accept("application/json", stream=True) == "text/event-stream, application/json"
    assert accept("application/json", stream=False) == "application/json"
    assert accept("text/event-stream", stream=True) == "text/event-stream"


def test_betas_pass_by_value_only():
    allowed = outgoing(CLIENT, family="openai", beta_allowed=frozenset({"assistants=v2"}))
    assert ("openai-beta", "assistants=v2") in allowed
    assert not any(name.endswith("-beta") for name, _ in outgoing(CLIENT, family="openai", beta_allowed=frozenset()))


def test_an_odd_version_is_replaced():
    headers = dict(outgoing([(b"anthropic-version", b"canary")], family="anthropic", beta_allowed=frozenset()))
    assert headers["anthropic-version"] == "2023-06-01"


def test_only_listed_headers_come_back():
    vendor = [
        (b"Content-Type", b"text/event-stream"),
        (b"X-Request-Id", b"req-1"),
        (b"Set-Cookie", b"canary"),
        (b"Server", b"canary"),
        (b"x-ratelimit-remaining-tokens", b"9"),
        (b"openai-organization", b"canary"),
        (b"content-length", b"10"),
        (b"Retry-After", b"3\r\nx: y"),
    ]
    assert incoming(vendor) == [(b"content-type", b"text/event-stream"), (b"x-vendor-request-id", b"req-1")]
