"""What a charter says is what the rules answer, whoever asks; and what it must not say, it doesn't."""

from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from decide_cases import ALPHA, BETA, CALL, DETECTORS, INTERNAL, Text, compiled, finding, judge, policy
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.charter import Place, Titles, charter, html, markdown, page
from policies.charter.model import OUTCOMES, Context, Statement, Subject
from policies.charter.words import ANSWER, CONTEXT, MEANING, OUTCOME, PARTS, PHRASE, REGION, SIGN, TRUST
from policies.language import Doc
from policies.ruling import Ruling

US, EU, HOME = ALPHA, BETA, replace(INTERNAL, region="internal")
PLACES = (
    Place(US, {"en": "Alpha Inc."}, ("assistant",)),
    Place(EU, {"en": "Beta SA"}, ("assistant", "drafts")),
    Place(HOME, {"en": "our servers", "fr": "nos serveurs"}),
)
TITLES = Titles(
    {d: {"en": f"<{d}>", "fr": f"*{d}*"} for d in DETECTORS},
    {"hr-letters": {"en": "letters", "fr": "lettres"}, "hr-payroll": {"en": "pay", "fr": "paie"}},
    teams=("finance",),
)
SHOWN = sorted(DETECTORS - {"org.project-x"})
TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def made(*rules, **more):
    return charter(compiled(policy(*rules, **more)), PLACES, TITLES, NOON)


def rule(name: str, *detectors: str, action: str = "deny", **more):
    when = {"findings": {"any_of": list(detectors), **more.pop("findings", {})}, **more.pop("when", {})}
    return {"id": name, "action": action, "when": when, **more}


def of(statements, detector: str, times: int = 1) -> Statement:
    (found,) = [s for s in statements if Subject((detector,), times) in s.subjects]
    return found


def kinds(statement: Statement) -> list[str]:
    return [o.kind for o in statement.outcomes]


def outcome(ruling: Ruling) -> str:
    if ruling.verdict != "allow":
        return {"deny": "refused", "reroute": "rerouted"}[ruling.verdict]
    actions = {r.action for r in ruling.rewrites}
    if actions:
        return "masked" if "redact" in actions else "replaced"
    return "warned" if ruling.notices else "sent"


def test_columns_go_from_the_nearest_place_to_the_farthest():
    found = made(rule("a", "fin.iban", when={"destination": {"external": True}}))
    assert [(c.trust, c.region) for c in found.columns] == [
        ("internal", "internal"), ("standard", "eu"), ("standard", "us"),
    ]  # fmt: skip
    assert kinds(of(found.sent, "fin.iban")) == ["sent", "refused", "refused"]
    assert kinds(found.rest) == ["sent", "sent", "sent"]


def test_places_that_no_rule_tells_apart_share_a_column():
    twin = Place(replace(US, name="gamma", contract="gamma-us", processor="Gamma"), {"en": "Gamma"})
    rules = compiled(policy(rule("a", "fin.iban", when={"destination": {"name": ["alpha"]}})))
    assert len(charter(rules, (*PLACES, twin), TITLES, NOON).columns) == 4
    anywhere = compiled(policy(rule("a", "fin.iban")))
    found = charter(anywhere, (*PLACES, twin), TITLES, NOON)
    assert [len(c.places) for c in found.columns] == [1, 1, 2]
    text = markdown([page(charter(rules, (*PLACES, twin), TITLES, NOON), "en", "r1", TODAY)])
    assert "in the United States (Alpha Inc.)" in text and "in the United States (Gamma)" in text


def test_statements_hold_advice_and_contacts():
    words = {"en": "Not there.", "fr": "Pas là."}
    found = made(rule("a", "fin.iban", "fr.nir", message=words, contact="dpo@example.org"), rule("b", "secret.jwt"))
    both = of(found.sent, "fin.iban")
    assert both.subjects == (Subject(("fin.iban",)), Subject(("fr.nir",)))
    assert (both.advice, both.contacts) == ((words,), ("dpo@example.org",))
    assert of(found.sent, "secret.jwt").advice == ()


def test_use_cases_and_teams_that_are_treated_apart_are_told():
    found = made(
        rule("a", "fin.iban", unless={"use_cases": ["hr-payroll"]}),
        rule("b", "fr.nir", action="warn", when={"teams": ["finance"]}),
    )
    iban, nir = of(found.sent, "fin.iban"), of(found.sent, "fr.nir")
    (who, there), *more = iban.otherwise
    assert who == Context("use_case", "hr-payroll") and {o.kind for o in there} == {"sent"} and not more
    (who, there), *more = nir.otherwise
    assert who == Context("team", "finance") and {o.kind for o in there} == {"warned"} and not more
    assert kinds(nir) == ["sent"] * 3 and not nir.stricter
    text = markdown([page(found, "fr", "r1", TODAY)])
    assert "pour « paie » : envoyé tel quel" in text and "pour l'équipe finance : envoyé, prudence" in text


