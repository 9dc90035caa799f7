"""What an attempt is charged: as the vendor counted, each dialect by its own way of counting; else estimated."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from adapters.errors import ServerFailed, TimedOut, UpstreamError
from adapters.registry import DIALECTS
from adapters.wire.body import Document
from gateway.exchange import Attempt
from gateway.gate import Gate
from gateway.pricing import table
from gateway.pricing.rates import Tariff, Used, cost
from gateway.pricing.resolve import Tariffs
from gateway.pricing.spend import most, most_output, spent

ASKS: dict[str, dict[str, Any]] = {
    "openai_chat": {"messages": [{"role": "user", "content": "Bonjour"}]},
    "openai_responses": {"input": "Bonjour"},
    "anthropic_messages": {"messages": [{"role": "user", "content": "Bonjour"}], "max_tokens": 50},
    "openai_embeddings": {"input": "Bonjour"},
    "openai_completions": {"prompt": "Bonjour"},
}
ANSWERS: dict[str, dict[str, Any]] = {
    "openai_chat": {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "x" * 40}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 1000,
            "completion_tokens": 300,
            "prompt_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 100},
            "completion_tokens_details": {"reasoning_tokens": 200},
        },
    },
    "openai_responses": {
        "id": "r", "status": "completed",
        "output": [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "x" * 40}]}],
        "usage": {
            "input_tokens": 1000,
            "output_tokens": 300,
            "input_tokens_details": {"cached_tokens": 600, "cache_write_tokens": 100},
            "output_tokens_details": {"reasoning_tokens": 200},
        },
    },
    "anthropic_messages": {
        "id": "m", "type": "message", "role": "assistant", "content": [{"type": "text", "text": "x" * 40}],
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 300,
            "cache_read_input_tokens": 600,
            "cache_creation_input_tokens": 100,
            "output_tokens": 300,
            "output_tokens_details": {"thinking_tokens": 200},
        },
    },
}  # fmt: skip


def ask_of(dialect: str, **fields: Any) -> Any:
    body = {"model": "m", **ASKS[dialect], **fields}
    return DIALECTS[dialect].parse(Document.parse(orjson.dumps(body), max_depth=64))


def call(dialect: str, **fields: Any) -> Any:
    return SimpleNamespace(ask=ask_of(dialect, **fields), left=False, cutting="")


def answered(exchange: Any, answer: dict[str, Any] | None, *, events: Sequence[bytes] = ()) -> Attempt:
    attempt = Attempt(1, None, None, 0.0, sent=400)  # type: ignore[arg-type]
    attempt.gate = Gate(DIALECTS[exchange.ask.dialect].reader(exchange.ask), None)
    if answer is not None:
        attempt.gate.body(orjson.dumps(answer))
    for event in events:
        attempt.gate.feed(event, [])
    return attempt


@pytest.mark.parametrize("dialect", ANSWERS)
def test_the_same_usage_is_the_same_in_every_dialect(dialect: str):
    """OpenAI's count of input includes what came from the cache, Anthropic's doesn't."""
    exchange = call(dialect)
    assert spent(exchange, answered(exchange, ANSWERS[dialect]), None) == Used(1000, 300, 600, 100, 0, 200)


def test_what_it_costs_by_a_published_price():
    exchange = call("anthropic_messages")
    entry = table.shipped().find(("anthropic",), "claude-sonnet-4-5")
    assert entry is not None
    # 300 fresh at 3, 600 read at 0.30, 100 written at 3.75, 300 out at 15 dollars a million, in nanos.
    expected = 300 * 3000 + 600 * 300 + 100 * 3750 + 300 * 15_000
    assert cost(entry.plain, spent(exchange, answered(exchange, ANSWERS["anthropic_messages"]), None)) == expected


@pytest.mark.parametrize("dialect", ANSWERS)
def test_without_counts_a_whole_answer_is_estimated(dialect: str):
    exchange = call(dialect)
    bare = {key: value for key, value in ANSWERS[dialect].items() if key != "usage"}
    assert spent(exchange, answered(exchange, bare), None) == Used(input=100, output=10)


def test_a_stream_broken_off_is_charged_for_what_was_said_whatever_the_vendor_said_at_its_beginning():
    exchange = call("anthropic_messages", stream=True)
    start = {
        "type": "message_start",
        "message": {"id": "m", "content": [], "usage": {"input_tokens": 9, "output_tokens": 1}},
    }
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "x" * 80}}
    events = [b"event: e\ndata: " + orjson.dumps(one) + b"\n\n" for one in (start, block, delta)]
    assert spent(exchange, answered(exchange, None, events=events), None) == Used(input=9, output=20)


@pytest.mark.parametrize(
    ("error", "left", "charged"),
    [
        (ServerFailed(status=500), False, 0),
        (TimedOut(code="connect"), False, 0),
        (TimedOut(code="first_byte"), False, 100),
        (TimedOut(code="deadline"), False, 100),
        (None, True, 100),
        (None, False, 0),
    ],
)
def test_what_a_vendor_may_have_read_is_charged_though_it_said_nothing(
    error: UpstreamError | None, left: bool, charged: int
):
    exchange = call("openai_chat")
    exchange.left = left
    attempt = Attempt(1, None, None, 0.0, sent=400)  # type: ignore[arg-type]
    assert spent(exchange, attempt, error) == Used(input=charged)


def test_the_most_is_at_the_dearest_candidate_and_by_the_service_asked_for():
    entry = table.shipped().find(("openai",), "gpt-4o")
    mini = table.shipped().find(("openai",), "gpt-4o-mini")
    assert entry is not None and mini is not None
    of = {n: Tariff(e.plain, e.services, e.plain, "t") for n, e in (("a", mini), ("b", entry))}
    tariffs = Tariffs("USD", "t", of, ())
    both: Any = [SimpleNamespace(name="a"), SimpleNamespace(name="b")]
    # 100 in at 2.50 and 10 out at 10 dollars a million, in millionths.
    assert most(tariffs, ask_of("openai_chat"), both, 100, 10) == 250 + 100
    assert most(tariffs, ask_of("openai_chat"), both[:1], 100, 10) == 15 + 6
    assert most(tariffs, ask_of("openai_chat", service_tier="priority"), both, 100, 10) == 425 + 170


def test_the_most_output():
    assert most_output(ask_of("openai_chat"), 4096) == 4096
    assert most_output(ask_of("openai_chat", n=3, max_tokens=100), 4096) == 300
    assert most_output(ask_of("openai_completions", prompt=["a", "b"]), 10) == 20
    assert most_output(ask_of("openai_embeddings"), 4096) == 0
