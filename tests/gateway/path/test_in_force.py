"""What was in force stands in the ledger beside the calls that it ruled."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.reload import Reloader
from observability.ledger import read
from tests.conftest import CONFIG, House, OpenHouse

IBAN = "FR76 3000 6000 0112 3456 7890 189"


async def pairs(house: House) -> list[dict[str, Any]]:
    await house.gateway.runtime.ledger.flush()
    folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
    return [one for one in read(folder) if one["record"] == "PAIR"]


async def test_the_pair_is_told_at_start_and_at_reload(house: House) -> None:
    runtime = house.gateway.runtime
    first = runtime.epoch.pair
    (house.folder / "bundle" / "word.yaml").write_text(
        "kind: Detector\nid: org.helios\nkeywords: {any: [helios]}\nexamples: {hit: [helios], miss: [soleil]}\n"
    )
    urls = {n: house.simulator(n) for n in ("alpha", "beta", "internal")}
    await Reloader(runtime, house.folder / "config.yaml", urls).reload()
    told = await pairs(house)
    assert [one["config_revision"] for one in told] == [first.revision, runtime.epoch.pair.revision]
    before, after = (one["detectors"] for one in told)
    assert after.keys() - before.keys() == {"org.helios"}
    assert all(after[name] == before[name] for name in before)
    assert {d["name"]: d["external"] for d in told[0]["destinations"]}["internal/maison"] is False


async def test_every_segment_says_what_ruled(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + "ledger: {segment_bytes: 65536}\n") as house:
        for _ in range(30):
            await house.chat(f"Mon IBAN est {IBAN}.")
        await house.gateway.runtime.ledger.flush()
        await asyncio.sleep(0)
        folder = house.gateway.runtime.epoch.pair.settings.ledger_dir
        assert len(list(folder.glob("*.ecl"))) > 1
        segments = house.gateway.runtime.ledger.summary()["segments"]
        assert len(await pairs(house)) >= int(str(segments)) - 1


async def test_an_intent_keeps_what_the_ruling_was_made_from(house: House) -> None:
    answer = await house.chat(f"Mon IBAN est {IBAN}, merci.")
    intent = next(r for r in await house.records(answer.headers["x-ecluse-call-id"]) if r["record"] == "INTENT")
    assert intent["kept"] == 1
    assert intent["failed"] is None
    assert {(p["role"], p["direction"], p["count"]) for p in intent["places"]} >= {("user", "request", 1)}
    assert {f["detector"]: (f["edit"], f["refused"]) for f in intent["findings"]}["fin.iban"] == ("any", False)
    assert [ruled["known"] for ruled in intent["rulings"]] == [True, True]
