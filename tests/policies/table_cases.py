"""A table of three data classes and three kinds of destinations."""

from __future__ import annotations

from typing import Any

from policies.language import Doc

CLASSES = (
    Doc("DataClass", "c1.yaml", {"kind": "DataClass", "id": "C1", "level": 1}),
    Doc(
        "DataClass",
        "c2.yaml",
        {"kind": "DataClass", "id": "C2", "level": 2, "findings": {"any_of": ["contact.email"]}},
    ),
    Doc(
        "DataClass",
        "c3.yaml",
        {
            "kind": "DataClass",
            "id": "C3",
            "level": 3,
            "findings": {"any_of": ["fin.iban"]},
            "labels": ["C3"],
            "use_cases": ["hr-payroll"],
        },
    ),
)
COLUMNS = {
    "internal": {"external": False},
    "eu": {"external": True, "region": ["eu"]},
    "us": {"external": True, "region": ["us"]},
}
ROWS = {
    "C1": {"internal": "allow", "eu": "allow", "us": "warn"},
    "C2": {"internal": "allow", "eu": "pseudonymise", "us": "redact"},
    "C3": {"internal": "warn", "eu": {"action": "redact", "message": {"en": "m"}}, "us": "deny"},
}


def table(rows: Any = ROWS, columns: Any = COLUMNS, **more: Any) -> Doc:
    value = {"kind": "DecisionTable", "table": "t", "owner": "o", "columns": columns, "rows": rows, **more}
    return Doc("DecisionTable", "t.yaml", value)
