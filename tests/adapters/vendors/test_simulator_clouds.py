"""The simulator plays Bedrock and Vertex AI so that the clouds' own clients notice nothing."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing
from typing import Any

import anthropic
import httpx
import pytest

from adapters.vendors.simulator import SimulatorServer

NOVA, CLAUDE = "eu.amazon.nova-pro-v1:0", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
SAID = "Bonjour [[sim:say=Salut à toi]]"


def bedrock(url: str) -> Any:
    """AWS's own client."""
    from botocore.config import Config
    from botocore.session import Session

    return Session().create_client(
        "bedrock-runtime", region_name="eu-west-3", endpoint_url=url, aws_access_key_id="AKID",
        aws_secret_access_key="hush", config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )  # fmt: skip


async def test_aws_own_client() -> None:
    async with SimulatorServer(("alpha",)) as server:

        def ask() -> None:
            client = bedrock(server.url("alpha"))
            messages = [{"role": "user", "content": [{"text": SAID}]}]
            whole = client.converse(modelId=NOVA, messages=messages)
            assert whole["output"]["message"]["content"] == [{"text": "Salut à toi"}]
            stream = list(client.converse_stream(modelId=NOVA, messages=messages)["stream"])
            told = [e["contentBlockDelta"]["delta"]["text"] for e in stream if "contentBlockDelta" in e]
            assert "".join(told) == "Salut à toi"
            assert stream[-1]["metadata"]["usage"]["outputTokens"] > 0
            asked = {"anthropic_version": "v", "max_tokens": 9, "messages": [{"role": "user", "content": SAID}]}
            body = json.dumps(asked)
            events = client.invoke_model_with_response_stream(modelId=CLAUDE, body=body)["body"]
            kinds = [json.loads(event["chunk"]["bytes"])["type"] for event in events]
            assert (kinds[0], kinds[-1]) == ("message_start", "message_stop")
            counted = client.count_tokens(modelId=CLAUDE, input={"invokeModel": {"body": body}})
            assert counted["inputTokens"] > 0
            failing = [{"role": "user", "content": [{"text": "[[sim:status=429]]"}]}]
            with pytest.raises(client.exceptions.ThrottlingException):
                client.converse(modelId=NOVA, messages=failing)
            broken = [{"role": "user", "content": [{"text": "[[sim:fail_after=1]]"}]}]
            stream = client.converse_stream(modelId=NOVA, messages=broken)["stream"]
            with closing(stream), pytest.raises(Exception, match="modelStreamErrorException"):
                list(stream)
            client.close()

        await asyncio.to_thread(ask)


async def test_anthropics_client_for_vertex() -> None:
    async with (
        SimulatorServer(("alpha",)) as server,
        anthropic.AsyncAnthropicVertex(
            region="europe-west1", project_id="p", access_token="t", base_url=f"{server.url('alpha')}/v1", max_retries=0
        ) as client,
    ):
        ask = [{"role": "user", "content": SAID}]
        async with client.messages.stream(model="claude-x@1", max_tokens=50, messages=ask) as stream:  # type: ignore[arg-type]
            assert await stream.get_final_text() == "Salut à toi"
        counted = await client.messages.count_tokens(model="claude-x@1", messages=ask)  # type: ignore[arg-type]
        assert counted.input_tokens > 0


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/model/m/converse", {}), ("/model/m/converse", {"authorization": "AWS4-HMAC-SHA256 Credential=x"}),
        ("/v1/projects/p/locations/l/publishers/google/models/m:generateContent", {"x-goog-api-key": "k"}),
    ],
)  # fmt: skip
async def test_who_doesnt_say_who_it_is_is_refused(path: str, headers: dict[str, str]) -> None:
    async with SimulatorServer(("alpha",)) as server, httpx.AsyncClient() as client:
        answer = await client.post(server.url("alpha") + path, json={"messages": [], "contents": []}, headers=headers)
        assert answer.status_code == 403
