"""How much a vendor still lets an account do, as the headers of its answers say it, good ones too.

OpenAI and those who imitate it: `x-ratelimit-limit-requests`, `x-ratelimit-remaining-requests`,
`x-ratelimit-reset-requests` (`6m0s`), the same of tokens. Anthropic: `anthropic-ratelimit-requests-limit`,
`-remaining`, `-reset` (RFC 3339), the same of tokens, input tokens and output tokens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from adapters.vendors.base import RawHeaders
from adapters.vendors.taxonomy import date, number, until_reset

_LONGEST = 24 * 3600.0


class Rate(NamedTuple):
    """One limit. unit: requests, tokens, input-tokens, ... remaining: units left now. limit: of how many, None where
    unsaid. reset: seconds until it is whole again."""

    unit: str
    remaining: float
    limit: float | None
    reset: float


def rates(headers: RawHeaders, now: Callable[[], float] = time.time) -> tuple[Rate, ...]:
    """The limits that an answer's headers tell completely (what is left, and until when); never raises.

    now: Unix time, for an answer without a date of its own.
    """
    said = {}
    for name, value in headers:
        low = name.lower()
        if b"ratelimit" in low:
            said[low] = value
    if not said:
        return ()

    def moment() -> float:
        here = next((value for name, value in headers if name.lower() == b"date"), b"")
        then = date(here.decode("latin-1"))
        return now() if then is None else then

    found = []
    for name, value in said.items():
        if b"remaining" in name:
            names = _named(name)
            left = number(value.decode("latin-1"))
            seconds = until_reset(said.get(names.reset, b"").decode("latin-1").strip(), moment)
            if left is not None and seconds is not None:
                limit = number(said.get(names.limit, b"").decode("latin-1"))
                found.append(Rate(names.unit, max(left, 0.0), limit, min(max(seconds, 0.0), _LONGEST)))
    return tuple(found)


class _Names(NamedTuple):
    unit: str
    limit: bytes
    reset: bytes


@lru_cache(64)
def _named(remaining: bytes) -> _Names:
    """The unit of a limit and its other headers, from the name of the header that says what remains."""
    unit = remaining.partition(b"ratelimit")[2].replace(b"remaining", b"").strip(b"-").decode("latin-1")
    return _Names(
        unit or "requests", remaining.replace(b"remaining", b"limit"), remaining.replace(b"remaining", b"reset")
    )
