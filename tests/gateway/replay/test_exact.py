"""A call judged anew from what the ledger keeps of it gets the ruling that it got, whatever the rules are."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.features import features
from gateway.replay.anew import anew, issued_by
from gateway.replay.recorded import Recorded
from observability.ledger import Intent, Ruled, Terms, Who
from policies.decide import Policies, Ruling
from policies.findings import PART_CLASSES, Finding, class_detector
from tests.policies.decide_cases import ALPHA, BETA, CALL, INTERNAL, OPEN, Found, Text, compiled, policy

DETECTORS = ["fin.iban", "fr.nir", "contact.email", "secret.jwt", "doc.label"]
CLASSES = [class_detector(part) for part in PART_CLASSES]
NAMES = ["bash", "mcp__wiki", "mcp__mail", "images.example.org"]

WHEN = st.fixed_dictionaries(
    {},
    optional={
        "findings": st.fixed_dictionaries(
            {"any_of": st.lists(st.sampled_from(DETECTORS + CLASSES), min_size=1, max_size=3, unique=True)},
            optional={"confidence": st.sampled_from([">=0.5", ">0.9"]), "count": st.sampled_from([">=2", ">2"])},
        ),
        "destination": st.sampled_from([{"external": True}, {"region": ["us"]}, {"vendor": ["internal"]}]),
        "roles": st.sampled_from([["user"], ["tool"]]),
        "tools": st.sampled_from([["bash"], ["mcp__*"], ["*wiki", "bash"]]),
        "hosts": st.just(["*.example.org"]),
        "users": st.sampled_from([["m.*"], ["m.durand"], ["x"]]),
        "size": st.sampled_from([">=50", ">500"]),
    },
)
ACTIONS = st.sampled_from(["deny", "redact", "deny", "pseudonymise", "warn", "reroute"])
RULE = st.builds(
    lambda action, when, history: {
        "action": action,
        "when": when if action in ("warn", "reroute") else {"findings": {"any_of": DETECTORS}, **when},
        "in_history": history,
        **({"to": "internal"} if action == "reroute" else {}),
    },
    ACTIONS,
    WHEN,
    st.sampled_from(["redact", "deny"]),
)
TEXT = st.builds(
    Text,
    text=st.just("words of the caller that nobody keeps"),
    role=st.sampled_from(["user", "tool", "system", "tool_arguments"]),
    part=st.sampled_from(["text", "text", "text", *PART_CLASSES]),
    direction=st.sampled_from(["request", "tool_results", "tool_arguments"]),
    history=st.booleans(),
    message=st.integers(0, 2),
    tool=st.sampled_from([None, *NAMES]),
    note=st.sampled_from(["", "blob", *NAMES]),
    locked=st.booleans(),
)
FOUND = st.tuples(
    st.integers(0, 2), st.integers(0, 30), st.sampled_from(DETECTORS), st.integers(1, 6),
    st.sampled_from([0.3, 0.5, 0.7500001, 0.9, 0.95]),
)  # fmt: skip


def findings(texts: list[Text], given: list[Any]) -> tuple[Finding, ...]:
    """As classification gives them: by text and place, and one for each part that is not text."""
    here = [f for f in given if f[0] < len(texts) and texts[f[0]].part == "text"]
    found = [Finding(d, start, start + long, sure, number, "why") for number, start, d, long, sure in here]
    parts = [(n, t) for n, t in enumerate(texts) if t.part != "text"]
    found += [Finding(class_detector(t.part), 0, len(t.text), 1.0, n, "why") for n, t in parts]
    return tuple(sorted(found, key=lambda f: (f.passage, f.start)))


def on_record(
    policies: Policies, texts: list[Text], found: tuple[Finding, ...], refused: frozenset[int], ruled: Ruled
) -> Recorded:
    """The call as a reader of the ledger finds it."""
    exchange: Any = SimpleNamespace(
        ask=SimpleNamespace(passages=texts),
        classification=Found(found),
        pair=SimpleNamespace(policies=policies),
        refused_before=refused,
        lifted={},
    )
    kept = features(exchange, {"blob": BETA.vendor}.get)
    who = Who(
        CALL.organisation, CALL.team or "", CALL.groups or (), CALL.user or "", CALL.key or "", CALL.use_case or ""
    )
    intent = Intent(
        "c", CALL.now, who, CALL.dialect, "chat", CALL.model, False, CALL.size, findings=kept.findings,
        places=kept.places, kept=kept.kept, rulings=(ruled,),
    )  # fmt: skip
    pair = {"names": policies.place_names}
    return Recorded("c", datetime.now(UTC), orjson.loads(intent.to_bytes()), pair, True)


def told(ruling: Ruling) -> tuple[object, ...]:
    hits = sorted((h.rule, h.action, h.mode, h.detectors, h.count) for h in ruling.rules)
    return ruling.verdict, ruling.reroute, ruling.reason, {r.action for r in ruling.rewrites}, hits


@pytest.mark.parametrize("placed", [True, False])
@settings(max_examples=400, deadline=None)
@given(
    rules=st.lists(RULE, max_size=6),
    texts=st.lists(TEXT, min_size=1, max_size=4),
    given_=st.lists(FOUND, max_size=8, unique_by=lambda f: f[:3]),
    to=st.sampled_from([ALPHA, BETA, INTERNAL]),
    refused=st.frozensets(st.integers(0, 3), max_size=2),
    without=st.booleans(),
)
def test_the_ruling_is_the_same(
    placed: bool,
    rules: list[Any],
    texts: list[Text],
    given_: list[Any],
    to: Any,
    refused: frozenset[int],
    without: bool,
) -> None:
    policies = compiled(policy(*({"id": f"r{n}", **rule} for n, rule in enumerate(rules))), defaults=OPEN)
    found = findings(texts, given_)
    issued = {"blob": BETA.vendor}

    def ok(passage: Any) -> bool:
        issuer = issued.get(passage.note)
        return issuer is not None if without else issuer == to.vendor

    then = policies.judge(CALL, texts, Found(found), to, refused=refused, vendor_state_ok=ok)
    ruled = Ruled(to.name, then.verdict, left_out=int(without))
    call = anew(on_record(policies, texts, found, refused, ruled), lambda organisation, person: person, placed=placed)
    where = Terms(**{name: getattr(to, name) for name in Terms.__dataclass_fields__})
    now = policies.judge(
        call.call, call.passages, call.classification(), where, refused=call.refused,
        vendor_state_ok=issued_by(call, where),
    )  # fmt: skip
    assert told(now) == told(then)
