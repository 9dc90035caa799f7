"""Alerts: one table, the rules made from it, and what tries them out faster."""

from observability.alerts.alert import JOB, Alert, faster, of_jobs
from observability.alerts.rules import RUNBOOKS, manifest, rules, text
from observability.alerts.table import ALERTS, SUBJECTS

__all__ = [
    "ALERTS",
    "JOB",
    "RUNBOOKS",
    "SUBJECTS",
    "Alert",
    "faster",
    "manifest",
    "of_jobs",
    "rules",
    "text",
]