def test_what_is_stricter_for_people_who_are_not_named_is_said():
    found = made(
        rule("a", "fin.iban", when={"users": ["m.durand"]}),
        rule("b", "fr.nir", when={"teams": ["finance"], "use_cases": ["hr-payroll"]}),
    )
    assert of(found.sent, "fin.iban").stricter and of(found.sent, "fr.nir").stricter
    text = markdown([page(found, "en", "r1", TODAY)])
    assert "durand" not in text and "stricter for some people" in text


def test_rules_on_time_are_asked_at_noon_and_what_is_stricter_later_is_said():
    found = made(
        rule("a", "fin.iban", when={"time": {"from": date(2027, 1, 1)}}),
        rule("b", "fr.nir", when={"time": {"until": date(2027, 1, 1)}}),
    )
    assert kinds(of(found.sent, "fin.iban")) == ["sent"] * 3 and of(found.sent, "fin.iban").stricter
    assert kinds(of(found.sent, "fr.nir")) == ["refused"] * 3


def test_agents_tools_are_told_apart():
    found = charter(
        compiled(
            policy(rule("a", "secret.jwt"), applies_to={"directions": ["request"]}),
            policy(rule("b", "secret.jwt", action="redact"), name="q", applies_to={"directions": ["tool_results"]}),
        ),
        PLACES,
        TITLES,
        NOON,
    )
    statement = of(found.sent, "secret.jwt")
    assert kinds(statement) == ["refused"] * 3
    assert [(who.kind, {o.kind for o in there}) for who, there in statement.otherwise] == [("tools", {"masked"})]


def test_counts_and_sets():
    found = made(
        rule("a", "contact.email", action="warn", findings={"count": ">=20"}),
        {"id": "b", "action": "deny", "when": {"findings": {"all_of": ["fin.iban", "fr.nir"]}}},
    )
    assert kinds(of(found.sent, "contact.email", 20)) == ["warned"] * 3
    text = markdown([page(found, "en", "r1", TODAY)])
    assert "20 or more: \\<contact.email\\>" in text and "\\<fin.iban\\> and \\<fr.nir\\>, together" in text


def test_fewer_of_the_same_are_said_once():
    found = made(
        rule("a", "contact.email", action="redact"), rule("b", "contact.email", action="warn", findings={"count": ">1"})
    )
    assert [s.subjects for s in found.sent if s.subjects[0].detectors == ("contact.email",)] == [
        (Subject(("contact.email",)),)
    ]


def test_reroutes_and_refusals_that_may_be_lifted():
    found = made(rule("a", "fin.iban", action="reroute", to="internal"), rule("b", "fr.nir", overridable=True))
    assert [o.to for o in of(found.sent, "fin.iban").outcomes] == ["", "internal", "internal"]
    assert all(o.lifted for o in of(found.sent, "fr.nir").outcomes)
    text = markdown([page(found, "en", "r1", TODAY)])
    assert "sent elsewhere; to internal" in text and "--override" in text
    assert "you may lift the refusal for an hour" in text


def test_marks_and_parts_are_not_said_to_be_liftable():
    found = charter(
        compiled(
            policy(
                rule("a", "contact.email", action="redact", overridable=True, when={"labels": ["C3"]}),
                rule("b", "class.not_inspectable", overridable=True),
                {"id": "c", "action": "deny", "overridable": True, "when": {"labels": ["TLP:RED"]}},
            )
        ),
        PLACES,
        MARKED,
        NOON,
    )
    alone = [s for s in found.sent if not any("contact.email" in subject.detectors for subject in s.subjects)]
    assert alone and not any(o.lifted for s in alone for o in s.outcomes)


def test_what_may_be_lifted_is_what_then_goes_as_it_is():
    found = made(
        rule("a", "contact.email", "fin.iban", action="pseudonymise", overridable=True),
        rule("b", "fin.iban", action="redact", overridable=True),
        rule("c", "fr.nir", overridable=True),
        rule("d", "fr.nir", action="redact", when={"destination": {"region": ["us"]}}),
        rule("e", "secret.jwt", overridable=True),
        rule("f", "secret.jwt", when={"destination": {"region": ["us"]}}),
    )
    assert [o.lifted for o in of(found.sent, "contact.email").outcomes] == [True] * 3
    assert not any(o.lifted for o in of(found.sent, "fin.iban").outcomes), "lifted for one rule, the other replaces it"
    assert [o.lifted for o in of(found.sent, "fr.nir").outcomes] == [True] * 3, "the refusal is"
    assert [o.lifted for o in of(found.sent, "secret.jwt").outcomes] == [True, True, False]
    assert "replaced, comes back; may be lifted" in markdown([page(found, "en", "r1", TODAY)])


