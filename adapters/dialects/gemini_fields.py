"""How Google's APIs spell a request: every field in two ways, and one object where an array of one is meant.

`systemInstruction` may be written `system_instruction`, `parts: {...}` stands for `parts: [{...}]`. A body with both
spellings of one field is refused: which of them counts is the reader's to choose.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

from adapters.dialects.checks import objects, optional
from adapters.dialects.fields import dotted
from adapters.errors import BodyRefused
from adapters.wire.body import Path

T = TypeVar("T")

_CAPITAL = re.compile(r"[A-Z]")


@lru_cache(1024)
def snake(name: str) -> str:
    """`inlineData` as `inline_data`."""
    return _CAPITAL.sub(lambda found: f"_{found[0].lower()}", name)


def key_of(holder: Mapping[str, Any], name: str, path: Path = ()) -> str | None:
    """The key under which an object has the field `name` (in camel case); None where it hasn't or holds null.

    path: of the object. Raises BodyRefused where it has both spellings.
    """
    other = snake(name)
    if name == other or other not in holder:
        return name if holder.get(name) is not None else None
    if name in holder:
        shown = dotted((*path, name))
        raise BodyRefused("duplicate_key", f"{shown} is there in both of its spellings.", param=shown)
    return other if holder[other] is not None else None


def field(holder: Mapping[str, Any], name: str, kind: type[T], path: Path = ()) -> tuple[Path, T] | None:
    """Path and value of a field; None where it is absent or null. Any other type than `kind` raises BodyRefused."""
    key = key_of(holder, name, path)
    value = optional(holder, key, kind, path) if key is not None else None
    return ((*path, key), value) if key is not None and value is not None else None


def inner(value: Any, kind: type[T], path: Path) -> T:
    """A value that has to be of a type; BodyRefused where it isn't."""
    name = str(path[-1])
    found = optional({name: value}, name, kind, path[:-1])
    if found is None:
        raise BodyRefused("missing_field", f"{dotted(path)} is required.", param=dotted(path))
    return found


def each(holder: Mapping[str, Any], name: str, path: Path = ()) -> list[tuple[Path, dict[str, Any]]]:
    """The objects of an array with their paths; one object stands for an array of one; none where it is absent."""
    key = key_of(holder, name, path)
    if key is None:
        return []
    here = (*path, key)
    value = holder[key]
    if type(value) is dict:
        return [(here, value)]
    if type(value) is not list:
        raise BodyRefused("wrong_type", f"{dotted(here)} must be an array.", param=dotted(here))
    return [((*here, index), item) for index, item in enumerate(objects(value, here))]
