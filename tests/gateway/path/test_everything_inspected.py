"""A secret in every place that a request has, known to its dialect or not: it never leaves."""

from __future__ import annotations

import base64
import json
from typing import Any

from tests.conftest import House
from tests.gateway.reading import paper

PEM = "-----BEGIN RSA PRIVATE KEY----- MIIEpAIBAAKCAQEAx3k2v9Qd7Rz1Yf0uWm5Tn8Lb -----END RSA PRIVATE KEY-----"
CARD = 4970101234567893
USER: dict[str, Any] = {"role": "user", "content": "Bonjour"}
SCHEMA = {"type": "object", "properties": {"a": {"type": "string", "enum": [PEM]}}}


def chat(*more: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    return "/v1/chat/completions", {"model": "gpt-4o-mini", "messages": [USER, *more], **fields}


def responses(*items: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    return "/v1/responses", {"model": "gpt-4o-mini", "input": [USER, *items], **fields}


def messages(*more: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    return "/v1/messages", {"model": "claude-sonnet-5", "max_tokens": 50, "messages": [USER, *more], **fields}


def user(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}


def called(arguments: str, name: str = "read") -> dict[str, Any]:
    call = {"id": "c", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def file(name: str) -> dict[str, Any]:
    return {"filename": name, "file_data": "data:text/plain;base64,Qm9uam91cg=="}


def content(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"role": role, "parts": list(parts)}


def generate(*more: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    contents = [content("user", {"text": "Bonjour"}), *more]
    return "/v1beta/models/gpt-4o-mini:generateContent", {"contents": contents, **fields}


HTML = base64.b64encode(f"<p>{PEM}</p>".encode()).decode()
ESCAPED = json.dumps({"text": PEM}).replace("RSA", "\\u0052SA")
PLACES = {
    "chat: file name": chat(user({"type": "file", "file": file(PEM)})),
    "chat: tool's name": chat(tools=[{"type": "function", "function": {"name": PEM}}]),
    "chat: tool's description": chat(tools=[{"type": "function", "function": {"name": "a", "description": PEM}}]),
    "chat: tool's schema": chat(tools=[{"type": "function", "function": {"name": "a", "parameters": SCHEMA}}]),
    "chat: arguments": chat(called(json.dumps({"path": PEM}))),
    "chat: arguments, escaped": chat(called(ESCAPED)),
    "chat: arguments, a key": chat(called(json.dumps({PEM: 1}))),
    "chat: arguments that aren't JSON": chat(called(f"path={PEM}")),
    "chat: called name": chat(called("{}", PEM)),
    "chat: result": chat(called("{}"), {"role": "tool", "tool_call_id": "c", "content": PEM}),
    "chat: result in parts": chat({"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": PEM}]}),
    "chat: who says it": chat({"role": "user", "name": PEM, "content": "Bonjour"}),
    "chat: prediction": chat(prediction={"type": "content", "content": PEM}),
    "chat: form of the answer": chat(response_format={"type": "json_schema", "json_schema": {"schema": SCHEMA}}),
    "chat: stop": chat(stop=[PEM]),
    "chat: unknown member": chat(x_new={"a": [{"b": PEM}]}),
    "chat: unknown key": chat(x_new={"a": [{PEM: 1}]}),
    "chat: metadata": chat(metadata={"ticket": PEM}),
    "chat: text in a data URL": chat(
        user({"type": "image_url", "image_url": {"url": f"data:text/html;base64,{HTML}"}})
    ),
    "chat: data URL in a text": chat(user({"type": "text", "text": f"voir <a href='data:text/html;base64,{HTML}'>"})),
    "responses: file name": responses(user({"type": "input_file", **file(PEM)})),
    "responses: instructions": responses(instructions=PEM),
    "responses: tool": responses(tools=[{"type": "function", "name": "a", "parameters": SCHEMA}]),
    "responses: arguments": responses({"type": "function_call", "call_id": "c", "name": "a", "arguments": ESCAPED}),
    "responses: custom input": responses({"type": "custom_tool_call", "call_id": "c", "name": "a", "input": PEM}),
    "responses: action": responses({"type": "local_shell_call", "call_id": "c", "action": {"command": ["cat", PEM]}}),
    "responses: output": responses({"type": "function_call_output", "call_id": "c", "output": PEM}),
    "responses: output in parts": responses(
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": PEM}]}
    ),
    "responses: unknown item": responses({"type": "new_item", "deep": {"er": PEM}}),
    "responses: client metadata": responses(client_metadata={"x": PEM}),
    "messages: system": messages(system=[{"type": "text", "text": PEM}]),
    "messages: title": messages(
        user({"type": "document", "title": PEM, "source": {"type": "text", "media_type": "text/plain", "data": "a"}})
    ),
    "messages: context": messages(
        user({"type": "document", "context": PEM, "source": {"type": "text", "media_type": "text/plain", "data": "a"}})
    ),
    "messages: tool": messages(tools=[{"name": "a", "description": PEM, "input_schema": SCHEMA}]),
    "messages: input": messages(
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "a", "input": {"deep": [PEM]}}]}
    ),
    "messages: input, a key": messages(
        {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "a", "input": {PEM: 1}}]}
    ),
    "messages: result": messages(user({"type": "tool_result", "tool_use_id": "t", "content": PEM})),
    "messages: search result": messages(
        user({"type": "search_result", "title": "a", "source": PEM, "content": [{"type": "text", "text": "b"}]})
    ),
    "messages: unknown block": messages(user({"type": "new_block", "deep": {"er": PEM}})),
    "messages: metadata": messages(metadata={"user_id": PEM}),
    "generate: system": generate(systemInstruction={"parts": [{"text": PEM}]}),
    "generate: tool's description": generate(tools=[{"functionDeclarations": [{"name": "a", "description": PEM}]}]),
    "generate: tool's schema": generate(tools=[{"function_declarations": [{"name": "a", "parameters": SCHEMA}]}]),
    "generate: arguments": generate(content("model", {"functionCall": {"name": "a", "args": {"deep": [PEM]}}})),
    "generate: arguments, a key": generate(content("model", {"functionCall": {"name": "a", "args": {PEM: 1}}})),
    "generate: result": generate(content("user", {"functionResponse": {"name": "a", "response": {"output": PEM}}})),
    "generate: code": generate(content("model", {"executableCode": {"language": "PYTHON", "code": PEM}})),
    "generate: thought": generate(content("model", {"text": PEM, "thought": True})),
    "generate: text in a file": generate(content("user", {"inlineData": {"mimeType": "text/html", "data": HTML}})),
    "generate: unknown part": generate(content("user", {"newPart": {"deep": {"er": PEM}}})),
    "generate: form of the answer": generate(generationConfig={"responseJsonSchema": SCHEMA}),
    "generate: stop": generate(generation_config={"stop_sequences": [PEM]}),
    "generate: labels": generate(labels={"ticket": PEM}),
    "generate: safety settings": generate(safetySettings=[{"category": PEM}]),
    "embed: title": (
        "/v1beta/models/text-embedding-3-small:embedContent",
        {"content": {"parts": [{"text": "a"}]}, "title": PEM},
    ),
    "embeddings": ("/v1/embeddings", {"model": "text-embedding-3-small", "input": ["a", PEM]}),
    "completions: suffix": ("/v1/completions", {"model": "gpt-4o-mini", "prompt": "a", "suffix": PEM}),
}


