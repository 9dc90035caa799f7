"""What was made of a call at one destination, in a form that two of them can be compared in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from policies.ruling import Ruling


class Hit(NamedTuple):
    """A rule that matched. mode: enforce | shadow | lifted."""

    rule: str
    policy: str
    action: str
    mode: str


class Decided(NamedTuple):
    """One ruling. to: where a reroute goes. changes: redact, pseudonymise. warned: rules that told the caller."""

    verdict: str
    to: str | None
    changes: tuple[str, ...]
    warned: tuple[str, ...]
    hits: frozenset[Hit]

    @property
    def effect(self) -> tuple[object, ...]:
        """What the caller or the vendor would notice."""
        return self.verdict, self.to, self.changes, self.warned

    @property
    def said(self) -> str:
        """In words: `allow, redact`."""
        verdict = f"reroute to {self.to}" if self.verdict == "reroute" else self.verdict
        return ", ".join((verdict, *self.changes, *(["warn"] if self.warned else [])))


def of_ruling(ruling: Ruling) -> Decided:
    """A ruling made now."""
    hits = frozenset(Hit(h.rule, h.policy, h.action, h.mode) for h in ruling.rules)
    changes = {r.action for r in ruling.rewrites}
    return _decided(ruling.verdict, ruling.reroute, changes, hits)


def of_record(ruled: Mapping[str, Any]) -> Decided:
    """A ruling on record (Ruled)."""
    hits = frozenset(Hit(r["rule"], r["policy"], r["action"], r["mode"]) for r in ruled["rules"])
    tokens = sum(ruled["pseudonyms"].values())
    changes = {name for name, count in (("pseudonymise", tokens), ("redact", ruled["edits"] - tokens)) if count > 0}
    return _decided(ruled["verdict"], ruled["reroute"], changes, hits)


def _decided(verdict: str, to: str | None, changes: set[str], hits: frozenset[Hit]) -> Decided:
    goes = verdict != "deny"
    warned = sorted(h.rule for h in hits if h.action == "warn" and h.mode == "enforce") if goes else ()
    return Decided(verdict, to, tuple(sorted(changes)) if goes else (), tuple(warned), hits)


def reproduces(ruling: Ruling, ruled: Mapping[str, Any]) -> bool:
    """Whether a ruling made now is the one on record, down to the number of findings and edits."""
    now = sorted((h.rule, h.policy, h.action, h.mode, list(h.detectors), h.count) for h in ruling.rules)
    then = sorted((r["rule"], r["policy"], r["action"], r["mode"], r["detectors"], r["count"]) for r in ruled["rules"])
    return (ruling.verdict, ruling.reroute, len(ruling.rewrites), ruling.pseudonyms(), now) == (
        ruled["verdict"],
        ruled["reroute"],
        ruled["edits"],
        ruled["pseudonyms"],
        then,
    )
