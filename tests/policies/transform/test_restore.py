"""The way back: what was replaced comes back in any cut, and only that, and not inside addresses."""

from __future__ import annotations

import json

import pytest
from guard_cases import Call, Destination, compiled, engine, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies
from policies.transform.pseudonymise import Pseudonyms, Scope, Value
from policies.transform.restore import Restorer
from policies.transform.restoring import Restoring
from policies.transform.tokens import Finder, Issued

IBAN = "FR76 3000 6000 0112 3456 7890 189"
MAIL = "jeanne.martin@example-corp.fr"
NAME = 'Renée "Zoé"\nD\\Aubigné'
MAKER = Pseudonyms(bytes(range(32)), Scope("acme", "anne", "sandbox", "c1"))
VALUES = [
    Value("IBAN", IBAN), Value("EMAIL", MAIL), Value("PERSON", NAME), Value("PERSON", "Renée"),
    Value("EMAIL", "a@b.fr", "contact.email"), Value("IBAN", IBAN.replace(" ", ""), "fin.iban"),
]  # fmt: skip
TOKENS = MAKER.assign(VALUES)
ISSUED = Issued({token: value.text for value, token in TOKENS.items()})
T_IBAN, T_MAIL, T_NAME = (TOKENS[v] for v in VALUES[:3])
OTHER = Pseudonyms(bytes(range(32)), Scope("acme", "paul", "sandbox", "c1")).assign(VALUES)

REDACTS = compiled(rule("r", "redact", "fin.iban", "contact.email", "contact.phone"))
STOPS = compiled(rule("s", "deny", "fin.iban"))
SETS = compiled(rule("many", "redact", "contact.email", findings={"count": ">=2"}))


def guarding(policies: Policies | None) -> Restoring:
    return Restoring(ISSUED, policies.guard(Call(), Destination(), engine()) if policies else None)


def shown(text: str, cuts: list[int] | None, policies: Policies | None = None, kind: str = "text") -> str | None:
    """The text as a client sees it; None where the answer was stopped. Checks every release on its way."""
    made = guarding(policies)
    if cuts is None:
        releases = [made.whole("c", kind, text)]
    else:
        releases, at = [], 0
        for cut in [*sorted(set(cuts)), len(text)]:
            releases.append(made.feed("c", kind, text[at:cut]))
            assert releases[-1].safe <= cut
            at = cut
        releases.append(made.finish("c"))
    edits: list[tuple[int, int, str]] = []
    safe = 0
    for release in releases:
        assert all(safe <= start < end <= release.safe for start, end, _ in release.edits)
        edits += release.edits
        safe = release.safe
        if release.stop is not None:
            return None
    assert safe == len(text)
    said, at = [], 0
    for start, end, new in edits:
        assert start >= at
        said += [text[at:start], new]
        at = end
    return "".join([*said, text[at:]])


def every(text: str) -> list[int]:
    return list(range(1, len(text)))


def test_prose_comes_back() -> None:
    text = f"Virez à {T_NAME} ({T_MAIL}) sur {T_IBAN}."
    expected = f"Virez à {NAME} ({MAIL}) sur {IBAN}."
    assert shown(text, None) == shown(text, []) == shown(text, every(text)) == expected
    assert shown(text, every(text), REDACTS) == expected, "the caller's own values aren't redacted again"
    assert shown(text, every(text), STOPS) == expected, "nor do they end the answer"
    assert shown(f"{T_MAIL} {T_MAIL}", None, SETS) == f"{MAIL} {MAIL}", "nor do they count"


def test_no_more_is_held_than_may_become_a_token() -> None:
    made = guarding(None)
    assert made.feed("c", "text", "Bonjour P").safe == 8
    assert made.feed("c", "text", "aul, ").safe == len("Bonjour Paul, ")
    assert made.feed("c", "text", T_NAME[:-1]).safe == len("Bonjour Paul, ")
    assert made.feed("c", "text", T_NAME[-1]).edits == (), "what follows may make it the name of a host"
    assert made.feed("c", "text", " ").edits == ((14, 14 + len(T_NAME), NAME),)
    assert made.restored == 1


