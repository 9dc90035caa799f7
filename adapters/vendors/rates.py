"""How much a vendor still lets an account do, as the headers of its answers say it, good ones too.

OpenAI and those who imitate it: `x-ratelimit-limit-requests`, `x-ratelimit-remaining-requests`,
`x-ratelimit-reset-requests` (`6m0s`), the same of tokens. Anthropic: `anthropic-ratelimit-requests-limit`,
`-remaining`, `-reset` (RFC 3339), the same of tokens, input tokens and output tokens.
"""

from __future__ import annotations

import time
from collections.abc import Callable
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
    said = {name.lower(): value for name, value in headers if b"ratelimit" in name.lower()}
    if not said:
        return ()
    here = next((value for name, value in headers if name.lower() == b"date"), b"")
    moment = date(here.decode("latin-1"))
    found = (_rate(name, said, now() if moment is None else moment) for name in said if b"remaining" in name)
    return tuple(rate for rate in found if rate is not None)


def _rate(name: bytes, said: dict[bytes, bytes], now: float) -> Rate | None:
    def other(word: bytes) -> str:
        return said.get(name.replace(b"remaining", word), b"").decode("latin-1").strip()

    left, seconds = number(other(b"remaining")), until_reset(other(b"reset"), now)
    if left is None or seconds is None:
        return None
    unit = name.partition(b"ratelimit")[2].replace(b"remaining", b"").strip(b"-").decode("latin-1")
    return Rate(unit or "requests", max(left, 0.0), number(other(b"limit")), min(max(seconds, 0.0), _LONGEST))
