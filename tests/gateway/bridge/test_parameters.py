"""What of a body reaches litellm: what is listed, and nothing that litellm itself takes beside it."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.parameters import CHAT, EMBEDDINGS, Refused, chat, embeddings
from tests.gateway.bridge.conftest import EMBEDDINGS as EMBEDDINGS_PATH
from tests.gateway.bridge.conftest import Listening, Vendor, asking

MESSAGE = {"role": "user", "content": "a"}
NEVER = {
    "api_base", "base_url", "api_key", "extra_headers", "headers", "custom_llm_provider", "model_list", "fallbacks",
    "mock_response", "callbacks", "metadata", "extra_body", "litellm_params", "aws_bedrock_runtime_endpoint",
    "vertex_credentials", "azure_ad_token", "web_search_options", "prompt_id", "client", "proxy_server_request",
    "ssl_verify", "organization", "api_version", "timeout", "num_retries", "max_retries", "deployment_id", "guardrails",
    "use_litellm_proxy", "litellm_credential_name", "cache", "caching", "logger_fn", "allowed_openai_params",
    "langfuse_host", "s3_endpoint_url", "success_callback", "thinking", "shared_session", "rust", "stream_timeout",
}  # fmt: skip


def litellms_own() -> set[str]:
    """Every name that litellm's source reads from what a call is made with, for all its vendors."""
    spec = find_spec("litellm")
    assert spec is not None and spec.submodule_search_locations
    root = Path(next(iter(spec.submodule_search_locations)))
    read = re.compile(
        r"""(?:kwargs|optional_params|litellm_params|params|non_default_params|request_kwargs|data|extra_body)"""
        r"""(?:\.get|\.pop|\.setdefault)?[(\[]\s*["']([A-Za-z_][A-Za-z0-9_.-]{1,80})["']"""
    )
    declared = re.compile(r"^    ([a-z_][a-z0-9_]{2,60})\s*:\s", re.MULTILINE)
    found: set[str] = set()
    for folder in ("llms", "litellm_core_utils", "types", "integrations", "secret_managers", "responses"):
        for file in (root / folder).rglob("*.py"):
            text = file.read_text("utf-8", "replace")
            found.update(read.findall(text))
            if folder == "types":
                found.update(declared.findall(text))
    for name in ("main.py", "utils.py", "router.py"):
        found.update(read.findall((root / name).read_text("utf-8", "replace")))
    return found


async def test_no_parameter_of_litellms_own_is_taken_and_nothing_is_connected(
    vendor: Vendor, elsewhere: Listening
) -> None:
    """Each by itself, holding an address where somebody listens. What is on the list may go to the vendor alone."""
    names = litellms_own() | NEVER
    assert len(names) > 1000 and names >= {"api_base", "extra_headers", "aws_sts_endpoint", "use_litellm_proxy"}
    told: dict[str, int] = {}
    for name in sorted(names - CHAT - {"store"}):
        value: Any = {"host": elsewhere.url, "url": elsewhere.url} if name.endswith("s") else elsewhere.url
        told[name] = (await vendor.post({**asking("a"), name: value})).status_code
    assert {name: status for name, status in told.items() if status != 400} == {}
    for name in sorted(NEVER - EMBEDDINGS):
        body = {"model": "e", "input": "a", name: elsewhere.url}
        assert (await vendor.post(body, EMBEDDINGS_PATH)).status_code == 400, name
    assert not vendor.received
    assert not elsewhere.reached()


async def test_what_is_listed_leads_nowhere_else_either(vendor: Vendor, elsewhere: Listening) -> None:
    url = elsewhere.url
    for provider in ("openai", "anthropic", "gemini", "bedrock"):
        for name in sorted(CHAT - {"model", "messages", "stream"}):
            body = {**asking("a"), name: {"url": url, "api_base": url}}
            await vendor.post(body, provider=provider, base_url=f"{vendor.url}/v1")
    assert not elsewhere.reached()


async def test_a_refusal_repeats_litellms_names_and_never_the_callers(vendor: Vendor) -> None:
    told = (await vendor.post({**asking("a"), "api_base": "x"})).json()["error"]
    assert told["param"] == "api_base" and "api_base" in told["message"]
    told = (await vendor.post({**asking("a"), "jean-dupont-FR7630006": "x"})).json()["error"]
    assert told["param"] is None and "dupont" not in told["message"]


@pytest.mark.parametrize("name", sorted(NEVER))
def test_the_named_ones_are_refused_by_themselves(name: str) -> None:
    for make, body in ((chat, {"model": "m", "messages": [MESSAGE]}), (embeddings, {"model": "m", "input": "a"})):
        for value in (None, "a", {}, []):
            with pytest.raises(Refused):
                make({**body, name: value}, ())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(CHAT | NEVER)) | st.text(max_size=12), JSON, max_size=6))
def test_nothing_but_the_list_comes_through(more: dict[str, Any]) -> None:
    try:
        found = chat({"model": "m", "messages": [MESSAGE], **more}, NEVER)
    except Refused as refused:
        assert refused.param is None or refused.param.split("[")[0].split(".")[0] in CHAT | NEVER | {"store"}
        return
    assert found.keys() <= CHAT
    for message in found["messages"]:
        assert not {"api_base", "headers", "provider_specific_fields"} & message.keys()


def test_usual_calls_come_through_as_they_are() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body = {
        "model": "m",
        "stream": True,
        "max_tokens": 5,
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]},
            {"role": "user", "content": [{"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}]},
            {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}]},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "b"},
        ],
    }
    assert chat({**body, "store": False}, ()) == body
    for given_input in ("a", ["a", "b"], [1, 2], [[1], [2]]):
        asked = {"model": "m", "input": given_input}
        assert embeddings(asked, ()) == asked


WRONG: list[dict[str, Any]] = [
    {"model": ""},
    {"model": ["m"]},
    {"messages": {}},
    {"messages": ["a"]},
    {"messages": [{"role": "user", "content": {"type": "text"}}]},
    {"messages": [{**MESSAGE, "api_base": "a"}]},
    {"messages": [{**MESSAGE, "provider_specific_fields": {}}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "a", "headers": {}}]}]},
    {"messages": [{"role": "user", "content": [{"type": ["text"]}]}]},
    {"messages": [{"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "a", "url": "b"}}]}]},
    {"messages": [{"role": "assistant", "tool_calls": {}}]},
    {"messages": [{"role": "assistant", "function_call": "a"}]},
    {"tools": {}},
    {"tools": ["a"]},
    {"tools": [{"type": "function", "function": "a"}]},
    {"tools": [{"type": "mcp", "server_url": "litellm_proxy"}]},
    {"store": True},
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_built_otherwise_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        chat({"model": "m", "messages": [MESSAGE], **wrong}, ())


@pytest.mark.parametrize("wrong", [{"input": None}, {"input": []}, {"input": {}}, {"input": [{}]}, {"input": [1.5]}])
def test_embeddings_of_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        embeddings({"model": "m", "input": "a", **wrong}, ())
