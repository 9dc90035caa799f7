"""What leaves of an answer, in one piece and in any cut."""

from __future__ import annotations

import json
from datetime import date

from guard_cases import Call, Destination, compiled, engine, guard, rule, told
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies

IBAN = "FR76 3000 6000 0112 3456 7890 189"
MAIL = "jeanne.martin@example-corp.fr"
CARD = "4970 1011 2234 4564"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2\n-----END RSA PRIVATE KEY-----"

REDACTS = compiled(rule("iban", "redact", "fin.iban", "contact.email", "contact.phone", "fin.card"))
STOPS = compiled(rule("stop", "deny", "secret.*"), rule("iban", "redact", "fin.iban"))
SETS = compiled(
    rule("many", "redact", "contact.email", findings={"count": ">=2"}),
    rule("both", "deny", findings={"all_of": ["fin.iban", "contact.email"]}),
)


def test_no_rule_no_guard():
    assert compiled().guard(Call(), Destination(), engine()) is None
    elsewhere = compiled(rule("r", "redact", "fin.iban", when={"users": ["other"]}))
    assert elsewhere.guard(Call(), Destination(), engine()) is None


def test_plain_text_is_released_as_it_comes():
    made = guard(REDACTS)
    for piece in ("Bonjour, ", "voici la réponse. ", "Elle ne contient rien. "):
        before = made.feed("c", "text", piece)
    assert before.safe == sum(map(len, ("Bonjour, ", "voici la réponse. ", "Elle ne contient rien. ")))


def test_redacts_in_the_middle():
    text = f"Virement sur {IBAN}, merci."
    assert told(REDACTS, text, None).text == "Virement sur [redacted: fin.iban], merci."
    assert told(REDACTS, text, list(range(len(text)))).text == "Virement sur [redacted: fin.iban], merci."


def test_a_denied_finding_ends_the_answer_before_it():
    text = f"IBAN {IBAN}. Voici la clé :\n{KEY}\nfin"
    for cuts in (None, [], list(range(len(text)))):
        end = told(STOPS, text, cuts)
        assert end.text == "IBAN [redacted: fin.iban]. Voici la clé :\n"
        assert end.stop is not None and end.stop.decided_by is not None
        assert (end.stop.verdict, end.stop.decided_by.rule) == ("deny", "stop")
        assert end.stop.message["fr"]


def test_a_set_is_held_to_the_end():
    made = guard(SETS)
    assert made.feed("c", "text", f"{MAIL} x").safe == 0
    assert made.finish("c").edits == ()
    twice = f"{MAIL} puis {MAIL}"
    assert told(SETS, twice, [5, 40]).text == "[redacted: contact.email] puis [redacted: contact.email]"
    assert told(SETS, f"{MAIL} {IBAN}", [3]).stop is not None


def test_shadow_rules_hold_nothing_and_are_counted():
    watched = compiled({**rule("w", "deny", "fin.iban"), "mode": "shadow", "shadow_until": date(2030, 1, 1)})
    made = guard(watched)
    assert made.feed("c", "text", f"a {IBAN[:10]}").safe == 12
    made.feed("c", "text", IBAN[10:])
    (hit,) = made.hits()
    assert (hit.rule, hit.mode, hit.count) == ("w", "shadow", 1)


def test_roles_choose_the_channels():
    only = compiled(rule("r", "redact", "fin.iban", when={"roles": ["tool_arguments"]}))
    assert told(only, IBAN, None).edits == ()
    assert told(only, f'{{"a": "{IBAN}"}}', None, "tool_arguments").text == '{"a": "[redacted: fin.iban]"}'


def test_escapes_hide_nothing_in_tool_arguments():
    token = "FR7630006000011234567890189"
    for source in (f'{{"c": "echo\\n{token}"}}', f'{{"c": "\\u0046{token[1:]} x"}}'):
        for cuts in (None, list(range(len(source)))):
            text = told(REDACTS, source, cuts, "tool_arguments").text
            assert "0006000" not in text and "[redacted: fin.iban]" in text
            json.loads(text)


def test_repeated_whole_texts_are_counted_once():
    made = guard(REDACTS)
    made.feed("c", "text", f"x {IBAN} y")
    made.finish("c")
    again = made.whole("c", "text", f"x {IBAN} y")
    assert again.edits == ((2, 2 + len(IBAN), "[redacted: fin.iban]"),) and again.hits == ()
    assert [h.count for h in made.hits()] == [1]


def test_text_after_a_finished_channel_is_still_judged():
    made = guard(REDACTS)
    made.feed("c", "text", "one ")
    made.finish("c")
    made.feed("c", "text", IBAN)
    assert made.finish("c").edits


def _same_in_every_cut(policies: Policies, text: str, cuts: list[int], kind: str = "text") -> None:
    whole = told(policies, text, None, kind)
    cut = told(policies, text, cuts, kind)
    assert cut == whole, (text, cuts)


PIECES = st.sampled_from(  # the long word makes the guard forget released text
    [IBAN, MAIL, CARD, KEY, IBAN.replace(" ", ""), "06 12 34 56 78", "mon IBAN est ", "téléphone : ", "carte bancaire ",
     " ", "\n", ", ", "é", "\u200b", "12", "4970", "FR76", "@", ".", "-", "-----BEGIN ", "a",
     "\\n", "\\", "\\u00e9", '"', "{", "sk-", "x" * 70]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=12).map("".join),
)
CUTS = st.one_of(st.lists(st.integers(1, 400), max_size=12), st.just(list(range(1, 600))))


@given(TEXTS, CUTS)
@settings(max_examples=300, deadline=None)
def test_redaction_is_the_same_in_every_cut(text, cuts):
    _same_in_every_cut(REDACTS, text, [c for c in cuts if c < len(text)])


@given(TEXTS, CUTS)
@settings(max_examples=200, deadline=None)
def test_stops_are_the_same_in_every_cut(text, cuts):
    _same_in_every_cut(STOPS, text, [c for c in cuts if c < len(text)])


@given(TEXTS, CUTS)
@settings(max_examples=100, deadline=None)
def test_sets_are_the_same_in_every_cut(text, cuts):
    _same_in_every_cut(SETS, text, [c for c in cuts if c < len(text)])


@given(TEXTS, CUTS)
@settings(max_examples=200, deadline=None)
def test_tool_arguments_are_the_same_in_every_cut(text, cuts):
    _same_in_every_cut(REDACTS, text, [c for c in cuts if c < len(text)], "tool_arguments")
