"""What a destination's configuration says of the parameters of its requests, and what of it is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.registry import ASKING
from adapters.wire.parameters import OUTPUT_LIMITS, Number, Parameters, Path
from gateway.config import kinds as k
from gateway.config.kinds import Context, Kind, WrongValue
from gateway.config.table import Path as Place
from gateway.config.table import setting
from gateway.documents import Problem

MOST_TOKENS = 10_000_000
_DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}(\.[A-Za-z][A-Za-z0-9_-]{0,63}){0,3}")
_WORD = re.compile(r"[A-Za-z0-9._:/+-]{1,64}")
_DEEPEST = 4

# Members that rules leave alone, spelt without _ and in small letters as servers may read them.
_TEXT = frozenset((
    "messages", "message", "input", "inputs", "prompt", "system", "instructions", "contents", "content",
    "systeminstruction", "tools", "toolchoice", "toolconfig", "functions", "functioncall", "mcpservers", "suffix",
    "prediction", "responseformat", "requests", "documents", "document", "query", "texts", "text.format",
    "outputconfig.format", "outputformat", "generationconfig.responseschema", "generationconfig.responsejsonschema",
    "generationconfig.stopsequences", "inferenceconfig.stopsequences", "stop", "stopsequences", "guardrailconfig",
    "images", "image", "audio", "file", "files", "metadata", "clientmetadata", "requestmetadata", "user",
    "safetyidentifier", "promptcachekey", "websearchoptions",
))  # fmt: skip
_GATEWAY = frozenset((
    "model", "models", "stream", "streamoptions", "store", "background", "container", "conversation",
    "previousresponseid", "cachedcontent", "contextmanagement", "apikey", "apibase", "baseurl", "extraheaders",
    "extrabody",
))  # fmt: skip
_COUNTED = frozenset((
    "n", "bestof", "candidatecount", "generationconfig.candidatecount", "servicetier", "speed", "inferencegeo",
))  # fmt: skip
_WHY = (
    (_TEXT, "carries text or says who asks: what rules inspect isn't changed here, use a policy"),
    (_GATEWAY, "is the gateway's own affair"),
)


def _path(value: Any) -> Path:
    if not isinstance(value, str) or not _DOTTED.fullmatch(value):
        raise WrongValue("must be a member of the body such as temperature or thinking.budget_tokens")
    return tuple(value.split("."))


def _paths(value: Any, _: Context) -> tuple[Path, ...]:
    if not isinstance(value, list):
        raise WrongValue("must be a list of members of the body")
    return tuple(_path(one) for one in value)


def _values(value: Any, _: Context) -> dict[Path, Any]:
    if not isinstance(value, dict):
        raise WrongValue("must be a mapping of members of the body to values")
    for one in value.values():
        _plain(one, _DEEPEST)
    return {_path(name): one for name, one in value.items()}


def _plain(value: Any, left: int) -> None:
    if left and isinstance(value, dict) and all(isinstance(name, str) and _WORD.fullmatch(name) for name in value):
        for one in value.values():
            _plain(one, left - 1)
    elif left and isinstance(value, list):
        for one in value:
            _plain(one, left - 1)
    elif not (isinstance(value, bool | int | float) or (isinstance(value, str) and _WORD.fullmatch(value))):
        raise WrongValue("must have numbers, true, false and words as values, in objects or lists if need be")


def _ranges(value: Any, _: Context) -> dict[Path, tuple[Number, Number]]:
    if not isinstance(value, dict):
        raise WrongValue("must be a mapping of members of the body to [least, most]")
    found = {}
    for name, one in value.items():
        numbers = isinstance(one, list) and len(one) == 2
        if not numbers or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in one):
            raise WrongValue("must have two numbers for each member: [least, most]")
        if not one[0] <= one[1]:
            raise WrongValue("has a range whose least is above its most")
        found[_path(name)] = (one[0], one[1])
    return found


_NAMED = {"type": "string", "pattern": f"^{_DOTTED.pattern}$"}
_PAIR = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
STRIP = Kind("list of members", _paths, {"type": "array", "items": _NAMED})
VALUES = Kind("member: value", _values, {"type": "object"})
RANGES = Kind("member: [least, most]", _ranges, {"type": "object", "additionalProperties": _PAIR})


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersSettings:
    """Rules on members of the body as the vendor reads it, deeper ones with dots."""

    strip: tuple[Path, ...] = setting(STRIP, "Members that are taken out.", default=())
    default: Mapping[Path, Any] = setting(
        VALUES, "Values of members that are missing, null or stripped; none for counts of tokens.", default={}
    )
    clamp: Mapping[Path, tuple[Number, Number]] = setting(RANGES, "Ranges that numbers are held in.", default={})
    dialects: tuple[str, ...] = setting(
        k.several(k.choice(*ASKING)), "Only for requests in these dialects.", default=(), shown="all"
    )

    @property
    def rules(self) -> Parameters | None:
        """The rules as attempts use them; None where there are none."""
        if not (self.strip or self.default or self.clamp):
            return None
        lengths = [value for path, value in self.default.items() if path in OUTPUT_LIMITS]
        highest = [most for path, (_, most) in self.clamp.items() if path in OUTPUT_LIMITS]
        return Parameters(
            strip=self.strip,
            default=tuple(row for row in self.default.items() if row[0] not in OUTPUT_LIMITS),
            clamp=tuple((path, *ends) for path, ends in self.clamp.items() if path not in OUTPUT_LIMITS),
            default_output=min(lengths, default=0),
            most_output=int(min(highest, default=0)),
            dialects=frozenset(self.dialects),
        )


def misruled(said: ParametersSettings, place: Place) -> Iterator[Problem]:
    """Rules on what they must leave alone, and rules that contradict each other."""
    for index, path in enumerate(said.strip):
        yield from _kept((*place, "strip", index), path)
        if path in OUTPUT_LIMITS:
            yield Problem((*place, "strip", index), f"{_shown(path)}: quotas count by it, so it may only be clamped")
    for path, value in said.default.items():
        where = (*place, "default", _shown(path))
        yield from _kept(where, path)
        if _folded(path) in _COUNTED:
            yield Problem(where, f"{_shown(path)} changes what a call costs: it may be stripped, not given")
        yield from _default(where, path, value, said.clamp.get(path))
    for path, (least, most) in said.clamp.items():
        where = (*place, "clamp", _shown(path))
        yield from _kept(where, path)
        if _folded(path) in _COUNTED and least > 1:
            yield Problem(where, f"{_shown(path)} changes what a call costs: the least may be 1")
        if path in OUTPUT_LIMITS and (least > 1 or not isinstance(most, int) or not 1 <= most <= MOST_TOKENS):
            yield Problem(where, f"{_shown(path)}: quotas count by it, so it is only lowered: [1, MOST]")
    yield from _nested(said, place)


def _default(where: Place, path: Path, value: Any, clamp: tuple[Number, Number] | None) -> Iterator[Problem]:
    if path in OUTPUT_LIMITS and (type(value) is not int or not 1 <= value <= MOST_TOKENS):
        yield Problem(where, f"{_shown(path)} is a whole number of tokens")
    elif clamp is not None and not (type(value) in (int, float) and clamp[0] <= value <= clamp[1]):
        yield Problem(where, f"{_shown(path)} isn't in the range that it is clamped to")


def _kept(where: Place, path: Path) -> Iterator[Problem]:
    own = _folded(path)
    for names, why in _WHY:
        for name in names:
            if own == name or own.startswith(name + ".") or name.startswith(own + "."):
                yield Problem(where, f"{_shown(path)} {why}")
                return


def _nested(said: ParametersSettings, place: Place) -> Iterator[Problem]:
    every = {*said.strip, *said.default, *said.clamp}
    for path in sorted(every):
        outer = next((path[:depth] for depth in range(1, len(path)) if path[:depth] in every), None)
        if outer is not None:
            yield Problem(place, f"{_shown(path)} lies in {_shown(outer)}, of which another rule speaks")


def _folded(path: Path) -> str:
    return ".".join(path).replace("_", "").replace("-", "").lower()


def _shown(path: Path) -> str:
    return ".".join(path)
