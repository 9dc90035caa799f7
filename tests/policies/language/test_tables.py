"""Decision tables: what their cells do, and what refuses one, at the cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from decide_cases import ALPHA, BETA, CALL, INTERNAL, VOCABULARY, Call, Text, compiled, finding, judge, policy
from guard_cases import engine
from table_cases import CLASSES, COLUMNS, ROWS, table

from policies.decide import Policies
from policies.language import Doc, Problem, compile, run_inline_tests

MAIL, IBAN = finding("contact.email"), finding("fin.iban", 10, 14)


def changed(row: str, column: str, cell: Any) -> dict[str, Any]:
    return {**ROWS, row: {**ROWS[row], column: cell}}


def ruled(*findings, to=ALPHA, call=CALL, passage=Text(), made=None):  # noqa: B008
    ruling = judge(made or compiled(*CLASSES, table(), defaults=None), findings, [passage], to, call)
    replaced = sorted({(r.detector, r.action) for r in ruling.rewrites})
    return ruling.verdict, replaced, [h.rule for h in ruling.rules if h.policy == "t"]


def test_a_cell_is_a_rule_for_its_class_and_what_permits_needs_no_other():
    assert ruled() == ("allow", [], ["t.C1.us"])
    assert ruled(to=BETA) == ("allow", [], ["t.C1.eu"])
    assert ruled(MAIL) == ("allow", [("contact.email", "redact")], ["t.C1.us", "t.C2.us"])
    assert ruled(MAIL, to=BETA) == ("allow", [("contact.email", "pseudonymise")], ["t.C2.eu"])
    assert ruled(MAIL, IBAN, to=BETA) == (
        "allow",
        [("contact.email", "pseudonymise"), ("fin.iban", "redact")],
        ["t.C2.eu", "t.C3.eu"],
    )
    assert ruled(IBAN)[0] == "deny" and ruled(IBAN)[2] == ["t.C1.us", "t.C2.us", "t.C3.us"]
    assert ruled(IBAN, to=INTERNAL) == ("allow", [], ["t.C3.internal"])
    assert ruled(call=Call(use_case="hr-payroll"), to=BETA)[0] == "deny"


def test_a_destination_of_no_column_is_left_to_the_defaults():
    assert ruled(to=replace(BETA, region="fr")) == ("deny", [], [])


def test_a_missing_fact_meets_what_tightens_and_permits_nothing():
    nowhere = replace(BETA, region=None)
    assert ruled(IBAN, to=nowhere)[0] == "deny"
    verdict, _, rules = ruled(to=nowhere)
    assert (verdict, rules) == ("deny", ["t.C1.us"])
    assert ruled(to=replace(INTERNAL, region=None))[0] == "allow"


def test_parts_are_not_opened_by_a_table():
    made = compiled(*CLASSES[::2], _class_of_images(), table())
    assert (
        ruled(finding("class.not_inspectable"), passage=Text(part="not_inspectable"), to=BETA, made=made)[0] == "deny"
    )


def _class_of_images() -> Doc:
    value = {"kind": "DataClass", "id": "C2", "level": 2, "findings": {"any_of": ["class.not_inspectable"]}}
    return Doc("DataClass", "images.yaml", value)


def test_shadow_permits_and_changes_nothing():
    shadow = {"mode": "shadow", "shadow_until": date(2026, 8, 1)}
    made = compiled(*CLASSES, table(**shadow), defaults=None)
    assert judge(made, [MAIL], to=BETA).verdict == "deny"
    one = compiled(*CLASSES, table(changed("C3", "us", {"action": "deny", **shadow})), defaults=None)
    ruling = judge(one, [IBAN])
    assert ruling.verdict == "allow" and [(h.rule, h.mode) for h in ruling.rules][-1] == ("t.C3.us", "shadow")
    back = {"action": "deny", "mode": "enforce"}
    assert judge(compiled(*CLASSES, table(changed("C3", "us", back), **shadow)), [IBAN]).verdict == "deny"


def test_what_a_table_says_for_all_cells_a_cell_may_say_for_itself():
    more = {"contact": "dpo@example.org", "message": {"en": "all"}, "overridable": True}
    rows = changed("C3", "us", {"action": "deny", "message": {"en": "own"}})
    ruling = judge(compiled(*CLASSES, table(rows, **more)), [IBAN])
    assert (ruling.message["en"], ruling.contact, ruling.overridable) == ("own", "dpo@example.org", True)


def test_reroute_exceptions_and_cases_work_as_in_policies():
    rows = changed("C3", "us", {"action": "reroute", "to": "internal"})
    lift = {"id": "EX-1", "lifts": ["t.C2.us"], "who": {"users": ["m.durand"]}, "reason": "x", "owner": "o"}
    case = {"name": "n", "text": "IBAN FR76 3000 6000 0112 3456 7890 189", "to": "alpha"}
    doc = table(
        rows,
        overridable=True,
        applies_to={"groups": ["staff"]},
        exceptions=[{**lift, "expires": date(2026, 8, 1)}],
        tests=[{**case, "as": {"groups": ["staff"], "use_case": "sandbox"}, "expect": {"verdict": "reroute"}}],
    )
    made = compiled(*CLASSES, doc, defaults=None)
    assert judge(made, [IBAN]).reroute == "internal"
    assert judge(made, [MAIL]).verdict == "allow" and not judge(made, [MAIL]).rewrites
    assert judge(made, call=Call(groups=("guests",))).verdict == "deny"
    assert run_inline_tests(made, engine(), VOCABULARY) == []


def problems(*documents: Doc) -> list[Problem]:
    made = compile([*CLASSES, *documents], VOCABULARY)
    return made if isinstance(made, list) else []


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (table(changed("C3", "us", "warn")), ("rows", "C3", "us"), "warn is weaker than redact"),
        (table(changed("C1", "us", "deny")), ("rows", "C2", "us"), "redact is weaker than deny"),
        (table(changed("C3", "us", "dney")), ("rows", "C3", "us"), "must be one of"),
        (table(changed("C3", "us", {"action": "dney"})), ("rows", "C3", "us", "action"), "must be one of"),
        (table(changed("C3", "us", "repair")), ("rows", "C3", "us"), "can't stand in a table"),
        (
            table(changed("C1", "us", {"action": "warn", "mode": "shadow", "shadow_until": date(2026, 8, 1)})),
            ("rows", "C2", "us"),
            "C2 would be let go and C1, less sensitive, not",
        ),
        (table(changed("C3", "us", {"action": "deny", "id": "x"})), ("rows", "C3", "us", "id"), "unknown key"),
        (table(changed("C3", "us", "reroute")), ("rows", "C3", "us"), "reroute needs to"),
        (table(changed("C1", "us", "redact")), ("rows", "C1", "us"), "nothing to redact"),
        (table({**ROWS, "C3": {"internal": "warn", "eu": "deny"}}), ("rows", "C3"), "us is missing"),
        (table({**ROWS, "C3": {**ROWS["C3"], "fr": "deny"}}), ("rows", "C3", "fr"), "unknown key"),
        (table({**ROWS, "C4": ROWS["C3"]}), ("rows", "C4"), "none of the data classes"),
        (table({k: v for k, v in ROWS.items() if k != "C2"}), ("rows",), "needs a row for C2"),
        (table(columns={**COLUMNS, "us": {"region": ["uk"]}}), ("columns", "us", "region", 0), "none of the regions"),
        (table(columns={**COLUMNS, "us": {}}), ("columns", "us"), "must ask something"),
        (table(applies_to={"labels": ["x"]}), ("applies_to", "labels"), "unknown key"),
        (table(applies_to={"directions": ["response"]}), ("applies_to", "directions"), "about what is sent"),
        (table(mode="shadow"), ("mode",), "go together"),
        (table(contact=3), ("contact",), "must be a text"),
    ],
)
def test_a_fault_in_a_table_is_told_at_its_place(document, path, words):
    (found,) = problems(document)
    assert found.path == ("t.yaml", *path) and words in found.message


def test_a_table_may_be_about_some_of_what_is_sent():
    made = compiled(*CLASSES, table(applies_to={"directions": ["request"]}), defaults=None)
    assert ruled(IBAN, made=made)[0] == "deny"
    assert ruled(IBAN, passage=Text(role="tool", direction="tool_results"), made=made) == ("deny", [], [])
    assert ruled(passage=Text(role="tool", direction="tool_results"), to=BETA, made=made) == ("allow", [], ["t.C1.eu"])


def test_a_table_needs_data_classes_and_a_name_of_its_own():
    made = compile([table()], VOCABULARY)
    assert isinstance(made, list) and "none of the data classes" in made[0].message
    assert any("already" in p.message for p in problems(table(), policy(name="t")))


def test_values_of_the_wrong_type_are_faults_not_crashes():
    for value in (None, 5, "x", [], [1], {"a": 1}, {1: 2}, True, {"C1": 3}, {"us": None}):
        for key in ("rows", "columns", "applies_to", "mode", "message", "tests", "exceptions", "table"):
            compile([*CLASSES, table(**{key: value})], VOCABULARY)
        compile([*CLASSES, table(changed("C3", "us", value))], VOCABULARY)
        compile([*CLASSES, table({**ROWS, "C3": value})], VOCABULARY)
        compile([*CLASSES, table(columns={**COLUMNS, "us": value})], VOCABULARY)


def test_the_order_of_rows_and_columns_changes_nothing():
    back = {r: dict(reversed(cells.items())) for r, cells in reversed(ROWS.items())}
    one = compiled(*CLASSES, table())
    other = compiled(*CLASSES, table(back, dict(reversed(COLUMNS.items()))))
    assert isinstance(one, Policies) and one.revision == other.revision
    assert [r.id for r in one.rules] == [r.id for r in other.rules]
    assert [r.revision for r in one.rules] == [r.revision for r in other.rules]
