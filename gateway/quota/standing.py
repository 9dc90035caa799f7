"""How a caller stands with his quotas: what answers say of it in headers, and what `GET /ecluse/me` says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gateway.pricing.rates import MICROS

if TYPE_CHECKING:
    from gateway.quota.quotas import Use

Headers = list[tuple[bytes, bytes]]

WARNING = b"x-ecluse-quota-warning"

_SHOWN = {"requests": ("requests",), "tokens": ("tokens", "input", "output")}
"""Under which names clients know limits, and the units that are meant."""


def headers(uses: Sequence[Use], family: str, now: float) -> Headers:
    """What is left of the tightest limit on requests and of that on tokens, as the clients of a family read it.

    now: Unix seconds.
    """
    found: Headers = []
    for shown, units in _SHOWN.items():
        use = tightest(use for use in uses if use.account.line.unit in units)
        if use is not None and use.end is not None:
            found += (_anthropic if family == "anthropic" else _openai)(shown, use, use.end, now)
    soft = [use for use in uses if past_soft(use)]
    if soft:
        found.append((WARNING, ", ".join(_warning(use) for use in soft).encode()))
    return found


def tightest(uses: Iterable[Use]) -> Use | None:
    """The one with the least left."""
    return min(uses, key=lambda use: use.limit - use.used, default=None)


def past_soft(use: Use) -> bool:
    """Whether the soft limit is passed."""
    soft = use.account.line.soft
    return soft is not None and use.used >= soft * use.limit


def shown(use: Use, until: float | None = None) -> dict[str, Any]:
    """One limit, for its caller. until: when another limit than the configuration's ends to hold (Unix seconds)."""
    line, unit = use.account.line, use.account.line.unit
    left = max(use.limit - use.used, 0)
    state = "exhausted" if not left else "soft" if past_soft(use) else "ok"
    row: dict[str, Any] = {"scope": line.scope, "name": use.account.name, "unit": unit}
    if use.end is not None:
        row["window"] = line.window
    row |= {"limit": plain(use.limit, unit), "used": plain(use.used, unit), "remaining": plain(left, unit)}
    if use.end is not None:
        row["resets_at"] = moment(use.end)
    if line.soft is not None:
        row["soft"] = line.soft
    row["state"] = state
    if until is not None:
        row["overridden_until"] = moment(until)
    return row


def _openai(name: str, use: Use, end: float, now: float) -> Headers:
    left = b"%d" % max(use.limit - use.used, 0)
    tail = name.encode()
    return [
        (b"x-ratelimit-limit-" + tail, b"%d" % use.limit),
        (b"x-ratelimit-remaining-" + tail, left),
        (b"x-ratelimit-reset-" + tail, b"%ds" % max(end - now, 0)),
    ]


def _anthropic(name: str, use: Use, end: float, now: float) -> Headers:
    prefix = b"anthropic-ratelimit-" + name.encode()
    return [
        (prefix + b"-limit", b"%d" % use.limit),
        (prefix + b"-remaining", b"%d" % max(use.limit - use.used, 0)),
        (prefix + b"-reset", moment(end).encode()),
    ]


def _warning(use: Use) -> str:
    line = use.account.line
    window = f"/{line.window}" if use.end is not None else ""
    return f"{line.scope} {line.unit}{window} {use.ratio * 100:.0f}%"


def plain(count: int, unit: str) -> int | float:
    """So much of a unit as a JSON number; cost in the currency."""
    return count / MICROS if unit == "cost" else count


def moment(seconds: float) -> str:
    """Unix seconds as RFC 3339."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
