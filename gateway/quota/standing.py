"""How a caller stands with his quotas: what answers say of it in headers, and what `GET /ecluse/me` says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gateway.pricing.rates import MICROS

if TYPE_CHECKING:
    from gateway.quota.quotas import Use

Headers = list[tuple[bytes, bytes]]

WARNING = b"x-ecluse-quota-warning"

_REQUESTS, _TOKENS = frozenset(("requests",)), frozenset(("tokens", "input", "output"))
_OPENAI = tuple(
    tuple(f"x-ratelimit-{what}-{shown}".encode() for what in ("limit", "remaining", "reset"))
    for shown in ("requests", "tokens")
)
_NAMES = {
    "openai": _OPENAI,
    "gemini": _OPENAI,  # Google has no names of its own
    "anthropic": tuple(
        tuple(f"anthropic-ratelimit-{shown}-{what}".encode() for what in ("limit", "remaining", "reset"))
        for shown in ("requests", "tokens")
    ),
}
"""Under which names clients know limits on requests and on tokens, by family."""


def headers(uses: Sequence[Use], family: str, now: float) -> Headers:
    """What is left of the tightest limit on requests and of that on tokens, as the clients of a family read it.

    now: Unix seconds.
    """
    found: Headers = []
    for names, use in zip(_NAMES[family], (_tightest(uses, _REQUESTS), _tightest(uses, _TOKENS)), strict=True):
        if use is not None and use.end is not None:
            reset = _moment(int(use.end)) if family == "anthropic" else _span(max(int(use.end - now), 0))
            left = use.limit - use.used
            found += zip(names, (b"%d" % use.limit, b"%d" % left if left > 0 else b"0", reset), strict=True)
    soft = [use for use in uses if past_soft(use)]
    if soft:
        found.append((WARNING, ", ".join(map(_warning, soft)).encode()))
    return found


def _tightest(uses: Sequence[Use], units: frozenset[str]) -> Use | None:
    """The one of these units with the least left."""
    found, least = None, 0
    for use in uses:
        if use.account.line.unit in units and (found is None or use.limit - use.used < least):
            found, least = use, use.limit - use.used
    return found


def past_soft(use: Use) -> bool:
    """Whether the soft limit is passed."""
    soft = use.account.line.soft
    return soft is not None and use.limit > 0 and use.used >= soft * use.limit


def shown(use: Use, until: float | None = None) -> dict[str, Any]:
    """One limit, for its caller. until: when another limit than the configuration's ends to hold (Unix seconds)."""
    line, unit = use.account.line, use.account.line.unit
    left = max(use.limit - use.used, 0)
    state = "exhausted" if not left else "soft" if past_soft(use) else "ok"
    row: dict[str, Any] = {"scope": line.scope, "name": use.account.name, "unit": unit}
    if use.end is not None:
        row["window"] = line.window
    row |= {"limit": plain(use.limit, unit), "used": None, "remaining": None}
    if use.known:
        row |= {"used": plain(use.used, unit), "remaining": plain(left, unit)}
    if use.end is not None:
        row["resets_at"] = moment(use.end)
    if line.soft is not None:
        row["soft"] = line.soft
    row["state"] = state if use.known else "unknown"
    if until is not None:
        row["overridden_until"] = moment(until)
    return row


def _warning(use: Use) -> str:
    line = use.account.line
    window = f"/{line.window}" if use.end is not None else ""
    return f"{line.scope} {line.unit}{window} {use.ratio * 100:.0f}%"


def plain(count: int, unit: str) -> int | float:
    """So much of a unit as a JSON number; cost in the currency."""
    return count / MICROS if unit == "cost" else count


def _span(seconds: int) -> bytes:
    """As OpenAI writes it: 6m0s."""
    if seconds < 60:
        return b"%ds" % seconds
    minutes, rest = divmod(seconds, 60)
    return b"%dm%ds" % (minutes, rest) if minutes < 60 else b"%dh%dm%ds" % (*divmod(minutes, 60), rest)


@lru_cache(maxsize=1024)
def _moment(seconds: int) -> bytes:
    return moment(seconds).encode()


def moment(seconds: float) -> str:
    """Unix seconds as RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
