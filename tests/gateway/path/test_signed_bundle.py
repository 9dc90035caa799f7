"""A gateway that asks for signatures: what isn't signed as asked never rules, and every call goes on being judged."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.bundle.signing import SigningKey
from gateway.cli.main import main
from tests.conftest import CONFIG, House, OpenHouse, configured

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2v9Qd\n-----END RSA PRIVATE KEY-----"
SIGNERS = ("anne", "bob")
USE_CASE = "kind: UseCase\nid: extra\ntitle: A\nowner: a@example.org\nstatus: pilot\n"


def sign(house: Path, *names: str, key: str = "") -> None:
    for name in names:
        words = ("--key", str(house.parent / f"{key or name}.pem"), "--signer", name, "--bundle", str(house / "bundle"))
        assert main(["policy", "sign", *words]) == 0


@pytest.fixture
async def signed(tmp_path: Path, open_house: OpenHouse) -> AsyncIterator[House]:
    signers = ""
    for name in (*SIGNERS, "eve"):
        public = SigningKey.create(tmp_path / f"{name}.pem").public
        signers += f"    {name}: {{key: {base64.b64encode(public).decode()}}}\n" if name in SIGNERS else ""
    config = f"{CONFIG}bundle_signatures:\n  require: 1\n  signers:\n{signers}"
    configured(tmp_path / "house", config)
    sign(tmp_path / "house", *SIGNERS)
    async with open_house(config) as house:
        yield house


async def reload(house: House) -> httpx.Response:
    transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
        return await control.post("/reload")


async def judged(house: House) -> str:
    """The revision that judges; a secret to an external vendor is refused all the time."""
    assert (await house.chat("Bonjour")).status_code == 200
    refused = await house.chat(PEM, model="claude-sonnet-5")
    assert "PRIVATE KEY" not in refused.text
    return refused.headers["x-ecluse-policy"]


@pytest.mark.parametrize(
    ("signers", "said"),
    [
        ((), "use_cases.yaml: is not as it was when it was signed"),
        (("anne",), "0 approve; 1 must approve, its author anne not counted"),
        (("anne", "eve"), "0 approve; 1 must approve"),
    ],
)
async def test_what_is_not_signed_as_asked_never_rules(signed: House, signers: tuple[str, ...], said: str) -> None:
    before = await judged(signed)
    file = signed.folder / "bundle" / "use_cases.yaml"
    file.write_text(f"{file.read_text()}---\n{USE_CASE}")
    sign(signed.folder, *signers)
    answer = await reload(signed)
    assert answer.status_code == 422
    assert said in answer.json()["refused"]
    assert await judged(signed) == before
    sign(signed.folder, *SIGNERS)
    assert (await reload(signed)).status_code == 200
    assert await judged(signed) != before


async def test_a_signature_of_another_key_refuses_the_bundle(signed: House) -> None:
    before = await judged(signed)
    (signed.folder / "bundle" / "extra.yaml").write_text(USE_CASE)
    sign(signed.folder, "anne")
    sign(signed.folder, "bob", key="eve")
    answer = await reload(signed)
    assert "the signature of bob doesn't hold" in answer.json()["refused"]
    assert await judged(signed) == before


async def test_asking_for_fewer_signatures_is_seen(signed: House, capsys: pytest.CaptureFixture[str]) -> None:
    config = signed.folder / "config.yaml"
    config.write_text(config.read_text().replace("require: 1", "require: 0"))
    (signed.folder / "bundle" / "extra.yaml").write_text(USE_CASE)
    sign(signed.folder, "anne")
    assert (await reload(signed)).status_code == 200
    await signed.gateway.runtime.ledger.flush()
    capsys.readouterr()
    assert main(["policy", "log", "--config", str(config), "-n", "2"]) == 0
    started, loaded = capsys.readouterr().out.splitlines()[-2:]
    assert "written by anne, approved by bob (1 must)" in started
    assert "written by anne, approved by nobody (nobody must)" in loaded
    (signed.folder / "bundle" / "extra.yaml").write_text(USE_CASE.replace("extra", "another"))
    assert (await reload(signed)).status_code == 200
    approval = signed.gateway.runtime.epoch.pair.approval
    assert approval is None, "what was signed was something else"
