"""`ecluse quota` in a running gateway: another limit for a while, on the record, over a restart."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.cli.main import main, parser
from observability.ledger import tail
from tests.conftest import CONFIG, House, OpenHouse

QUOTA = """\
quotas:
  - {scope: user, unit: requests, window: day, limit: 1}
  - {scope: team, unit: cost, window: month, limit: 5}
"""


async def ecluse(house: House, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = await asyncio.to_thread(main, [*words, "--config", str(house.folder / "config.yaml")])
    return code, *capsys.readouterr()


async def test_an_override_lets_a_user_go_on_and_is_dropped(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(CONFIG + QUOTA) as house:
        assert [(await house.chat("Bonjour")).status_code for _ in range(2)] == [200, 429]
        words = ("quota", "override", "user", "anne", "requests", "day", "3", "--for", "2h", "--reason", "a deadline")
        code, out, err = await ecluse(house, capsys, *words)
        assert (code, err) == (0, "") and out.startswith("user anne: 3 requests a day until ")
        assert (await house.chat("Bonjour")).status_code == 200
        (row,) = [r for r in (await house.client.get("/ecluse/me")).json()["quotas"] if r["unit"] == "requests"]
        assert (row["limit"], row["used"]) == (3, 2) and "overridden_until" in row
        _, out, _ = await ecluse(house, capsys, "quota", "show", "user")
        assert "user anne: 2 of 3 requests a day" in out and "override: user anne: 3 requests a day" in out
        _, out, _ = await ecluse(house, capsys, "status")
        assert "overrides:\n  user anne: 3 requests a day until " in out and "a deadline" in out
        assert "  user anne: 2 of 3 requests a day (67 %)" in out
        assert "EUR a month (under 1 %)" in out or "USD a month (under 1 %)" in out
        _, out, _ = await ecluse(house, capsys, "status", "--all")
        assert "quota store: answers yes" in out
        code, out, _ = await ecluse(house, capsys, "quota", "drop", "user", "anne", "requests", "day")
        assert code == 0 and out.startswith("dropped: ")
        assert (await house.chat("Bonjour")).status_code == 429
        await house.gateway.runtime.ledger.flush()
        events = {e["event"]: e["detail"] for e in _events(house)}
        pseudonym = house.gateway.runtime.keys.records()[0].caller.pseudonym
        assert events["quota.override"]["name"] == events["quota.override.dropped"]["name"] == pseudonym
        assert events["quota.override"]["reason"] == "a deadline" and events["quota.override"]["limit"] == 3


async def test_where_there_are_no_quotas_status_tells_nothing_of_their_store(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = await ecluse(house, capsys, "status")
    assert code == 0 and not [line for line in out.splitlines() if line.startswith("quota")]


def _events(house: House) -> list[dict[str, Any]]:
    found = tail(house.gateway.runtime.epoch.pair.settings.ledger_dir, 100)
    return [one for one in found if one["record"] == "EVENT"]


async def test_calls_at_once_and_limits_that_the_configuration_lost(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("user", "anne", "concurrent", "none")
    quota = "quotas:\n  - {scope: user, unit: concurrent, limit: 1}\n"
    async with open_house(CONFIG + quota) as house:
        code, out, err = await ecluse(house, capsys, "quota", "override", *words, "2", "--for", "1h", "--reason", "x")
        assert (code, err) == (0, "") and out.startswith("user anne: 2 concurrent calls until ")
        slow = [house.chat("[[sim:delay=0.3]] Bonjour") for _ in range(3)]
        assert sorted(a.status_code for a in await asyncio.gather(*slow)) == [200, 200, 429]
    async with open_house(CONFIG) as house:
        assert len(list(house.gateway.runtime.standing.overrides)) == 1
        assert (await ecluse(house, capsys, "quota", "drop", *words))[0] == 0
        assert not list(house.gateway.runtime.standing.overrides)
        assert (await ecluse(house, capsys, "quota", "drop", *words))[0] == 1


async def test_an_override_outlives_a_restart(open_house: OpenHouse, capsys: pytest.CaptureFixture[str]) -> None:
    until = ("--until", "2999-01-01")
    async with open_house(CONFIG + QUOTA) as house:
        words = ("quota", "override", "team", "hr", "cost", "month", "2.50")
        code, _, err = await ecluse(house, capsys, *words, *until, "--reason", "x")
        assert code == 1 and "by a year at most" in err
        code, out, _ = await ecluse(house, capsys, *words, "--for", "30d", "--reason", "cuts")
        assert code == 0 and out.startswith("team hr: 2.5 USD a month until ")
        _, out, _ = await ecluse(house, capsys, "quota", "show", "team")
        assert "override: team hr: 2.5 USD a month until " in out
    async with open_house(CONFIG + QUOTA) as house:
        (one,) = house.gateway.runtime.standing.overrides
        assert (one.target.name, one.limit, one.reason) == ("hr", 2_500_000, "cuts")
        (row,) = [r for r in (await house.client.get("/ecluse/me")).json()["quotas"] if r["unit"] == "cost"]
        assert row["limit"] == 2.5


async def test_an_override_of_nobody_is_refused_and_of_an_unknown_user_noted(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(CONFIG + QUOTA) as house:
        more = ("--for", "1h", "--reason", "x")
        code, _, err = await ecluse(house, capsys, "quota", "override", "team", "hrr", "cost", "month", "9", *more)
        assert code == 1 and "there is no team hrr: did you mean hr?" in err
        assert not list(house.gateway.runtime.standing.overrides)
        code, _, err = await ecluse(house, capsys, "quota", "override", "user", "ane", "requests", "day", "9", *more)
        assert code == 0 and "note: no key is of the user ane: did you mean anne?" in err


async def test_what_was_used_is_known_after_a_restart(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(CONFIG + QUOTA) as house:
        assert (await house.chat("Bonjour")).status_code == 200
    async with open_house(CONFIG + QUOTA) as house:
        async with asyncio.timeout(10):
            while (await requests_of(house))["state"] == "unknown":
                await asyncio.sleep(0.05)
        assert (await requests_of(house))["used"] == 1
        _, out, _ = await ecluse(house, capsys, "quota", "show", "user", "anne")
        assert out.startswith("user anne: 1 of ")


async def requests_of(house: House) -> dict[str, Any]:
    (row,) = [r for r in (await house.client.get("/ecluse/me")).json()["quotas"] if r["unit"] == "requests"]
    return dict(row)


@pytest.mark.parametrize("what", ["show", "override", "drop"])
def test_the_help_of_each_has_an_example_that_it_takes(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["quota", what, "--help"])
    helped = " ".join(capsys.readouterr().out.split())
    example = shlex.split(helped[helped.rindex("ecluse quota ") :])
    assert parser().parse_args(example[1:]).what == what


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"unit": "tokens"}, "no limit on tokens a day for user anne"),
        ({"window": "hour"}, "there is one a day"),
        ({"window": "none"}, "no limit on requests for user anne (there is one a day)"),
        ({"unit": "concurrent", "window": "none"}, "no limit on concurrent calls for user anne"),
        ({"limit": "2.5"}, "has more than 0 decimals"),
        ({"limit": "many"}, "must be a number"),
        ({"limit": -1}, "must be a number"),
        ({"until": 5}, "must lie ahead"),
        ({"reason": ""}, "the body must name"),
        ({"reason": "x" * 400}, "from 1 to 300"),
        ({"name": None}, "the body must name"),
        ({"name": "anne\n"}, "a name is one line"),
    ],
)
async def test_what_is_no_override_is_refused(open_house: OpenHouse, changed: dict[str, Any], says: str) -> None:
    async with open_house(CONFIG + QUOTA) as house:
        until = house.gateway.runtime.now().timestamp() + 60
        order = {
            "scope": "user", "name": "anne", "unit": "requests", "window": "day", "limit": "9", "until": until,
            "reason": "a test", **changed,
        }  # fmt: skip
        async with _control(house.folder) as control:
            answer = await control.post("/overrides", json=order)
            assert answer.status_code == 422 and says in answer.json()["refused"]
            assert (await control.delete("/overrides/user/requests/day/anne")).status_code == 404
            assert (await control.get("/quotas")).json()["overrides"] == []


def _control(folder: Path) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(uds=str(folder / "c.sock"))
    return httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30)
