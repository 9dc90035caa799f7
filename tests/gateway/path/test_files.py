"""Files in requests over real sockets: read wherever a dialect holds them, or refused with the reason."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
import zlib
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from tests.conftest import CONFIG, House, OpenHouse
from tests.gateway.reading import paper

PEM = "-----BEGIN RSA PRIVATE KEY----- MIIEpAIBAAKCAQEAx3k2v9Qd7Rz1Yf0uWm5Tn8Lb -----END RSA PRIVATE KEY-----"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def url(raw: bytes, mime: str = "application/pdf") -> str:
    return f"data:{mime};base64,{b64(raw)}"


def chat(content: list[Any]) -> tuple[str, dict[str, Any]]:
    return "/v1/chat/completions", {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": content}]}


def responses(content: list[Any]) -> tuple[str, dict[str, Any]]:
    return "/v1/responses", {"model": "gpt-4o-mini", "input": [{"role": "user", "content": content}]}


def messages(content: list[Any]) -> tuple[str, dict[str, Any]]:
    message = {"role": "user", "content": content}
    return "/v1/messages", {"model": "claude-sonnet-5", "max_tokens": 50, "messages": [message]}


def source(raw: bytes, mime: str) -> dict[str, Any]:
    return {"type": "base64", "media_type": mime, "data": b64(raw)}


def places(raw: bytes, mime: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """A file in every place that holds one, in every dialect."""
    arguments = json.dumps({"file": url(raw, mime)})
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": arguments}}
    document = {"type": "document", "source": source(raw, mime)}
    path, told = chat([])
    return {
        "chat file": chat([{"type": "file", "file": {"filename": "a", "file_data": url(raw, mime)}}]),
        "chat bare": chat([{"type": "file", "file": {"filename": "a", "file_data": b64(raw)}}]),
        "chat image": chat([{"type": "image_url", "image_url": {"url": url(raw, mime)}}]),
        "chat text": chat([{"type": "text", "text": f"Lis {url(raw, mime)} et résume"}]),
        "chat arguments": (path, {**told, "messages": [{"role": "assistant", "tool_calls": [call]}]}),
        "chat unknown part": chat([{"type": "text", "text": "lis", "x_file": {"blob": url(raw, mime)}}]),
        "chat unknown field": (path, {**told, "messages": [], "x_file": [{"deep": b64(raw)}]}),
        "responses file": responses([{"type": "input_file", "filename": "a", "file_data": url(raw, mime)}]),
        "responses image": responses([{"type": "input_image", "image_url": url(raw, mime)}]),
        "messages document": messages([document]),
        "messages image": messages([{"type": "image", "source": source(raw, mime)}]),
        "messages result": messages([{"type": "tool_result", "tool_use_id": "t1", "content": [document]}]),
    }


KINDS = {
    "pdf": (lambda text: paper.pages("Bonjour", text), "application/pdf"),
    "pdf that says it is a picture": (lambda text: paper.pages(text), "image/png"),
    "docx": (lambda text: paper.word(paper.paragraph(text)), "application/octet-stream"),
    "xlsx that says it is text": (lambda text: paper.excel([["a", text]]), "text/csv"),
}


async def test_a_file_is_read_in_every_place(house: House) -> None:
    for place in places(b"", "x/y"):
        for make, mime in KINDS.values():
            path, body = places(make(PEM), mime)[place]
            answer = await house.client.post(path, json=body)
            message = answer.json()["error"]["message"]
            assert answer.status_code == 400, (place, mime)
            assert "secret.private_key" in message, (place, mime)
            # Base64 in the middle of a text is decoded there too.
            in_text = place in ("chat text", "chat arguments", "chat unknown part", "chat unknown field")
            assert "in a file (" in message or in_text, (place, mime)
            assert "MIIEpAIBAAK" not in answer.text
    assert not list(house.received)
    for path, body in places(paper.pages("Bonjour"), "application/pdf").values():
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        assert "JVBERi0xLjc" in list(house.received)[-1].body.decode()


async def test_a_finding_that_would_be_redacted_is_refused_in_a_file(house: House) -> None:
    """Nothing is edited inside base64: the refusal says how to leave."""
    path, body = chat([{"type": "file", "file": {"file_data": url(paper.pages("Bonjour", f"Mon IBAN est {IBAN}"))}}])
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert "fin.iban" in message and "take it out of the file" in message
    assert "in a file (pdf, page 2)" in message
    assert not list(house.received)


async def test_what_stands_in_a_text_file_is_said_to(house: House) -> None:
    raw = f"compte : {IBAN}".encode()
    path, body = chat([{"type": "file", "file": {"file_data": url(raw, "text/plain")}}])
    message = (await house.client.post(path, json=body)).json()["error"]["message"]
    assert "take it out of the file" in message and "user, in a file (text), character 10." in message


async def test_text_files_in_any_letters(house: House) -> None:
    said = f"clé {PEM}"
    for raw, head in (
        (said.encode(), "image/png"),
        (said.encode("utf-16"), "text/plain"),
        (said.encode("utf-16-le"), "text/plain;charset=utf-16le"),
        (said.encode("latin-1"), "text/csv"),
        (said.encode("latin-1"), "application/x-export;charset=iso-8859-1"),
        ((said + " fin" * 40_000).encode(), "text/plain"),
    ):
        path, body = chat([{"type": "file", "file": {"file_data": f"data:{head};base64,{b64(raw)}"}}])
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400, head
        assert "secret.private_key" in answer.json()["error"]["message"], head


async def test_a_refusal_says_nothing_of_what_a_file_is_declared_to_be(house: House) -> None:
    for head in ("text/Jean.Dupont.06-12-34-56-78;charset=utf-16", "application/Jean.Dupont"):
        for raw in (PEM.encode("utf-16"), paper.pages(PEM)):
            for text in (f"data:{head};base64,{b64(raw)}", f"voici data:{head};base64,{b64(raw)} fin"):
                for part in ({"type": "text", "text": text}, {"type": "file", "file": {"file_data": text}}):
                    path, body = chat([part])
                    answer = await house.client.post(path, json=body)
                    assert answer.status_code == 400
                    assert "Dupont" not in answer.text
    assert not list(house.received)


def million() -> bytes:
    """A PDF whose packed table names a million objects."""
    table = zlib.compress(b"\x01\x00\x09\x00" * 1_000_000)
    catalogue = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    head = b"<</Type /XRef /Size 1000000 /W [1 2 1] /Root 1 0 R /Filter /FlateDecode /Length %d>>" % len(table)
    whole = b"4 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (head, table)
    return catalogue + whole + b"startxref\n%d\n%%%%EOF" % len(catalogue)


def nested(times: int) -> bytes:
    inner = paper.word(paper.paragraph("au fond"))
    for _ in range(times):
        inner = paper.word("", {"word/embeddings/in.docx": inner})
    return inner


def zips(times: int) -> bytes:
    inner = b"au fond"
    for _ in range(times):
        inner = paper.archive({"in.zip": inner})
    return inner


ENTITIES = '<!DOCTYPE a [<!ENTITY a "x">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
) + "]><a>&j;</a>"  # fmt: skip

BAD = {
    "a zip bomb in a docx": (lambda: paper.word("", {"word/a.xml": b"<a>" + b" " * (1 << 28)}), "unpacks to far more"),
    "a PDF with a million objects": (million, ("too many parts", "takes too long")),
    "an encrypted PDF": (lambda: paper.encrypted("secret"), "encrypted"),
    "an entity bomb": (lambda: paper.word("", {"word/header1.xml": ENTITIES}), "defines entities"),
    "a truncated docx": (lambda: paper.word(paper.paragraph("x" * 500))[:-40], "damaged"),
    "a truncated PDF": (lambda: paper.pages("Bonjour")[:60], "damaged"),
    "a hundred documents in each other": (lambda: nested(100), "too deep"),
    "a hundred archives in each other": (lambda: zips(100), "archive"),
    "an archive": (lambda: paper.archive({"a.txt": "Bonjour"}), "archive"),
    "an old document": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office format"),
}


async def test_bad_files_are_refused_in_time_and_the_loop_goes_on(house: House) -> None:
    for name, (make, words) in BAD.items():
        raw = await asyncio.to_thread(make)
        path, body = chat([{"type": "file", "file": {"file_data": url(raw)}}])
        sent = json.dumps(body).encode()
        begun = time.monotonic()
        async with asyncio.timeout(30):
            stall, answer = await stalled(house.client.post(path, content=sent))
        print(f"{name}: {time.monotonic() - begun:.2f} s, longest stall {stall * 1000:.0f} ms")
        assert answer.status_code == 400, name
        message = answer.json()["error"]["message"]
        assert "not_inspectable" in message, name
        assert any(word in message for word in ((words,) if isinstance(words, str) else words)), name
        assert stall < 0.5, name
        assert (await house.chat("Bonjour")).status_code == 200
    assert len(list(house.received)) == len(BAD)  # the harmless ones


async def stalled(call: Awaitable[Any]) -> tuple[float, Any]:
    """The longest time that the event loop did nothing else while a call was served, and its answer."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.005)
            worst = max(worst, time.monotonic() - before - 0.005)

    watching = asyncio.create_task(watch())
    try:
        answer = await call
        return worst, answer
    finally:
        watching.cancel()


