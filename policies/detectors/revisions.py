"""What the findings of each detector depend on, as short hashes, and which detectors can only find less than before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import orjson

# Keys that only take findings away, with each entry that they list.
_TAKES_AWAY: Final = ("not_near", "ignore")
# So many entries are tried one without the other; of more, that is too many.
_MOST: Final = 8
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def own(document: Mapping[str, Any]) -> str:
    """A hash of what a detector finds by: its title and examples change nothing."""
    finds = {key: value for key, value in document.items() if key not in ("title", "examples")}
    return hashlib.blake2b(orjson.dumps(finds, option=_OPTIONS), digest_size=6).hexdigest()


def competing(alone: Mapping[str, str], groups: Sequence[Sequence[str]]) -> dict[str, str]:
    """What the findings of each detector depend on: in a group also on the others, which may take its place."""
    found = dict(alone)
    for names in groups:
        if len(names) > 1:
            together = "\0".join(f"{name} {alone[name]}" for name in names).encode()
            others = hashlib.blake2b(together, digest_size=3).hexdigest()
            found.update({name: f"{alone[name]}-{others}" for name in names})
    return found


def wider(document: Mapping[str, Any]) -> frozenset[str]:
    """The hashes of the detector as it would be with less that takes findings away."""
    entries = [(key, one) for key in _TAKES_AWAY for one in _listed(document.get(key))]
    if not entries or len(entries) > _MOST:
        return frozenset()
    bare = {key: value for key, value in document.items() if key not in _TAKES_AWAY}
    found: set[str] = set()
    for size in range(len(entries)):
        for kept in combinations(entries, size):
            found.update(own({**bare, **less}) for less in _written(kept))
    return frozenset(found)


def narrowed(
    alone: Mapping[str, str],
    less: Mapping[str, frozenset[str]],
    groups: Sequence[Sequence[str]],
    now: Mapping[str, str],
    then: Mapping[str, str],
) -> dict[str, frozenset[str]]:
    """By detector that changed only in that it, or others of its group, can find less than `then`: which of these do.

    A text in which none of these found anything holds the same findings now: what loses against a surer finding takes
    no place from others. now, then: whole revisions by detector.
    """
    found: dict[str, frozenset[str]] = {}
    both = competing(alone, groups)
    for names in groups:
        before = {name: then.get(name, "").partition("-")[0] for name in names}
        fewer = frozenset(name for name in names if before[name] != alone[name])
        if not fewer or any(before[name] not in less.get(name, ()) for name in fewer):
            continue
        was = competing(before, [names])
        if all(then[name] == was[name] + now[name].removeprefix(both[name]) for name in names):
            found.update(dict.fromkeys(names, fewer))
    return found


def _listed(value: object) -> Sequence[object]:
    return [value] if isinstance(value, str) else value if isinstance(value, list) else []


def _written(kept: Sequence[tuple[str, object]]) -> Iterator[dict[str, object]]:
    """The ways in which entries may have been written: one may stand without a list."""
    lists = {key: [one for of, one in kept if of == key] for key in _TAKES_AWAY}
    lists = {key: entries for key, entries in lists.items() if entries}
    yield {**lists}
    single = [key for key, entries in lists.items() if len(entries) == 1]
    for count in range(1, len(single) + 1):
        for chosen in combinations(single, count):
            yield {**lists, **{key: lists[key][0] for key in chosen}}
