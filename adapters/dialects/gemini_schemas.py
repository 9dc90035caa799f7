"""Google's own spelling of schemas: types in capitals, `nullable`, numbers as strings. JSON Schema and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.dialects.gemini_fields import snake

# Members whose value is a schema, a list of schemas, or schemas by names that are the caller's.
_ONE = frozenset({"items", "additionalProperties", "not"})
_LISTS = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED = frozenset({"properties", "$defs", "definitions", "defs"})
_COUNTS = frozenset({"minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"})
_CAMEL: dict[str, str] = {snake(name): name for name in sorted(_ONE | _LISTS | _COUNTS | {"propertyOrdering"})}


def plain(schema: Any) -> Any:
    """A schema of Google's as JSON Schema has it; one that is that already stays so."""
    if not isinstance(schema, Mapping):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        name = _CAMEL[key] if key in _CAMEL else str(key)
        if name == "type" and isinstance(value, str):
            found[name] = value.lower()
        elif name in _ONE:
            found[name] = plain(value)
        elif name in _LISTS and isinstance(value, list):
            found[name] = [plain(one) for one in value]
        elif name in _NAMED and isinstance(value, Mapping):
            found[name] = {inner: plain(one) for inner, one in value.items()}
        elif name in _COUNTS and isinstance(value, str) and value.isdecimal():
            found[name] = int(value)
        elif name not in ("nullable", "propertyOrdering", "example"):
            found[name] = value
    if schema.get("nullable") is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
        if isinstance(found.get("enum"), list) and None not in found["enum"]:
            found["enum"] = [*found["enum"], None]
    return found