async def test_a_secret_in_every_place(house: House) -> None:
    """Refused, or taken out where the starter bundle redacts (results of tools, what is history)."""
    wrong = []
    for number, (place, (path, body)) in enumerate(PLACES.items()):
        before = len(list(house.received))
        # Another caller each time: what was refused to one is taken out when he sends it again.
        key = house.issue(user=f"u{number}")
        answer = await house.client.post(path, json=body, headers={"authorization": f"Bearer {key}"})
        received = list(house.received)
        if answer.status_code == 400:
            good = "secret.private_key" in answer.json()["error"]["message"] and len(received) == before
        else:
            sent = received[-1].body.decode()
            good = "[redacted: secret.private_key]" in sent and "MIIEpAIBAAK" not in sent and HTML not in sent
        if not good or answer.status_code not in (200, 400):
            wrong.append(place)
    assert not wrong


async def test_a_number_that_cannot_be_rewritten_is_refused(house: House) -> None:
    answer = await house.chat("Bonjour", metadata={"numéro de carte": CARD})
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert "fin.card" in message and "remove it there" in message
    assert not list(house.received)


async def test_a_value_that_two_pages_share_is_found(house: House) -> None:
    raw = base64.b64encode(paper.pages("IBAN FR76 3000 6000 0112", "3456 7890 189 de M. Durand")).decode()
    part = {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{raw}"}}
    answer = await house.client.post("/v1/chat/completions", json=chat(user(part))[1])
    assert answer.status_code == 400
    assert "fin.iban" in answer.json()["error"]["message"]


async def test_base64_in_lines_is_read(house: House) -> None:
    raw = base64.encodebytes(paper.pages("Bonjour", PEM)).decode()
    for part in (
        {"type": "file", "file": {"file_data": raw}},
        {"type": "text", "text": f"Content-Transfer-Encoding: base64\n\n{raw}\n--fin"},
    ):
        answer = await house.client.post("/v1/chat/completions", json=chat(user(part))[1])
        assert answer.status_code == 400
        assert "secret.private_key" in answer.json()["error"]["message"]
