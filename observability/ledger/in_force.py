"""The record of what was in force: what a later reader must know to judge the calls beside it anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from observability.ledger.records import Record


@dataclass(frozen=True)
class Terms:
    """A destination as policies see it. A fact that nobody states is None."""

    name: str
    vendor: str | None = None
    model: str | None = None
    region: str | None = None
    trust: str | None = None
    contract: str | None = None
    processor: str | None = None
    retention_days: int | None = None
    training: bool | None = None
    external: bool = True
    known: bool = True


@dataclass(frozen=True)
class Pair(Record):
    """PAIR: configuration and bundle in force. Written at start, at reload, and soon after a segment begins.

    config_revision: the one that INTENTs under it name. policy_revision: of the bundle. rules_revision: of its policies
    alone. detectors: by id, a hash of what its findings depend on (description, list, index, algorithm). classes: data
    classes, the lowest first. names: those by which rules tell tools and hosts apart, by key. rules: by id, a hash of
    all that each says.
    """

    kind: ClassVar[str] = "PAIR"
    at: datetime
    worker: str
    config_revision: str
    policy_revision: str
    rules_revision: str
    detection_revision: str
    detectors: Mapping[str, str] = field(default_factory=dict)
    destinations: tuple[Terms, ...] = ()
    classes: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
