"""JSON schemas that clients send: compiled where checking an answer against them is sure to end, and end soon.

A schema is a program of the client's. One that refers to itself can take for ever or all memory (measured: two branches
that both refer back took the process down), and one whose parts refer to parts can be small and stand for millions. So
a schema without cycles and with few parts, references counted as often as they are used, is checked; others are not.
References leave the schema nowhere: nothing is fetched. Patterns run on an engine without backtracking.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import orjson

Schema = Mapping[str, Any] | bool

MOST_BYTES: Final = 65_536
MOST_PARTS: Final = 20_000
_TOLD: Final = 5


class SchemaRefused(ValueError):
    """The schema can't be used to check an answer. Its words name the reason, nothing of the schema."""


class Checker:
    """A schema ready to check answers."""

    __slots__ = ("_validator",)

    def __init__(self, source: bytes) -> None:
        self._validator = _compiled(source)

    def faults(self, answer: str) -> list[str]:
        """What is wrong with an answer, in words for the model: places and keywords, at most five; [] if nothing is."""
        try:
            value = orjson.loads(answer)
        except orjson.JSONDecodeError:
            return ["it is not JSON"]
        found: list[str] = []
        for error in self._validator.iter_errors(value):
            place = "/".join(map(str, error.instance_path))
            found.append(f"/{place}: {error.kind.name}")
            if len(found) == _TOLD:
                break
        return found


def checker(schema: Schema) -> Checker:
    """The checker of a schema; SchemaRefused where it can't be one."""
    source = orjson.dumps(schema)
    if len(source) > MOST_BYTES:
        raise SchemaRefused("the schema is too large")
    return _checker(source)


@lru_cache(maxsize=64)  # the same tool sends the same schema with each call
def _checker(source: bytes) -> Checker:
    return Checker(source)


def _compiled(source: bytes) -> Any:
    # Only where a rule looks at the form of answers: nobody else pays for the library.
    import jsonschema_rs as library

    schema = orjson.loads(source)
    _Parts(schema).count()
    made = None
    with suppress(library.ValidationError, library.ReferencingError, ValueError):
        made = library.validator_for(
            schema, offline=True, validate_formats=False, pattern_options=library.RegexOptions()
        )
    # Raised out here so that the library's error, which quotes the schema, isn't its context.
    if made is None:
        raise SchemaRefused("it is no valid JSON schema, or refers to something outside itself")
    return made


class _Parts:
    """Counts the parts of a schema as often as they are used; refuses cycles and multitudes."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[int, int] = {}
        self._open: set[int] = set()

    def count(self) -> None:
        """SchemaRefused where the schema refers to itself or stands for too much."""
        self._size(self._root)

    def _size(self, node: Any) -> int:
        if type(node) not in (dict, list):
            return 1
        key = id(node)
        if key in self._open:
            raise SchemaRefused("the schema refers to itself")
        known = self._known.get(key)
        if known is None:
            self._open.add(key)
            known = 1 + sum(map(self._size, node.values() if isinstance(node, dict) else node))
            if isinstance(node, dict):
                known += sum(self._size(self._target(node[word])) for word in _REFERENCES if word in node)
            self._open.discard(key)
            if known > MOST_PARTS:
                raise SchemaRefused("the schema has too many parts")
            self._known[key] = known
        return known

    def _target(self, reference: Any) -> Any:
        """What a reference inside the schema names: by JSON pointer only; others could name anything."""
        if not isinstance(reference, str) or not reference.startswith("#") or reference[1:2] not in ("", "/"):
            raise SchemaRefused("the schema refers to something by a name")
        found = self._root
        for step in reference[2:].split("/") if reference[2:] else ():
            word = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, dict) and word in found:
                found = found[word]
            elif isinstance(found, list) and word.isdigit() and int(word) < len(found):
                found = found[int(word)]
            else:
                raise SchemaRefused("the schema refers to a part that it doesn't have")
        return found


_REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")
