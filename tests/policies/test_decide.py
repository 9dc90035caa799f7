"""What a ruling says, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from decide_cases import ALPHA, BETA, INTERNAL, NOWHERE, OPEN, Call, Found, Text, compiled, finding, judge, policy

from policies.decide import Rewrite
from policies.language import Doc

IBAN = {"any_of": ["fin.iban"]}
DENY = {"id": "no-iban", "when": {"findings": IBAN}, "action": "deny", "message": {"en": "No.", "fr": "Non."}}
REDACT = {"id": "hide-iban", "when": {"findings": IBAN}, "action": "redact"}


def test_a_call_that_no_rule_touches_takes_the_default():
    assert judge(compiled(policy(DENY))).verdict == "allow"
    closed = judge(compiled(policy(DENY), defaults=None))
    assert (closed.verdict, closed.reason) == ("deny", "default")
    assert judge(compiled(policy(DENY), defaults=None), to=INTERNAL).verdict == "deny"


def test_an_allow_rule_opens_where_the_default_is_closed():
    rule = {"id": "open-eu", "when": {"destination": {"region": ["eu"]}}, "action": "allow"}
    policies = compiled(policy(rule), defaults=None)
    assert judge(policies, to=BETA).verdict == "allow"
    assert judge(policies, to=ALPHA).verdict == "deny"


def test_deny_quotes_the_rule_and_its_first_place():
    ruling = judge(compiled(policy({**DENY, "contact": "dpo@example.org"})), [finding("fin.iban", 5, 9)])
    assert (ruling.verdict, ruling.reason, ruling.contact) == ("deny", "rule", "dpo@example.org")
    assert ruling.message == {"en": "No.", "fr": "Non."}
    (hit,) = ruling.rules
    assert ruling.decided_by is hit
    assert (hit.rule, hit.action, hit.detectors, hit.count) == ("no-iban", "deny", ("fin.iban",), 1)
    assert hit.place is not None and (hit.place.message, hit.place.role, hit.place.start) == (0, "user", 5)


def test_deny_beats_reroute_beats_allow():
    reroute = {
        "id": "home",
        "when": {"findings": IBAN, "destination": {"external": True}},
        "action": "reroute",
        "to": "internal",
    }
    only = judge(compiled(policy(reroute)), [finding("fin.iban")])
    assert (only.verdict, only.reroute) == ("reroute", "internal")
    assert only.decided_by is not None and only.decided_by.rule == "home"
    assert judge(compiled(policy(reroute)), [finding("fin.iban")], to=INTERNAL).verdict == "allow"
    both = judge(compiled(policy(reroute, DENY)), [finding("fin.iban")])
    assert (both.verdict, both.reroute) == ("deny", None)


def test_redaction_joins_overlapping_spans_and_keeps_others():
    rule = {"id": "hide", "when": {"findings": {"any_of": ["fin.iban", "fr.nir"]}}, "action": "redact"}
    found = [finding("fin.iban", 0, 6), finding("fr.nir", 4, 9), finding("fr.nir", 12, 15)]
    ruling = judge(compiled(policy(rule)), found)
    assert ruling.verdict == "allow"
    assert ruling.rewrites == (
        Rewrite(0, 0, 9, "[redacted: fin.iban]", "fin.iban", "hide"),
        Rewrite(0, 12, 15, "[redacted: fr.nir]", "fr.nir", "hide"),
    )


def test_a_deny_only_touching_history_redacts_it():
    old, new = Text(history=True), Text(message=4)
    ruling = judge(compiled(policy(DENY)), [finding("fin.iban")], [old, new])
    assert ruling.verdict == "allow" and len(ruling.rewrites) == 1
    assert ruling.rules[0].action == "redact"
    ruling = judge(compiled(policy(DENY)), [finding("fin.iban"), finding("fin.iban", passage=1)], [old, new])
    assert ruling.verdict == "deny"
    assert ruling.decided_by is not None and ruling.decided_by.place is not None
    assert ruling.decided_by.place.message == 4


def test_in_history_deny_refuses_history_too():
    rule = {**DENY, "in_history": "deny"}
    assert judge(compiled(policy(rule)), [finding("fin.iban")], [Text(history=True)]).verdict == "deny"


def test_a_passage_refused_before_counts_as_history():
    ruling = judge(compiled(policy(DENY)), [finding("fin.iban")], refused=frozenset({0}))
    assert (ruling.verdict, len(ruling.rewrites)) == ("allow", 1)


def test_what_cannot_be_rewritten_is_denied_with_the_way_out():
    for rule in (REDACT, DENY):
        ruling = judge(compiled(policy(rule)), [finding("fin.iban")], [Text(locked=True, history=True)])
        assert (ruling.verdict, ruling.reason) == ("deny", "not_rewritable")
        assert "new conversation" in ruling.message["en"] and "nouvelle conversation" in ruling.message["fr"]
        assert ruling.decided_by in ruling.rules
        assert [h.action for h in ruling.rules] == ["deny"]


def test_a_value_seen_in_two_readings_is_redacted_in_both():
    source = Text('{"k": "abcd\\n"}', role="tool_arguments", direction="tool_arguments", path="/m/0")
    decoded = replace(source, text="abcd\n")
    seen = [finding("fin.iban", 7, 11, 0, digest=b"d"), finding("fin.iban", 0, 4, 1, digest=b"d")]
    ruling = judge(compiled(policy(REDACT)), seen, [source, decoded])
    assert ruling.verdict == "allow" and [r.passage for r in ruling.rewrites] == [0, 1]
    assert judge(compiled(policy(REDACT)), seen, [source, replace(decoded, locked=True)]).reason == "not_rewritable"


def test_redaction_of_json_source_splits_no_escape_and_joins_no_strings():
    source = Text('{"k": "ab\\ncd"}', role="tool_arguments", direction="tool_arguments")
    for start, end, taken in ((10, 13, "\\ncd"), (7, 10, "ab\\n"), (9, 13, "\\ncd")):
        (rewrite,) = judge(compiled(policy(REDACT)), [finding("fin.iban", start, end)], [source]).rewrites
        assert source.text[rewrite.start : rewrite.end] == taken
    crossing = judge(compiled(policy(REDACT)), [finding("fin.iban", 4, 9)], [source])
    assert crossing.reason == "not_rewritable"


def test_shadow_rules_are_told_and_change_nothing():
    rule = {**DENY, "mode": "shadow", "shadow_until": date(2026, 1, 1)}
    ruling = judge(compiled(policy(rule)), [finding("fin.iban")])
    assert ruling.verdict == "allow" and not ruling.rewrites
    assert [(h.rule, h.mode, h.action) for h in ruling.rules] == [("no-iban", "shadow", "deny")]


def test_warn_is_a_notice():
    rule = {"id": "mind", "when": {"findings": IBAN}, "action": "warn", "message": {"en": "Mind."}}
    ruling = judge(compiled(policy(rule)), [finding("fin.iban")])
    assert ruling.verdict == "allow" and ruling.notices[0].message["en"] == "Mind."


@pytest.mark.parametrize(
    ("test", "found", "expected"),
    [
        ({"any_of": ["fin.iban"], "confidence": ">=0.95"}, [("fin.iban", 0.94)], "allow"),
        ({"any_of": ["fin.iban"], "confidence": ">=0.95"}, [("fin.iban", 0.95)], "deny"),
        ({"any_of": ["fin.iban"], "confidence": ">0.95"}, [("fin.iban", 0.95)], "allow"),
        ({"any_of": ["fin.iban"]}, [("fin.iban", 0.74)], "allow"),
        ({"any_of": ["fin.iban"], "count": ">=2"}, [("fin.iban", 0.9)], "allow"),
        ({"any_of": ["fin.iban", "fr.nir"], "count": ">1"}, [("fin.iban", 0.9), ("fr.nir", 0.9)], "deny"),
        ({"all_of": ["fin.iban", "fr.nir"]}, [("fin.iban", 0.9)], "allow"),
        ({"all_of": ["fin.iban", "fr.nir"]}, [("fin.iban", 0.9), ("fr.nir", 0.8)], "deny"),
        ({"any_of": ["secret.*"]}, [("secret.jwt", 0.9)], "deny"),
    ],
)
def test_findings(test, found, expected):
    rule = {"id": "r", "when": {"findings": test}, "action": "deny"}
    assert judge(compiled(policy(rule)), [finding(d, confidence=c) for d, c in found]).verdict == expected


def test_missing_facts_count_as_the_most_sensitive():
    for condition in ({"region": ["us"]}, {"region": {"not_in": ["eu"]}}, {"training": True}, {"retention_days": ">5"}):
        rule = {"id": "r", "when": {"destination": condition}, "action": "deny"}
        bare = replace(INTERNAL, region=None, training=None, retention_days=None)
        assert judge(compiled(policy(rule)), to=bare).verdict == "deny", condition
        rule = {"id": "r", "when": {"destination": condition}, "action": "allow"}
        assert judge(compiled(policy(rule), defaults=None), to=bare).verdict == "deny", condition
    spared = {**DENY, "unless": {"teams": ["finance"]}}
    assert judge(compiled(policy(spared)), [finding("fin.iban")]).verdict == "allow"
    assert judge(compiled(policy(spared)), [finding("fin.iban")], call=Call(team=None)).verdict == "deny"


def test_applies_to_narrows_and_directions_split_tool_results():
    scoped = policy(DENY, applies_to={"use_cases": ["hr-*"], "directions": ["request"]})
    assert judge(compiled(scoped), [finding("fin.iban")]).verdict == "deny"
    assert judge(compiled(scoped), [finding("fin.iban")], call=Call(use_case="sandbox")).verdict == "allow"
    result = Text(role="tool", direction="tool_results")
    assert judge(compiled(scoped), [finding("fin.iban")], [result]).verdict == "allow"
    assert judge(compiled(policy(DENY)), [finding("fin.iban")], [result]).verdict == "deny"


def test_exceptions_lift_for_their_people_until_their_day():
    lifted = policy(
        {**DENY, "overridable": True},
        exceptions=[
            {
                "id": "EX-1",
                "lifts": ["no-iban"],
                "who": {"users": ["m.*"]},
                "reason": "r",
                "owner": "o",
                "expires": date(2026, 6, 1),
            }
        ],
    )
    ruling = judge(compiled(lifted), [finding("fin.iban")])
    assert ruling.verdict == "allow" and ruling.rules[0].mode == "lifted"
    assert judge(compiled(lifted), [finding("fin.iban")], call=Call(user="other")).verdict == "deny"
    late = Call(now=datetime(2026, 6, 2, 0, 0, 1, tzinfo=UTC))
    assert judge(compiled(lifted), [finding("fin.iban")], call=late).verdict == "deny"


def test_a_lift_is_for_the_values_that_were_found_together_and_no_others():
    rule = {**DENY, "when": {"findings": {"all_of": ["contact.email", "fin.iban"]}}, "overridable": True}
    lifted = {("no-iban", b"mail"): "r_1", ("no-iban", b"iban"): "r_1"}
    mail, iban = finding("contact.email", digest=b"mail"), finding("fin.iban", 10, 14, digest=b"iban")
    assert judge(compiled(policy(rule)), [mail, iban], lifted=lifted).verdict == "allow"
    other = judge(compiled(policy(rule)), [mail, finding("fin.iban", 10, 14, digest=b"other")], lifted=lifted)
    assert (other.verdict, other.decided_by.count, other.rules) == ("deny", 2, (other.decided_by,))
    several = {**rule, "when": {"findings": {"any_of": ["fin.iban"], "count": ">=2"}}}
    new = [iban, *(finding("fin.iban", at, at + 4, digest=b"x%d" % at) for at in (20, 30))]
    assert judge(compiled(policy(several)), new[:2], lifted=lifted).verdict == "deny"
    assert judge(compiled(policy(several)), new, lifted=lifted).decided_by.count == 3


def test_parts_that_are_not_text():
    image = [Text(part="not_inspectable", note="image/png")]
    seen = [finding("class.not_inspectable")]
    assert judge(compiled(), seen, image).reason == "class"
    assert judge(compiled(), seen, image, INTERNAL).verdict == "allow"
    rule = {
        "id": "img",
        "when": {"findings": {"any_of": ["class.not_inspectable"]}, "destination": {"region": ["eu"]}},
        "action": "allow",
    }
    assert judge(compiled(policy(rule)), seen, image, BETA).verdict == "allow"
    assert judge(compiled(policy(rule), defaults=None), seen, image, BETA).reason == "default"


def test_addresses_and_vendor_tools_need_a_rule_that_lists_them():
    rule = {
        "id": "web",
        "when": {"findings": {"any_of": ["class.remote_url"]}, "hosts": ["https://docs.example.org"]},
        "action": "allow",
    }
    policies = compiled(policy(rule))
    good, bad = (Text(part="remote_url", note=n) for n in ("https://docs.example.org", "https://else.example"))
    seen = [finding("class.remote_url"), finding("class.remote_url", passage=1)]
    assert judge(policies, seen[:1], [good], INTERNAL).verdict == "allow"
    assert judge(policies, seen[:1], [bad], INTERNAL).verdict == "deny"
    assert judge(policies, seen, [good, bad], INTERNAL).verdict == "deny"
    assert (
        judge(policies, [finding("class.server_tool")], [Text(part="server_tool", note="web_search")], INTERNAL).verdict
        == "deny"
    )


def test_vendor_state_goes_back_to_its_vendor_only():
    state = [Text(part="vendor_state", history=True, note="ab12")]
    seen = [finding("class.vendor_state")]
    assert judge(compiled(), seen, state, INTERNAL).reason == "vendor_state"
    assert judge(compiled(), seen, state, vendor_state_ok=lambda p: p.note == "ab12").verdict == "allow"


def test_failed_detection_and_unknown_destinations_are_denied():
    policies = compiled()
    assert policies.judge(Call(), [Text()], Found(failed="budget"), INTERNAL).reason == "detection_failed"
    assert judge(policies, to=NOWHERE).reason == "unknown_destination"


def test_confidential_detectors_are_never_named():
    rule = {"id": "r", "when": {"findings": {"any_of": ["org.project-x"]}}, "action": "redact"}
    ruling = judge(compiled(policy(rule)), [finding("org.project-x")])
    assert "project-x" not in repr(ruling)
    assert ruling.rewrites[0].new == "[redacted: confidential]"


def test_the_defaults_speak_for_inside_and_outside():
    half = OPEN._replace(
        value={"kind": "Defaults", "when_no_rule_matches": {"internal": "allow", "external": "deny", "unknown": "deny"}}
    )
    assert judge(compiled(defaults=half), to=INTERNAL).verdict == "allow"
    assert judge(compiled(defaults=half), to=BETA).verdict == "deny"


def test_what_is_redacted_isnt_pseudonymised():
    """Redact > pseudonymise > keep, over overlapping spans joined; in any order of rules."""
    name = {"id": "a-name", "when": {"findings": {"any_of": ["fin.iban", "contact.email"]}}, "action": "pseudonymise"}
    found = [finding("contact.email", 0, 9), finding("fin.iban", 6, 12), finding("contact.email", 14, 19)]
    for rules in ([name, REDACT], [REDACT, name]):
        ruling = judge(compiled(policy(*rules)), found)
        assert [(r.start, r.end, r.new, r.action) for r in ruling.rewrites] == [
            (0, 12, "[redacted: fin.iban]", "redact"), (14, 19, "", "pseudonymise"),
        ]  # fmt: skip
        assert ruling.pseudonyms() == {"contact.email": 1}
        assert (ruling.replaced("redact"), ruling.replaced("pseudonymise")) == (1, 1)
    (only,) = judge(compiled(policy({**name, "as": "surrogate"})), found[:2]).rewrites
    assert (only.start, only.end, only.detector, only.surrogate) == (0, 12, "contact.email", True)


def test_a_pseudonym_where_nothing_can_be_rewritten_is_a_denial():
    name = {"id": "a-name", "when": {"findings": IBAN}, "action": "pseudonymise"}
    ruling = judge(compiled(policy(name)), [finding("fin.iban")], [Text(locked=True)])
    assert (ruling.verdict, ruling.reason, ruling.rewrites) == ("deny", "not_rewritable", ())


def test_signed_text_goes_back_to_the_vendor_that_wrote_it():
    """It names somebody whom the model thought of: refused elsewhere, nothing new to its own vendor."""
    thought = [Text(role="assistant", history=True, locked=True, note="ab12")]
    for action in ("pseudonymise", "redact"):
        policies = compiled(policy({"id": "a-name", "when": {"findings": IBAN}, "action": action}))
        assert judge(policies, [finding("fin.iban")], thought).reason == "not_rewritable"
        ruling = judge(policies, [finding("fin.iban")], thought, vendor_state_ok=lambda p: p.note == "ab12")
        assert (ruling.verdict, ruling.rewrites) == ("allow", ())


def test_a_refusal_shows_a_place_in_a_file_and_no_note():
    """What a note says can be the caller's: the digest of a signed thought, the type of a data URL."""
    deny = compiled(policy({"id": "no-iban", "when": {"findings": IBAN}, "action": "deny"}))
    for text, file in ((Text(note="ab12"), ""), (Text(note="file", file="pdf, page 3"), "pdf, page 3")):
        place = judge(deny, [finding("fin.iban")], [text]).rules[0].place
        assert place is not None and place.file == file


