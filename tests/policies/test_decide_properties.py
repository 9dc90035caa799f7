"""What holds of every ruling: more rules, more text and more claims never permit more; order changes nothing."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from decide_cases import (
    ALPHA,
    BETA,
    INTERNAL,
    NOWHERE,
    OPEN,
    Call,
    Found,
    Text,
    compiled,
    finding,
    policy,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies, Ruling, facts_key
from policies.findings import PART_CLASSES

CALL = Call()
STRICT = {"allow": 0, "reroute": 1, "deny": 2}

DETECTORS = st.sampled_from(["fin.iban", "fr.nir", "contact.email", "secret.vendor", "secret.*", "doc.label"])
CLASSES = st.sampled_from(["class.not_inspectable", "class.remote_url", "class.server_tool"])
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "use_cases": st.sampled_from([["hr-*"], ["sandbox"], {"not_in": ["sandbox"]}]),
        "groups": st.sampled_from([["staff"], ["hr"], {"not_in": ["hr"]}]),
        "users": st.sampled_from([["m.*"], ["*.durand"], ["x"]]),
        "destination": st.fixed_dictionaries(
            {},
            optional={
                "external": st.booleans(),
                "region": st.sampled_from([["us"], {"not_in": ["eu"]}]),
                "retention_days": st.sampled_from([">10", "<=10"]),
                "training": st.booleans(),
            },
        ),
    },
)
FINDINGS = st.fixed_dictionaries(
    {"any_of": st.lists(DETECTORS, min_size=1, max_size=3, unique=True)},
    optional={"confidence": st.sampled_from([">=0.5", ">0.9"]), "count": st.sampled_from([">=1", ">=2", ">2"])},
)
TIGHT_WHEN = st.builds(
    lambda facts, more: {**facts, **more},
    FACTS,
    st.fixed_dictionaries(
        {},
        optional={
            "labels": st.just(["c3"]),
            "size": st.sampled_from([">=50", ">500"]),
            "roles": st.sampled_from([["user"], ["tool"]]),
            "tools": st.just(["bash"]),
        },
    ),
)


def rules(actions: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Rules without an id."""

    def made(action: str, facts: dict, tight: dict, found: dict, with_findings: bool, history: str) -> dict[str, Any]:
        if action == "allow":
            return {"action": action, "when": facts}
        when = {**tight, "findings": found} if with_findings or action == "redact" else tight
        to = {"to": "internal"} if action == "reroute" else {}
        return {"action": action, "when": when, "in_history": history, **to}

    return st.builds(made, actions, FACTS, TIGHT_WHEN, FINDINGS, st.booleans(), st.sampled_from(["redact", "deny"]))


RULES = st.lists(rules(st.sampled_from(["allow", "warn", "redact", "reroute", "deny"])), max_size=6)
TEXTS = st.builds(
    Text,
    role=st.sampled_from(["user", "tool", "system"]),
    direction=st.sampled_from(["request", "tool_results", "tool_arguments"]),
    history=st.booleans(),
    tool=st.sampled_from([None, "bash"]),
    locked=st.booleans(),
)
FOUND = st.lists(
    st.tuples(
        st.sampled_from(["fin.iban", "fr.nir", "contact.email", "secret.jwt", "doc.label"]),
        st.integers(0, 9),
        st.integers(1, 9),
        st.floats(0.1, 1.0),
        st.integers(0, 2),
    ),
    max_size=6,
)
PLACES = st.sampled_from([ALPHA, BETA, INTERNAL, NOWHERE])
DEFAULTS = st.sampled_from([OPEN, None])


def named(given: list[dict[str, Any]], name: str = "p") -> list[dict[str, Any]]:
    return [{"id": f"{name}-{i}", **rule} for i, rule in enumerate(given)]


def findings(given: list[tuple[str, int, int, float, int]]) -> tuple:
    return tuple(finding(d, start, start + length, passage, c) for d, start, length, c, passage in given)


def ruled(policies: Policies, texts: list[Text], found: tuple, to: Any, call: Call = CALL, **more: Any) -> Ruling:
    return policies.judge(call, texts, Found(found), to, **more)


def covered(ruling: Ruling) -> set[tuple[int, int]]:
    return {(r.passage, at) for r in ruling.rewrites for at in range(r.start, r.end)}


def no_looser(before: Ruling, after: Ruling) -> bool:
    """Whether `after` permits nothing that `before` didn't."""
    if STRICT[after.verdict] != STRICT[before.verdict]:
        return STRICT[after.verdict] > STRICT[before.verdict]
    return after.verdict == "deny" or covered(before) <= covered(after)


