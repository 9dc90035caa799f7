"""The facts a rule may ask about, one row each, and with them all that a ruling on a request is made from.

Of the call: the rows of CALL. Of the destination: the rows of DESTINATION. Of each finding: `detector`, `confidence`,
`label`, the passage, `start` and `end` (spans that overlap are joined, `within` asks how far apart they begin) and
`digest` (values for which a caller lifted a rule). Of each passage: `direction`, `role`, `tool`, `part` and `note`
(which address or tool it is) say if a rule looks at it; `history`, and whether this caller was already refused it, what
a deny does; `message`, `role` and `file` only name the place; the text itself is asked whether an edit can reach a
finding. Of the moment: `now`. Whoever judges again needs these and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from policies.ruling import CallFacts, DestinationFacts

Kind = Literal["name", "names", "flag", "number", "time"]
Read = Callable[[CallFacts, DestinationFacts], object]


class Fact(NamedTuple):
    """One fact. kind: name | names (a set) | flag | number | time. register: the field of Vocabulary for its names.

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
        Fact("time", "time", lambda c, d: c.now),
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
