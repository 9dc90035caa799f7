"""What a guard relies on: text released up to the pending place, findings below it final, whatever the cuts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped_packs import engine, engine_of
from test_engine import FRAGMENTS

from policies.detectors.engine import Engine
from policies.findings import Finding

LOCAL = frozenset(
    ["secret.vendor", "secret.jwt", "secret.private_key", "fin.iban", "contact.email", "net.url_creds", "fr.tva"]
)
EVERY = frozenset(engine().catalogue.detectors)
PEM = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAC4AWkdwKYSd8"
MORE = (
    f"-----BEGIN PRIVATE KEY-----\n{PEM}\n-----END PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJjb25maWRlbmNlIjowLjh9.kvRPfjAhLhtRTczoRgctVGp7KY1QVH3UBZM-gM0x8ec",
    "postgres://app:S3cr3tPw!@db.interne.exemple.fr:5432/rh", "FR 33 526 564 604", "commande", "suivi", "siret",
    "carte", "://", "@", "Bearer", "token", "confidentiel",
)  # fmt: skip
STREAMS = st.lists(st.sampled_from(FRAGMENTS + MORE) | st.text(max_size=4), max_size=5).flatmap(
    lambda parts: st.sampled_from(["", " ", "\n"]).map(lambda gap: gap.join(parts))
)


def cuts(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[low:high] for low, high in pairwise(edges)]


def streamed(judge: Engine, chunks: list[str], detectors: frozenset[str]) -> list[Finding]:
    """As a guard does it: only what may still matter is kept of what was released."""
    found: list[Finding] = []
    kept, base, released = "", 0, 0
    for index in range(len(chunks) + 1):
        final = index == len(chunks)
        kept += "" if final else chunks[index]
        safe, findings = judge.settle(kept, released - base, detectors, final=final)
        found += [
            Finding(f.detector, f.start + base, f.end + base, f.confidence, 0, f.why, label=f.label) for f in findings
        ]
        assert base + safe >= released
        released = base + safe
        cut = max(safe - judge.reach(detectors), 0)
        kept, base = kept[cut:], base + cut
    assert released == sum(map(len, chunks))
    return found


@settings(max_examples=150, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 500), max_size=12), st.sampled_from([LOCAL, EVERY]))
def test_findings_do_not_depend_on_the_cuts(text: str, places: list[int], detectors: frozenset[str]) -> None:
    whole = streamed(engine(), [text], detectors)
    assert streamed(engine(), cuts(text, places), detectors) == whole


def test_what_a_match_asks_to_follow_may_begin_the_next_one() -> None:
    text = "suivihttps://b41fe0aa:91c7d3e2@gehttps://b41fe0aa:91c7d3e2@paquets.exemple.org/"
    assert streamed(engine(), cuts(text, [51]), LOCAL) == streamed(engine(), [text], LOCAL)


def test_a_match_that_lost_to_a_surer_one_is_not_cut_either() -> None:
    text = "https://b41fe0aa:91c7d3e2@gems.cont@ibsys.com/"
    for place in range(1, len(text)):
        assert streamed(engine(), cuts(text, [place]), LOCAL) == streamed(engine(), [text], LOCAL)


def test_a_match_is_held_from_its_beginning_not_from_its_finding() -> None:
    text = "password:commande 123456marcel.durand@exemple.fr"
    assert streamed(engine(), cuts(text, [18]), EVERY) == streamed(engine(), [text], EVERY)


@settings(max_examples=60, deadline=None)
@given(STREAMS)
def test_a_stream_finds_what_a_scan_finds(text: str) -> None:
    assert streamed(engine(), [text], EVERY) == list(engine().scan([text])[0])


@settings(max_examples=300, deadline=None)
@given(STREAMS, st.integers(0, 300), st.integers(0, 300), st.sampled_from([LOCAL, EVERY, frozenset(["fin.iban"])]))
def test_a_look_says_what_a_scan_says(text: str, end: int, place: int, detectors: frozenset[str]) -> None:
    seen = text[: end % (len(text) + 1)]
    start = place % (len(seen) + 1)
    safe = engine().peek(seen, start, detectors)
    assert safe is None or engine().settle(seen, start, detectors) == (safe, ())


def test_a_look_is_enough_for_prose() -> None:
    text = "La suite de la réponse que le modèle donne au client, mot après mot. "
    detectors = frozenset(["secret.vendor", "fin.iban"])
    assert engine().peek(text, 40, detectors) == len(text)
    assert engine().peek(text + "FR76 3000", len(text), detectors) == len(text)
    assert engine().peek(text + "FR76 3000", len(text) - 9, detectors) == len(text)


@pytest.mark.parametrize("value", [*FRAGMENTS, *MORE])
def test_one_character_at_a_time(value: str) -> None:
    text = f"avant {value} après, et la suite de la réponse"
    assert streamed(engine(), list(text), EVERY) == list(engine().scan([text])[0])


@settings(max_examples=100, deadline=None)
@given(STREAMS, st.integers(0, 300))
def test_nothing_before_the_pending_place_becomes_or_stops_being_a_finding(text: str, place: int) -> None:
    seen = text[: place % (len(text) + 1)]
    pending = engine().pending(seen, EVERY)
    safe = len(seen) if pending is None else pending
    before = [one for one in engine().scan([seen])[0] if one.end <= safe]
    assert [one for one in engine().scan([text])[0] if one.end <= safe] == before


@pytest.mark.parametrize("value", [v for v in (*FRAGMENTS, *MORE) if engine().scan([v])[0] and "\n" not in v])
def test_every_beginning_of_a_finding_is_pending(value: str) -> None:
    for one in engine().scan([value])[0]:
        for end in range(one.start + 1, one.end):
            pending = engine().pending(value[:end], frozenset([one.detector]))
            assert pending is not None and pending <= one.start


def test_a_long_private_key_is_held_until_its_end() -> None:
    lines = "\n".join(f"{index:02d}{PEM[2:]}" for index in range(50))
    text = f"La clé :\n-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\nMerci."
    detectors = frozenset(["secret.private_key"])
    chunks = [text[at : at + 40] for at in range(0, len(text), 40)]
    [finding] = streamed(engine(), chunks, detectors)
    assert text[finding.start : finding.end].startswith("-----BEGIN")
    assert text[finding.start : finding.end].endswith("END PRIVATE KEY-----")


def test_prose_is_released_but_for_its_last_word() -> None:
    text = "La suite de la réponse que le modèle donne au client"
    assert engine().pending(text + ".\n", LOCAL) is None
    assert engine().pending(text, LOCAL) == text.rindex("client")
    assert engine().pending("", LOCAL) is None
    assert engine().pending("texte", frozenset()) is None


MENTIONS = ("-----BEGIN PRIVATE KEY-----", "password: ", "curl -u", "https://exemple.fr", "AKIA")


@pytest.mark.parametrize("mention", MENTIONS)
def test_a_mention_does_not_hold_the_rest_of_an_answer(mention: str) -> None:
    text = f"Un fichier commence par {mention}" + " et la suite de la phrase dit ce qu'il faut en faire." * 9
    pending = engine().pending(text, LOCAL | {"secret.password"})
    assert pending is None or pending >= len(text) - 10


def test_no_more_is_held_than_the_longest_match_and_its_context() -> None:
    detectors = frozenset(["fin.iban"])
    held = engine().catalogue.detectors["fin.iban"]
    text = "9" * 5000
    pending = engine().pending(text, detectors)
    assert pending is None or pending >= len(text) - held.max_length - held.after


def test_hidden_characters_are_held_too() -> None:
    text = "le compte FR44\u200b2856\u200b9990"
    pending = engine().pending(text, frozenset(["fin.iban"]))
    assert pending is not None and pending <= text.index("FR44")


def test_keywords_stream() -> None:
    words = {"any": ["projet helios"], "fold": ["case", "accents", "separators"]}
    own = engine_of({"id": "org.word", "keywords": words})
    text = "voici le projet-hélios, puis autre chose"
    for step in range(1, 9):
        chunks = [text[at : at + step] for at in range(0, len(text), step)]
        assert streamed(own, chunks, frozenset(["org.word"])) == list(own.scan([text])[0])