def test_an_unfinished_token_leaves_as_it_is() -> None:
    assert shown(f"Bonjour {T_NAME[:-1]}", [10]) == f"Bonjour {T_NAME[:-1]}"
    assert shown(f"Bonjour {T_NAME[:-1]} !", [10, 18]) == f"Bonjour {T_NAME[:-1]} !"


def test_only_this_calls_tokens_come_back() -> None:
    text = " ".join(OTHER.values())
    assert shown(text, every(text)) == text
    changed = f"{T_NAME.lower()} {T_NAME[:-1]}i {T_NAME.replace('_', ' ')}"
    assert shown(changed, every(changed)) == changed, "near is not the same"


def test_markdown_around_and_inside_a_token() -> None:
    escaped = T_NAME.replace("_", "\\_")
    text = f"**{T_NAME}** `{T_MAIL}` _{T_IBAN}_ {escaped}s"
    assert shown(text, every(text)) == f"**{NAME}** `{MAIL}` _{IBAN}_ {NAME}s"


@pytest.mark.parametrize("cuts", [None, "every"])
def test_arguments_stay_json(cuts: str | None) -> None:
    source = json.dumps({"to": f"{T_NAME} <{T_MAIL}>", T_MAIL: [T_IBAN], "md": T_NAME.replace("_", "\\_")})
    back = shown(source, cuts and every(source), REDACTS, "tool_arguments")
    assert back is not None
    assert json.loads(back) == {"to": f"{NAME} <{MAIL}>", MAIL: [IBAN], "md": NAME}
    assert shown(f"to {T_NAME}", cuts and [5], None, "tool_text") == f"to {NAME}", "free text isn't escaped"


def test_an_answer_in_json_stays_json() -> None:
    """What a model answers that was asked for JSON: a text, in which values must be written as JSON writes them."""
    numbers = ([1, T_NAME], [[-1.5e3, True], None, {"a": T_NAME}], [False, [T_NAME]], [{}, T_NAME])
    for value in ({"name": T_NAME, "all": [T_IBAN]}, [{"name": T_NAME}], [[T_NAME]], [T_NAME], *numbers):
        source = " \n" + json.dumps(value, indent=2)
        expected = json.loads(json.dumps(value).replace(T_NAME, json.dumps(NAME)[1:-1]).replace(T_IBAN, IBAN))
        for cuts in (None, [1], every(source)):
            back = shown(source, cuts, REDACTS)
            assert back is not None and json.loads(back) == expected
    for prose in (
        f"[1] {T_NAME}",
        f'[1, 2] "{T_NAME}"',
        f"[note, {T_NAME}]",
        f"{{{T_NAME}}}",
        f'"{T_NAME}"',
        f"[{T_NAME}]",
    ):
        assert shown(prose, every(prose)) == prose.replace(T_NAME, NAME)


def test_a_fence_of_json_stays_json() -> None:
    fence = "```json\n" + json.dumps({"name": T_NAME}, indent=1) + "\n```\n"
    text = f"Voici {T_NAME} :\n\n{fence}et {T_NAME}\n```\n{T_NAME}\n```\n"
    back = shown(text, None)
    assert back is not None and back == shown(text, every(text)) == shown(text, [6, 30])
    before, inner, after = back.split("```json\n")[0], *back.split("```json\n")[1].split("\n```\n", 1)
    assert before == f"Voici {NAME} :\n\n" and json.loads(inner) == {"name": NAME}
    assert after == f"et {NAME}\n```\n{NAME}\n```\n"


def test_an_answer_asked_for_as_json_is_json_from_its_first_letter() -> None:
    made = Restoring(ISSUED, None, json=True)
    source = json.dumps(T_NAME)
    (edit,) = made.whole("c", "text", source).edits
    assert json.loads(source[: edit[0]] + edit[2] + source[edit[1] :]) == NAME
    assert made.whole("r", "reasoning", source).edits[0][2] == NAME


