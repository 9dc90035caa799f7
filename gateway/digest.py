"""What a bundle's rules did in a week, and what is due: the page that a policy officer reads on Mondays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.bundle.contracts import Contract
from gateway.bundle.due import exceptions, shadows
from gateway.state import reports
from observability.ledger import Count, Hits
from observability.ledger.came import DENY, LIFT, NOTHING, SHADOW
from policies.decide import Policies
from policies.rules import Rule

AHEAD = timedelta(days=30)
"""How far ahead the page looks for what ends."""

_BUILT_IN = "built-in"


def digest(
    policies: Policies, contracts: Iterable[Contract], hits: Hits, since: datetime, until: datetime
) -> dict[str, Any]:
    """The digest as plain values. hits: from as long before `since` as the time from `since` to `until`; their ends
    from `since` on."""
    now: dict[str, Count] = {}
    past: dict[str, Count] = {}
    for hit in hits.read():
        (past if hit.at < since else now).setdefault(hit.rule, Count(hit.rule)).add(hit)
    before = {name: count.came for name, count in past.items()}
    rules = {rule.id: rule for rule in policies.rules}
    own = [now[name] for name in sorted(now) if now[name].policy != _BUILT_IN]
    return {
        "since": since.isoformat(),
        "until": until.isoformat(),
        "calls": hits.ends.total(),
        "ends": dict(hits.ends.most_common()),
        "rules": [_row(c, before) for c in own if c.modes["enforce"]],
        "shadow": [_shadow(c, before, rules.get(c.rule)) for c in own if c.modes["shadow"]],
        "reports": _reports(hits, since),
        "exceptions": _exceptions(own, policies),
        "ends_soon": sorted(_ends(policies, contracts, until.astimezone(UTC).date()), key=lambda one: str(one["on"])),
        "quiet": [{"rule": r.id, "policy": r.policy, "mode": r.mode} for r in policies.rules if r.id not in now],
        "without_a_rule": [
            {"reason": c.rule.removeprefix(f"{_BUILT_IN}."), "calls": c.came[DENY], "before": _came(before, c, DENY)}
            for c in sorted(now.values(), key=lambda c: c.rule)
            if c.policy == _BUILT_IN and c.came[DENY]
        ],
    }


def _row(count: Count, before: Mapping[str, Counter[str]]) -> dict[str, Any]:
    """What a rule in force did: calls that it matched only where they didn't go, or in vain, count as matched alone."""
    came = {what: number for what, number in count.came.most_common() if what not in (SHADOW, LIFT, NOTHING)}
    past = before.get(count.rule, Counter())
    return {
        "rule": count.rule,
        "policy": count.policy,
        "actions": [action for action, _ in count.actions.most_common()],
        "came": came,
        "calls": sum(came.values()),
        "matched": count.modes["enforce"],
        "before": sum(number for what, number in past.items() if what not in (SHADOW, LIFT, NOTHING)),
        "teams": [team for team, _ in count.teams.most_common(3)],
        "last": count.last.isoformat() if count.last is not None else None,
    }


def _shadow(count: Count, before: Mapping[str, Counter[str]], rule: Rule | None) -> dict[str, Any]:
    until = rule.shadow_until.isoformat() if rule is not None and rule.shadow_until is not None else None
    calls, past = count.came[SHADOW], _came(before, count, SHADOW)
    return {**_row(count, before), "calls": calls, "matched": count.modes["shadow"], "before": past, "until": until}


def _came(before: Mapping[str, Counter[str]], count: Count, what: str) -> int:
    return before[count.rule][what] if count.rule in before else 0


def _reports(hits: Hits, since: datetime) -> list[dict[str, Any]]:
    kinds: dict[str, Counter[str]] = {}
    for one in hits.reports:
        if one.at >= since:
            kinds.setdefault(one.rule, Counter())[one.kind] += 1
    return [{"rule": rule, **dict(sorted(counts.items()))} for rule, counts in sorted(kinds.items())]


def _exceptions(counts: Iterable[Count], policies: Policies) -> list[dict[str, Any]]:
    """The exceptions that lifted something. expires: None where the bundle has the exception no more."""
    last = exceptions(policies)
    used: Counter[str] = Counter()
    for count in counts:
        used.update({name: number for name, number in count.lifted_by.items() if not reports.NAME.fullmatch(name)})
    return [
        {"exception": name, "calls": number, "expires": last[name].isoformat() if name in last else None}
        for name, number in used.most_common()
    ]


def _ends(policies: Policies, contracts: Iterable[Contract], today: date) -> Iterable[Mapping[str, Any]]:
    """What ends within the time that the page looks ahead, or has ended."""
    dated = {("exception", name): day for name, day in exceptions(policies).items()}
    dated |= {("shadow", name): day for name, day in shadows(policies).items()}
    dated |= {("contract", c.id): c.expires for c in contracts if c.expires is not None}
    for (what, name), day in dated.items():
        if day - today <= AHEAD:
            yield {"what": what, "name": name, "on": day.isoformat(), "days": (day - today).days}