def test_rules_in_shadow_are_counted_and_exceptions_are_not_shown():
    found = made(
        rule("a", "fin.iban", mode="shadow", shadow_until=date(2030, 1, 1)),
        rule("b", "org.project-x", mode="shadow", shadow_until=date(2030, 1, 1)),
        rule("c", "fr.nir", overridable=True),
        exceptions=[
            {
                "id": "EX-1", "lifts": ["c"], "who": {"teams": ["finance"]}, "reason": "r", "owner": "o",
                "expires": date(2030, 1, 1),
            }
        ],
    )  # fmt: skip
    assert found.on_trial == 1
    assert not [s for s in found.sent if Subject(("fin.iban",)) in s.subjects]
    assert of(found.sent, "fr.nir").otherwise == ()
    assert "Rules on trial: 1." in markdown([page(found, "en", "r1", TODAY)])


def test_answers():
    found = charter(
        compiled(
            policy(
                rule("a", "secret.jwt", action="redact", when={"destination": {"external": True}}),
                rule("b", "fin.iban"),
                applies_to={"directions": ["response"]},
            )
        ),
        PLACES,
        TITLES,
        NOON,
    )
    assert kinds(of(found.answers, "secret.jwt")) == ["sent", "masked", "masked"]
    text = markdown([page(found, "en", "r1", TODAY)])
    assert "| **the answer stops** |" in text


C3 = {
    "kind": "DataClass", "id": "C3", "level": 3, "title": {"en": "Confidential", "fr": "Confidentiel"},
    "description": {"en": "Data of people.", "fr": "Données de personnes."},
    "findings": [{"any_of": ["fr.nir", "org.project-x"]}, {"any_of": ["contact.email"], "count": ">=20"}],
    "labels": ["C3", "TLP:*"], "use_cases": ["hr-payroll"],
}  # fmt: skip
C1 = {"kind": "DataClass", "id": "C1", "level": 1, "title": {"en": "Internal", "fr": "Interne"}}
CLASSES = [Doc("DataClass", f"{c['id']}.yaml", c) for c in (C3, C1)]
MARKED = TITLES._replace(labels={"C3": "doc.label", "C1": "doc.label", "TLP:RED": "doc.label"})


def test_classes_head_what_makes_a_text_be_of_them():
    rules = policy(
        {
            "id": "c3-stays", "action": "deny", "message": {"en": "C3 stays.", "fr": "C3 reste."},
            "when": {"data_class": ">=C3", "destination": {"external": True}},
        },
        rule("iban", "fin.iban", action="redact"),
    )  # fmt: skip
    found = charter(compiled(rules, *CLASSES), PLACES, MARKED, NOON)
    marks = [s for s in found.sent for subject in s.subjects if subject.label == "C3"]
    assert [subject.label for subject in marks[0].subjects] == ["C3", "TLP:RED"]
    assert of(found.sent, "fr.nir").data_class == of(found.sent, "contact.email", 20).data_class == "C3"
    assert of(found.sent, "fr.nir").advice == ({"en": "C3 stays.", "fr": "C3 reste."},)
    assert [who.name for who, _ in found.rest.otherwise] == ["hr-payroll"]
    text = markdown([page(found, "en", "r1", TODAY)])
    assert (
        "| C3 Confidential: document marked C3, TLP:RED | sent as it is | **refused** | **refused** | C3 stays. |"
        in text
    )
    assert "| C3 Confidential: 20 or more: \\<contact.email\\> |" in text
    assert "| none of this | sent as it is | sent as it is; for “pay”: refused" in text
    assert "- **C3 Confidential** Data of people." in text


def test_findings_and_marks_together():
    rules = policy(rule("a", "fin.iban", when={"labels": ["C3"]}))
    found = charter(compiled(rules), PLACES, MARKED, NOON)
    (statement,) = [s for s in found.sent if s.subjects[0].detectors == ("fin.iban",)]
    assert statement.subjects == (Subject(("fin.iban",), label="C3"),) and kinds(statement) == ["refused"] * 3
    assert "\\<fin.iban\\>, in a document marked C3" in markdown([page(found, "en", "r1", TODAY)])


