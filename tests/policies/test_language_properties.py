"""What holds of every bundle that can be written, data classes and tables included: more rules, more text and more
claims never permit more, and no order means anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from decide_cases import ALPHA, BETA, INTERNAL, NOWHERE, OPEN, VOCABULARY, Call, Found, Text, finding
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies, Ruling
from policies.language import Doc, compile
from policies.language.tables import SEVERITY

LABELS = ("C3", "TLP:RED", "Secret")
NAMES = replace(VOCABULARY, labels=frozenset(LABELS), teams=frozenset({"finance", "audit"}))
SHADOW = {"mode": "shadow", "shadow_until": date(2026, 9, 1)}
STRICT = {"allow": 0, "reroute": 1, "deny": 2}


def some(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(values)


FINDINGS = st.one_of(
    st.fixed_dictionaries(
        {"any_of": some(["fin.iban"], ["fr.nir", "contact.email"], ["secret.*"])},
        optional={"confidence": some(">=0.5", ">0.9"), "count": some(">=1", ">1")},
    ),
    st.fixed_dictionaries({"all_of": some(["fin.iban", "contact.email"])}, optional={"within": some(3, 30)}),
    st.fixed_dictionaries({"any_of": some(["contact.email"]), "count": some(">=2"), "within": some(20)}),
)
TIMES = some(
    {"hours": "08:00-19:00", "zone": "Europe/Paris"},
    {"days": ["sat", "sun"], "zone": "UTC"},
    {"until": date(2026, 7, 1)},
)
DESTINATION = st.fixed_dictionaries(
    {},
    optional={
        "external": st.booleans(), "region": some(["us"], {"not_in": ["eu"]}), "retention_days": some(">10", "<=10"),
        "training": st.booleans(), "contract": some(["alpha-us"], {"not_in": ["beta-eu"]}), "trust": some("standard"),
    },
)  # fmt: skip
FACTS = {
    "use_cases": some(["hr-*"], {"not_in": ["sandbox"]}), "groups": some(["staff"], {"not_in": ["hr"]}),
    "users": some(["m.*"]), "teams": some(["finance"]), "dialects": some(["openai_chat"]), "models": some("assistant"),
    "time": TIMES, "destination": DESTINATION,
}  # fmt: skip
TIGHT = {
    **FACTS, "labels": some(["C3"], ["TLP:*", "Secret"]), "size": some(">=50", ">500"),
    "roles": some(["user"], ["tool"]), "tools": some(["bash"]), "data_class": some(">=C1", ">C1", ">=C3"),
}  # fmt: skip
LOOSE = {**FACTS, "data_class": some("<=C1", "<C3")}
MANNER = {"in_history": some("redact", "deny"), "overridable": st.booleans()}


@st.composite
def rules(draw: st.DrawFn, *actions: str) -> dict[str, Any]:
    action = draw(some(*actions))
    if action == "allow":
        return {"action": action, "when": draw(st.fixed_dictionaries({}, optional=LOOSE))}
    when = draw(st.fixed_dictionaries({}, optional={**TIGHT, "findings": FINDINGS}))
    if action in ("redact", "pseudonymise") and not {"findings", "data_class"} & when.keys():
        when["findings"] = draw(FINDINGS)
    more = draw(st.fixed_dictionaries(MANNER, optional={"unless": st.fixed_dictionaries({}, optional=FACTS)}))
    more |= draw(some({}, {}, {}, SHADOW))
    return {"action": action, "when": when, **more, **({"to": "internal"} if action == "reroute" else {})}


@st.composite
def classes(draw: st.DrawFn) -> list[dict[str, Any]]:
    criteria = {"findings": st.lists(FINDINGS, min_size=1, max_size=2), "labels": some(["C3"], ["TLP:*"]),
                "use_cases": some(["hr-payroll"], ["hr-*"])}  # fmt: skip
    found: list[dict[str, Any]] = [{"id": "C0", "level": 0}]
    for level, name in ((1, "C1"), (2, "C2"), (3, "C3")):
        key = draw(some(*criteria))
        more = draw(st.fixed_dictionaries({}, optional=criteria))
        found.append({"id": name, "level": level, key: draw(criteria[key]), **more})
    return [{"kind": "DataClass", **one} for one in found]


COLUMNS = {"far": {"external": True, "region": ["us"]}, "near": {"region": {"not_in": ["us"]}}, "any": {"known": True}}


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    columns = {name: COLUMNS[name] for name in sorted(draw(st.sets(some(*COLUMNS), min_size=1)))}
    rows: dict[str, dict[str, Any]] = {f"C{n}": {} for n in range(4)}
    for column in columns:
        least, shadow = 0, False
        for row in rows:
            action = draw(some(*[a for a in SEVERITY[least:] if row != "C0" or a not in ("redact", "pseudonymise")]))
            least = SEVERITY.index(action)
            own = draw(some({}, {}, {}, SHADOW)) if not shadow else SHADOW
            shadow = bool(own)
            rows[row][column] = {"action": action, **own, **({"to": "internal"} if action == "reroute" else {})}
    applies = some({"groups": ["staff"]}, {"teams": ["audit"]}, {"directions": ["request"]})
    more = draw(st.fixed_dictionaries(MANNER, optional={"applies_to": applies}))
    return {"kind": "DecisionTable", "table": "t", "owner": "o", "columns": columns, "rows": rows, **more}


@st.composite
def bundles(draw: st.DrawFn) -> list[Doc]:
    """Any documents that can be written, if not in any words."""
    listed = draw(st.lists(rules("allow", "warn", "pseudonymise", "redact", "reroute", "deny"), max_size=5))
    named = [{"id": f"r{index}", **rule} for index, rule in enumerate(listed)]
    lifted = [r["id"] for r in named if r.get("overridable") and draw(st.booleans())]
    lift = {"id": "EX", "lifts": lifted, "who": {"users": ["m.durand"]}, "reason": "x", "owner": "o"}
    exceptions = [{**lift, "expires": date(2026, 8, 1)}] if lifted else []
    values = [
        *draw(classes()),
        {"kind": "EgressPolicy", "policy": "p", "owner": "o", "rules": named[:3], "exceptions": exceptions},
        {"kind": "EgressPolicy", "policy": "q", "owner": "o", "rules": named[3:]},
        *draw(st.lists(tables(), max_size=1)),
        *([OPEN.value] if draw(st.booleans()) else []),
    ]
    return [Doc(str(v["kind"]), f"{index}.yaml", v) for index, v in enumerate(values)]


def made(documents: list[Doc]) -> Policies:
    compiled = compile(documents, NAMES)
    assert isinstance(compiled, Policies), compiled
    return compiled


TEXTS = st.lists(
    st.builds(
        Text,
        role=some("user", "tool", "system"),
        direction=some("request", "tool_results", "tool_arguments"),
        history=st.booleans(),
        tool=some(None, "bash"),
        locked=st.booleans(),
    ),
    min_size=3,
    max_size=3,
)
FOUND = st.lists(
    st.tuples(
        some("fin.iban", "fr.nir", "contact.email", "secret.jwt", "doc.label"),
        st.integers(0, 60), st.integers(1, 9), some(0.6, 0.8, 0.95), st.integers(0, 2), some(*LABELS),
    ),
    max_size=6,
)  # fmt: skip
CALLS = st.builds(
    Call,
    team=some("finance", "audit", None),
    use_case=some("hr-letters", "hr-payroll", "sandbox"),
    now=some(datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 7, 4, 23, tzinfo=UTC)),
)
PLACES = some(ALPHA, BETA, INTERNAL, NOWHERE, replace(BETA, region=None, training=None))


def findings(given: list[Any], passage: int | None = None) -> tuple[Any, ...]:
    return tuple(
        replace(finding(d, s, s + n, p if passage is None else passage, sure), label=mark if d == "doc.label" else "")
        for d, s, n, sure, p, mark in given
    )


def covered(ruling: Ruling, *actions: str) -> set[tuple[int, int]]:
    return {(r.passage, at) for r in ruling.rewrites if r.action in actions for at in range(r.start, r.end)}


def no_looser(before: Ruling, after: Ruling) -> bool:
    """Whether `after` permits nothing that `before` didn't."""
    if STRICT[after.verdict] != STRICT[before.verdict]:
        return STRICT[after.verdict] > STRICT[before.verdict]
    replaced = covered(before, "redact", "pseudonymise") <= covered(after, "redact", "pseudonymise")
    return after.verdict == "deny" or (replaced and covered(before, "redact") <= covered(after, "redact"))


