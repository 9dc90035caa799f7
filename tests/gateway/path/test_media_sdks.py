"""The OpenAI SDK, sync and async, at the routes that aren't chats."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import House, OpenHouse
from tests.gateway.path.calls import FILES, with_media
from tests.gateway.path.test_policy import PEM
from tests.gateway.reading import paper


@pytest.fixture
async def media(open_house: OpenHouse, tmp_path: Path) -> Any:
    """A house in which pictures and sound may pass."""
    async with open_house(with_media(tmp_path / "house")) as house:
        yield house


async def both(house: House, ask: Any) -> list[Any]:
    """What `ask` gives with a sync client in a thread, and with an async one, each read to its end."""
    url = f"{house.url}/v1"

    def plainly() -> Any:
        with openai.OpenAI(api_key=house.key, base_url=url, max_retries=0) as client:
            said = ask(client)
            return list(said) if isinstance(said, openai.Stream) else said

    async with openai.AsyncOpenAI(api_key=house.key, base_url=url, max_retries=0) as client:
        said = await ask(client)
        return [await asyncio.to_thread(plainly), [e async for e in said] if hasattr(said, "__aiter__") else said]


async def test_moderations(media: House) -> None:
    for said in await both(media, lambda c: c.moderations.create(model="gpt-4o-mini", input=["un", "[[flag]]"])):
        assert [one.flagged for one in said.results] == [False, True]


async def test_pictures(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "prompt": "[[sim:say=une péniche]]"}
    for said in await both(media, lambda c: c.images.generate(**ask, n=2)):
        assert [(one.revised_prompt, bool(one.b64_json)) for one in said.data] == [("une péniche", True)] * 2
        assert said.usage.output_tokens == 544
    for events in await both(media, lambda c: c.images.generate(**ask, stream=True, partial_images=2)):
        assert [e.type.rpartition(".")[2] for e in events] == ["partial_image", "partial_image", "completed"]


async def test_pictures_are_refused_abroad_without_a_rule(house: House) -> None:
    with pytest.raises(openai.BadRequestError, match=r"class\.not_inspectable"):
        async with openai.AsyncOpenAI(api_key=house.key, base_url=f"{house.url}/v1", max_retries=0) as client:
            await client.images.generate(model="gpt-4o-mini", prompt="une péniche")
    assert not house.received.total
    answer = await house.client.post("/v1/images/generations", json={"model": "maison", "prompt": "une péniche"})
    assert answer.status_code == 200, "at home it may"


async def test_speech(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "voice": "alloy", "input": "[[sim:say=un deux trois]]"}
    for said in await both(media, lambda c: c.audio.speech.create(**ask)):
        assert said.response.headers["content-type"] == "audio/mpeg"
        assert said.content.startswith(b"\xff\xfb")
    async with openai.AsyncOpenAI(api_key=media.key, base_url=f"{media.url}/v1", max_retries=0) as client:
        async with client.audio.speech.with_streaming_response.create(**ask) as answer:
            assert len([piece async for piece in answer.iter_bytes(417)]) == len(said.content) // 417
        with pytest.raises(openai.BadRequestError, match="secrets-stay-home"):
            await client.audio.speech.create(**ask | {"input": PEM})
    record = (await media.records(said.response.headers["x-ecluse-call-id"]))[-1]
    assert record["outcome"] == "served"
    assert record["tokens"]["output"] is None
    assert (await media.records(said.response.headers["x-ecluse-call-id"]))[1]["charged"][1] == 2 * len(ask["input"])


async def test_sound_that_breaks_off_ends_without_a_clean_end(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "voice": "alloy", "input": "[[sim:say=un deux trois quatre cinq six]][[sim:cut=2]]"}
    async with httpx.AsyncClient(base_url=media.url, headers={"authorization": f"Bearer {media.key}"}) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            async with client.stream("POST", "/v1/audio/speech", json=ask) as answer:
                assert answer.status_code == 200
                call = answer.headers["x-ecluse-call-id"]
                assert [len(piece) async for piece in answer.aiter_bytes()]
    assert (await media.records(call))[-1]["outcome"] == "failed"


OLD = pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # says the SDK of routes that it still has
SOUND, PICTURE = FILES["openai_transcriptions"]["file"], FILES["openai_image_edits"]["image"]


@OLD
async def test_transcriptions(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "file": SOUND, "prompt": "[[sim:say=Bonjour à tous]]"}
    for said in await both(media, lambda c: c.audio.transcriptions.create(**ask)):
        assert said.text == "Bonjour à tous" and said.usage.input_tokens
    for form in ("text", "srt", "vtt"):
        for said in await both(media, lambda c: c.audio.transcriptions.create(**ask, response_format=form)):  # noqa: B023
            assert "Bonjour à tous" in said
    for said in await both(media, lambda c: c.audio.translations.create(**ask, response_format="verbose_json")):
        assert said.segments[0].text == "Bonjour à tous"
    for events in await both(media, lambda c: c.audio.transcriptions.create(**ask, stream=True)):
        assert [e.type for e in events][-1] == "transcript.text.done"
    sent = list(media.received)[-1].body
    assert SOUND[1] in sent and b'filename="r\xc3\xa9union.mp3"' in sent, "byte for byte"


@OLD
async def test_pictures_from_pictures(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "image": [PICTURE, PICTURE], "prompt": "[[sim:say=un quai]]"}
    for said in await both(media, lambda c: c.images.edit(**ask, n=2)):
        assert len(said.data) == 2
    for events in await both(media, lambda c: c.images.edit(**ask, stream=True, partial_images=1)):
        assert [e.type for e in events] == ["image_edit.partial_image", "image_edit.completed"]
    for said in await both(media, lambda c: c.images.create_variation(model="gpt-4o-mini", image=PICTURE)):
        assert said.data[0].b64_json


IBAN = "FR76 3000 6000 0112 3456 7890 189"


async def test_texts_and_names_in_forms_are_inspected_and_edited_in_place(media: House) -> None:
    url, ask = "/v1/audio/transcriptions", {"model": "gpt-4o-mini", "prompt": f"Mon IBAN est {IBAN}."}
    served = await media.client.post(url, data=ask, files={"file": (f"{IBAN}.mp3", SOUND[1], "audio/mpeg")})
    assert served.status_code == 200 and served.headers["x-ecluse-redacted"] == "2"
    sent = list(media.received)[-1].body
    assert IBAN.encode() not in sent and b"Mon IBAN est [redacted: fin.iban]." in sent
    assert b'filename="[redacted: fin.iban].mp3"' in sent and SOUND[1] in sent
    for data, files in (
        ({"model": "gpt-4o-mini", "prompt": PEM}, {"file": SOUND}),
        ({"model": "gpt-4o-mini"}, {"file": (PEM.replace("\n", " "), b"ID3", "audio/mpeg")}),
        ({"model": "gpt-4o-mini", "x_note": PEM}, {"file": SOUND}),
        ({"model": "gpt-4o-mini", PEM.replace("\n", " "): "x"}, {"file": SOUND}),
        ({"model": "gpt-4o-mini"}, {"file": SOUND, "note": ("a.txt", PEM.encode(), "text/plain")}),
        ({"model": "gpt-4o-mini"}, {"file": SOUND, "note": ("a.pdf", paper.pages("Bonjour", PEM), "audio/mpeg")}),
        ({"model": "gpt-4o-mini"}, {"file": ("a.mp3", PEM.encode(), "audio/mpeg")}),
    ):
        refused = await media.client.post(url, data=data, files=files)
        assert refused.status_code == 400 and "secret.private_key" in refused.text, (data.keys(), files.keys())
    escaped = await media.client.post(url, data={"model": "gpt-4o-mini", "x": '{"a":"\\u0041"}'}, files={"file": SOUND})
    assert escaped.json()["error"]["code"] == "bad_multipart"
    in_a_file = {"file": SOUND, "note": ("a.txt", f"IBAN {IBAN}".encode(), "text/plain")}
    stuck = await media.client.post(url, data={"model": "gpt-4o-mini"}, files=in_a_file)
    assert stuck.status_code == 400 and "take it out of the file" in stuck.text
    assert len(list(media.received)) == 1


async def test_sound_stays_at_home_without_a_rule(house: House) -> None:
    ask = {"model": "gpt-4o-mini", "prompt": "Bonjour"}
    refused = await house.client.post("/v1/audio/transcriptions", data=ask, files={"file": SOUND})
    assert refused.status_code == 400 and "class.not_inspectable" in refused.text
    at_home = await house.client.post(
        "/v1/audio/transcriptions", data={**ask, "model": "maison"}, files={"file": SOUND}
    )
    assert at_home.status_code == 200


async def test_pictures_from_addresses_are_json_and_need_their_rule(media: House) -> None:
    ask = {"model": "gpt-4o-mini", "prompt": "un quai", "images": [{"image_url": "https://a.example/b.png"}]}
    refused = await media.client.post("/v1/images/edits", json=ask)
    assert refused.status_code == 400 and "class.remote_url" in refused.text
    held = await media.client.post("/v1/images/edits", json={**ask, "images": [{"file_id": "file-1"}]})
    assert held.json()["error"]["code"] == "vendor_held"
    inside = {**ask, "images": [{"image_url": "data:image/png;base64,iVBORw0KGgo="}]}
    assert (await media.client.post("/v1/images/edits", json=inside)).status_code == 200
    for path in ("/v1/images/variations", "/v1/audio/transcriptions", "/v1/files"):
        plain = await media.client.post(path, json={"model": "gpt-4o-mini"})
        assert plain.status_code == 400 and "multipart/form-data" in plain.text
