"""Types of the fields that the gateway acts on; all others pass as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from adapters.dialects.fields import dotted
from adapters.errors import BodyRefused
from adapters.wire.body import Path

T = TypeVar("T")

_WORDS = {str: "a string", int: "an integer", bool: "true or false", dict: "an object", list: "an array"}


def optional(holder: Mapping[str, Any], key: str, kind: type[T], path: Path = ()) -> T | None:
    """The member `key` of a JSON object where it has that type; None where it is absent or null.

    path: of the object. Any other type raises BodyRefused (wrong_type). A boolean is no integer.
    """
    value = holder.get(key)
    if value is None:
        return None
    if type(value) is not kind:
        param = dotted((*path, key))
        raise BodyRefused("wrong_type", f"{param} must be {_WORDS[kind]}.", param=param)
    return value


def required(holder: Mapping[str, Any], key: str, kind: type[T], path: Path = ()) -> T:
    """As `optional`, but absence or null raises BodyRefused (missing_field)."""
    value = optional(holder, key, kind, path)
    if value is None:
        param = dotted((*path, key))
        raise BodyRefused("missing_field", f"{param} is required.", param=param)
    return value


def objects(values: Iterable[Any], path: Path) -> list[dict[str, Any]]:
    """The items of an array that must all be objects."""
    items = list(values)
    for index, item in enumerate(items):
        if type(item) is not dict:
            param = dotted((*path, index))
            raise BodyRefused("wrong_type", f"{param} must be an object.", param=param)
    return items


def refuse_vendor_held(holder: Mapping[str, Any], names: Iterable[str], path: Path = ()) -> None:
    """Refuse references to what a vendor keeps: nobody here knows whose it is or what it holds."""
    for name in names:
        if holder.get(name) not in (None, False):
            param = dotted((*path, name))
            words = (
                f"{param} refers to something kept by the vendor, which this gateway doesn't pass; send the content."
            )
            raise BodyRefused("vendor_held", words, param=param)
