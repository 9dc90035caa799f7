from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shipped_packs import engine

from policies.detectors.patterns import Pattern, Tail
from policies.detectors.reading import Literal, literals, longest, prefixes, shortest
from policies.detectors.syntax import PatternRefused, parse, written
from policies.detectors.view import WORD

SAMPLES = (
    r"AKIA[0-9A-Z]{16}",
    r"(?i)[a-z.]{1,4}@(?:[a-z]{1,3}\.){1,2}[a-z]{2,4}",
    r"(?:ab|a)(?:c|bc)d?e{2,3}",
    r"x(?:yz){0,2}[^0-9]",
    r"a(?i:b)c.d",
)
RULES = [(detector.id, rule) for detector in engine().catalogue.detectors.values() for rule in detector.rules]


@pytest.mark.parametrize("source", SAMPLES)
def test_re2_reads_the_written_pattern_as_python_reads_the_source(source: str) -> None:
    pattern, python = Pattern(parse(source)), re.compile(source.encode())

    @given(st.from_regex(source.encode()) | st.binary(max_size=30).map(lambda text: text.replace(b"\0", b"")))
    def same(text: bytes) -> None:
        if b"\0" in text:
            return
        expected = python.search(text)
        found = pattern.search(text, 0, len(text))
        assert (found and found[:2]) == (expected and expected.span())

    same()


@pytest.mark.parametrize("source", SAMPLES)
def test_nothing_matches_across_nul(source: str) -> None:
    pattern = Pattern(parse(source))

    @given(st.from_regex(source.encode()))
    def inside(text: bytes) -> None:
        found = pattern.search(text, 0, len(text))
        assert found is None or 0 not in text[found[0] : found[1]]

    inside()


@pytest.mark.parametrize("source", SAMPLES)
def test_every_prefix_of_a_match_is_a_beginning(source: str) -> None:
    tail, node = Tail([], [prefixes(parse(source))], WORD), parse(source)

    @given(st.from_regex(source.encode(), fullmatch=True), st.data())
    def held(text: bytes, data: st.DataObject) -> None:
        if 0 in text:
            return
        assert shortest(node) <= len(text) <= longest(node)
        cut = data.draw(st.integers(1, len(text)))
        assert tail.start(b"\x01" + text[:cut]) <= 1
        assert any(one.text in text.lower() for one in literals(node, 1))

    held()


@pytest.mark.parametrize("name, rule", RULES, ids=[f"{name}-{index}" for index, (name, _) in enumerate(RULES)])
def test_every_prefix_of_a_match_of_a_shipped_rule_is_a_beginning(name: str, rule: object) -> None:
    """On matches that hypothesis makes of the shipped pattern itself."""
    node = rule.node  # type: ignore[attr-defined]
    tail = Tail([], [prefixes(node)], WORD)
    source = written(node, captures=False)

    # The match of a key has hundreds of characters, drawn one by one: a millisecond for thirty of them. The check of
    # slow generators reads the clock on the wall, and on a busy machine that is no fault of the pattern.
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(st.from_regex(source, fullmatch=True), st.data())
    def held(text: bytes, data: st.DataObject) -> None:
        cut = data.draw(st.integers(1, len(text)))
        assert tail.start(text[:cut]) == 0

    held()


def test_literals_that_select_a_rule() -> None:
    assert literals(parse(r"AKIA[0-9A-Z]{16}")) == (Literal(b"akia", 0, 0),)
    assert literals(parse(r"gh[op]_[a-z]{3,}")) == (Literal(b"gho_", 0, 0), Literal(b"ghp_", 0, 0))
    assert literals(parse(r"[a-z]{1,9}@[a-z]+")) == (Literal(b"@", 1, 9),)
    assert literals(parse(r"[0-9]{4}")) == ()
    assert literals(parse(r"(?:abc)?x")) == ()


@pytest.mark.parametrize("source", ["(?=a)b", r"(a)\1", "^a", "a$", "(", "é", "(?<!a)b"])
def test_what_re2_or_a_stream_can_not_do_is_refused(source: str) -> None:
    with pytest.raises(PatternRefused):
        parse(source)
