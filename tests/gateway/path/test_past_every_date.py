"""The clock moved past every date that a bundle knows: start, restart, edit and reload all serve what still may be."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from gateway.bundle.signing import SigningKey
from gateway.cli.main import main
from gateway.identity import Keyring
from gateway.reload import Reloader
from gateway.serve import gateway
from tests.conftest import CONFIG, House, configured

BEFORE = datetime(2026, 12, 1, tzinfo=UTC)
AFTER = datetime(2199, 7, 1, tzinfo=UTC)
OWN = """\
kind: Detector
id: org.code
keywords: {any: [Projet Ardoise]}
examples: {hit: [le projet ardoise], miss: [le projet]}
---
kind: Detector
id: org.watched
keywords: {any: [Projet Basalte]}
examples: {hit: [le projet basalte], miss: [le projet]}
---
kind: EgressPolicy
policy: own
owner: a@example.org
rules:
  - id: own-deny
    when: {findings: {any_of: [org.code]}}
    action: deny
    in_history: deny
    overridable: true
    message: {en: No., fr: Non.}
  - id: own-shadow
    when: {findings: {any_of: [org.watched]}}
    action: deny
    mode: shadow
    shadow_until: 2026-12-31
    message: {en: No., fr: Non.}
exceptions:
  - {id: EX-1, lifts: [own-deny], who: {users: [anne]}, reason: r, owner: a@example.org, expires: 2026-12-31}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A signed bundle in which everything that can end does, but the internal contract."""
    keys = {name: SigningKey.create(tmp_path / f"{name}.pem") for name in ("author", "approver")}
    signers = "".join(f"    {name}: {{key: {base64.b64encode(key.public).decode()}}}\n" for name, key in keys.items())
    path = configured(tmp_path / "house", f"{CONFIG}bundle_signatures:\n  require: 1\n  signers:\n{signers}")
    bundle = path.parent / "bundle"
    contracts = (bundle / "contracts.yaml").read_text()
    for contract in ("alpha-us", "beta-eu"):
        contracts = contracts.replace(f"id: {contract}\n", f"id: {contract}\nexpires: 2026-12-31\n")
    (bundle / "contracts.yaml").write_text(contracts)
    (bundle / "own.yaml").write_text(OWN)
    Keyring.create(path.parent / "keyring")
    return path.parent


def sign(home: Path) -> None:
    for name in ("author", "approver"):
        words = ("--key", str(home.parent / f"{name}.pem"), "--signer", name, "--bundle", str(home / "bundle"))
        assert main(["policy", "sign", *words]) == 0


@asynccontextmanager
async def opened(home: Path, now: datetime) -> AsyncIterator[House]:
    async with gateway(home / "config.yaml", now=lambda: now) as serving:
        house = House(serving, home, "", httpx.AsyncClient())
        house.key = house.issue(user="anne", team="hr")
        headers = {"authorization": f"Bearer {house.key}"}
        async with httpx.AsyncClient(base_url=house.url, headers=headers, timeout=20) as house.client:
            yield house


async def served(house: House) -> list[int]:
    """External; internal; what the exception lifts; what the shadow rule watches."""
    asked = [
        ("gpt-4o-mini", "Bonjour"),
        ("maison", "Bonjour"),
        ("maison", "projet ardoise"),
        ("maison", "projet basalte"),
    ]
    answers = [await house.chat(text, model=model) for model, text in asked]
    records = await house.records(answers[3].headers["x-ecluse-call-id"])
    rules = [rule for r in records if r["record"] == "INTENT" for rule in r["rulings"][0]["rules"]]
    assert [rule["mode"] for rule in rules if rule["policy"] == "own"] == ["shadow"]
    return [answer.status_code for answer in answers]


async def test_start_restart_edit_and_reload_serve(home: Path) -> None:
    sign(home)
    async with opened(home, BEFORE) as house:
        assert await served(house) == [200, 200, 200, 200]
    async with opened(home, AFTER) as house:
        ended = await served(house)
        assert ended[0] in (400, 503), "no contract in force covers the external vendors"
        assert ended[1:] == [200, 400, 200]
        (home / "bundle" / "extra.yaml").write_text(
            "kind: UseCase\nid: extra\ntitle: A\nowner: a@example.org\nstatus: pilot\n"
        )
        sign(home)
        simulator = house.gateway.simulator
        assert simulator is not None
        urls = {name: simulator.url(name) for name in simulator.names}
        await Reloader(house.gateway.runtime, home / "config.yaml", urls).reload()
        assert "extra" in house.gateway.runtime.epoch.pair.bundle.use_cases
        assert await served(house) == ended
    async with opened(home, AFTER.replace(year=2300)) as house:
        assert "extra" in house.gateway.runtime.epoch.pair.bundle.use_cases
        assert await served(house) == ended
    (home / "bundle" / "extra.yaml").write_text("kind: UseCase\n")
    async with opened(home, AFTER.replace(year=2301)) as house:
        assert "extra" in house.gateway.runtime.epoch.pair.bundle.use_cases, "the last good copy"
        assert await served(house) == ended
        assert "ecluse_load_refused 1.0" in await house.metrics()


async def test_ends_are_told_before_and_after(home: Path) -> None:
    sign(home)
    async with opened(home, datetime(2026, 12, 20, tzinfo=UTC)) as house:
        page = await house.metrics()
        end = datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC).timestamp()
        for family in (
            'exception_expiry_timestamp_seconds{exception="EX-1"}',
            'shadow_expiry_timestamp_seconds{rule="own-shadow"}',
        ):
            line = next(line for line in page.splitlines() if line.startswith(f"ecluse_{family}"))
            assert float(line.split()[1]) == pytest.approx(end)
        notes = await noted(house)
        assert any("own.yaml" in note and "own-shadow" in note and "14 days or less" in note for note in notes)
        assert any("EX-1" in note and "14 days or less" in note for note in notes)
    async with opened(home, AFTER) as house:
        notes = await noted(house)
        assert any("EX-1 has expired" in note and "14 days" not in note for note in notes)


async def noted(house: House) -> list[str]:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control") as control:
        notes: list[str] = (await control.get("/status")).json()["notes"]
        return notes
