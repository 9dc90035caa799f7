"""Files and batches: inspected line by line, done where they are kept, and reached by whoever had them made only."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import House, OpenHouse, configured
from tests.gateway.path.test_owned import KEEPS, stranger, told
from tests.gateway.path.test_policy import PEM

BODIES = {
    "/v1/chat/completions": lambda text: {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}]},
    "/v1/responses": lambda text: {"model": "gpt-4o-mini", "input": text},
    "/v1/embeddings": lambda text: {"model": "gpt-4o-mini", "input": text},
}
CHAT = "/v1/chat/completions"


def lines(*texts: str, url: str = CHAT) -> bytes:
    """A file of requests."""
    return b"\n".join(
        json.dumps({"custom_id": f"r{n}", "method": "POST", "url": url, "body": BODIES[url](text)}).encode()
        for n, text in enumerate(texts)
    )


async def upload(client: httpx.AsyncClient, raw: bytes, name: str = "lot.jsonl", **more: str) -> httpx.Response:
    fields = {"purpose": "batch", **more}
    return await client.post("/v1/files", data=fields, files={"file": (name, raw, "application/jsonl")})


async def sent_file(house: House) -> str:
    """The name of a file that is kept."""
    return str((await upload(house.client, lines("Bonjour"))).json()["id"])


async def begun(house: House, **metadata: str) -> tuple[str, str]:
    """A file and a batch of it."""
    file = await sent_file(house)
    ask = {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h", "metadata": metadata}
    answer = await house.client.post("/v1/batches", json=ask)
    assert answer.status_code == 200, answer.text
    return file, answer.json()["id"]


@pytest.fixture
async def keeping(open_house: OpenHouse) -> Any:
    async with open_house(KEEPS) as house:
        yield house


async def test_the_sdk_does_a_batch(keeping: House) -> None:
    async with openai.AsyncOpenAI(api_key=keeping.key, base_url=f"{keeping.url}/v1", max_retries=0) as client:
        raw = lines("[[sim:say=un]]", "[[sim:say=deux]]")
        file = await client.files.create(file=("lot.jsonl", raw), purpose="batch")
        assert (await client.files.retrieve(file.id)).filename == "lot.jsonl"
        batch = await client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
        done = await client.batches.retrieve(batch.id)
        assert done.status == "completed" and done.output_file_id
        said = [json.loads(line) for line in (await client.files.content(done.output_file_id)).text.splitlines()]
        assert [s["response"]["body"]["choices"][0]["message"]["content"] for s in said] == ["un", "deux"]
        kept = [json.loads(line) for line in (await client.files.content(file.id)).text.splitlines()]
        assert [k["custom_id"] for k in kept] == ["r0", "r1"]
        waits = await client.batches.create(
            input_file_id=file.id, endpoint=CHAT, completion_window="24h", metadata={"sim": "wait"}
        )
        assert (await client.batches.cancel(waits.id)).status == "cancelled"
        assert (await client.files.delete(file.id)).deleted
        with pytest.raises(openai.NotFoundError):
            await client.files.retrieve(file.id)


@pytest.mark.parametrize("strip", [False, True])
async def test_who_asks_is_kept_out_of_every_line(open_house: OpenHouse, tmp_path: Path, strip: bool) -> None:
    if strip:
        configured(tmp_path / "house", KEEPS)
        file = tmp_path / "house" / "bundle" / "identity.yaml"
        file.write_text(file.read_text().replace("action: pseudonymise", "action: redact"))
    named = [
        {"user": "jean.dupont", "metadata": {"who": "jean.dupont"}, "prompt_cache_key": "jean.dupont"},
        {"user": "jean.dupont"},
        {},
        {"safety_identifier": "jean.dupont"},
    ]
    asked = [
        {"custom_id": f"r{n}", "method": "POST", "url": CHAT, "body": {**BODIES[CHAT]("Bonjour"), **fields}}
        for n, fields in enumerate(named)
    ]
    raw = b"\n\n".join(json.dumps(line).encode() for line in asked)
    async with open_house(KEEPS) as house:
        answer = await upload(house.client, raw, user="somebody-else")
        assert answer.status_code == 200, answer.text
        (sent,) = [one.body for one in house.received if one.path == "/v1/files"]
    assert b"jean" not in sent
    kept = [json.loads(line)["body"] for line in sent.splitlines() if line.startswith(b'{"custom_id"')]
    assert [body.keys() for body in kept] == [{*line["body"], "store"} for line in asked]
    assert kept[0]["metadata"] == {}
    for body, fields in zip(kept, named, strict=True):
        for value in (body[name] for name in fields if name != "metadata"):
            assert value == "redacted" if strip else value.startswith("user_"), value


async def test_the_sync_sdk_does_too(keeping: House) -> None:
    def work() -> str | None:
        with openai.OpenAI(api_key=keeping.key, base_url=f"{keeping.url}/v1", max_retries=0) as client:
            file = client.files.create(file=("lot.jsonl", lines("Bonjour")), purpose="batch")
            batch = client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window="24h")
            return client.files.content(str(client.batches.retrieve(batch.id).output_file_id)).text

    assert json.loads(str(await asyncio.to_thread(work)))["custom_id"] == "r0"


@pytest.mark.parametrize("url", BODIES)
async def test_every_line_is_inspected_as_the_request_that_it_is(keeping: House, url: str) -> None:
    for raw, word in (
        (lines("Bonjour", f"ma clé {PEM}", url=url), "secret.private_key"),
        (lines("Bonjour", "Mon IBAN est FR76 3000 6000 0112 3456 7890 189", url=url), "fin.iban"),
        (lines("a", url=url).replace(b'"r0"', json.dumps(PEM).encode()), "secret.private_key"),
        (lines("a", url=url).replace(b'"method"', json.dumps({"x": {PEM: 1}}).encode()[1:-1] + b',"method"'), "secret"),
    ):
        refused = await upload(keeping.client, raw)
        assert refused.status_code == 400 and word in refused.text, refused.text
        assert "jsonl, line" in refused.text and "MIIE" not in refused.text
    assert (await upload(keeping.client, lines("Bonjour"), name=PEM.replace("\n", " "))).status_code == 400
    assert not list(keeping.received)


async def test_what_changes_in_a_request_changes_in_its_line(open_house: OpenHouse) -> None:
    config = KEEPS.replace("vendor: alpha, model: gpt-4o-mini,", "vendor: alpha, model: theirs,")
    async with open_house(config) as house:
        raw = lines("é\\u00e9", "deux", url="/v1/responses") + b"\n"
        assert (await upload(house.client, raw)).status_code == 200
        sent = list(house.received)[-1].body
        inside = sent.split(b"\r\n\r\n")[-1].split(b"\r\n--")[0]
        read = [json.loads(line)["body"] for line in inside.splitlines()]
        assert [(one["model"], one["store"]) for one in read] == [("theirs", False)] * 2
        assert [one["input"] for one in read] == ["é\\u00e9", "deux"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not JSON",
        lines("a").replace(b"POST", b"GET"),
        lines("a").replace(CHAT.encode(), b"/v1/audio/speech"),
        lines("a") + b"\n" + lines("a", url="/v1/responses"),
        lines("a") + b"\n" + lines("a").replace(b"gpt-4o-mini", b"maison"),
        lines("a", url="/v1/responses").replace(b'"input"', b'"previous_response_id": "resp_1", "input"'),
        lines("a", url="/v1/responses").replace(b'"input"', b'"background": true, "store": true, "input"'),
        lines("a").replace(b'"messages"', b'"stream": true, "messages"'),
        lines("a").replace(b'"messages"', b'"messages": [], "messages"'),
        lines("a")[:-1] + b', "x": [\r' + lines("b") + b"\r]}",
        b"\n".join([lines("a")] * 2_001),
    ],
)
async def test_lines_that_are_no_plain_requests_are_refused(keeping: House, raw: bytes) -> None:
    refused = await upload(keeping.client, raw)
    assert refused.status_code in (400, 413), refused.text
    assert not list(keeping.received)


async def test_other_purposes_and_places_that_may_not_keep_are_refused(keeping: House, open_house: OpenHouse) -> None:
    refused = await upload(keeping.client, lines("a"), purpose="assistants")
    assert refused.status_code == 400 and refused.json()["error"]["param"] == "purpose"
    at_home = await upload(keeping.client, lines("a").replace(b"gpt-4o-mini", b"maison"))
    assert at_home.status_code == 400 and at_home.json()["error"]["code"] == "vendor_held"
    assert at_home.json()["error"]["param"] == "file", "the caller said nothing of `store`"
    assert not list(keeping.received)


WAYS = {
    "file": [("GET", "/v1/files/{}"), ("DELETE", "/v1/files/{}"), ("GET", "/v1/files/{}/content")],
    "batch": [("GET", "/v1/batches/{}"), ("POST", "/v1/batches/{}/cancel")],
}


@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind, ways in WAYS.items() for way in ways])
async def test_another_caller_gets_what_nobody_would(keeping: House, kind: str, way: tuple[str, str]) -> None:
    file, batch = await begun(keeping)
    output = (await keeping.client.get(f"/v1/batches/{batch}")).json()["output_file_id"]
    names, unknown = ([file, output], "file-0") if kind == "file" else ([batch], "batch_0")
    before = len(list(keeping.received))
    async with stranger(keeping, user="bob") as bob:
        nobodys = await bob.request(way[0], way[1].format(unknown))
        for name in names:
            assert told(await bob.request(way[0], way[1].format(name))) == told(nobodys)
        assert (nobodys.status_code, nobodys.json()["error"]["code"]) == (404, "object_not_found")
    assert len(list(keeping.received)) == before, "nothing was asked of the vendor"
    for name in names:
        assert (await keeping.client.request(way[0], way[1].format(name))).status_code == 200


async def test_a_batch_is_made_of_ones_own_file_only(keeping: House) -> None:
    file, _ = await begun(keeping)
    before = len(list(keeping.received))
    async with stranger(keeping, user="bob") as bob:
        asks = [{"input_file_id": name, "endpoint": CHAT, "completion_window": "24h"} for name in (file, "file-0")]
        theirs, nobodys = [await bob.post("/v1/batches", json=ask) for ask in asks]
        assert told(theirs) == told(nobodys) and theirs.status_code == 404
    refused = await keeping.client.post("/v1/batches", json={**asks[0], "metadata": {"note": PEM}})
    assert refused.status_code == 400 and "secret.private_key" in refused.text
    assert len(list(keeping.received)) == before


async def test_a_batch_is_for_the_api_that_its_lines_were_inspected_as(keeping: House) -> None:
    """A vendor might go by the endpoint of the batch rather than by the url of each line."""
    file = await sent_file(keeping)
    for endpoint in ("/v1/embeddings", "/v1/responses", "/v1/nothing"):
        ask = {"input_file_id": file, "endpoint": endpoint, "completion_window": "24h"}
        refused = await keeping.client.post("/v1/batches", json=ask)
        assert refused.status_code == 400, endpoint
        assert refused.json()["error"]["param"] == "endpoint"
    assert not [r for r in keeping.received if r.path.endswith("/batches")]


async def test_a_batch_counts_as_its_lines(open_house: OpenHouse) -> None:
    quota = "quotas:\n  - {scope: user, unit: tokens, window: day, limit: 20000}\n"
    async with open_house(KEEPS + quota) as house:
        file, _ = await begun(house)
        use = next(iter(house.gateway.runtime.quotas.used()))
        assert 4_096 < use.account.used < 4_096 + 200, "input as a quarter of its bytes, output as held"
        ask = {"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"}
        statuses = [(await house.client.post("/v1/batches", json=ask)).status_code for _ in range(5)]
        assert statuses[0] == 200 and statuses[-1] == 429


async def test_a_list_shows_ones_own_only(keeping: House) -> None:
    async with openai.AsyncOpenAI(api_key=keeping.key, base_url=f"{keeping.url}/v1", max_retries=0) as client:
        made = [await begun(keeping) for _ in range(3)]
        await client.batches.retrieve(made[0][1])
        before = len(list(keeping.received))
        files = [f async for f in await client.files.list(limit=2)]
        assert [f.purpose for f in files] == ["batch_output", "batch", "batch", "batch"]
        assert {f.id for f in files} > {file for file, _ in made} and all(f.bytes for f in files[1:])
        batches = [b async for b in await client.batches.list(limit=1)]
        assert [b.id for b in batches] == [batch for _, batch in reversed(made)]
        assert [b.status for b in batches] == ["validating", "validating", "completed"]
        assert len(list(keeping.received)) == before, "no vendor was asked"
        await client.files.delete(made[1][0])
        assert made[1][0] not in {f.id async for f in await client.files.list()}
        async with stranger(keeping, user="bob") as bob:
            for path in ("/v1/files", "/v1/batches"):
                assert (await bob.get(path)).json()["data"] == []
                assert (await bob.get(path, params={"after": made[0][0]})).json()["data"] == []
        page = await keeping.metrics()
        assert 'ecluse_lists_total{kind="batch"}' in page


@pytest.mark.parametrize(("limit", "shown"), [("1", 1), ("0", 1), ("9" * 5000, 2), ("-1", 2), ("many", 2)])
async def test_a_page_has_as_many_as_are_asked_for_whatever_is_asked(keeping: House, limit: str, shown: int) -> None:
    for _ in range(2):
        await sent_file(keeping)
    page = await keeping.client.get("/v1/files", params={"limit": limit})
    assert (page.status_code, len(page.json()["data"]), page.json()["has_more"]) == (200, shown, shown == 1)
