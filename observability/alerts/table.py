"""Every alert that ships, by subject: each becomes a rule, has a unit test, a drill and a runbook."""

from __future__ import annotations

from observability.alerts.contracts import CONTRACTS
from observability.alerts.ledger import LEDGER
from observability.alerts.policies import POLICIES
from observability.alerts.quotas import QUOTAS
from observability.alerts.serving import SERVING
from observability.alerts.shared import SHARED
from observability.alerts.telemetry import TELEMETRY
from observability.alerts.vendors import VENDORS

SUBJECTS = {
    "serving": SERVING,
    "vendors": VENDORS,
    "contracts": CONTRACTS,
    "policies": POLICIES,
    "quotas": QUOTAS,
    "shared": SHARED,
    "ledger": LEDGER,
    "telemetry": TELEMETRY,
}
"""Name of the file of rules -> its alerts."""

ALERTS = tuple(alert for alerts in SUBJECTS.values() for alert in alerts)
