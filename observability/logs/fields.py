"""What a line may have besides `at`, `level`, `event` and `call`: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

Field = str | int | float | bool | None


class Kind(NamedTuple):
    """One field. A value of another type is left out and counted: a slip must neither leak nor fail a call."""

    types: tuple[type, ...]
    says: str


_WORD, _COUNT, _NUMBER, _FLAG = (str,), (int,), (int, float), (bool,)

FIELDS: Final[Mapping[str, Kind]] = {
    "accepted": Kind(_FLAG, "true: it came into force"),
    "attempts": Kind(_COUNT, "attempts at vendors"),
    "code": Kind(_WORD, "code of a refusal or error"),
    "config": Kind(_WORD, "revision of the configuration"),
    "contract": Kind(_WORD, "its id"),
    "count": Kind(_COUNT, "how many"),
    "credential": Kind(_COUNT, "number (0 first) of ours at the vendor, never what it is"),
    "days": Kind(_NUMBER, "days until it ends"),
    "destination": Kind(_WORD, "its name in the configuration"),
    "detection": Kind(_WORD, "revision of the detectors"),
    "dialect": Kind(_WORD, "the API that the client spoke"),
    "error": Kind(_WORD, "kind of an error, never its words"),
    "file": Kind(_WORD, "name of a file of ours"),
    "first_ms": Kind(_NUMBER, "milliseconds from arrival to the first content"),
    "input": Kind(_COUNT, "input tokens, as vendors counted them"),
    "key": Kind(_WORD, "id of a caller's key, never the key"),
    "listener": Kind(_WORD, "which of our listeners"),
    "model": Kind(_WORD, "public model; without one where the client named none that is published"),
    "name": Kind(_WORD, "of what operators stopped; of a user the pseudonym"),
    "objective": Kind(_WORD, "promise of a route"),
    "operation": Kind(_WORD, "what the API does: chat, embeddings ..."),
    "outcome": Kind(_WORD, "served, refused, failed, cut, left"),
    "output": Kind(_COUNT, "output tokens, as vendors counted them"),
    "overhead_ms": Kind(_NUMBER, "milliseconds less the wait for vendors and in queues"),
    "policy": Kind(_WORD, "revision of the bundle"),
    "problems": Kind(_COUNT, "faults found in the files"),
    "reason": Kind(_WORD, "why, in a word of a closed list or by which way it was asked"),
    "route": Kind(_WORD, "its name"),
    "rule": Kind(_WORD, "rule that refused"),
    "schedule": Kind(_WORD, "of drills, by its name"),
    "scope": Kind(_WORD, "of a quota, or of a stop: key, user, use_case, destination, rule ..."),
    "seconds": Kind(_NUMBER, "for how long"),
    "status": Kind(_COUNT, "HTTP status"),
    "stream": Kind(_FLAG, "whether a stream was asked for"),
    "team": Kind(_WORD, "its name"),
    "total_ms": Kind(_NUMBER, "milliseconds from arrival to the end"),
    "unit": Kind(_WORD, "of a quota"),
    "use_case": Kind(_WORD, "its id"),
    "vendor": Kind(_WORD, "its name in the configuration"),
    "where": Kind(_WORD, "place in our code or in the configuration, or the name of a webhook"),
    "worker": Kind(_WORD, "which of our processes"),
}
