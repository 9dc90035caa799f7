"""What the ledger keeps of a request: all that a ruling looks at, none of the client's own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import orjson

from adapters.ask import Passage, Piece
from gateway.features import KEPT, MOST_GROUPS, features, fitting
from observability.ledger import Found
from policies.classify import Classification
from policies.decide import Policies
from policies.findings import Finding
from tests.policies.decide_cases import compiled, policy


@dataclass
class Leaf:
    kind: str = "string"


@dataclass
class Exchange:
    """As much of an exchange as features are made from."""

    passages: tuple[Passage, ...]
    classification: Classification | None
    policies: Policies = field(default_factory=compiled)
    refused_before: frozenset[int] = frozenset()
    lifted: Any = field(default_factory=dict)

    @property
    def ask(self) -> Any:
        return SimpleNamespace(passages=self.passages)

    @property
    def pair(self) -> Any:
        return SimpleNamespace(policies=self.policies)


def passage(text: str = "some words", role: str = "user", part: str = "text", **more: Any) -> Passage:
    pieces = (Piece(0, len(text), Leaf(), more.pop("rewritable", True)),)  # type: ignore[arg-type]
    return Passage("/messages/0/content", role, part, text, pieces=pieces, **more)


def kept(*passages: Passage, found: tuple[Finding, ...] = (), issuer: Any = lambda blob: None, **more: Any) -> Any:
    return features(Exchange(passages, Classification(found), **more), issuer)  # type: ignore[arg-type]


def one(detector: str, at: int = 0, confidence: float = 0.9, number: int = 0, end: int = 0) -> Finding:
    return Finding(detector, at, end or at + 4, confidence, number, "why")


def test_findings_alike_are_one_and_each_confidence_is_counted() -> None:
    found = tuple(one("fin.iban", 10 * n, sure) for n, sure in enumerate((0.3, 0.9, 0.3)))
    (group,) = kept(passage("x" * 40), found=found).findings
    assert (group.count, group.confidence, group.sure) == (3, 0.9, ((0.9, 1), (0.3, 2)))
    (alike,) = kept(passage("x" * 40), found=(found[0], found[2])).findings
    assert (alike.count, alike.confidence, alike.sure) == (2, 0.3, ())


def test_what_was_refused_before_or_can_t_be_rewritten_is_kept_apart() -> None:
    result = kept(
        passage(),
        passage(),
        passage(rewritable=False),
        found=(one("fin.iban"), one("fin.iban", number=1), one("fin.iban", number=2)),
        refused_before=frozenset({1}),
    )
    assert [(f.refused, f.edit) for f in result.findings] == [(False, "any"), (True, "any"), (False, "none")]
    assert result.kept == KEPT


def test_places_are_kept_without_findings_too() -> None:
    result = kept(passage(), passage(), passage(role="tool", direction="tool_results", history=True))
    assert [(p.role, p.direction, p.history, p.count) for p in result.places] == [
        ("user", "request", False, 2),
        ("tool", "tool_results", True, 1),
    ]


def test_of_names_only_the_bundle_s_own_are_kept() -> None:
    rule = {"id": "r", "action": "deny", "when": {"tools": ["mcp__*", "Bash"]}}
    result = kept(
        passage(role="tool", tool="mcp__secret_project"),
        passage(role="tool", tool="Bash"),
        passage(role="tool", tool="project_x"),
        passage(role="tool"),
        policies=compiled(policy(rule)),
    )
    assert [p.names for p in result.places] == [("tools:mcp__*",), ("tools:Bash",), ("tools",), ()]
    assert b"project" not in orjson.dumps(result.places)
    assert kept(passage(role="tool", tool="Bash")).places[0].names == ()


def test_the_vendor_that_issued_a_state_is_kept() -> None:
    state = passage(role="reasoning", part="vendor_state", note="blob")
    result = kept(state, found=(one("class.vendor_state"),), issuer={"blob": "alpha"}.get)
    assert result.findings[0].issuer == "alpha"


def test_findings_that_overlap_are_numbered() -> None:
    found = (one("a", 0, end=10), one("b", 5, end=12), one("a", 11, end=14), one("a", 20), one("c", 20, number=1))
    result = kept(passage("x" * 40), passage("x" * 40), found=found)
    assert [(f.detector, f.overlap, f.count) for f in result.findings] == [("a", 1, 2), ("b", 1, 1), ("a", 0, 1),
                                                                          ("c", 0, 1)]  # fmt: skip


def test_a_call_with_findings_in_very_many_messages_stays_bounded() -> None:
    many = tuple(passage(message=n) for n in range(MOST_GROUPS + 1))
    result = kept(*many, found=tuple(one("fin.iban", number=n) for n in range(len(many))))
    assert [(f.message, f.count) for f in result.findings] == [(None, len(many))]
    assert result.kept == KEPT


def test_what_can_t_be_kept_whole_says_so() -> None:
    text = passage("x" * 20)
    found = tuple(f for n in range(MOST_GROUPS) for f in (one("a", 0, 0.9, n, 9), one("b", 4, 0.9, n, 12)))
    result = kept(*[text] * MOST_GROUPS, found=found)
    assert (len(result.findings), result.kept) == (2, 0)
    nothing = features(Exchange((), None), lambda blob: None)  # type: ignore[arg-type]
    assert nothing.kept == 0


def test_names_fit_patterns_with_a_star_at_either_end() -> None:
    assert fitting(("a*", "*z", "abz", "b*"), "abz") == ("a*", "*z", "abz")


def test_a_found_of_an_earlier_version_still_reads() -> None:
    assert Found("fin.iban", 1, 0.9, "text", "user", "request").edit == "any"
