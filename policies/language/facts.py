"""The facts a rule may ask about: one row each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from policies.ruling import CallFacts, DestinationFacts

Kind = Literal["name", "names", "flag", "number"]
Read = Callable[[CallFacts, DestinationFacts], object]


class Fact(NamedTuple):
    """One fact. kind: name | names (a set) | flag | number. register: the field of Vocabulary its names stand in.

    declared: the caller or the text says so about itself, so it may tighten a ruling and never loosen one.
    """

    key: str
    kind: Kind
    read: Read
    register: str | None = None
    declared: bool = False


# Asked of the texts too: its marks are labels as good as those that the caller states.
LABELS: Final = "labels"

CALL: Final[dict[str, Fact]] = {
    f.key: f
    for f in (
        Fact("organisations", "name", lambda c, d: c.organisation),
        Fact("teams", "name", lambda c, d: c.team, "teams"),
        Fact("groups", "names", lambda c, d: c.groups, "groups"),
        Fact("users", "name", lambda c, d: c.user),
        Fact("keys", "name", lambda c, d: c.key),
        Fact("use_cases", "name", lambda c, d: c.use_case, "use_cases"),
        Fact("models", "name", lambda c, d: c.model, "models"),
        Fact("dialects", "name", lambda c, d: c.dialect),
        Fact(LABELS, "names", lambda c, d: c.labels, "labels", declared=True),
        Fact("size", "number", lambda c, d: c.size, declared=True),
    )
}

DESTINATION: Final[dict[str, Fact]] = {
    f.key: f
    for f in (
        Fact("name", "name", lambda c, d: d.name, "destinations"),
        Fact("vendor", "name", lambda c, d: d.vendor, "vendors"),
        Fact("model", "name", lambda c, d: d.model, "vendor_models"),
        Fact("region", "name", lambda c, d: d.region, "regions"),
        Fact("trust", "name", lambda c, d: d.trust, "trusts"),
        Fact("contract", "name", lambda c, d: d.contract, "contracts"),
        Fact("processor", "name", lambda c, d: d.processor, "processors"),
        Fact("retention_days", "number", lambda c, d: d.retention_days),
        Fact("training", "flag", lambda c, d: d.training),
        Fact("external", "flag", lambda c, d: d.external),
        Fact("known", "flag", lambda c, d: d.known),
    )
}
