"""Rules on parameters: the same outcome in the bytes of a body and in a made one, and nothing else changed."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.registry import DIALECTS
from adapters.wire.body import Document, Edit, splice
from adapters.wire.edits import PARAMETER
from adapters.wire.parameters import Parameters, applied, beside, changes, edits

NAMES = st.sampled_from(["temperature", "top_p", "seed", "a"])
PATHS = st.one_of(
    st.tuples(NAMES), st.tuples(st.sampled_from(["thinking", "b"]), NAMES), st.just(("thinking", "c", "seed"))
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(-2, 2), st.sampled_from(["low", 'é"\\']))
INNER = st.dictionaries(st.sampled_from(["temperature", "top_p", "seed", "a", "c"]), SCALARS, max_size=4)
BODIES = st.dictionaries(
    st.sampled_from(["temperature", "top_p", "seed", "a", "thinking", "b"]), st.one_of(SCALARS, INNER), max_size=6
).map(lambda body: {**body, "model": "m"})
RULES = st.builds(
    Parameters,
    strip=st.lists(PATHS, unique=True, max_size=4).map(tuple),
    default=st.dictionaries(PATHS, st.integers(0, 1), max_size=4).map(lambda found: tuple(found.items())),
    clamp=st.dictionaries(PATHS, st.just((0, 1)), max_size=4).map(
        lambda found: tuple((path, *ends) for path, ends in found.items())
    ),
)


@given(BODIES, RULES, st.sampled_from([None, 1]))
def test_bytes_and_values_come_out_the_same(body: dict[str, Any], rules: Parameters, indent: int | None) -> None:
    raw = json.dumps(body, indent=indent).encode()
    found = edits(Document.parse(raw), rules)
    made, count = applied(body, rules, "openai_chat")
    assert orjson.loads(splice(raw, found)) == made
    assert count == len(changes(body, rules)) and bool(found) == bool(count)
    assert json.loads(raw) == body, "what was given stays as it is"
    if not count:
        assert splice(raw, found) == raw


@given(BODIES, RULES)
def test_rules_are_kept(body: dict[str, Any], rules: Parameters) -> None:
    made, _ = applied(body, rules, "openai_chat")
    for path, least, most in rules.clamp:
        value: Any = made
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        assert type(value) not in (int, float) or least <= value <= most
    given_anew = {path for path, _ in rules.default}
    for path in rules.strip:
        holder: Any = made
        for step in path[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        assert not isinstance(holder, dict) or path[-1] not in holder or path in given_anew


@pytest.mark.parametrize(
    ("dialect", "body", "expected"),
    [
        ("openai_chat", {}, {"max_completion_tokens": 50}),
        ("openai_chat", {"max_tokens": 70}, {"max_tokens": 70}),
        (
            "openai_chat",
            {"max_tokens": 700, "max_completion_tokens": 9},
            {"max_tokens": 90, "max_completion_tokens": 9},
        ),
        ("openai_responses", {"max_output_tokens": 700}, {"max_output_tokens": 90}),
        ("anthropic_messages", {"max_tokens": 91}, {"max_tokens": 90}),
        (
            "gemini_generate",
            {"generationConfig": {"topK": 1}},
            {"generationConfig": {"topK": 1, "maxOutputTokens": 50}},
        ),
        ("gemini_generate", {}, {"generationConfig": {"maxOutputTokens": 50}}),
        ("openai_embeddings", {"input": "x"}, {"input": "x"}),
    ],
)
def test_limits_on_output_stand_where_the_dialect_has_them(
    dialect: str, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert applied(body, Parameters(default_output=50, most_output=90), dialect)[0] == expected


def test_rules_for_other_dialects_change_nothing() -> None:
    rules = Parameters(strip=(("seed",),), dialects=frozenset({"openai_responses"}))
    assert applied({"seed": 1}, rules, "openai_chat") == ({"seed": 1}, 0)
    assert rules.holds("openai_responses")


def test_defaults_can_be_left_out() -> None:
    document = Document.parse(b'{"seed":1}')
    assert edits(document, Parameters(default=((("top_p",), 1),)), defaults=False) == []


def test_what_falls_into_what_is_stripped_goes_with_it() -> None:
    raw = b'{"thinking":{"note":"secret","budget_tokens":9000},"seed":1}'
    document = Document.parse(raw)
    note = Edit(21, 29, b'"***"', "transformation")
    cap = Edit(*document.value_span(("thinking", "budget_tokens")), b"1024", "token_cap")
    first = Edit(1, 1, b'"store":false,', "store")
    stripped = beside([note, cap, first], edits(document, Parameters(strip=(("thinking",),))))
    assert splice(raw, stripped) == b'{"store":false,"seed":1}'


@pytest.mark.parametrize(("cap", "kind"), [(b"1500", "token_cap"), (b"5000", PARAMETER)])
def test_the_lower_of_two_limits_counts(cap: bytes, kind: str) -> None:
    raw = b'{"thinking":{"budget_tokens":9000}}'
    document = Document.parse(raw)
    span = document.value_span(("thinking", "budget_tokens"))
    rules = Parameters(clamp=((("thinking", "budget_tokens"), 1024, 4096),))
    both = beside([Edit(*span, cap, "token_cap")], edits(document, rules))
    assert [(edit.kind, min(int(edit.new), 4096)) for edit in both] == [(kind, min(int(cap), 4096))]


def test_every_chat_dialect_has_its_limit_on_output() -> None:
    missing = [
        name
        for name, dialect in DIALECTS.items()
        if dialect.operation in ("chat", "text_completion") and applied({}, Parameters(default_output=5), name)[1] != 1
    ]
    assert not missing