@given(RULES, rules(st.just("deny")), st.lists(TEXTS, min_size=3, max_size=3), FOUND, PLACES, DEFAULTS)
@settings(max_examples=200, deadline=None)
def test_adding_a_deny_rule_never_permits_more(given, more, texts, found, to, defaults):
    before = compiled(policy(*named(given)), defaults=defaults)
    after = compiled(policy(*named(given)), policy({"id": "added", **more}, name="q"), defaults=defaults)
    old, new = ruled(before, texts, findings(found), to), ruled(after, texts, findings(found), to)
    # A redaction may turn into a refusal; a refusal never into anything else.
    assert STRICT[new.verdict] >= STRICT[old.verdict]
    assert no_looser(old, new)


@given(RULES, st.randoms(use_true_random=False), st.lists(TEXTS, min_size=3, max_size=3), FOUND, PLACES)
@settings(max_examples=150, deadline=None)
def test_the_order_of_files_and_rules_changes_nothing(given, random, texts, found, to):
    listed = named(given)
    files = [policy(*listed[:3], name="a"), policy(*listed[3:], name="b")]
    shuffled = [
        f._replace(value={**f.value, "rules": random.sample(f.value["rules"], len(f.value["rules"]))}) for f in files
    ]
    one, other = compiled(*files), compiled(*reversed(shuffled))
    assert one.revision == other.revision
    seen = findings(found)
    assert ruled(one, texts, seen, to) == ruled(other, texts, tuple(reversed(seen)), to)


@given(RULES, st.lists(TEXTS, min_size=3, max_size=3), FOUND, FOUND, PLACES, DEFAULTS)
@settings(max_examples=200, deadline=None)
def test_more_text_never_loosens(given, texts, found, more, to, defaults):
    policies = compiled(policy(*named(given)), defaults=defaults)
    # New text brings findings of its own and leaves those of the other passages as they are.
    added = tuple(finding(d, s, s + n, 3, c) for d, s, n, c, _ in more)
    before = ruled(policies, texts, findings(found), to)
    for extra in (Text(), Text(role="tool", direction="tool_results"), Text(history=True)):
        after = ruled(policies, [*texts, extra], findings(found) + added, to, Call(size=900))
        assert no_looser(before, after)


@given(RULES, st.lists(TEXTS, min_size=3, max_size=3), FOUND, PLACES, DEFAULTS)
@settings(max_examples=150, deadline=None)
def test_labels_never_loosen(given, texts, found, to, defaults):
    policies = compiled(policy(*named(given)), defaults=defaults)
    seen = findings(found)
    assert no_looser(ruled(policies, texts, seen, to), ruled(policies, texts, seen, to, Call(labels=("c3", "public"))))


@given(RULES, st.lists(TEXTS, min_size=3, max_size=3), FOUND, st.sampled_from(PART_CLASSES), PLACES)
@settings(max_examples=100, deadline=None)
def test_a_part_that_is_not_text_never_loosens(given, texts, found, part, to):
    opens = {"id": "open", "when": {"findings": {"any_of": ["class.not_inspectable"]}}, "action": "allow"}
    policies = compiled(policy(*named(given), opens))
    seen = findings(found)
    parts = (*seen, finding(f"class.{part}", passage=3))
    assert no_looser(ruled(policies, texts, seen, to), ruled(policies, [*texts, Text(part=part)], parts, to))


@given(RULES, st.lists(TEXTS, min_size=3, max_size=3), FOUND)
@settings(max_examples=100, deadline=None)
def test_rewrites_are_sorted_apart_and_cover_what_was_asked(given, texts, found):
    ruling = ruled(compiled(policy(*named(given))), texts, findings(found), ALPHA)
    spans = [(r.passage, r.start, r.end) for r in ruling.rewrites]
    assert spans == sorted(spans)
    assert all(a[0] < b[0] or a[2] <= b[1] for a, b in pairwise(spans))


@given(RULES, st.lists(TEXTS, min_size=3, max_size=3), FOUND, PLACES)
@settings(max_examples=50, deadline=None)
def test_equal_facts_give_equal_rulings(given, texts, found, to):
    policies = compiled(policy(*named(given)))
    twin = type(to)(**to.__dict__)
    assert facts_key(to) == facts_key(twin)
    assert ruled(policies, texts, findings(found), to) == ruled(policies, texts, findings(found), twin)
