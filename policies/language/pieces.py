"""Pieces of JSON Schema (draft 7) that the schemas of policies are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string", "pattern": r"\S", "patternErrorMessage": "must be a text"}
WORD: Final[Schema] = {
    "type": "string",
    "pattern": r"^[\p{L}\p{N}._-]+$",
    "patternErrorMessage": "must be one word of letters, digits, dots, hyphens and underscores",
}
OWN_WORD: Final[Schema] = {**WORD, "pattern": r"^(?!built-in)[\p{L}\p{N}._-]+$"}
DAY: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "patternErrorMessage": "must be a date (2027-02-01)",
}
FLAG: Final[Schema] = {"type": "boolean"}
PATTERN: Final[Schema] = {
    "type": "string",
    "pattern": r"^(?=[\s\S]*\S)(\*|\*[^*]+|[^*]+\*)$",
    "patternErrorMessage": "is no name that exists, nor a pattern with one * at its beginning or its end",
}
OPEN_NAME: Final[Schema] = {
    "type": "string",
    "pattern": r"^(?=[\s\S]*\S)(\*|\*?[^*]+|[^*]+\*)$",
    "patternErrorMessage": "must be a name, or a pattern with one * at its beginning or its end",
}
PREFIX: Final[Schema] = {
    "type": "string",
    "pattern": r"^[^*]+\*$",
    "patternErrorMessage": "is no detector, nor a prefix of some and one * (secret.*)",
}


def thing(
    keys: Iterable[str], said: Mapping[str, str], forms: Mapping[str, Schema], needed: Iterable[str] = ()
) -> Schema:
    """A mapping with only `keys`, each with its form and its description."""
    properties = {key: {**forms[key], "description": said[key]} for key in keys}
    found: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    required = list(needed)
    return {**found, "required": required} if required else found


def one_of(names: Iterable[str], said: Mapping[str, str] | None = None) -> Schema:
    """One of a few words. said: what each means."""
    words = list(names)
    return {"enum": words, **({"enumDescriptions": [said[w] for w in words]} if said else {})}


def some(item: Schema) -> Schema:
    """A list that isn't empty, or one item alone."""
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def where(given: Schema, then: Schema, other: Schema | None = None) -> Schema:
    """`then` where `given` holds, `other` where it doesn't."""
    return {"if": given, "then": then, **({"else": other} if other else {})}


def has(key: str, form: Schema) -> Schema:
    """The mapping says `key`, and it has this form."""
    return {"properties": {key: form}, "required": [key]}


def without(*keys: str) -> Schema:
    """The mapping says none of `keys`."""
    return {"properties": dict.fromkeys(keys, False)}


def comparison(operators: Sequence[str]) -> Schema:
    """One of these operators and a number (">=10")."""
    wanted = "|".join(operators)
    return {
        "type": "string",
        "pattern": rf"^\s*({wanted})\s*[0-9]+(\.[0-9]+)?\s*$",
        "patternErrorMessage": f'must be {" or ".join(operators)} and a number, in quotes, such as "{operators[0]}1"',
    }


def with_some(*names: str) -> Schema:
    """The names, or one of them in a list."""
    return {"anyOf": [{"enum": list(names)}, {"type": "array", "contains": {"enum": list(names)}}]}
