"""What hides or carries data off: found in the characters themselves, and the same at any cut of a stream."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_packs import engine
from test_streams import cuts, streamed

from policies.detectors.budget import ScanBudgetExceeded
from policies.detectors.engine import Engine
from policies.detectors.evasions import link_address, picture_address

EVASIONS = frozenset(name for name in engine().catalogue.detectors if name.startswith("evasion."))
TAGS = "\U000e0069\U000e0067"
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
PIECES = (
    "\u200b", "\u200d", "\u00ad", "\u202e", "\u2069", TAGS, FLAG, "a", "7", " ", "\n", "é", "e\u0301", "❤\ufe0f",
    "<|im_start|>", "<|im", "_end|>", "![x](https://a.example/p.png?data=numero%20de%20carte)", "![y](", "https://",
    "a.example/?q=bonjour+tout+le+monde", ")", "[INST]", "<img src=", "[1]: ", "%69%67%6e%6f%72%65%20%61%6c%6c%20%72",
)  # fmt: skip


def kinds(text: str) -> list[tuple[str, str]]:
    found = engine().scan([text])[0]
    return [(one.detector, text[one.start : one.end]) for one in found if one.detector in EVASIONS]


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"mot{TAGS} suite", [("evasion.tags", TAGS)]),
        (f"{FLAG} gagne", []),
        (f"{FLAG[:1]}{TAGS * 9}\U000e007f", [("evasion.tags", f"{TAGS * 9}\U000e007f")]),
        ("pay\u202eact", [("evasion.bidi", "\u202e")]),
        (f"fin\u200b\u2060\u200b{TAGS}", [("evasion.invisible", "\u200b\u2060\u200b"), ("evasion.tags", TAGS)]),
        ("x\U000e0069\u200b\U000e0067 ", [("evasion.tags", "\U000e0069\u200b\U000e0067")]),
        ("\ufeffdébut", []),
        ("cou\u00ad\u00ad\u00adpe", []),
        ("g\U000e0100\U000e0145 ", [("evasion.invisible", "\U000e0100\U000e0145")]),
        ("a\u0301\u0302\u0303\u0304b", []),
    ],
)
def test_characters_that_print_nothing(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


def test_places_are_those_of_each_text() -> None:
    first, second = engine().scan(["abc", f"de{TAGS}f"])
    assert not first
    assert [(one.start, one.end, one.passage) for one in second] == [(2, 4, 1)]


def test_a_text_of_nothing_but_tricks_is_not_inspected() -> None:
    with pytest.raises(ScanBudgetExceeded):
        engine().scan(["é\u200b\u00ad" * 60_000])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.lists(st.integers(0, 300), max_size=10))
def test_the_cuts_of_a_stream_change_nothing(text: str, places: list[int]) -> None:
    judge: Engine = engine()
    assert streamed(judge, cuts(text, places), EVASIONS) == streamed(judge, [text], EVASIONS)


@pytest.mark.parametrize(
    "address",
    [
        b"https://a.example/p?x=numero%20de%20carte", b"https://a.example/p?secret=azertyuiop",
        b"https://a.example/{password}.png", b"https://a.example/p?9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c",
        b"https://9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c.a.example/p.png",
    ],
)  # fmt: skip
def test_addresses_that_carry_data(address: bytes) -> None:
    assert picture_address(address)


@pytest.mark.parametrize(
    "address",
    [
        b"https://a.example/logo.png", b"https://a.example/i.jpg?w=800&h=600&q=80", b"https://a.example/?v=1.2.3-beta",
        b"https://a.example/u/48219?s=64", b"https://a.example/img/9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c.png",
    ],
)  # fmt: skip
def test_addresses_that_only_name_a_picture(address: bytes) -> None:
    assert picture_address(address) is None


def test_a_link_needs_more_data_than_a_picture() -> None:
    address = b"https://a.example/?q=bonjour+toi"
    assert picture_address(address) and link_address(address) is None


def test_base64_that_looks_plain_at_another_alignment() -> None:
    """Blanks that don't break make groups of four that are text of no ASCII; others, one letter on, look like it."""
    for value in (
        "4057\u00a06776\u00a07906\u00a08725",
        "FR89\u00a07756\u00a06962\u00a09754\u00a00863\u00a03M92\u00a0093",
    ):
        text = f"card, IBAN {base64.b64encode(value.encode()).decode()}, merci"
        assert [one for one in engine().scan([text])[0] if one.confidence >= 0.75 and "base64" in one.why], value
