"""Models that retire: what callers learn before, and what becomes of their calls after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.assembly import utc_now
from gateway.bundle.pair import load_pair
from gateway.config import read_settings
from gateway.documents import DocumentsRefused, load_texts
from tests.conftest import CONFIG, OpenHouse, configured

TODAY = utc_now().date()
SOON, PAST = TODAY + timedelta(days=20), TODAY - timedelta(days=1)


def config(when: object, how: str = "refuse") -> str:
    return CONFIG.replace(
        "gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini]}",
        "gpt-4o-mini: {destinations: [alpha/gpt-4o-mini, beta/gpt-4o-mini], aliases: [gpt-4o-old],"
        f" retires: {when}, replacement: maison, when_retired: {how}}}",
    )


async def test_before_its_day_answers_say_so(open_house: OpenHouse, tmp_path: Path) -> None:
    async with open_house(config(SOON)) as house:
        for stream in (False, True):
            answer = await house.chat("Bonjour", stream=stream)
            assert answer.headers["x-ecluse-model-retires"] == SOON.isoformat()
            assert answer.headers["x-ecluse-model-replacement"] == "maison"
            assert answer.headers["sunset"].endswith("00:00:00 GMT")
        assert "x-ecluse-model-retires" not in (await house.chat("Bonjour", model="maison")).headers
        assert "gpt-4o-mini" in (await house.client.get("/v1/models")).text
    notes = load_pair(tmp_path / "house" / "config.yaml").notes
    assert f"model gpt-4o-mini retires on {SOON}, in 20 days: then calls are refused, naming maison" in notes


@pytest.mark.parametrize("name", ["gpt-4o-mini", "gpt-4o-old"])
async def test_after_it_calls_are_refused_with_what_to_use(open_house: OpenHouse, name: str) -> None:
    async with open_house(config(PAST)) as house:
        answer = await house.chat("Bonjour", model=name)
        assert answer.status_code == 404 and not list(house.received)
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == ("model_retired", "model") and "Use maison." in error["message"]
        assert "gpt-4o-mini" not in (await house.client.get("/v1/models")).text
        message = {"model": name, "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
        refused = await house.client.post("/v1/messages", json=message)
        assert (refused.status_code, refused.json()["error"]["type"]) == (404, "not_found_error")


async def test_or_its_replacement_answers(open_house: OpenHouse) -> None:
    async with open_house(config(PAST, "replace")) as house:
        answer = await house.chat("Bonjour")
        assert answer.status_code == 200 and answer.headers["x-ecluse-destination"] == "internal/maison"
        assert answer.headers["x-ecluse-model-replaced"] == "gpt-4o-mini>maison"
        first = (await house.records(answer.headers["x-ecluse-call-id"]))[0]
        assert (first["model"], first["retired"]) == ("maison", "gpt-4o-mini")


@pytest.mark.parametrize("how", ["refuse", "replace"])
async def test_nobody_is_led_to_a_model_that_his_key_may_not_use(open_house: OpenHouse, how: str) -> None:
    async with open_house(config(PAST, how), models=("gpt-*",)) as house:
        answer = await house.chat("Bonjour")
        assert answer.status_code == 404 and "maison" not in answer.text


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (
            "{a: {destinations: [d], retires: 2030-01-01, replacement: bb}, b: {destinations: [d]}}",
            "there is no model bb",
        ),
        ("{a: {destinations: [d], replacement: b}, b: {destinations: [d]}}", "say when the model retires"),
        ("{a: {destinations: [d], retires: 2030-01-01, when_retired: replace}}", "needs `replacement`"),
        (
            "{a: {destinations: [d], retires: 2030-01-01, replacement: b},"
            " b: {destinations: [d], retires: 2030-01-01, replacement: a}}",
            "is replaced by what it replaces",
        ),
        ("{a: {destinations: [d], retires: soon}}", "must be a day"),
    ],
)
def test_ends_that_lead_nowhere_are_refused(models: str, message: str) -> None:
    text = f"""
vendors: {{v: {{kind: openai_compatible, base_url: "http://127.0.0.1:1/v1"}}}}
destinations: {{d: {{vendor: v, model: m}}}}
models: {models}
"""
    with pytest.raises(DocumentsRefused, match=message):
        read_settings(load_texts({"config.yaml": text.encode()}), Path(), {})


def test_a_retired_model_is_noted(tmp_path: Path) -> None:
    notes = load_pair(configured(tmp_path / "house", config(PAST, "replace"))).notes
    assert f"model gpt-4o-mini is retired since {PAST}: calls go to maison" in notes
