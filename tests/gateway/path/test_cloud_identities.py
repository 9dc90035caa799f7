"""Vendors in a cloud: calls carry a token that was fetched beside them; without one they go to the next destination."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import pytest

from gateway.config.load import load_settings
from gateway.documents import DocumentsRefused
from tests.adapters.conftest import RawServer, raw_server  # noqa: F401 - a fixture
from tests.conftest import CONFIG, OpenHouse, configured
from tests.gateway.path.test_attempts import http

ALPHA, BETA = "alpha/gpt-4o-mini", "beta/gpt-4o-mini"
TOKEN = "entra.hush-hush"


def config(url: str) -> str:
    """The usual house, whose alpha is Azure OpenAI under an identity of Entra's."""
    entra = f"alpha: {{kind: azure_openai, base_url: '{url}', options: {{identity: entra}}}}"
    return CONFIG.replace("alpha: {kind: simulator}", entra).replace("[alpha, beta, internal]", "[beta, internal]")


@contextlib.asynccontextmanager
async def identified(monkeypatch: pytest.MonkeyPatch, url: str) -> AsyncIterator[None]:
    """A machine with a managed identity: it is fetched when the gateway starts."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{url}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "h")
    yield


class Azure:
    """A managed identity's token server and a vendor in one."""

    def __init__(self) -> None:
        self.tokens, self.keys = 0, []
        self.refuses = False

    async def __call__(self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if request.startswith(b"GET /msi"):
            self.tokens += 1
            until = str(int(time.time()) + 3600)
            body = {"access_token": TOKEN, "expires_on": until, "resource": "r", "token_type": "Bearer"}
            writer.write(http(400, {"error": TOKEN}) if self.refuses else http(200, body))
        else:
            self.keys += [line for line in request.split(b"\r\n") if line.lower().startswith(b"authorization")]
            writer.write(http())
        return True


async def test_calls_carry_the_token_and_fetch_it_once(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    azure = Azure()
    async with raw_server(azure) as url, identified(monkeypatch, url), open_house(config(url)) as house:
        answers = await asyncio.gather(*(house.chat(f"Bonjour {n}") for n in range(5)))
        assert {a.headers["x-ecluse-destination"] for a in answers} == {ALPHA}
        assert [key.partition(b": ")[2] for key in azure.keys] == [f"Bearer {TOKEN}".encode()] * 5
        assert azure.tokens == 1


async def test_without_an_identity_the_next_destination_answers_and_nothing_is_told(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    azure = Azure()
    azure.refuses = True
    async with raw_server(azure) as url, identified(monkeypatch, url), open_house(config(url)) as house:
        answer = await house.chat("Bonjour")
        assert (answer.status_code, answer.headers["x-ecluse-destination"]) == (200, BETA)
        records = await house.records(answer.headers["x-ecluse-call-id"])
        tried = [(r["destination"], r["error"]) for r in records if r["record"] == "ATTEMPT"]
        assert tried == [(ALPHA, "auth"), (BETA, None)]
        assert azure.keys == []
        again = await house.chat("Encore")
        assert again.headers["x-ecluse-destination"] == BETA
        told = json.dumps(records) + await house.metrics() + answer.text + str(answer.headers)
        assert 'failure="auth"' in told
        assert "hush" not in told + caplog.text + "".join(capsys.readouterr())


def test_a_cloud_whose_library_is_missing_is_named_by_the_check(tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.config.load.installed", lambda module: module != "azure.identity")
    path = configured(tmp_path / "house", config("https://example.openai.azure.com"))
    with pytest.raises(DocumentsRefused) as refused:
        load_settings(path, {})
    assert "azure_openai needs what isn't installed here; install what requirements/clouds.txt" in str(refused.value)