def test_nothing_permitted_is_said_of_any_text():
    found = charter(compiled(policy(rule("a", "fin.iban", action="warn")), defaults=None), PLACES, TITLES, NOON)
    assert kinds(found.rest) == ["refused"] * 3
    assert not [s for s in found.sent if "fin.iban" in s.subjects[0].detectors]


def test_a_bundle_without_places_is_still_a_page():
    found = charter(compiled(policy(rule("a", "fin.iban"))), (), TITLES, NOON)
    assert "# What you may send" in markdown([page(found, "en", "r1", TODAY)])


RULES = st.fixed_dictionaries(
    {
        "action": st.sampled_from(["deny", "warn", "redact", "pseudonymise"]),
        "detectors": st.lists(st.sampled_from(SHOWN), min_size=1, max_size=3, unique=True),
        "destination": st.sampled_from(
            [{}, {"external": True}, {"region": {"not_in": ["eu"]}}, {"vendor": ["internal"]}]
        ),
        "who": st.sampled_from(
            [{}, {"use_cases": ["hr-payroll"]}, {"teams": ["finance"]}, {"users": ["m.durand"]}, {"size": ">=50"}]
        ),
        "unless": st.sampled_from([{}, {"use_cases": ["hr-*"]}, {"users": ["m.durand"]}]),
        "shadow": st.booleans(),
    }
)


def written(drawn: list[dict], secret: bool = False) -> list[dict]:
    rules = []
    for i, d in enumerate(drawn):
        names = ["org.project-x"] if secret else d["detectors"]
        when = {"findings": {"any_of": names}, **({"destination": d["destination"]} if d["destination"] else {})}
        made = {"id": f"{'s' if secret else 'r'}{i}", "action": d["action"], "when": {**when, **d["who"]}}
        made |= {"unless": d["unless"]} if d["unless"] else {}
        made |= {"mode": "shadow", "shadow_until": date(2030, 1, 1)} if d["shadow"] else {}
        rules.append(made | {"message": {"en": f"about {made['id']}", "fr": f"sur {made['id']}"}})
    return rules


@settings(max_examples=150, deadline=None)
@given(
    st.lists(RULES, min_size=1, max_size=6),
    st.sampled_from(["hr-letters", "hr-payroll", "sandbox"]),
    st.sampled_from(["finance", "legal"]),
    st.sampled_from(["m.durand", "anne"]),
    st.sampled_from([0, 100]),
)
def test_no_ruling_is_harder_than_what_the_charter_says_unless_it_says_so(drawn, use_case, team, user, size):
    policies = compiled(policy(*written(drawn)))
    found = charter(policies, PLACES, TITLES, NOON)
    call = replace(CALL, use_case=use_case, team=team, user=user, size=size, groups=())
    for detector in SHOWN:
        subject = Subject((detector,))
        statement = next((s for s in found.sent if subject in s.subjects), found.rest)
        contexts = dict(statement.otherwise)
        for index, column in enumerate(found.columns):
            for place in column.places:
                ruled = outcome(judge(policies, [finding(detector)], [Text()], place.facts, call))
                usual = statement.outcomes[index].kind
                named = (Context("use_case", use_case), Context("team", team))
                there = [contexts[who][index].kind for who in named if who in contexts]
                said = [kind for kind in there if kind != usual] or [usual]
                hardest = max(map(OUTCOMES.index, said))
                assert OUTCOMES.index(ruled) <= hardest or statement.stricter, (detector, place, ruled, said)


@settings(max_examples=100, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=4), st.lists(RULES, min_size=1, max_size=3))
def test_a_page_is_the_same_with_and_without_confidential_rules(drawn, secret):
    plain = charter(compiled(policy(*written(drawn))), PLACES, TITLES, NOON)
    with_secrets = charter(compiled(policy(*written(drawn), *written(secret, secret=True))), PLACES, TITLES, NOON)
    for language in ("en", "fr"):
        first, second = page(plain, language, "r", TODAY), page(with_secrets, language, "r", TODAY)
        assert first == second
        assert "project-x" not in markdown([second]) + html([second])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_html_is_whole_and_loads_nothing():
    found = made(rule("a", "fin.iban", message={"en": "<script>alert(1)</script>", "fr": "& « non »"}))
    text = html([page(found, "en", "r1", TODAY), page(found, "fr", "r1", TODAY)])
    reader = _Reader()
    reader.feed(text)
    assert reader.open == []
    tags = [tag for tag, _ in reader.seen]
    assert not {"script", "link", "img", "iframe", "a"} & set(tags)
    assert "url(" not in text and "http" not in text and "@import" not in text
    assert "&lt;script&gt;" in text
    assert [a["lang"] for tag, a in reader.seen if tag == "main"] == ["en", "fr"]
    assert all("scope" in a for tag, a in reader.seen if tag == "th")
    assert tags.count("h1") == 2


