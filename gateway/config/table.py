"""Settings declared once, as fields of frozen dataclasses: from them come the reader, the defaults, the reference and
the schema that editors take.

A field is declared with `setting` (one value), `section` (a nested group), `named` (name -> group) or `listed` (a list
of groups). `build` reads plain values into the dataclass and gathers every problem; `rows` lists the settings; `schema`
is for editors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, field, fields
from typing import Any, NamedTuple, TypeVar

from gateway.config.kinds import NAME, Context, Kind, WrongValue
from gateway.documents import Problem, nearest

Path = tuple[str | int, ...]
T = TypeVar("T")

PLAIN = "letters, digits and . _ : / @ + - only"
_ONE, _SECTION, _NAMED, _LISTED = "one", "section", "named", "listed"


class Row(NamedTuple):
    """One setting as the reference shows it. path: dotted, `*` for a name, `[]` for an item of a list."""

    path: str
    kind: str
    default: str
    help: str


def setting(kind: Kind, help: str, *, default: Any = MISSING, shown: str | None = None) -> Any:
    """One value. Without a default it is required; `null` in a file means the default. shown: the default in words."""
    meta = {"shape": _ONE, "kind": kind, "help": help, "shown": shown}
    if default is MISSING:
        return field(metadata=meta)
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=meta)
    return field(default=default, metadata=meta)


def section(cls: type[Any], help: str) -> Any:
    """A nested group that may be left out: all its settings have defaults."""
    return field(default_factory=cls, metadata={"shape": _SECTION, "cls": cls, "help": help})


def named(cls: type[Any], help: str, names: re.Pattern[str] = NAME, rule: str = PLAIN) -> Any:
    """A mapping of names to groups; the group has a plain field `name`. rule: what `names` may have, in words."""
    return field(default_factory=dict, metadata={"shape": _NAMED, "cls": cls, "help": help, "names": (names, rule)})


def listed(cls: type[Any], help: str) -> Any:
    """A list of groups."""
    return field(default=(), metadata={"shape": _LISTED, "cls": cls, "help": help})


def rows(cls: type[Any], prefix: str = "") -> Iterator[Row]:
    """Every setting of `cls`, in the order of its fields, groups opened."""
    for item in _settings(cls):
        shape, path = item.metadata["shape"], f"{prefix}{item.name}"
        if shape == _ONE:
            yield Row(path, item.metadata["kind"].name, _default(item), item.metadata["help"])
        else:
            inner = {_SECTION: ".", _NAMED: ".*.", _LISTED: "[]."}[shape]
            yield from rows(item.metadata["cls"], path + inner)


def build(cls: type[T], value: Any, path: Path, context: Context, problems: list[Problem], **extra: Any) -> T | None:
    """`value` (plain) as a `cls`. Problems are added to `problems`; None where a required setting is missing."""
    if not isinstance(value, dict):
        problems.append(Problem(path, "must be a mapping (key: value)"))
        return None
    known = {item.name: item for item in _settings(cls)}
    for key in value:
        if key not in known:
            problems.append(Problem((*path, key), f"there is no setting {key} here", nearest(key, known)))
    found = dict(extra)
    for key, item in known.items():
        given = value.get(key)
        if given is not None:
            read = _read(item.metadata, given, (*path, key), context, problems)
            found.update({} if read is None else {key: read})
        elif _required(item):
            problems.append(Problem((*path, key), f"{key} is required"))
    return cls(**found) if all(k in found for k, item in known.items() if _required(item)) else None


def _read(meta: Any, value: Any, path: Path, context: Context, problems: list[Problem]) -> Any:
    shape = meta["shape"]
    if shape == _SECTION:
        return build(meta["cls"], value, path, context, problems)
    if shape == _NAMED:
        return _read_named(meta["cls"], meta["names"], value, path, context, problems)
    if shape == _LISTED:
        return _read_listed(meta["cls"], value, path, context, problems)
    try:
        return meta["kind"].read(value, context)
    except WrongValue as wrong:
        problems.append(Problem(path, f"{path[-1]} {wrong}", wrong.nearest))
        return None


def _read_named(
    cls: type[Any],
    names: tuple[re.Pattern[str], str],
    value: Any,
    path: Path,
    context: Context,
    problems: list[Problem],
) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems.append(Problem(path, "must be a mapping of names"))
        return {}
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if not names[0].fullmatch(name):
            problems.append(Problem((*path, name), f"a name has {names[1]}"))
        built = build(cls, inner, (*path, name), context, problems, name=name)
        if built is not None:
            found[name] = built
    return found


def _read_listed(cls: type[Any], value: Any, path: Path, context: Context, problems: list[Problem]) -> tuple[Any, ...]:
    if not isinstance(value, list):
        problems.append(Problem(path, "must be a list"))
        return ()
    built = [build(cls, inner, (*path, index), context, problems) for index, inner in enumerate(value)]
    return tuple(item for item in built if item is not None)


def schema(cls: type[Any], *, empty: bool = True) -> dict[str, Any]:
    """The JSON Schema (draft 7) of `cls`, for editors: never stricter than `build`. empty: `null` means the default."""
    properties: dict[str, Any] = {}
    for item in _settings(cls):
        meta = item.metadata
        default = _default(item) if meta["shape"] == _ONE else ""
        ends = "" if default in ("required", "none", "") else f" Default: {default}."
        form = _form(meta, empty)
        if empty and not _required(item):
            form = {"anyOf": [form, {"type": "null"}]}
        properties[item.name] = {**form, "description": meta["help"] + ends}
    required = [item.name for item in _settings(cls) if _required(item)]
    found = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": required} if required else found


def _form(meta: Any, empty: bool) -> dict[str, Any]:
    if meta["shape"] == _ONE:
        return dict(meta["kind"].form)
    inner = schema(meta["cls"], empty=empty)
    if meta["shape"] == _NAMED:
        return {"type": "object", "additionalProperties": inner}
    return inner if meta["shape"] == _SECTION else {"type": "array", "items": inner}


def _settings(cls: type[Any]) -> list[Any]:
    return [item for item in fields(cls) if "shape" in item.metadata]


def _required(item: Any) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _default(item: Any) -> str:
    if item.metadata["shown"] is not None:
        return str(item.metadata["shown"])
    if _required(item):
        return "required"
    if item.default in (MISSING, None, ()):
        return "none"
    return str(item.default).lower() if isinstance(item.default, bool) else f"{item.default}"