INSIDE = [
    "https://evil.example/?q={}", "see http://x.example/{}/y", "![x](https://e.example/{})", "[x]({}.md)",
    "[x](<https://e.example/a {}>)", "[https://a.example](<b {}>)", "//e.example/{}", "www.e.example/{}",
    "WWW.e.example/{}", '<img src="https://e.example/?a b={}">', "<a href='//e.example/a b {}'>", "[1]: https://{}.e.example",
    "https://{}", "https://e.example/?a=,{}", "`https://e.example/ {}`", "ftp://e.example/({})", "https://e.example/'{}",
    "![x][r]\n\n[r]: https:\\/\\/e.example\\/p\\?q={}", "![x]( <https://e.example/?q=a {}>)",
    "![x](\n<https://e.example/?q=a {}>)", "[r]: <https://e.example/?q=a {}>", "[r]:\n{}", "url( '//e.example/a {}')",
    '<img src="https:/e.example/x?q={}">', '<img src="https:\\\\e.example\\x?{}">',
    '<img src=" https://e.example/a {}">',
    '<img src="h\nttps:/\n/e.example/{}">', "<img srcset = 'x y {}'>", "<object data={}>", '<p style="a: b({}">',
    "https:&#47;&#47;e.example&#47;{}", "https&colon;&sol;&sol;e.example&sol;p&quest;q={}", "h&#x2F;{}", "https:/e/{}",
    "curl e.example:8080/{}", "curl 203.0.113.5/{}", "curl u@e.example/{}", "curl u:p@e/{}",
    "https:e.example/{}",
    "curl é.example/{}", "{}.e.example", "{}-x.e.example", "a.{}.e.example", "{}@e.example", "curl [2001:db8::1]/{}",
    "https:\\e.example\\{}", "curl e:80?{}", "'https://e.example/?q='{}",
    "curl e.example/?q={}", "e.example#{}", "(e-1.example.org/{})",
]  # fmt: skip
OUTSIDE = [
    "https://e.example/ {}", "[{}](https://e.example)", "/home/{}/x.txt", "a/{}", "a.b/{}", "./e.example/{}",
    "x/e.example/{}", "clients.csv:{}", "3.14/{}", '"https://e.example" {}', "<https://e.example>{}", "// {}",
    "c'est ({})", "![{}](x)", "https: {}", "et/ou {}", "[x] ({})", "`https://e.example` {}",
    "{}.pdf", "{}. Puis", "C:\\x\\{}", "le 12/{}", "src {}", "a = {}", "data: {}", '<a href="x">{}', "R&D {}",
    "3:12/{}",
]  # fmt: skip


@pytest.mark.parametrize("place", INSIDE)
def test_in_an_address_a_token_stays(place: str) -> None:
    text = place.format(T_NAME)
    for cuts in (None, [], every(text)):
        assert shown(text, cuts) == text
    assert shown(f"x {text}\n\n{T_NAME}", every(text)) == f"x {text}\n\n{NAME}", "and comes back after it"
    source = json.dumps({"a": text}).replace("/", "\\/")
    for cuts in (None, every(source)):
        assert shown(source, cuts, None, "tool_arguments") == source
    assert shown(text, [3], None, "tool_text") == text


@pytest.mark.parametrize("place", OUTSIDE)
def test_elsewhere_it_comes_back(place: str) -> None:
    text = place.format(T_NAME)
    for cuts in (None, [], every(text)):
        assert shown(text, cuts) == place.format(NAME)


def test_an_argument_that_is_an_address_holds_spaces() -> None:
    assert shown(f"https://e.example/?q=a {T_NAME}", [4], None, "tool_text") == f"https://e.example/?q=a {T_NAME}"
    source = json.dumps({"url": f"https://e.example/?q=a {T_NAME}", "note": T_MAIL})
    back = shown(source, every(source), None, "tool_arguments")
    assert back is not None and json.loads(back) == {"url": f"https://e.example/?q=a {T_NAME}", "note": MAIL}


def test_a_host_spelt_with_escapes_is_one() -> None:
    source = '{"host": "' + T_NAME + '\\u002eevil\\u002eexample"}'
    for cuts in (None, every(source)):
        assert shown(source, cuts, None, "tool_arguments") == source


