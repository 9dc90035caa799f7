"""JSON schemas that clients send: compiled where checking an answer against them is sure to end, and end soon.

A schema is a program of the client's. One that refers to itself can take for ever or all memory (measured: two branches
that both refer back took the process down), and one whose parts refer to parts can be small and stand for millions. So
a schema without cycles and with few parts, references counted as often as they are used, is checked; others are not.
Each part then looks at each value of an answer at most once, so their product bounds the work. References leave the
schema nowhere: nothing is fetched, and no part may be a resource of its own (`$id`), in which pointers would mean
something else. Patterns run on an engine without backtracking. Schemas are read as draft 2020-12.
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
# Looks of a part at a value: about 30 nanoseconds each.
MOST_LOOKS: Final = 400_000
# Up to so many, faults are told one by one: the library makes all of a choice's failed branches for each.
_FEW_LOOKS: Final = 20_000
_MOST_ANSWER: Final = 1 << 20
_TOLD: Final = 5


class SchemaRefused(ValueError):
    """The schema can't be used to check an answer. Its words name the reason, nothing of the schema."""


class Checker:
    """A schema ready to check answers."""

    __slots__ = ("_parts", "_validator")

    def __init__(self, source: bytes) -> None:
        self._parts, self._validator = _compiled(source)

    def faults(self, answer: str) -> list[str]:
        """What is wrong with an answer, in words for the model: places and keywords, at most five; [] if nothing is.

        An answer that is too large to be checked has that fault.
        """
        if len(answer) > _MOST_ANSWER:
            return ["it is too large to be checked"]
        try:
            value = orjson.loads(answer)
        except orjson.JSONDecodeError:
            return ["it is not JSON"]
        looks = self._parts * _values(value)
        if looks > MOST_LOOKS:
            return ["it is too large to be checked"]
        if self._validator.is_valid(value):
            return []
        return self._told(value) if looks <= _FEW_LOOKS else ["it doesn't match"]

    def _told(self, value: Any) -> list[str]:
        found: list[str] = []
        for error in self._validator.iter_errors(value):
            place = "/".join(map(str, error.instance_path))
            found.append(f"/{place}: {error.kind.name}")
            if len(found) == _TOLD:
                break
        return found


def _values(value: Any) -> int:
    """How many values there are in a value, itself and the names of members included."""
    count, stack = 0, [value]
    while stack:
        one = stack.pop()
        count += 1
        if type(one) is dict:
            count += len(one)
            stack.extend(one.values())
        elif type(one) is list:
            stack.extend(one)
    return count


def checker(schema: Schema) -> Checker:
    """The checker of a schema; SchemaRefused where it can't be one."""
    source = orjson.dumps(schema)
    if len(source) > MOST_BYTES:
        raise SchemaRefused("the schema is too large")
    return _checker(source)


@lru_cache(maxsize=64)  # the same tool sends the same schema with each call
def _checker(source: bytes) -> Checker:
    return Checker(source)


def _compiled(source: bytes) -> tuple[int, Any]:
    """How many parts the schema has, and its validator."""
    # Only where a rule looks at the form of answers: nobody else pays for the library.
    import jsonschema_rs as library

    schema = orjson.loads(source)
    parts = _Parts(schema).count()
    made = None
    with suppress(library.ValidationError, library.ReferencingError, ValueError):
        made = library.Draft202012Validator(
            schema, offline=True, validate_formats=False, pattern_options=library.RegexOptions()
        )
    # Raised out here so that the library's error, which quotes the schema, isn't its context.
    if made is None:
        raise SchemaRefused("it is no valid JSON schema, or refers to something outside itself")
    return parts, made


class _Parts:
    """Counts the parts of a schema as often as they are used; refuses cycles and multitudes."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._known: dict[int, int] = {}
        self._open: set[int] = set()

    def count(self) -> int:
        """The parts; SchemaRefused where the schema refers to itself or stands for too much."""
        return self._size(self._root)

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
                if node is not self._root and isinstance(node.get("$id"), str):
                    raise SchemaRefused("a part of the schema is a resource of its own")
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