FAST = settings(max_examples=120, deadline=None)


@FAST
@given(bundles(), rules("deny"), TEXTS, FOUND, PLACES, CALLS)
def test_a_deny_rule_more_never_permits_more(documents, more, texts, found, to, call):
    added = {"kind": "EgressPolicy", "policy": "z", "owner": "o", "rules": [{"id": "z", **more}]}
    old, new = made(documents), made([*documents, Doc("EgressPolicy", "z.yaml", added)])
    seen = Found(findings(found))
    assert no_looser(old.judge(call, texts, seen, to), new.judge(call, texts, seen, to))


@FAST
@given(bundles(), TEXTS, FOUND, FOUND, TEXTS, PLACES, CALLS)
def test_more_text_never_permits_more(documents, texts, found, more, others, to, call):
    policies = made(documents)
    before = policies.judge(call, texts, Found(findings(found)), to)
    for extra in others:
        seen = Found(findings(found) + findings(more, passage=3))
        after = policies.judge(replace(call, size=call.size + 500), [*texts, extra], seen, to)
        assert no_looser(before, after)


@FAST
@given(bundles(), TEXTS, FOUND, FOUND, PLACES, CALLS)
def test_more_that_is_found_in_the_same_texts_never_permits_more(documents, texts, found, more, to, call):
    policies = made(documents)
    own = findings(found)
    before = policies.judge(call, texts, Found(own), to)
    after = policies.judge(call, texts, Found(own + findings(more)), to)
    assert no_looser(before, after)