def test_what_the_model_adds_is_judged_as_it_will_be_seen() -> None:
    other = "FR14 2004 1010 0505 0001 3M02 606"
    text = f"{T_IBAN} et {other}, {T_MAIL}"
    assert shown(text, every(text), REDACTS) == f"{IBAN} et [redacted: fin.iban], {MAIL}"
    assert shown(text, every(text), STOPS) is None
    half = f"{T_MAIL}.com est autre"
    expected = shown(half, None, REDACTS)
    assert expected is not None and MAIL not in expected, "a finding that is more than the value is one"
    assert shown(half, every(half), REDACTS) == expected


def test_signed_text_keeps_its_tokens() -> None:
    text = f"{T_NAME} and {IBAN}"
    assert shown(text, every(text), None, "signed") == shown(text, None, None, "signed") == text
    assert shown(text, every(text), REDACTS, "signed") == f"{T_NAME} and [redacted: fin.iban]"


def test_nothing_is_shown_of_the_values() -> None:
    assert MAIL not in repr(ISSUED) + repr(MAKER) and len(ISSUED) == len(VALUES)


PIECES = st.sampled_from(
    [*TOKENS.values(), *list(OTHER.values())[:2], T_NAME.replace("_", "\\_"), T_NAME[:9], "PERSON", "PERSON_", "IBAN_",
     "FR00", "email_", MAIL, IBAN, "06 12 34 56 78", "https://e.example/", "](", "![", "<", ">", " ", "\n", ", ", '"',
     "'", "é", "a", ".fr", "/", "{", "[", "[1, ", "```json\n", "//", "www.", "\\", "[r]:", "src=", "&#47", "&sol", ";",
     ":80", "1.2.3.4", "u@", ".e.example", "https:", "url(",
     "\\n", "\\u002f", "x" * 70, "12",
     "@"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=14).map("".join)
CUTS = st.one_of(st.lists(st.integers(1, 500), max_size=12), st.just(list(range(1, 800))))


@given(TEXTS, CUTS, st.sampled_from(["text", "tool_arguments", "tool_text", "signed"]))
@settings(max_examples=400, deadline=None)
def test_the_same_in_every_cut(text: str, cuts: list[int], kind: str) -> None:
    inside = [c for c in cuts if c < len(text)]
    for policies in (None, REDACTS, STOPS, SETS):
        whole, cut = shown(text, None, policies, kind), shown(text, inside, policies, kind)
        assert whole == cut, (text, kind)


@given(st.lists(st.one_of(st.sampled_from([v.text for v in VALUES]), st.text(max_size=8)), max_size=10), CUTS)
@settings(max_examples=300, deadline=None)
def test_what_went_comes_back(parts: list[str], cuts: list[int]) -> None:
    """Texts whose values are replaced and which the model repeats, in prose and in arguments."""
    by_text = {value.text: token for value, token in TOKENS.items()}
    sent = " ".join(by_text.get(part, part.replace("/", "").replace("](", "")) for part in parts)
    text = " ".join(part if part in by_text else part.replace("/", "").replace("](", "") for part in parts)
    assert shown(sent, [c for c in cuts if c < len(sent)]) == text
    source = json.dumps({"text": sent}, ensure_ascii=len(parts) % 2 == 0)
    back = shown(source, [c for c in cuts if c < len(source)], None, "tool_arguments")
    assert back is not None and json.loads(back) == {"text": text}


@given(st.lists(st.text(alphabet="AB_1", min_size=5, max_size=9), max_size=6), st.text(alphabet="AB_1", max_size=40))
def test_the_finder_finds_what_a_search_finds(strings: list[str], text: str) -> None:
    strings = [s for s in strings if not any(s != o and s.startswith(o) for o in strings)]
    finder = Finder(strings)
    found = finder.find(text)
    assert all(text[a:b] in strings for a, b in found)
    assert bool(found) == any(s in text for s in strings)
    at = finder.unfinished(text, 0)
    longest = max((n for s in strings for n in range(1, len(s)) if text.endswith(s[:n])), default=0)
    assert at == len(text) - longest


def test_a_restorer_counts_in_both_texts() -> None:
    restorer = Restorer(ISSUED)
    step = restorer.feed(f"a {T_IBAN} b")
    assert step.text == f"a {IBAN} b" and step.swaps[0][:3] == (2, 2 + len(T_IBAN), 2)
    assert (restorer.taken, restorer.given) == (len(T_IBAN) + 4, len(IBAN) + 4)
