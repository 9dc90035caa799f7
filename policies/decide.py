"""One ruling per call and destination."""

from __future__ import annotations

from policies.ruling import (
    CallFacts,
    ClassificationFacts,
    DestinationFacts,
    FindingFacts,
    Notice,
    PassageFacts,
    Place,
    Rewrite,
    RuleHit,
    Ruling,
    facts_key,
)

__all__ = [
    "CallFacts",
    "ClassificationFacts",
    "DestinationFacts",
    "FindingFacts",
    "Notice",
    "PassageFacts",
    "Place",
    "Rewrite",
    "RuleHit",
    "Ruling",
    "facts_key",
]
