"""From a refusal that a caller just got to its answer: a whole gateway, its own ledger, and the command."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from gateway.cli.main import main
from tests.conftest import CONFIG, House, OpenHouse

CANARY = "canary5d0e77"
SECRET = f"-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA{CANARY}\n-----END RSA PRIVATE KEY-----"
QUOTA = "quotas:\n  - {scope: team, unit: requests, window: day, limit: 2}\n"


async def why(house: House, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command says, as one line; it reads the folder of the gateway that runs."""
    await house.gateway.runtime.ledger.flush()
    capsys.readouterr()
    now = house.gateway.runtime.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    config = str(Path(house.folder) / "config.yaml")
    command = ["ledger", "why", "--at", now, "--config", config, *words]
    assert await asyncio.to_thread(main, command) == 0
    return " ".join(capsys.readouterr().out.split())


async def test_every_kind_of_refusal_is_explained(open_house: OpenHouse, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_house(CONFIG + QUOTA) as house:
        denied = await house.chat(f"Bonjour {SECRET}")
        for _ in range(2):
            assert (await house.chat("Bonjour")).status_code == 200
        full = await house.chat("Bonjour")
        wrong = await house.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": "x"})
        transport = httpx.AsyncHTTPTransport(uds=str(house.folder / "c.sock"))
        async with httpx.AsyncClient(transport=transport, base_url="http://control", timeout=30) as control:
            assert (await control.post("/stops", json={"kind": "user", "name": "anne"})).status_code == 201
        stopped = await house.chat("Bonjour")
        said = await why(house, capsys, "--user", "anne", "-n", "9", "--zone", "UTC")
        french = await why(house, capsys, "--user", "anne", "-n", "9", "--lang", "fr")
        own = await why(house, capsys, "--rule", "secrets-stay-home")
        # Another person's calls aren't among them.
        assert await asyncio.to_thread(main, ["ledger", "why", "--at", "today", "--user", "bob", "--config",
                                              str(house.folder / "config.yaml")]) == 1  # fmt: skip
    for answer in (denied, full, wrong, stopped):
        assert answer.headers["x-ecluse-call-id"] in said
    assert said.startswith("4 refused between ")
    for part in (
        "Rule secrets-stay-home of policy secrets: Keys and tokens (secrets.yaml:", "it says the same now",
        "secret.private_key (private key) x 1: in the request, message 1, user", "rssi@example.org (owner of policy",
        "Limit of team hr: 2 requests a day, of which 2 requests were used or held",
        "It is about the field messages.", "Operators had stopped the key or user.", "stop.ordered kind user, name p_",
    ):  # fmt: skip
        assert part in said, part
    for part in ("Limite (équipe hr) : 2 requêtes par jour", "L'exploitation avait suspendu", "règles bundle"):
        assert part in french, part
    assert denied.headers["x-ecluse-call-id"] in own and full.headers["x-ecluse-call-id"] not in own
    assert CANARY not in said + french + own and "anne" not in said


async def test_a_failure_at_every_vendor_is_explained(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    for vendor in ("alpha", "beta"):
        await house.fault(vendor, "status=500")
    failed = await house.chat("Bonjour")
    said = await why(house, capsys, "--outcome", "failed")
    assert failed.headers["x-ecluse-call-id"] in said
    assert "alpha/gpt-4o-mini: server, HTTP 500, the vendor's fault" in said
    assert "beta/gpt-4o-mini: server, HTTP 500, the vendor's fault" in said
