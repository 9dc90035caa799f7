"""Plain values that rulings are tried on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from policies.decide import Policies, Ruling
from policies.findings import Finding
from policies.language import Doc, Vocabulary, compile


@dataclass(frozen=True)
class Call:
    organisation: str = "acme"
    team: str | None = "finance"
    groups: tuple[str, ...] | None = ("staff",)
    user: str | None = "m.durand"
    key: str | None = "k1"
    use_case: str | None = "hr-letters"
    dialect: str = "openai_chat"
    model: str = "assistant"
    labels: tuple[str, ...] = ()
    size: int = 100
    now: datetime = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Destination:
    name: str = "alpha"
    vendor: str | None = "simulator-us"
    model: str | None = "sim-1"
    region: str | None = "us"
    trust: str | None = "standard"
    contract: str | None = "alpha-us"
    processor: str | None = "Alpha Inc"
    retention_days: int | None = 30
    training: bool | None = False
    external: bool = True
    known: bool = True


@dataclass(frozen=True)
class Text:
    text: str = "some text of the caller"
    role: str = "user"
    part: str = "text"
    path: str = "/messages/0/content"
    direction: str = "request"
    history: bool = False
    message: int | None = 0
    tool: str | None = None
    note: str = ""
    file: str = ""
    locked: bool = False

    def rewritable(self, start: int, end: int) -> bool:
        return not self.locked

    def renamable(self, start: int, end: int) -> bool:
        return not self.locked


@dataclass(frozen=True)
class Found:
    findings: tuple[Finding, ...] = ()
    failed: str | None = None


CALL = Call()
ALPHA = Destination()
BETA = Destination("beta", "simulator-eu", "sim-1", "eu", "standard", "beta-eu", "Beta SA", 0)
INTERNAL = Destination("internal", "internal", "sim-1", "fr", "internal", "in-house", "Acme", 0, False, False)
NOWHERE = replace(ALPHA, name="nowhere", contract=None, known=False)
DESTINATIONS = (ALPHA, BETA, INTERNAL, NOWHERE)

DETECTORS = frozenset(
    {"fin.iban", "fr.nir", "contact.email", "secret.vendor", "secret.jwt", "doc.label", "org.project-x"}
)
VOCABULARY = Vocabulary(
    detectors=DETECTORS,
    vendors=frozenset({"simulator-us", "simulator-eu", "internal"}),
    destinations=frozenset(d.name for d in DESTINATIONS),
    models=frozenset({"assistant", "drafts"}),
    use_cases=frozenset({"hr-letters", "hr-payroll", "sandbox"}),
    regions=frozenset({"us", "eu", "fr"}),
    trusts=frozenset({"standard", "internal"}),
    contracts=frozenset({"alpha-us", "beta-eu", "in-house"}),
    confidential=frozenset({"org.project-x"}),
    facts={d.name: d for d in DESTINATIONS},
)

OPEN = Doc(
    "Defaults",
    "defaults.yaml",
    {"kind": "Defaults", "when_no_rule_matches": {"internal": "allow", "external": "allow"}},
)


def policy(*rules: dict[str, Any], name: str = "p", **more: Any) -> Doc:
    """A document with these rules."""
    value = {"kind": "EgressPolicy", "policy": name, "owner": "rssi@example.org", "rules": list(rules), **more}
    return Doc("EgressPolicy", f"{name}.yaml", value)


def compiled(*documents: Doc, defaults: Doc | None = OPEN) -> Policies:
    made = compile([*documents, *([defaults] if defaults else [])], VOCABULARY)
    assert isinstance(made, Policies), made
    return made


def finding(
    detector: str, start: int = 0, end: int = 4, passage: int = 0, confidence: float = 0.9, digest: bytes = b""
) -> Finding:
    return Finding(detector, start, end, confidence, passage, "test", digest)


def judge(
    policies: Policies,
    findings: Iterable[Finding] = (),
    passages: Sequence[Text] = (Text(),),
    to: Destination = ALPHA,
    call: Call = CALL,
    **more: Any,
) -> Ruling:
    return policies.judge(call, passages, Found(tuple(findings)), to, **more)
