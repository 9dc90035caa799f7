"""Guards over the real engine, with real policies."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

import policies
from policies.decide import Policies, Ruling
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine
from policies.language import Doc, Vocabulary, compile
from policies.transform.guard import Guard

PACKS = Path(policies.__file__).parent / "packs"


@dataclass(frozen=True)
class Call:
    organisation: str = "acme"
    team: str | None = None
    groups: tuple[str, ...] = ()
    user: str | None = "m.durand"
    key: str | None = "k1"
    use_case: str | None = "sandbox"
    dialect: str = "openai_chat"
    model: str = "assistant"
    labels: tuple[str, ...] = ()
    size: int = 100
    now: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Destination:
    name: str = "alpha"
    vendor: str | None = "alpha"
    model: str | None = "sim-1"
    region: str | None = "us"
    trust: str | None = "external"
    contract: str | None = "alpha"
    processor: str | None = "Alpha"
    retention_days: int | None = 30
    training: bool | None = False
    external: bool = True
    known: bool = True


@functools.cache
def engine() -> Engine:
    """The engine over the shipped packs."""
    documents = [d for file in sorted(PACKS.glob("*.yaml")) for d in yaml.safe_load_all(file.read_text()) if d]
    catalogue = Catalogue.build(documents)
    assert isinstance(catalogue, Catalogue), catalogue
    return Engine(catalogue)


def compiled(*rules: dict[str, Any]) -> Policies:
    value = {
        "kind": "EgressPolicy",
        "policy": "p",
        "owner": "o",
        "applies_to": {"directions": ["response"]},
        "rules": list(rules),
    }
    vocabulary = Vocabulary(detectors=frozenset(engine().catalogue.detectors))
    made = compile([Doc("EgressPolicy", "p.yaml", value)], vocabulary)
    assert isinstance(made, Policies), made
    return made


def rule(name: str, action: str, *detectors: str, **more: Any) -> dict[str, Any]:
    findings = {"any_of": list(detectors)} if detectors else {}
    when = {"findings": {**findings, **more.pop("findings", {})}, **more.pop("when", {})}
    return {"id": name, "when": when, "action": action, **more}


def guard(policies: Policies) -> Guard:
    made = policies.guard(Call(), Destination(), engine())
    assert made is not None
    return made


@dataclass(frozen=True)
class Told:
    """What a client is told of one channel in the end."""

    text: str
    edits: tuple[tuple[int, int, str], ...]
    stop: Ruling | None
    counts: tuple[tuple[str, str, int], ...]


def told(policies: Policies, text: str, cuts: list[int] | None, kind: str = "text") -> Told:
    """The text as it leaves: fed in pieces that end at `cuts`, or whole where None. Checks each release on its way."""
    made = guard(policies)
    edits: list[tuple[int, int, str]] = []
    safe = 0
    if cuts is None:
        releases = [made.whole("c", kind, text)]
    else:
        releases = []
        at = 0
        for cut in [*sorted(set(cuts)), len(text)]:
            if cut > at:
                releases.append(made.feed("c", kind, text[at:cut]))
                assert releases[-1].safe <= cut
                at = cut
        releases.append(made.finish("c"))
    stop = None
    for release in releases:
        assert release.safe >= safe or release.stop is not None
        assert all(start >= safe and end <= release.safe for start, end, _ in release.edits)
        safe, stop = release.safe, release.stop
        edits += release.edits
        if stop is not None:
            break
    shown, at = [], 0
    for start, end, new in edits:
        shown += [text[at:start], new]
        at = end
    shown.append(text[at:safe])
    counts = tuple((h.rule, h.action, h.count) for h in made.hits())
    return Told("".join(shown), tuple(edits), stop, counts)
