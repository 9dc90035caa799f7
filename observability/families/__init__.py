"""Every metric family that Écluse exposes: the one table, a file for each subject.

Labels come from closed sets only (what configuration and bundle name, and the words of the code); a string that a
client sent is never a label. Units are in the names: seconds, bytes, characters, ratio.
"""

from __future__ import annotations

from observability.families.calls import CALLS
from observability.families.family import Family, Kind, Rule
from observability.families.ledger import LEDGER
from observability.families.policy import POLICY
from observability.families.process import PROCESS
from observability.families.quotas import QUOTAS
from observability.families.routes import ROUTES
from observability.families.tracing import TRACING
from observability.families.vendors import VENDORS

SUBJECTS: dict[str, tuple[Family, ...]] = {
    "Calls": CALLS,
    "Vendors": VENDORS,
    "Routes": ROUTES,
    "Policy": POLICY,
    "Quotas": QUOTAS,
    "Ledger": LEDGER,
    "Traces": TRACING,
    "The gateway itself": PROCESS,
}
"""The table as the reference shows it: heading -> families."""

FAMILIES: tuple[Family, ...] = tuple(family for families in SUBJECTS.values() for family in families)

__all__ = ["FAMILIES", "SUBJECTS", "Family", "Kind", "Rule"]
