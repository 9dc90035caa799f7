"""A secret at a random place of a random body is refused, in every dialect: unknown never means uninspected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import BodyRefused
from adapters.registry import DIALECTS
from adapters.wire.body import Document
from gateway.bundle.pair import Pair, load_pair
from gateway.facts import Call
from tests.conftest import configured

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2v9Qd7Rz1Yf0uWm5Tn8Lb\n-----END RSA PRIVATE KEY-----"
BODIES: dict[str, dict[str, Any]] = {
    "openai_chat": {"model": "m", "messages": [{"role": "user", "content": "bonjour"}]},
    "openai_completions": {"model": "m", "prompt": "bonjour"},
    "openai_embeddings": {"model": "m", "input": "bonjour"},
    "openai_responses": {"model": "m", "input": "bonjour"},
    "openai_responses_compact": {"model": "m", "input": "bonjour"},
    "openai_input_tokens": {"model": "m", "input": "bonjour"},
    "openai_response_retrieve": {"stream": "true"},
    "openai_response_items": {"limit": "5"},
    "openai_moderations": {"model": "m", "input": "bonjour"},
    "rerank": {"model": "m", "query": "bonjour", "documents": ["bonjour"]},
    "openai_speech": {"model": "m", "input": "bonjour", "voice": "alloy"},
    "openai_images": {"model": "m", "prompt": "bonjour"},
    "anthropic_messages": {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "bonjour"}]},
    "anthropic_count_tokens": {"model": "m", "messages": [{"role": "user", "content": "bonjour"}]},
    "gemini_generate": {"model": "m", "contents": [{"role": "user", "parts": [{"text": "bonjour"}]}]},
    "gemini_count_tokens": {"model": "m", "contents": [{"role": "user", "parts": [{"text": "bonjour"}]}]},
    "gemini_embed": {"model": "m", "content": {"parts": [{"text": "bonjour"}]}},
    "gemini_batch_embed": {"model": "m", "requests": [{"content": {"parts": [{"text": "bonjour"}]}}]},
}

words = st.text("abcdefghij é", max_size=8)
keys = st.text("klmnopqrst", min_size=1, max_size=8)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return load_pair(configured(tmp_path_factory.mktemp("canary") / "house"))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place where a value stands, the containers too."""
    found = [path]
    if isinstance(value, dict):
        found += [p for key, inner in value.items() for p in places(inner, (*path, key))]
    elif isinstance(value, list):
        found += [p for index, inner in enumerate(value) for p in places(inner, (*path, index))]
    return found


def planted(value: Any, path: tuple[Any, ...], as_key: bool) -> Any:
    """`value` with the secret at `path`: in place of what stands there, or as a key of an object there."""
    if not path:
        return {PEM: value} if as_key else PEM
    step, *rest = path
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[step] = planted(value[step], tuple(rest), as_key)
    return copy


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(sorted(BODIES)), st.dictionaries(keys, values, min_size=1, max_size=4), st.data())
def test_the_denial_fires_wherever_the_secret_stands(
    pair: Pair, dialect: str, unknown: dict[str, Any], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from([p for p in places(unknown) if p]))
    body = {**BODIES[dialect], **planted(unknown, path, data.draw(st.booleans()))}
    raw = json.dumps(body, ensure_ascii=data.draw(st.booleans())).encode()
    try:
        ask = DIALECTS[dialect].parse(Document.parse(raw), {"response": "resp_1"})
    except BodyRefused:
        return  # not sent either
    found = pair.classifier.classify("acme", ask.passages)
    call = Call("acme", "hr", (), "anne", "k", "sandbox", dialect, "m", (), len(raw), datetime(2026, 11, 1, tzinfo=UTC))
    ruling = pair.policies.judge(
        call, ask.passages, found, pair.destinations["alpha/gpt-4o-mini"], refused=frozenset(),
        vendor_state_ok=lambda _: False,
    )  # fmt: skip
    assert ruling.verdict == "deny"
