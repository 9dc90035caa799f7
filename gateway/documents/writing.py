"""Plain values as a YAML file that a person may read."""

from __future__ import annotations

from typing import Any

import orjson
import yaml

_ENDLESS = 1 << 20


def dump(value: Any) -> str:
    """`value` (mappings, lists, texts, numbers, days) as YAML, keys in their order, short lists on one line."""
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120))


def inline(value: Any) -> str:
    """`value` on one line, as YAML that can be put into a file."""
    said = str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=_ENDLESS))
    # YAML breaks a text with line ends in it; JSON, which is YAML too, escapes them.
    return said.strip() if said.count("\n") == 1 else orjson.dumps(value).decode()