def test_it_says_what_is_recorded_and_samples_where_some_are_kept():
    keeping = policy(
        rule("a", "fin.iban", review_sample={"per_day": 5, "days": 3}),
        rule("b", "org.project-x", review_sample={"per_day": 5, "days": 9}),
    )
    with_samples = replace(compiled(keeping), samples_allowed=True)
    without, kept = (charter(p, PLACES, TITLES, NOON) for p in (compiled(keeping), with_samples))
    assert (without.sample_days, kept.sample_days) == (0, 3)
    texts = [markdown([page(c, "en", "r1", TODAY)]) for c in (without, kept)]
    assert all("Every call: when, who" in text and "Never the text." in text for text in texts)
    assert "Samples" not in texts[0] and "go after 3 days at most" in texts[1]


def test_what_no_rule_names_a_contact_for_is_a_matter_of_the_use_case():
    titles = TITLES._replace(contacts={"hr-letters": "hr@example.org", "hr-payroll": "hr@example.org"})
    found = charter(compiled(policy(rule("a", "fin.iban", contact="dpo@example.org"))), PLACES, titles, NOON)
    text = markdown([page(found, "en", "r1", TODAY)])
    row = next(line for line in text.splitlines() if "web address" in line)
    assert row.endswith("| Ask the contact of your use. |")
    assert "| Ask dpo@example.org. |" in text and "- **hr@example.org** letters; pay" in text
    assert "Contacts by use" not in markdown([page(made(rule("a", "fin.iban")), "en", "r1", TODAY)])


def test_french_sets_its_signs_apart_and_keeps_them_on_the_line():
    found = made(rule("a", "fin.iban", "fr.nir", action="redact", when={"use_cases": ["hr-payroll"]}))
    written = page(found, "fr", "r1", TODAY)
    assert "\\*fin.iban\\* ; \\*fr.nir\\*" in markdown(
        [written]
    ) and "envoyé tel quel ; pour « paie » : masqué" in markdown([written])
    assert "pour «&nbsp;paie&nbsp;»&nbsp;: masqué" in html([written])


def test_what_staff_know_best_is_named_first():
    found = made(rule("a", "contact.email", "fin.iban", "fr.nir", contact="dpo@example.org"))
    row = next(line for line in markdown([page(found, "en", "r1", TODAY)]).splitlines() if "fin.iban" in line)
    assert row.startswith("| \\<fin.iban\\>; \\<fr.nir\\>; \\<contact.email\\>")


def test_markdown_shows_words_as_they_are():
    found = made(rule("a", "fin.iban", message={"en": "a | b\n# c `d`", "fr": "e"}))
    text = markdown([page(found, "en", "r1", TODAY)])
    (line,) = [line for line in text.splitlines() if "a \\| b" in line]
    assert "\\# c \\`d\\`" in line
    assert line.replace("\\|", "").count("|") == 6


@pytest.mark.parametrize("table", [OUTCOME, ANSWER, MEANING, PARTS, REGION, TRUST, CONTEXT, PHRASE, SIGN])
def test_everything_is_said_in_both_languages(table):
    assert all(set(said) == {"en", "fr"} and all(said.values()) for said in table.values())


def test_days_are_written_as_people_write_them():
    found = made(rule("a", "fin.iban"))
    assert "revision r1, 3 August 2026." in page(found, "en", "r1", date(2026, 8, 3)).lead
    assert "révision r1, 3 août 2026." in page(found, "fr", "r1", date(2026, 8, 3)).lead


def test_names_of_which_no_rule_speaks_cost_nothing_and_change_nothing():
    """All of them together would be a million kinds of callers, in a process that relays answers meanwhile."""
    both = {"teams": ["finance"], "groups": ["staff"]}
    rules = compiled(policy(rule("mails", "contact.email", when=both), rule("ibans", "fin.iban", action="redact")))
    few = TITLES._replace(groups=("staff",))
    many = few._replace(
        use_cases={**TITLES.use_cases, **{f"u{i}": {"en": "u"} for i in range(100)}},
        teams=("finance", *(f"t{i}" for i in range(100))),
        groups=("staff", *(f"g{i}" for i in range(100))),
    )
    one, other = charter(rules, PLACES, few, NOON), charter(rules, PLACES, many, NOON)
    assert (one.sent, one.rest) == (other.sent, other.rest)
    assert of(one.sent, "contact.email").stricter