async def test_pictures_stay_not_inspectable(house: House) -> None:
    for path, body in places(PNG, "image/png").values():
        if "x_file" in body or "et résume" in json.dumps(body, ensure_ascii=False) or "arguments" in json.dumps(body):
            continue
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400
        assert "class.not_inspectable" in answer.json()["error"]["message"]


def workers() -> list[int]:
    """Processes that read files for this one."""
    mine = str(os.getpid())
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == mine and b"gateway.reading.worker" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except (OSError, IndexError):
            continue
    return found


SLOW = b"<a>" + b"<b>x</b>" * 12_000_000


async def test_a_file_is_read_once_and_no_process_is_left(open_house: OpenHouse) -> None:
    async with open_house() as house:
        assert not workers()
        path, body = chat([{"type": "file", "file": {"file_data": url(paper.pages("Bonjour"))}}])
        for _ in range(3):
            assert (await house.client.post(path, json=body)).status_code == 200
        assert len(workers()) == 1
        page = await house.metrics()
        assert 'ecluse_files_total{kind="pdf",result="read"} 3.0' in page
        assert "ecluse_file_seconds_count 1.0" in page
        assert "ecluse_file_workers 1.0" in page
    assert not workers()


async def test_a_slow_file_frees_its_worker(open_house: OpenHouse) -> None:
    """Out of time, or its caller gone: the process ends, and the next file is read."""
    slow = await asyncio.to_thread(paper.word, "", {"word/a.xml": SLOW})
    limits = "files: {workers: 1, file_seconds: 2}\n"
    async with open_house(CONFIG + limits) as house:
        path, body = chat([{"type": "file", "file": {"file_data": url(slow)}}])
        answer = await house.client.post(path, json=body)
        assert "takes too long" in answer.json()["error"]["message"]
        while workers():
            await asyncio.sleep(0.01)
        call = asyncio.create_task(house.client.post(path, json=body))
        while not workers():
            await asyncio.sleep(0.01)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        while workers():
            await asyncio.sleep(0.01)
        path, body = chat([{"type": "file", "file": {"file_data": url(paper.pages("Bonjour"))}}])
        assert (await house.client.post(path, json=body)).status_code == 200
    assert not workers()


