"""Plain values as a YAML file that a person may read."""

from __future__ import annotations

from typing import Any

import yaml


def dump(value: Any) -> str:
    """`value` (mappings, lists, texts, numbers, days) as YAML, keys in their order, short lists on one line."""
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120))
