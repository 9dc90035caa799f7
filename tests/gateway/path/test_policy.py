"""What leaves under the starter bundle: redacted, refused, passed, in every dialect, streamed or not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import CONFIG, House, OpenHouse

IBAN = "FR76 3000 6000 0112 3456 7890 189"
SECRET = "sk-proj-" + "Q7w9Zk2LmN4pRt6VxYb8" + "Hc3Jf5Gd1Sa0" + "T3BlbkFJ" + "Wq8Er6Ty4Ui2Op0As1Df3"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEAx3k2v9Qd7Rz1Yf0uWm5Tn8Lb\n-----END RSA PRIVATE KEY-----"


def ask(dialect: str, text: str, model: str | None = None, **fields: Any) -> tuple[str, dict[str, Any]]:
    """Path and body of a request in a dialect with one user text."""
    message = [{"role": "user", "content": text}]
    shapes: dict[str, tuple[str, dict[str, Any]]] = {
        "chat": ("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": message}),
        "completions": ("/v1/completions", {"model": "gpt-4o-mini", "prompt": text}),
        "responses": ("/v1/responses", {"model": "gpt-4o-mini", "input": text}),
        "embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": text}),
        "messages": ("/v1/messages", {"model": "claude-sonnet-5", "max_tokens": 50, "messages": message}),
        "count_tokens": ("/v1/messages/count_tokens", {"model": "claude-sonnet-5", "messages": message}),
    }
    if dialect == "generate":  # model and stream stand in the path
        verb = "streamGenerateContent?alt=sse" if fields.pop("stream", False) else "generateContent"
        contents = [{"role": "user", "parts": [{"text": text}]}]
        return f"/v1beta/models/{model or 'gpt-4o-mini'}:{verb}", {"contents": contents, **fields}
    path, body = shapes[dialect]
    return path, {**body, **({"model": model} if model else {}), **fields}


DIALECTS = ("chat", "completions", "responses", "embeddings", "messages", "count_tokens", "generate")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_an_iban_leaves_redacted_in_every_dialect(house: House, dialect: str) -> None:
    path, body = ask(dialect, f"Mon IBAN est {IBAN}, merci.")
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 200
    sent = list(house.received)[-1].body.decode()
    assert IBAN not in sent
    assert "[redacted: fin.iban]" in sent
    assert "Mon IBAN est [redacted: fin.iban], merci." in sent
    assert answer.headers["x-ecluse-redacted"] == "1"


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_key_is_refused_in_every_dialect(house: House, dialect: str) -> None:
    path, body = ask(dialect, f"Pourquoi {PEM} ne marche pas ?")
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert "secrets-stay-home" in message
    assert "secret.private_key" in message
    assert answer.headers["x-ecluse-call-id"] in message
    assert "MIIEpAIBAAK" not in answer.text
    assert not list(house.received)
    records = await house.records(answer.headers["x-ecluse-call-id"])
    assert [r["record"] for r in records] == ["OUTCOME"]
    assert records[0]["rules"][0]["rule"] == "secrets-stay-home"


async def test_a_refused_stream_is_an_ordinary_refusal(house: House) -> None:
    answer = await house.chat(f"{PEM} ?", stream=True)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"


async def test_the_internal_model_gets_everything(house: House) -> None:
    text = f"Mon IBAN est {IBAN} et ma clé {PEM}"
    answer = await house.chat(text, model="maison")
    assert answer.status_code == 200
    assert json.loads(list(house.received)[-1].body)["messages"][0]["content"] == text


async def test_only_the_closed_list_of_edits_changes_bytes(house: House) -> None:
    """Odd white space, escapes and unknown fields arrive as they were sent; only model and finding differ."""
    body = (
        b'{ "model":"gpt-4o-mini" ,"store":false,\n "x_unknown" : {"\\u00e9":[1, 2.50,null]},'
        b'"messages":[ {"role":"user","content":"caf\\u00e9 %s \\/ fin"}]}' % IBAN.encode()
    )
    answer = await house.client.post("/v1/chat/completions", content=body)
    assert answer.status_code == 200
    assert list(house.received)[-1].body == body.replace(IBAN.encode(), b"[redacted: fin.iban]")


async def test_a_secret_in_an_unknown_field_or_a_key_is_found(house: House) -> None:
    for fields in ({"x_note": PEM}, {"metadata": {PEM: "1"}}, {"metadata": {"deep": [[{"a": PEM}]]}}):
        answer = await house.chat("Bonjour", **fields)
        assert answer.status_code == 400, fields
    assert not list(house.received)


async def test_a_secret_in_an_earlier_turn_is_taken_out_and_the_session_goes_on(house: House) -> None:
    messages = [
        {"role": "user", "content": f"ma clé : {PEM}"},
        {"role": "assistant", "content": "Je ne la garde pas."},
        {"role": "user", "content": "Et maintenant ?"},
    ]
    answer = await house.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": messages})
    assert answer.status_code == 200
    assert b"MIIEpAIBAAK" not in list(house.received)[-1].body


async def test_a_passage_that_was_refused_is_taken_out_when_it_is_resent(house: House) -> None:
    first = {"role": "user", "content": f"ma clé : {PEM}"}
    body = {"model": "gpt-4o-mini", "messages": [first]}
    assert (await house.client.post("/v1/chat/completions", json=body)).status_code == 400
    body["messages"] = [first, {"role": "user", "content": "alors sans la clé"}]
    answer = await house.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    assert b"MIIEpAIBAAK" not in list(house.received)[-1].body


async def test_a_secret_in_a_tool_result_is_redacted_in_both_families(house: House) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{}"}}
    chat = [
        {"role": "user", "content": "lis le fichier"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": f"clé:\n{PEM}"},
    ]
    answer = await house.client.post("/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": chat})
    assert answer.status_code == 200
    assert b"MIIEpAIBAAK" not in list(house.received)[-1].body
    turns = [
        {"role": "user", "content": "lis le fichier"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {"path": "x"}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": f"clé:\n{PEM}"}]},
    ]
    body = {"model": "claude-sonnet-5", "max_tokens": 50, "messages": turns}
    answer = await house.client.post("/v1/messages", json=body)
    assert answer.status_code == 200
    assert b"MIIEpAIBAAK" not in list(house.received)[-1].body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("dialect", ["chat", "completions", "responses", "messages"])
async def test_an_iban_in_an_answer_is_redacted(house: House, dialect: str, stream: bool) -> None:
    """The simulator is made to say it by its operator's fault, so that nothing of it is in the request."""
    await house.fault("alpha", f"say=Le compte {IBAN} est a jour.")
    path, body = ask(dialect, "Quel est mon IBAN ?", stream=stream)
    answer = await house.client.post(path, json=body)
    assert answer.status_code == 200
    text = answer.text if not stream else said(answer.text)
    assert "Le compte [redacted: fin.iban] est a jour." in text
    assert "3000 6000" not in answer.text


