"""What answers and `GET /ecluse/me` say of quotas: the tightest limit, in the words of each family of clients."""

from gateway.quota.standing import headers, past_soft, shown
from gateway.quota.units import Amounts
from tests.gateway.quota.parts import ME, Clock, Line, alone

LINES = [
    Line("user", "requests", 60),
    Line("team", "requests", 1000),
    Line("team", "tokens", 1000, soft=0.5),
    Line("user", "concurrent", 5),
    Line("team", "cost", 2_500_000, window="day", soft=0.8),
]


async def uses(amounts: Amounts, clock: Clock):
    quotas = alone(LINES, clock)
    await quotas.reserve(ME, amounts)
    return quotas.of(ME)


async def test_openai_clients_read_seconds():
    clock = Clock()
    found = dict(headers(await uses(Amounts(requests=1, tokens=400), clock), "openai", clock.now))
    assert found == {
        b"x-ratelimit-limit-requests": b"60",
        b"x-ratelimit-remaining-requests": b"59",
        b"x-ratelimit-reset-requests": b"1m0s",
        b"x-ratelimit-limit-tokens": b"1000",
        b"x-ratelimit-remaining-tokens": b"600",
        b"x-ratelimit-reset-tokens": b"1m0s",
    }


async def test_anthropic_clients_read_moments():
    clock = Clock()
    found = dict(headers(await uses(Amounts(requests=1), clock), "anthropic", clock.now))
    assert found[b"anthropic-ratelimit-requests-limit"] == b"60"
    assert found[b"anthropic-ratelimit-requests-remaining"] == b"59"
    assert found[b"anthropic-ratelimit-requests-reset"] == b"2001-09-09T01:48:00Z"
    assert found[b"anthropic-ratelimit-tokens-remaining"] == b"1000"


async def test_what_runs_low_is_warned_of():
    clock = Clock()
    found = dict(headers(await uses(Amounts(tokens=500, cost=2_000_000), clock), "openai", clock.now))
    assert found[b"x-ecluse-quota-warning"] == b"team tokens/minute 50%, team cost/day 80%"


async def test_a_row_of_me():
    clock = Clock()
    rows = {
        (u.account.line.scope, u.account.line.unit): u for u in await uses(Amounts(cost=2_000_000, tokens=1), clock)
    }
    assert shown(rows["team", "cost"]) == {
        "scope": "team", "name": "hr", "unit": "cost", "window": "day", "limit": 2.5, "used": 2.0, "remaining": 0.5,
        "resets_at": "2001-09-10T00:00:00Z", "soft": 0.8, "state": "soft",
    }  # fmt: skip
    assert shown(rows["user", "concurrent"]) == {
        "scope": "user", "name": "anne", "unit": "concurrent", "limit": 5, "used": 0, "remaining": 5, "state": "ok",
    }  # fmt: skip
    assert not past_soft(rows["user", "requests"])


async def test_what_is_used_up_says_so():
    clock = Clock()
    rows = [u for u in await uses(Amounts(tokens=1000), clock) if u.account.line.unit == "tokens"]
    assert shown(rows[0])["state"] == "exhausted" and shown(rows[0])["remaining"] == 0


async def test_spans_as_openai_writes_them():
    clock = Clock(1_000_000_000.0 - 1_000_000_000 % 86_400)
    quotas = alone([Line("user", "requests", 5, window="day")], clock)
    for later, said in ((0, b"24h0m0s"), (3600 * 3 + 61, b"20h58m59s"), (86_400 - 59, b"59s")):
        await quotas.reserve(ME, Amounts(requests=1))
        found = dict(headers(quotas.of(ME), "openai", clock.now + later))
        assert found[b"x-ratelimit-reset-requests"] == said


async def test_what_is_closed_altogether_is_not_low():
    (use,) = alone([Line("team", "cost", 0, soft=0.8)], Clock()).of(ME)
    assert not past_soft(use)