def test_who_asks_is_replaced_and_never_refused_without_a_rule():
    asks, seen = [Text(part="identity", text="u-1", locked=True)], [finding("class.identity", 0, 3)]
    assert judge(compiled(), seen, asks).verdict == "allow"
    strip = {"id": "strip", "when": {"findings": {"any_of": ["class.identity"]}}, "action": "redact"}
    ruling = judge(compiled(policy(strip)), seen, asks)
    assert (ruling.verdict, ruling.replaced("redact")) == ("allow", 0)
    assert [(r.passage, r.detector, r.action) for r in ruling.rewrites] == [(0, "class.identity", "redact")]


def test_nobody_is_told_to_take_off_a_mark():
    classes = [
        Doc("DataClass", "c.yaml", {"kind": "DataClass", "id": "C1", "level": 1}),
        Doc("DataClass", "c.yaml", {"kind": "DataClass", "id": "C3", "level": 3, "labels": ["C3"], "findings": IBAN}),
    ]
    rules = compiled(*classes, policy({**REDACT, "when": {"data_class": ">=C3"}}))
    ruling = judge(rules, [replace(finding("doc.label"), label="C3")])
    assert ruling.reason == "not_rewritable" and "use a model that may have it" in ruling.message["en"]
    assert "remove" not in ruling.message["en"] and "retirez" not in ruling.message["fr"]
