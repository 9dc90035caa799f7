"""What an edit is said to do to the rulings, against what it does."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from typing import Any

import pytest
from decide_cases import ALPHA, BETA, INTERNAL, VOCABULARY, Call, Found, Text, compiled, finding, policy
from test_decide_properties import no_looser

from policies.decide import Ruling
from policies.language import Doc
from policies.language.compile import read
from policies.language.differences import LOOSENS, NONE, TIGHTENS, UNCLEAR, differences

RULE: dict[str, Any] = {"id": "r", "when": {"findings": {"any_of": ["fin.iban"]}}, "action": "deny"}
LIFT = {
    "id": "EX-1", "lifts": ["r"], "who": {"users": ["m.durand"]}, "reason": "x", "owner": "y", "expires": "2027-01-01",
}  # fmt: skip


def between(old: list[Doc], new: list[Doc]) -> dict[str, str]:
    """Each change by its place, with its effect."""
    texts = [read(documents, VOCABULARY) for documents in (old, new)]
    assert not [*texts[0].problems, *texts[1].problems]
    return {f"{c.what} {c.id} {c.key}".strip(): c.effect for c in differences(*texts)}


def edited(old: dict[str, Any], new: dict[str, Any]) -> dict[str, str]:
    return between([policy({**RULE, **old})], [policy({**RULE, **new})])


def when(**conditions: Any) -> dict[str, Any]:
    return {"when": {**RULE["when"], **conditions}}


def of(**found: Any) -> dict[str, Any]:
    return {"when": {"findings": {"any_of": ["fin.iban"], **found}}}


ALLOW = {"action": "allow", "when": {"use_cases": ["hr-letters"]}}
EDITS: list[tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = [
    ({}, {}, {}),
    (when(teams="a"), when(teams=["a"]), {}),
    (of(), of(count=">=1", confidence=">=0.75"), {}),
    (of(), of(any_of=["fin.iban", "fr.nir"]), {"rule r when.findings.any_of": TIGHTENS}),
    (of(), of(any_of=["fr.nir"]), {"rule r when.findings.any_of": UNCLEAR}),
    (of(count=">=2"), of(count=">=3"), {"rule r when.findings.count": LOOSENS}),
    (of(confidence=">=0.9"), of(), {"rule r when.findings.confidence": TIGHTENS}),
    (when(), when(teams=["a"]), {"rule r when.teams": LOOSENS}),
    (when(teams=["a"]), when(teams=["a", "b"]), {"rule r when.teams": TIGHTENS}),
    (when(teams={"not_in": ["a"]}), when(teams={"not_in": ["a", "b"]}), {"rule r when.teams": LOOSENS}),
    (when(teams=["a"]), when(teams={"not_in": ["b"]}), {"rule r when.teams": UNCLEAR}),
    (
        when(destination={"retention_days": ">30"}),
        when(destination={"retention_days": ">10"}),
        {"rule r when.destination.retention_days": TIGHTENS},
    ),
    ({}, {"unless": {"users": ["a"]}}, {"rule r unless.users": LOOSENS}),
    ({"unless": {"users": ["a"]}}, {"unless": {"users": ["a", "b"]}}, {"rule r unless.users": LOOSENS}),
    ({"unless": {"users": ["a"]}}, {"unless": {"users": ["a"], "keys": ["k"]}}, {"rule r unless.keys": TIGHTENS}),
    ({}, {"action": "redact"}, {"rule r action": LOOSENS}),
    ({"action": "redact"}, {"action": "deny"}, {"rule r action": TIGHTENS}),
    ({}, {"action": "reroute", "to": "internal"}, {"rule r action": UNCLEAR, "rule r to": UNCLEAR}),
    ({}, {"mode": "shadow", "shadow_until": "2027-01-01"}, {"rule r mode": LOOSENS, "rule r shadow_until": NONE}),
    ({}, {"overridable": True}, {"rule r overridable": LOOSENS}),
    ({}, {"in_history": "deny"}, {"rule r in_history": TIGHTENS}),
    ({}, {"message": {"en": "No."}, "contact": "me"}, {"rule r message": NONE, "rule r contact": NONE}),
    (ALLOW, {"action": "allow", "when": {}}, {"rule r when.use_cases": LOOSENS}),
    (ALLOW, {**ALLOW, "unless": {"users": ["a"]}}, {"rule r unless.users": TIGHTENS}),
]


def dated(value: dict[str, Any]) -> dict[str, Any]:
    return {k: date.fromisoformat(v) if k in ("shadow_until", "expires") else v for k, v in value.items()}


@pytest.mark.parametrize(("old", "new", "said"), EDITS)
def test_an_edit_of_a_rule(old: dict[str, Any], new: dict[str, Any], said: dict[str, str]) -> None:
    assert edited(dated(old), dated(new)) == said


def test_where_a_rule_stands_is_no_change() -> None:
    other = {**RULE, "id": "s"}
    apart = [policy(other, name="a"), policy(RULE, name="b")]
    assert between([policy(RULE, other)], apart) == {}
    shared = policy({"id": "r", "action": "deny", "when": RULE["when"]}, applies_to={"teams": ["a"]})
    assert between([shared], [policy({**RULE, **when(teams=["a"])})]) == {}


def test_rules_exceptions_and_defaults_that_come_and_go() -> None:
    lifted = policy({**RULE, "overridable": True}, exceptions=[dated(LIFT)])
    assert between([policy({**RULE, "overridable": True})], [lifted]) == {"exception EX-1": LOOSENS}
    assert between([policy(RULE)], [policy(RULE, {**RULE, **ALLOW, "id": "s"})]) == {"rule s": LOOSENS}
    assert between([policy(RULE, {**RULE, "id": "s"})], [policy(RULE)]) == {"rule s": LOOSENS}
    opened = Doc("Defaults", "d.yaml", {"kind": "Defaults", "when_no_rule_matches": {"internal": "allow"}})
    assert between([], [opened]) == {"defaults when_no_rule_matches internal": LOOSENS}


def test_tables_change_by_cell_and_classes_by_what_makes_them() -> None:
    classes = [{"kind": "DataClass", "id": "C1", "level": 1}]
    classes += [{"kind": "DataClass", "id": "C3", "level": 3, "findings": {"any_of": ["fin.iban"]}}]
    table = {
        "kind": "DecisionTable", "table": "t", "owner": "me",
        "columns": {"us": {"region": ["us"]}},
        "rows": {"C1": {"us": "warn"}, "C3": {"us": "redact"}},
    }  # fmt: skip

    def documents(cell: str, detectors: list[str]) -> list[Doc]:
        high = {**classes[1], "findings": {"any_of": detectors}}
        own = {**table, "rows": {"C1": {"us": "warn"}, "C3": {"us": cell}}}
        values = [classes[0], high, own]
        return [Doc(str(v["kind"]), f"{i}.yaml", v) for i, v in enumerate(values)]

    assert (
        between(documents("redact", ["fin.iban"]), documents("deny", ["fin.iban"]))["rule t.C3.us action"] == TIGHTENS
    )
    found = between(documents("deny", ["fin.iban"]), documents("deny", ["fin.iban", "fr.nir"]))
    assert found == {"data class C3 findings": UNCLEAR}


NAMES: list[Any] = [["a"], ["a", "b"], ["b"], {"not_in": ["a"]}, {"not_in": ["a", "b"]}, ["a*"], ...]
SPACE: dict[tuple[str, ...], list[Any]] = {
    ("action",): ["allow", "warn", "pseudonymise", "redact", "deny"],
    ("mode",): ["enforce", "shadow"],
    ("in_history",): ["redact", "deny"],
    ("when", "teams"): NAMES,
    ("when", "groups"): NAMES,
    ("when", "size"): [">=50", ">=150", ...],
    ("when", "roles"): [["user"], ["user", "tool"], ...],
    ("when", "destination", "region"): [["us"], ["us", "eu"], {"not_in": ["us"]}, ...],
    ("when", "destination", "retention_days"): [">10", ">40", "<=40", "<=10", ...],
    ("when", "findings", "any_of"): [["fin.iban"], ["fin.iban", "fr.nir"], ["fr.nir"], ["f*"]],
    ("when", "findings", "all_of"): [["fin.iban"], ["fin.iban", "fr.nir"]],
    ("when", "findings", "count"): [">=1", ">=2", ">=3"],
    ("when", "findings", "confidence"): [">=0.5", ">=0.75", ">=0.9"],
    ("unless", "teams"): NAMES,
    ("unless", "users"): [["a"], ["a", "b"], ...],
}
CALLS = [
    Call(team=team, groups=groups, user=user, size=size)
    for team, groups, user in (("a", ("a",), "a"), ("b", ("a", "b"), "b"), ("c", ("c",), "c"), (None, None, None))
    for size in (10, 100, 200)
]
TEXTS = (Text(), Text(role="tool", direction="tool_results"), Text(history=True))
SEEN = [
    (finding("fin.iban", 0, 4, 0, 0.6),),
    (finding("fin.iban", 0, 4, 0), finding("fr.nir", 5, 9, 1)),
    (finding("fin.iban", 0, 4, 2), finding("fin.iban", 5, 9, 1)),
    (finding("fin.iban", 0, 4, 0), finding("fin.iban", 5, 9, 0), finding("fr.nir", 0, 4, 1)),
]
ASKED_OF_TEXTS = ("size", "roles", "any_of", "all_of", "count", "confidence")


def written(action: str, path: tuple[str, ...], value: Any) -> Doc | None:
    """A rule with this key; None where it can't stand beside the action."""
    action = value if path == ("action",) else action
    made: dict[str, Any] = {"id": "r", "action": action, "when": {}}
    if action == "allow" and path[-1] in ASKED_OF_TEXTS:
        return None
    if action != "allow" and path[-1] != "all_of":
        made["when"]["findings"] = {"any_of": ["fin.iban"]}
    if path[0] == "unless":
        made["unless"] = {"keys": ["k1"]}
    here = made
    for step in path[:-1]:
        here = here.setdefault(step, {})
    if value is not ...:
        here[path[-1]] = value
    if made.get("mode") == "shadow":
        made["shadow_until"] = date(2027, 1, 1)
    return policy(made)


