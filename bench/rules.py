"""How long a ruling takes: 500 rules, 20 findings, one destination, on one core. Goal: 0.5 ms at the median.

    .venv/bin/python bench/rules.py [--rules 500] [--findings 20]

Three bundles: `spread` is what a large company might have (rules of many kinds, of which one in some ten matches),
`findings` asks every rule for the same findings in its own words, `all` lets every rule match and hit. CPU time of
Policies.judge alone, detection not included; each round is a new call.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from policies.decide import Policies
from policies.language import Doc, Vocabulary
from policies.language import compile as compile_policies
from policies.passages import PlainPassage

DETECTORS = [f"type.t{n}" for n in range(80)]
REGIONS = ["eu", "us", "fr", "de", "internal"]
GROUPS = [f"group{n}" for n in range(30)]
CASES = [f"case{n}" for n in range(40)]


@dataclass(frozen=True, slots=True)
class Call:
    """A call like those of candidates.Call."""

    organisation: str = "acme"
    team: str = "finance"
    groups: tuple[str, ...] = ("group1", "group7")
    user: str = "m.durand"
    key: str = "k1"
    use_case: str = "case3"
    dialect: str = "openai_chat"
    model: str = "gpt"
    labels: tuple[str, ...] = ()
    size: int = 4000
    now: datetime = datetime(2026, 11, 26, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A destination under a contract."""

    name: str = "alpha/gpt"
    vendor: str = "alpha"
    model: str = "gpt"
    region: str = "us"
    trust: str = "external"
    contract: str = "alpha-us"
    processor: str = "Alpha"
    retention_days: int = 30
    training: bool = False
    external: bool = True
    known: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding without its reasons."""

    detector: str
    start: int
    end: int
    confidence: float
    passage: int
    digest: bytes = b"12345678"


@dataclass(frozen=True, slots=True)
class Classification:
    """What detection says."""

    findings: tuple[Finding, ...]
    failed: str | None = None


def spread(number: int, rng: random.Random) -> dict[str, Any]:
    """A rule of one of many kinds."""
    when: dict[str, Any] = {}
    if rng.random() < 0.85:
        named = rng.sample(DETECTORS, rng.choice((1, 2, 4, 8)))
        when["findings"] = {
            "any_of": named,
            "confidence": rng.choice((">=0.5", ">=0.75")),
            "count": rng.choice((">=1", ">=1", ">=5")),
        }
    when["destination"] = rng.choice(
        (
            {"external": True},
            {"region": {"not_in": ["eu", "internal"]}},
            {"region": "us"},
            {"trust": "external"},
            {"retention_days": ">0"},
        )
    )
    if rng.random() < 0.4:
        when["groups"] = rng.sample(GROUPS, 3)
    if rng.random() < 0.4:
        when["use_cases"] = rng.sample(CASES, 4)
    if "findings" not in when:
        return {"id": f"r{number}", "when": when, "action": rng.choice(("warn", "deny"))}
    return {"id": f"r{number}", "when": when, "action": rng.choice(("redact", "deny", "warn", "pseudonymise"))}


def findings(number: int, rng: random.Random) -> dict[str, Any]:
    """Each rule asks for the types found and one of its own, so that no two ask alike."""
    named = [*DETECTORS[:10], f"own.t{number}"]
    when = {"findings": {"any_of": named}, "destination": {"external": True}}
    return {"id": f"r{number}", "when": when, "action": rng.choice(("redact", "deny", "warn"))}


def every(number: int, rng: random.Random) -> dict[str, Any]:
    """Every rule matches."""
    when = {"findings": {"any_of": DETECTORS[:10]}, "destination": {"external": True}}
    return {"id": f"r{number}", "when": when, "action": rng.choice(("redact", "deny", "warn"))}


def policies(make: Callable[[int, random.Random], dict[str, Any]], rules: int) -> Policies:
    """Compiled policies of so many rules."""
    rng = random.Random(7)
    value = {"kind": "EgressPolicy", "policy": "bench", "owner": "bench", "rules": [make(n, rng) for n in range(rules)]}
    defaults = {"kind": "Defaults", "when_no_rule_matches": {"internal": "allow", "external": "allow"}}
    names = Vocabulary(
        detectors=frozenset(DETECTORS) | {f"own.t{n}" for n in range(rules)},
        use_cases=frozenset(CASES), groups=frozenset(GROUPS), regions=frozenset(REGIONS),
        trusts=frozenset(("internal", "external")),
    )  # fmt: skip
    found = compile_policies([Doc("EgressPolicy", "p", value), Doc("Defaults", "d", defaults)], names)
    assert isinstance(found, Policies), found
    return found


def measured(ruled: Policies, count: int, rounds: int = 400) -> tuple[float, float, int]:
    """Median and 95th percentile of a ruling in ms, and how many rules matched."""
    passages = tuple(PlainPassage("x" * 4000, message=n) for n in range(4))
    found = Classification(
        tuple(Finding(DETECTORS[n % 10], 40 * n, 40 * n + 20, 0.8 + n % 3 / 10, n % 4) for n in range(count))
    )
    taken, hits = [], 0
    for n in range(rounds):
        call, destination = replace(Call(), size=4000 + n), Place()
        begun = time.process_time_ns()
        ruling = ruled.judge(call, passages, found, destination)
        taken.append((time.process_time_ns() - begun) / 1e6)
        hits = len(ruling.rules)
    taken.sort()
    return statistics.median(taken), taken[int(len(taken) * 0.95)], hits


def main() -> None:
    """Measure and print."""
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("--rules", type=int, default=500)
    args.add_argument("--findings", type=int, default=20)
    given = args.parse_args()
    print(f"{given.rules} rules, {given.findings} findings: ms a ruling (CPU)")
    for name, make in (("spread", spread), ("findings", findings), ("all", every)):
        median, late, hits = measured(policies(make, given.rules), given.findings)
        print(f"  {name:<9} p50 {median:6.3f}  p95 {late:6.3f}   {hits} rules matched")


if __name__ == "__main__":
    main()