def said(stream: str) -> str:
    """The text that the deltas of a stream add up to, whatever the dialect."""
    text = ""
    for line in stream.splitlines():
        if not line.startswith("data: {"):
            continue
        event = json.loads(line[6:])
        choice = (event.get("choices") or [{}])[0]
        delta = event.get("delta") if "choices" not in event else choice.get("delta", choice)
        text += delta if isinstance(delta, str) else (delta or {}).get("content") or (delta or {}).get("text") or ""
    return text


async def test_refusals_speak_french_where_the_house_does(open_house: OpenHouse) -> None:
    async with open_house(CONFIG.replace("control: c.sock", "control: c.sock, language: fr")) as house:
        refused = (await house.chat(f"{PEM} ?")).json()["error"]["message"]
        assert "Règle secrets-stay-home" in refused
        assert "Questions :" in refused
        unknown = (await house.chat("Bonjour", model="gpt-4o-mni")).json()["error"]["message"]
        assert "Vouliez-vous dire gpt-4o-mini" in unknown


async def test_what_a_vendor_would_fetch_or_run_is_refused(house: House) -> None:
    picture = [{"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]
    answer = await house.client.post(
        "/v1/chat/completions", json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": picture}]}
    )
    assert answer.status_code == 400
    answer = await house.client.post(
        "/v1/responses", json={"model": "gpt-4o-mini", "input": "Bonjour", "tools": [{"type": "web_search"}]}
    )
    assert answer.status_code == 400
    assert "server_tool" in answer.json()["error"]["message"]
    assert not list(house.received)


async def test_a_confidential_detector_has_no_name_in_metrics(house: House) -> None:
    refused = await house.chat("Le budget du projet Hélios")
    assert refused.status_code == 400 and "org.project" not in refused.text
    page = await house.metrics()
    assert 'ecluse_findings_total{detector="confidential",direction="request"} 1.0' in page
    assert "org.project-helios" not in page
