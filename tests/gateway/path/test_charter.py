"""The charter as callers get it."""

import asyncio

import httpx
import pytest

from gateway.bundle.charter import charter_of, written
from gateway.bundle.vocabulary import Names
from gateway.cli.main import main
from tests.conftest import House

RULE = (
    "kind: EgressPolicy\npolicy: own\nowner: me\nrules:\n"
    "  - {id: phones, when: {findings: {any_of: [contact.phone]}}, action: deny,\n"
    "     message: {en: No phones., fr: Rien.}}\n"
)


async def test_strangers_are_told_so_in_the_usual_way(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as stranger:
        refused, usual = await stranger.get("/charter"), await stranger.get("/v1/models")
    assert refused.status_code == 401
    assert refused.json()["error"]["message"] == usual.json()["error"]["message"]
    assert "ecluse_charters_total{" not in await house.metrics()


async def test_callers_get_it_in_the_form_and_language_they_prefer(house: House) -> None:
    plain = await house.client.get("/charter")
    assert plain.headers["content-type"] == "text/markdown; charset=utf-8"
    assert plain.text.startswith("# What you may send") and plain.headers["content-language"] == "en"
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": "de, fr-FR;q=0.9, en;q=0.7"}
    web = await house.client.get("/charter", headers=browser)
    assert web.headers["content-type"] == "text/html; charset=utf-8" and '<html lang="fr">' in web.text
    assert web.headers["content-security-policy"].startswith("default-src 'none'")
    both = await house.client.get("/charter?lang=both", headers={"accept-language": "fr"})
    assert "# What you may" in both.text and "# Ce que vous pouvez" in both.text
    odd = await house.client.get("/charter", headers={"accept-language": "fr;q=x, en;q=0, *"})
    assert odd.headers["content-language"] == "en"
    page = await house.metrics()
    assert 'ecluse_charters_total{format="md",language="en"} 2.0' in page
    assert 'ecluse_charters_total{format="html",language="fr"} 1.0' in page


async def test_it_is_no_call(house: House) -> None:
    answer = await house.client.get("/charter")
    assert "x-ecluse-call-id" not in answer.headers
    assert "ecluse_requests_total{" not in await house.metrics()


@pytest.mark.parametrize("lang", ["de", "", "EN"])
async def test_a_language_that_there_is_not(house: House, lang: str) -> None:
    refused = await house.client.get(f"/charter?lang={lang or '%20'}")
    assert refused.status_code == 400 and refused.json()["error"]["param"] == "lang"


async def test_it_is_the_page_of_the_bundle_in_force(house: House) -> None:
    runtime = house.gateway.runtime
    pair, today = runtime.epoch.pair, runtime.now().date()
    found = charter_of(pair.bundle, Names.of(pair.settings), pair.destinations.values(), pair.models.values(), today)
    first = await house.client.get("/charter?lang=fr")
    assert first.text == written(found, ("fr",), pair.bundle.revision, today, web=False)
    assert pair.bundle.revision in first.text and "No phones." not in first.text
    (house.folder / "bundle" / "own.yaml").write_text(RULE)
    assert await asyncio.to_thread(main, ["reload", "--untested", "--config", str(house.folder / "config.yaml")]) == 0
    second = await house.client.get("/charter?lang=en")
    assert "No phones." in second.text and pair.bundle.revision not in second.text