def rulings(document: Doc) -> list[Ruling]:
    made = compiled(document)
    return [
        made.judge(call, TEXTS, Found(seen), to) for call in CALLS for seen in SEEN for to in (ALPHA, BETA, INTERNAL)
    ]


@pytest.mark.parametrize("action", ["deny", "redact", "allow"])
@pytest.mark.parametrize("path", SPACE, ids=".".join)
def test_what_is_said_to_tighten_permits_no_call_more(action: str, path: tuple[str, ...]) -> None:
    documents = [one for value in SPACE[path] if (one := written(action, path, value)) is not None]
    judged = [rulings(one) for one in documents]
    for (old, was), (new, now) in permutations(zip(documents, judged, strict=True), 2):
        effects = set(between([old], [new]).values())
        if effects <= {TIGHTENS, NONE}:
            assert all(map(no_looser, was, now)), (old.value, new.value)
        if effects <= {LOOSENS, NONE}:
            assert all(map(no_looser, now, was)), (old.value, new.value)


def test_leave_to_keep_samples_is_a_change() -> None:
    allowed = {"allow": True, "owner": "dpo@example.org", "basis": "register T-014"}
    value = {"kind": "Defaults", "when_no_rule_matches": {"internal": "deny"}}
    before, after = (Doc("Defaults", "d.yaml", {**value, **more}) for more in ({}, {"review_samples": allowed}))
    assert between([before], [after]) == {"defaults review_samples allow": NONE}
