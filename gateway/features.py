"""What rulings were made from, as the ledger keeps it: enough to judge a call anew, and nothing that the client wrote.

Names of tools and hosts are the client's or the vendor's words. Of them only those names and patterns are kept that
stand in the bundle's own rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from observability.ledger import Found, Place
from policies.findings import IDENTITY_CLASS
from policies.rewrites import editable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.ask import Ask, Passage
    from gateway.exchange import Exchange
    from policies.findings import Finding

KEPT = 1
"""The features are complete; raised when more is kept, so that a reader knows what an old record lacks."""

MOST_GROUPS = 512
MOST_PLACED = 256
NAMED_PARTS = {"remote_url": "hosts", "server_tool": "server_tools"}

_KIND = attrgetter("role", "direction", "part", "history")
_KIND_AND_NAMES = attrgetter("role", "direction", "part", "history", "tool", "note")
_NO_NAMES: tuple[str, ...] = ()
_NO_COUNTS: tuple[tuple[float, int], ...] = ()

Issuer = Callable[[str], "str | None"]


class Features(NamedTuple):
    """kept: KEPT where findings and places are all that a ruling looks at, else 0."""

    findings: tuple[Found, ...]
    places: tuple[Place, ...]
    kept: int


class _Group(NamedTuple):
    """Findings that no rule can tell apart but by how sure they are."""

    detector: str
    part: str
    role: str
    direction: str
    history: bool
    message: int | None
    refused: bool
    edit: str
    issuer: str | None
    names: tuple[str, ...]
    overlap: int
    label: str
    lifted: tuple[str, ...]


# One finding of a group: how unsure it is (so that the surest sort first), its text, its first character.
_One = tuple[float, int, int]


def features(exchange: Exchange, issuer: Issuer) -> Features:
    """The features of a call as far as it came. issuer: tells which vendor wrote a blob in a call through here."""
    ask, classification = exchange.ask, exchange.classification
    if ask is None or classification is None:
        return Features((), (), 0)
    wanted = exchange.pair.policies.place_names
    places = _places(ask, wanted)
    if not classification.findings:
        return Features((), places, KEPT)
    groups = _groups(exchange, ask.passages, classification.findings, issuer, wanted)
    kept = KEPT
    if len(groups) > MOST_GROUPS:
        groups = _merged(groups, message=None)  # only a refusal's words tell messages apart
    if len(groups) > MOST_GROUPS:
        groups, kept = _merged(groups, overlap=0), 0
    placed = len(classification.findings) <= MOST_PLACED
    return Features(tuple(_found(group, ones, placed) for group, ones in groups.items()), places, kept)


def fitting(names: Sequence[str], name: str) -> tuple[str, ...]:
    """Those names and patterns (one `*`, at either end) that a name fits."""
    return tuple(n for n in names if n == name or (n[-1:] == "*" and name.startswith(n[:-1])) or _ends(n, name))


def _ends(pattern: str, name: str) -> bool:
    return pattern[:1] == "*" and name.endswith(pattern[1:])


def _places(ask: Ask, wanted: Mapping[str, tuple[str, ...]]) -> tuple[Place, ...]:
    if not wanted:
        kinds = Counter(map(_KIND, ask.passages))
        return tuple(Place(r, d, part, h, count) for (r, d, part, h), count in kinds.items())
    named: Counter[Any] = Counter()
    for (r, d, part, h, tool, note), count in Counter(map(_KIND_AND_NAMES, ask.passages)).items():
        named[r, d, part, h, _names(wanted, part, tool, note)] += count
    return tuple(Place(r, d, part, h, count, names) for (r, d, part, h, names), count in named.items())


def _names(wanted: Mapping[str, tuple[str, ...]], part: str, tool: str | None, note: str) -> tuple[str, ...]:
    """`tools:NAME` for each name that fits; `tools` where the place has a name but none of these."""
    found: list[str] = []
    for key, name in (("tools", tool), (NAMED_PARTS.get(part, ""), note)):
        if name and key in wanted:
            fit = _fitting(wanted[key], name)
            found += [f"{key}:{n}" for n in fit] if fit else [key]
    return tuple(found)


_fitting = lru_cache(4096)(fitting)


def _groups(
    exchange: Exchange,
    passages: Sequence[Passage],
    findings: Sequence[Finding],
    issuer: Issuer,
    wanted: Mapping[str, tuple[str, ...]],
) -> dict[_Group, list[_One]]:
    groups: dict[_Group, list[_One]] = {}
    refused, lifted = exchange.refused_before, exchange.lifted
    for finding, overlap in zip(findings, _overlaps(findings), strict=True):
        p = passages[finding.passage]
        edit = editable(p, finding)
        group = _Group(
            finding.detector, p.part, p.role, p.direction, p.history, p.message, finding.passage in refused, edit,
            issuer(p.note) if p.note and (p.part == "vendor_state" or edit != "any") else None,
            _names(wanted, p.part, p.tool, p.note) if wanted else _NO_NAMES, overlap, finding.label,
            tuple(sorted(rule for rule, digest in lifted if digest == finding.digest)) if lifted else _NO_NAMES,
        )  # fmt: skip
        groups.setdefault(group, []).append((-finding.confidence, finding.passage, finding.start))
    return groups


def _overlaps(findings: Sequence[Finding]) -> list[int]:
    """For each finding the number of the stretch of overlapping ones that it belongs to, 0 where it stands alone."""
    numbers = [0] * len(findings)
    passage, end, number, last = -1, 0, 0, -1
    for index, finding in enumerate(findings):
        if finding.detector == IDENTITY_CLASS:
            continue
        if finding.passage == passage and finding.start < end:
            if not numbers[last]:
                number += 1
                numbers[last] = number
            numbers[index] = numbers[last]
            end = max(end, finding.end)
        else:
            passage, end = finding.passage, finding.end
        last = index
    return numbers


def _merged(groups: Mapping[_Group, list[_One]], **same: Any) -> dict[_Group, list[_One]]:
    merged: dict[_Group, list[_One]] = {}
    for group, ones in groups.items():
        merged.setdefault(group._replace(**same), []).extend(ones)
    return merged


def _found(group: _Group, ones: list[_One], placed: bool) -> Found:
    g, counts = group, _NO_COUNTS
    if len(ones) > 1:
        ones.sort()
        if ones[0][0] != ones[-1][0]:
            counts = tuple(Counter([-unsure for unsure, _, _ in ones]).items())
    at = tuple([(text, start) for _, text, start in ones]) if placed else ()
    return Found(
        g.detector, len(ones), -ones[0][0], g.part, g.role, g.direction, g.history, g.message, counts, g.refused,
        g.edit, g.issuer, g.names, g.overlap, g.label, g.lifted, at,
    )  # fmt: skip
