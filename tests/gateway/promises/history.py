"""A month's history of two contracts, replayed into segments as the ledger writes them. By hand:

alpha-us (UTC, requests): two requests an hour in 31 days, 1,488, all well, at 0.01 EUR; 60 of them with their first
word after 3 s, the others after 1 s. On the 14th from 10:00 to 12:00 the vendor answers 40 more with 503, 25 of them in
the second hour. One answer doesn't fit the schema of its call, which the contract doesn't count. Not counted: 7
throttled, 3 malformed, 1 that the client left, 5 that a drill made fail, 1 of the evening before. One record stands
twice.
    counted 1,488 + 40 + 1 = 1,529, kept 1,489: 97.3839 %. Cost 14.88 EUR.

beta-eu (Paris, minutes): a request every ten minutes, all well, and 240 minutes with one that was cut, from the 20th at
midnight. October has 31 x 1,440 minutes and the hour in which the clocks go back: 44,700. One request at 22:30 UTC of
30 September is in Paris' October.
    kept 44,700 - 240 = 44,460: 99.4630 %.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from observability.ledger import Attempt
from observability.scribe.frames import frame

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
OUTAGE = OCTOBER + timedelta(days=13, hours=10)


def replay(folder: Path) -> Path:
    """Writes the history as two workers' segments, one a day each."""
    folder.mkdir()
    whole = sorted([*_alpha(), *_beta()], key=lambda one: one.at)
    days: dict[tuple[int, str], list[Attempt]] = {}
    for number, one in enumerate(whole):
        days.setdefault(((one.at - OCTOBER).days, f"w{number % 2}"), []).append(one)
    twice = next(one for one in whole if one.call == "f00")
    days[13, "w1"].append(twice)
    for (day, worker), records in days.items():
        name = f"{OCTOBER + timedelta(days=day):%Y%m%dT%H%M%S.%fZ}-{worker}-{day + 1:06}.ecl"
        (folder / name).write_bytes(b"".join(frame(n, one.to_bytes()) for n, one in enumerate(records)))
    return folder


def _alpha() -> Iterator[Attempt]:
    for hour in range(31 * 24):
        for half in range(2):
            slow = hour < 30
            yield alpha(f"a{hour}-{half}", OCTOBER + hour * HOUR + half * 30 * MINUTE, first=3.0 if slow else 1.0)
    for n in range(40):
        at = OUTAGE + n * 4 * MINUTE if n < 15 else OUTAGE + HOUR + (n - 15) * 2 * MINUTE
        failed = alpha(f"f{n:02}", at + SECOND)
        yield replace(failed, status=503, error="overload", fault="vendor", vendor_request=f"req_{n:02}", cost=0.0)
    asides = [("schema", "vendor", None)] + [("rate_limit", "vendor", None)] * 7 + [("invalid", "client", None)] * 3
    asides += [("left", None, None)] + [("server", "vendor", "d_1")] * 5
    for n, (error, fault, drill) in enumerate(asides):
        ended = alpha(f"x{n}", OCTOBER + n * HOUR + 7 * MINUTE)
        yield replace(ended, error=error, fault=fault, drill=drill, cost=0.0)
    yield replace(alpha("before", OCTOBER - HOUR), error="overload", fault="vendor")


def _beta() -> Iterator[Attempt]:
    for tenth in range(31 * 144):
        yield beta(f"b{tenth}", OCTOBER + tenth * 10 * MINUTE + 5 * SECOND)
    for n in range(240):
        cut = beta(f"c{n:03}", datetime(2026, 10, 19, 22, tzinfo=UTC) + n * MINUTE + 30 * SECOND)
        yield replace(cut, status=200, error="cut", fault="vendor")
    yield beta("september", OCTOBER - 90 * MINUTE)


def alpha(call: str, began: datetime, first: float = 1.0, total: float = 4.0) -> Attempt:
    """One under alpha-us that went well."""
    return Attempt(
        call=call, at=began + total * SECOND, attempt=1, destination="alpha/gpt-4o", vendor="alpha",
        contract="alpha-us", model="gpt-4o", status=200, first_content_ms=first * 1000, total_ms=total * 1000,
        cost=0.01, currency="EUR", streamed=True,
    )  # fmt: skip


def beta(call: str, began: datetime) -> Attempt:
    """One under beta-eu that went well."""
    return replace(alpha(call, began), destination="beta/gpt-4o", vendor="beta", contract="beta-eu")
