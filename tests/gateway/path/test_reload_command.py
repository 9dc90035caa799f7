"""`ecluse reload` against a gateway that serves: what its own cases contradict doesn't come into force by oversight."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from gateway.cli.main import main
from tests.conftest import CONFIG, House, OpenHouse

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2v9Qd\n-----END RSA PRIVATE KEY-----"


@pytest.fixture
async def house(open_house: OpenHouse) -> AsyncIterator[House]:
    async with open_house(CONFIG) as opened:
        yield opened


def loosen(house: House) -> None:
    """Keys and tokens may leave, which cases of the same file contradict."""
    secrets = house.folder / "bundle" / "secrets.yaml"
    secrets.write_text(secrets.read_text().replace("action: deny", "action: warn"))


async def reload(house: House, *words: str) -> int:
    return await asyncio.to_thread(main, ["reload", *words, "--config", str(house.folder / "config.yaml")])


async def refused(house: House) -> bool:
    return (await house.chat(PEM, model="claude-sonnet-5")).status_code == 400


async def test_a_bundle_whose_own_cases_fail_comes_into_force_only_where_that_is_said(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    loosen(house)
    before = house.gateway.runtime.epoch.pair.bundle.revision
    assert await reload(house) == 1
    said = capsys.readouterr().err
    assert re.search(r"secrets\.yaml:\d+:\d+: test '", said)
    assert "cases of the bundle's own fail (--untested" in said
    assert house.gateway.runtime.epoch.pair.bundle.revision == before
    assert await refused(house)
    assert await reload(house, "--untested") == 0
    assert house.gateway.runtime.epoch.pair.bundle.revision != before
    assert not await refused(house)


async def test_what_does_not_load_is_refused_by_the_gateway_and_on_its_record(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    (house.folder / "bundle" / "broken.yaml").write_text("kind: EgressPolice\n")
    assert await reload(house) == 1
    assert "did you mean EgressPolicy?" in capsys.readouterr().err
    assert house.gateway.runtime.ledger.summary()["ready"]
    (house.folder / "bundle" / "broken.yaml").unlink()
    assert await reload(house) == 0


async def test_credentials_need_not_be_at_hand(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command runs in an operator's shell: only the serving process has the vendors' keys."""
    config = house.folder / "config.yaml"
    far = "vendors:\n  far: {kind: openai, credential: '${FAR}'}\n"
    config.write_text(config.read_text().replace("vendors:\n", far, 1))
    loosen(house)
    monkeypatch.delenv("FAR", raising=False)
    before = house.gateway.runtime.epoch.pair.bundle.revision
    assert await reload(house) == 1
    assert house.gateway.runtime.epoch.pair.bundle.revision == before