@FAST
@given(bundles(), TEXTS, FOUND, PLACES, CALLS, st.lists(some(*LABELS, "public", ""), max_size=3), st.text(max_size=20))
def test_what_a_caller_says_of_itself_never_permits_more(documents, texts, found, to, call, labels, said):
    policies = made(documents)
    seen = Found(findings(found))
    before = policies.judge(call, texts, seen, to)
    claims = replace(call, labels=tuple(labels), size=call.size + len(said) * 100)
    assert no_looser(before, policies.judge(claims, texts, seen, to))
    # The name of a file and the place in a body only say where something was found.
    named = [replace(text, file=said, path=said) for text in texts]
    assert [h.rule for h in policies.judge(call, named, seen, to).rules] == [h.rule for h in before.rules]
    assert policies.judge(call, named, seen, to).verdict == before.verdict


def turned(value: Any, random: Any) -> Any:
    """The same in another order: keys of mappings, rules, exceptions."""
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: turned(value[key], random) for key in keys}
    if isinstance(value, list):
        return [turned(v, random) for v in random.sample(value, len(value))]
    return value


@FAST
@given(bundles(), st.randoms(use_true_random=False), TEXTS, FOUND, PLACES, CALLS)
def test_no_order_means_anything(documents, random, texts, found, to, call):
    other = [doc._replace(value=turned(doc.value, random)) for doc in random.sample(documents, len(documents))]
    one, two = made(documents), made(other)
    assert one.revision == two.revision
    assert [(r.id, r.revision) for r in one.rules] == [(r.id, r.revision) for r in two.rules]
    seen = findings(found)
    mixed = tuple(random.sample(seen, len(seen)))
    assert one.judge(call, texts, Found(seen), to) == two.judge(call, texts, Found(mixed), to)


@FAST
@given(bundles(), TEXTS, FOUND, CALLS, PLACES)
def test_the_class_of_a_call_never_sinks_and_explains_what_rules_do(documents, texts, found, call, to):
    policies = made(documents)
    levels = []
    for count in range(len(found) + 1):
        of = policies.data_class(call, texts, Found(findings(found[:count])))
        assert of is not None
        levels.append(of.of.level)
    assert levels == sorted(levels)
    seen = Found(findings(found))
    ruling = policies.judge(call, texts, seen, to)
    hit = {h.rule for h in ruling.rules if h.policy != "built-in"}
    assert hit == {e.rule for e in policies.explain(call, texts, seen, to) if e.outcome != "no"}
