"""`docs/reference/alerts.md`, made from the table."""

from __future__ import annotations

from observability.alerts.table import SUBJECTS


def reference() -> str:
    """The whole page."""
    lines = [
        "# Alerts",
        "",
        "Made from `observability/alerts/` by `python -m observability.alerts`; a test compares the two.",
        "",
        "`page`: somebody acts now, at night too. `ticket`: in working hours. Each has a",
        "[runbook](../runbooks/README.md), a unit test in `deploy/prometheus/tests/`, and was made to fire by what it",
        "tells of (`tests/e2e/alerts/`). How they get into Prometheus: [alerts and objectives](../howto/alerts.md).",
    ]
    for name, alerts in SUBJECTS.items():
        lines += ["", f"## {name.capitalize()}", "", "| alert | | true for | expression |", "|---|---|---|---|"]
        lines += [
            f"| [{a.name}](../runbooks/{a.name}.md) | {a.severity} | {a.hold} | `{_cell(a.expr)}` |" for a in alerts
        ]
    return "\n".join(lines) + "\n"


def _cell(expr: str) -> str:
    return " ".join(expr.split()).replace("|", "\\|")
