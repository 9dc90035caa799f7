"""Vendors in a cloud, played by the simulator: whoever asks in whatever dialect, whole and streamed, with tools."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import anthropic
import openai
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.vendors.simulator import SimulatorServer
from tests.adapters.conftest import RawServer, raw_server  # noqa: F401 - a fixture
from tests.conftest import CONFIG, House, OpenHouse, configured
from tests.gateway.path.test_attempts import http

CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
MODELS = {
    "bedrock-claude": ("aws", CLAUDE), "bedrock-nova": ("aws", "amazon.nova-pro-v1:0"),
    "bedrock-profile": ("aws", "arn:aws:bedrock:eu-west-3:1:inference-profile/x"),
    "vertex-claude": ("google", "claude-sonnet-4-5@20250929"), "vertex-gemini": ("google", "gemini-2.5-pro"),
    "cohere": ("cohere", "command-a-03-2025"),
}  # fmt: skip
TOOL = 'Do it. [[sim:tool=look {"place": "écluse"}]]'
ASK = [{"role": "user", "content": "Bonjour [[sim:say=Salut à toi]]"}]


def settings(server: SimulatorServer, folder: Path, tokens: str) -> str:
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = {"type": "service_account", "client_email": "g@p.example", "private_key": private.decode(),
           "token_uri": f"{tokens}/token", "project_id": "p", "private_key_id": "1"}  # fmt: skip
    (folder / "google").write_text(json.dumps(key))
    (folder / "aws").write_text("AKIDEXAMPLE:hush")
    vendors = {
        "aws": {"kind": "bedrock", "options": {"region": "eu-west-3"}, "credential": f"file:{folder}/aws"},
        "google": {"kind": "vertex_ai", "options": {"project": "example-1", "location": "europe-west1"},
                   "credential": f"file:{folder}/google"},
        "cohere": {"kind": "cohere"},
    }  # fmt: skip
    lines = {"vendors": [], "destinations": [], "models": []}
    for name, vendor in vendors.items():
        lines["vendors"].append(f"  {name}: {json.dumps({**vendor, 'base_url': server.url(name)})}")
    for name, (vendor, model) in MODELS.items():
        to = {"vendor": vendor, "model": model, "contract": f"{vendor}-us"}
        lines["destinations"].append(f"  {vendor}/{name}: {json.dumps(to)}")
        lines["models"].append(f"  {name}: {{destinations: [{vendor}/{name}, alpha/gpt-4o-mini]}}")
    text = CONFIG
    for section, added in lines.items():
        text = text.replace(f"{section}:\n", "\n".join([f"{section}:", *added, ""]), 1)
    return text


@pytest.fixture
async def clouds(
    open_house: OpenHouse,
    raw_server: RawServer,  # noqa: F811
    tmp_path: Path,
) -> AsyncIterator[House]:
    async def token(request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(http(200, {"access_token": "ya29.hush", "expires_in": 3599}))
        return True

    async with SimulatorServer(("aws", "google", "cohere")) as server, raw_server(token) as tokens:
        config = settings(server, tmp_path, tokens)
        contracts = configured(tmp_path / "house", config).parent / "bundle" / "contracts.yaml"
        alpha = contracts.read_text().split("---\n")[0].partition("kind: Contract")[2]
        made = [f"---\nkind: Contract{alpha.replace('alpha', vendor)}" for vendor in ("aws", "google", "cohere")]
        contracts.write_text(contracts.read_text() + "".join(made))
        async with open_house(config) as house:
            yield house


async def test_every_model_answers_clients_of_two_dialects(clouds: House) -> None:
    chat = openai.AsyncOpenAI(base_url=f"{clouds.url}/v1", api_key=clouds.key, max_retries=0)
    messages = anthropic.AsyncAnthropic(base_url=clouds.url, api_key=clouds.key, max_retries=0)
    tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]
    for model, (vendor, _) in MODELS.items():
        if model == "vertex-gemini":
            continue
        whole = await chat.chat.completions.with_raw_response.create(model=model, messages=ASK)  # type: ignore[arg-type]
        assert whole.headers["x-ecluse-destination"] == f"{vendor}/{model}"
        assert whole.parse().choices[0].message.content == "Salut à toi"
        said = [{"role": "user", "content": TOOL}]
        stream = await chat.chat.completions.create(model=model, messages=said, tools=tools, stream=True)  # type: ignore[call-overload]
        calls = [d for c in [chunk async for chunk in stream] if c.choices for d in c.choices[0].delta.tool_calls or ()]
        assert calls[0].function.name == "look"
        assert json.loads("".join(c.function.arguments or "" for c in calls)) == {"place": "écluse"}, model
        async with messages.messages.stream(model=model, max_tokens=90, messages=ASK) as answer:  # type: ignore[arg-type]
            assert await answer.get_final_text() == "Salut à toi"
            assert (await answer.get_final_message()).usage.output_tokens > 0
        if model.endswith("-claude"):
            counted = await messages.messages.count_tokens(model=model, messages=ASK)  # type: ignore[arg-type]
            assert counted.input_tokens > 0
    await chat.close()
    await messages.close()


async def test_gemini_on_vertex_in_its_own_dialect(clouds: House) -> None:
    ask = {"contents": [{"parts": [{"text": "Bonjour [[sim:say=Salut]]"}]}]}
    for verb, told in [
        ("generateContent", "Salut"),
        ("streamGenerateContent?alt=sse", "Salut"),
        ("countTokens", "total"),
    ]:
        answer = await clouds.client.post(f"/v1beta/models/vertex-gemini:{verb}", json=ask)
        assert (answer.status_code, answer.headers["x-ecluse-destination"]) == (200, "google/vertex-gemini")
        assert told in answer.text


async def test_failures_before_and_after_the_first_word(clouds: House) -> None:
    for model in ("bedrock-claude", "bedrock-nova", "vertex-claude", "cohere"):
        vendor = MODELS[model][0]
        for fault in ("fail_after=2", "cut=2", "malformed=2"):
            after = await clouds.chat(f"[[sim:{fault},words=40]]", model=model, stream=True)
            assert after.headers["x-ecluse-destination"] == f"{vendor}/{model}"
            assert '"error"' in after.text and "[DONE]" not in after.text, (model, fault)
        before = await clouds.chat(f"[[sim:on={vendor},fail_before]]", model=model, stream=True)
        assert before.headers["x-ecluse-destination"] == "alpha/gpt-4o-mini"
        assert before.text.endswith("data: [DONE]\n\n")
        throttled = await clouds.chat(f"Encore [[sim:on={vendor},status=429]]", model=model)
        records = await clouds.records(throttled.headers["x-ecluse-call-id"])
        assert [r["error"] for r in records if r["record"] == "ATTEMPT"] == ["rate_limit", None]
