"""What holds of every mutant: it differs, it is killed where a case of the changed bundle fails and only there, what is
called the same decides every call the same, and the case that is suggested notices it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from decide_cases import VOCABULARY, compiled, policy
from guard_cases import engine
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies
from policies.language import Doc, compile, run_inline_tests
from policies.language.equivalence import surroundings
from policies.language.mutation import EQUIVALENT, KILLED, SURVIVED, Bench
from policies.language.suggestions import suggest
from policies.language.trials import Stage, trials
from policies.rules import InlineTest

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEXTS = (
    "Mon IBAN est FR76 3000 6000 0112 3456 7890 189",
    "NIR 2 95 10 99 126 111 93",
    "odile.marchand@exemple-sas.fr et IBAN FR76 3000 6000 0112 3456 7890 189",
    "rien de tel",
)
EXAMPLES = {"fin.iban": TEXTS[:1], "fr.nir": TEXTS[1:2], "contact.email": TEXTS[2:3]}
TO = st.sampled_from(["alpha", "beta", "internal", {"external": True}, {"external": False, "region": "fr"}])
PLACES = st.sampled_from([("request", "user"), ("tool_results", "tool"), ("response", "assistant")])

NAMES = st.lists(st.sampled_from(["us", "eu", "fr"]), min_size=1, max_size=2, unique=True)
DESTINATION = st.fixed_dictionaries(
    {},
    optional={
        "region": NAMES | NAMES.map(lambda names: {"not_in": names}),
        "external": st.booleans(),
        "training": st.booleans(),
        "retention_days": st.sampled_from([">=30", "<31", ">0"]),
    },
)
FINDINGS = st.fixed_dictionaries(
    {"any_of": st.lists(st.sampled_from(sorted(EXAMPLES)), min_size=1, max_size=3, unique=True)},
    optional={"count": st.sampled_from([">=1", ">=2", ">1"]), "confidence": st.sampled_from([">=0.5", ">0.9"])},
)
CALLER = st.fixed_dictionaries({}, optional={"teams": st.just(["audit"]), "use_cases": st.just(["hr-*"])})
RULE = st.fixed_dictionaries(
    {
        "when": st.builds(
            lambda findings, destination, caller: {"findings": findings, "destination": destination, **caller},
            FINDINGS, DESTINATION, CALLER,
        ),
        "action": st.sampled_from(["deny", "redact", "warn"]),
    },
    optional={"unless": CALLER, "in_history": st.sampled_from(["redact", "deny"])},
)  # fmt: skip
CASE = st.fixed_dictionaries(
    {"text": st.sampled_from(TEXTS), "to": TO, "place": PLACES, "history": st.booleans()},
    optional={"as": st.sampled_from([{"team": "audit"}, {"use_case": "hr-letters"}])},
)
DIRECTIONS = st.sampled_from([None, ["request"], ["request", "tool_results"], ["response"]])


@st.composite
def bundles(draw: st.DrawFn) -> tuple[Bench, Stage, list[Doc]]:
    """A bundle whose cases all hold: they expect what comes."""
    rules = [{"id": f"r{i}", **r} for i, r in enumerate(draw(st.lists(RULE, min_size=1, max_size=3)))]
    directions = draw(DIRECTIONS)
    more: dict[str, Any] = {"applies_to": {"directions": directions}} if directions else {}
    if draw(st.booleans()):
        rules[0]["overridable"] = True
        more["exceptions"] = [
            {"id": "EX", "lifts": ["r0"], "who": {"teams": ["audit"]}, "reason": "r", "owner": "o",
             "expires": date(2026, 7, 1)}
        ]  # fmt: skip
    stage = Stage(engine(), VOCABULARY, NOW)
    silent = compiled(policy(*rules, **more))
    cases = []
    for index, case in enumerate(draw(st.lists(CASE, max_size=4))):
        direction, role = case.pop("place")
        value = {"name": f"c{index}", "direction": direction, "role": role, **case}
        trial = stage.trial(as_case(value))
        assert trial is not None
        outcome = trial.outcome(silent)
        cases.append({**value, "expect": {"verdict": outcome.verdict, "rules": list(outcome.rules)}})
    defaults = {"internal": draw(st.sampled_from(["allow", "deny"])), "external": "allow"}
    doc = Doc("Defaults", "defaults.yaml", {"kind": "Defaults", "when_no_rule_matches": {**defaults}})
    documents = [policy(*rules, tests=cases, **more), doc]
    made = compile(documents, VOCABULARY)
    assert isinstance(made, Policies), made
    ready, _ = trials(made.tests, stage)
    texts = [text for own in EXAMPLES.values() for text in own]
    return Bench(documents, VOCABULARY, made, ready, surroundings(ready, engine(), VOCABULARY, texts)), stage, documents


def as_case(value: dict[str, Any]) -> InlineTest:
    """A case as it would be read."""
    return InlineTest(
        value["name"], (), value["text"], value["to"], value.get("as", {}), "allow", None, value["direction"],
        value["role"], value["history"],
    )  # fmt: skip


def changed(documents: list[Doc], mutant: Any) -> Policies | None:
    """The bundle compiled anew as a whole, with the cases it had."""
    tests = {d.file: d.value.get("tests") for d in documents}
    file = mutant.document.file
    value = {**mutant.document.value, **({"tests": tests[file]} if tests[file] is not None else {})}
    given = [d._replace(value=value) if d.file == file else d for d in documents]
    # A case may expect a rule that is switched off now: what it expects is read from the bundle as it was.
    silent = [d._replace(value={k: v for k, v in d.value.items() if k != "tests"}) for d in given]
    made = compile(silent, VOCABULARY)
    return made if isinstance(made, Policies) else None


@settings(max_examples=25, deadline=None)
@given(bundles())
def test_mutants_differ_and_are_judged_honestly(made: tuple[Bench, Stage, list[Doc]]) -> None:
    bench, _, documents = made
    bare = {d.file: d for d in bench.documents}
    for mutant in bench.mutants():
        assert mutant.document != bare[mutant.document.file]
        fate, whole = bench.fate(mutant), changed(documents, mutant)
        # A rule that an exception lifts can't be taken out of the files alone, but its loss is tried all the same.
        if mutant.says != "switched off":
            assert (fate is None) == (whole is None)
        if fate is None or whole is None:
            continue
        judged = replace(whole, tests=bench.policies.tests)
        red = {p.message.split("'")[1] for p in run_inline_tests(judged, engine(), VOCABULARY, NOW)}
        already = {p.message.split("'")[1] for p in run_inline_tests(bench.policies, engine(), VOCABULARY, NOW)}
        assert (fate.by in red - already) if fate.fate == KILLED else not red - already


@settings(max_examples=25, deadline=None)
@given(bundles(), st.lists(CASE, min_size=5, max_size=20))
def test_what_means_the_same_decides_every_call_the_same(
    made: tuple[Bench, Stage, list[Doc]], calls: list[dict[str, Any]]
) -> None:
    bench, stage, documents = made
    same = [m for m in bench.mutants() if (fate := bench.fate(m)) is not None and fate.fate == EQUIVALENT]
    for mutant in same:
        if mutant.document.kind == "Defaults":
            continue  # of these it is only said that no call at hand is left to them
        other = changed(documents, mutant)
        assert other is not None
        for call in calls:
            direction, role = call["place"]
            # Equivalence is about the destinations that exist, and those of the bundle's own cases.
            if not isinstance(call["to"], str):
                continue
            trial = stage.trial(as_case({**call, "name": "x", "direction": direction, "role": role}))
            assert trial is not None
            assert trial.outcome(other) == trial.outcome(bench.policies), mutant.says


@settings(max_examples=25, deadline=None)
@given(bundles())
def test_the_case_that_is_suggested_notices(made: tuple[Bench, Stage, list[Doc]]) -> None:
    bench, stage, _ = made
    for mutant in bench.mutants():
        fate = bench.fate(mutant)
        if fate is None or fate.fate != SURVIVED:
            continue
        found = suggest(bench, mutant, stage, EXAMPLES)
        if found is None:
            continue
        like = next((g.trial.case for g in bench.green if g.trial.case.name == found.like), None)
        if like is None:
            continue
        renamed = {"as": "caller"}
        case = replace(like, **{renamed.get(k, k): v for k, v in found.changes.items()})
        trial = stage.trial(case)
        change = bench.change(mutant)
        assert trial is not None and change is not None
        kept = [r for r in bench.policies.rules if r.id not in change.gone]
        rules = sorted([*kept, *change.rules], key=lambda r: (r.policy, r.id))
        other = replace(change.around, rules=tuple(rules))
        assert trial.outcome(bench.policies)[:2] == (found.expect["verdict"], tuple(found.expect["rules"]))
        assert trial.outcome(other).noticed != trial.outcome(bench.policies).noticed