async def test_a_full_queue_is_a_503(open_house: OpenHouse) -> None:
    slow = await asyncio.to_thread(paper.word, "", {"word/a.xml": SLOW})
    async with open_house(CONFIG + "files: {workers: 1, waiting: 0, file_seconds: 3}\n") as house:
        path, body = chat([{"type": "file", "file": {"file_data": url(slow)}}])
        first = asyncio.create_task(house.client.post(path, json=body))
        while not workers():
            await asyncio.sleep(0.01)
        path, body = chat([{"type": "file", "file": {"file_data": url(paper.pages("Bonjour"))}}])
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "files_busy"
        assert "retry-after" in answer.headers
        assert (await first).status_code == 400
        assert (await house.client.post(path, json=body)).status_code == 200


async def test_without_workers_a_document_is_not_inspectable(open_house: OpenHouse) -> None:
    async with open_house(CONFIG + "files: {workers: 0}\n") as house:
        path, body = chat([{"type": "file", "file": {"file_data": url(paper.pages("Bonjour"))}}])
        answer = await house.client.post(path, json=body)
        assert answer.status_code == 400
        assert "class.not_inspectable" in answer.json()["error"]["message"]
        assert not workers()


async def test_calls_at_once_with_the_same_file_have_it_read_once(house: House) -> None:
    path, body = chat([{"type": "file", "file": {"file_data": url(paper.pages("Bonjour"))}}])
    answers = await asyncio.gather(*(house.client.post(path, json=body) for _ in range(40)))
    assert {answer.status_code for answer in answers} == {200}
    assert "ecluse_file_seconds_count 1.0" in await house.metrics()


async def test_a_book_is_inspected_and_a_value_cut_between_its_stretches_is_found(house: House) -> None:
    book = "".join(paper.paragraph("Un paragraphe de prose sans rien de particulier. " * 8) for _ in range(1000))
    path, body = chat([{"type": "file", "file": {"file_data": url(paper.word(book))}}])
    assert (await house.client.post(path, json=body)).status_code == 200
    cut = paper.paragraph("x" * 16_360 + f" {IBAN} de M. Durand")
    path, body = chat([{"type": "file", "file": {"file_data": url(paper.word(cut))}}])
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 400
    assert "fin.iban" in answer.json()["error"]["message"]
