"""Spans as a collector reads them, and the names of each version of the conventions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from observability.tracing.conventions import FACTS, LATEST, VERSIONS, conventions
from observability.tracing.facts import TracedAttempt, TracedCall
from observability.tracing.spans import Encoder
from tests.parts.otlp_receiver import CLIENT, SERVER, Got, read_spans

PAGE = Path(__file__).parents[3] / "docs/reference/tracing.md"
SECOND = 1_000_000_000
ATTEMPT = TracedAttempt(
    number=1, started=10 * SECOND, ended=12 * SECOND, operation="chat", dialect="openai_chat", kind="azure_openai",
    model="gpt-4o", destination="azure/gpt-4o", vendor="azure", contract="azure-eu", address="eu.example.com", port=443,
    stream=True, status=200, error="timeout", fault="vendor", first_chunk=0.5, input=7, output=9, cached=3, written=2,
    reasoning=4, cost=0.25, currency="EUR", verdict="permit", rules=("a", "b"), pseudonyms=2, translated=True,
    drill=False,
)  # fmt: skip
CALL = TracedCall(
    call="0190-1", trace="0af7651916cd43dd8448eb211c80319c", parent="b7ad6b7169203331", started=9 * SECOND,
    ended=13 * SECOND, kept="failover", method="POST", route="/v1/chat/completions", status=502, outcome="failed",
    code="vendor_timeout", team="hr", use_case="sandbox", model="gpt-4o", dialect="openai_chat", data_class="C1",
    rules=("a",), config="c1", policy="p1", overhead=0.002, queued=0.1, attempts=(ATTEMPT,),
)  # fmt: skip


def encoded(call: TracedCall = CALL, version: str = LATEST) -> list[Got]:
    encoder = Encoder(conventions(version), {"service.name": "ecluse"}, "1.2.3")
    return list(read_spans(encoder.encode([call])))


def said(attempt: dict[str, Any], version: str = LATEST) -> dict[str, Any]:
    return encoded(CALL._replace(attempts=(ATTEMPT._replace(**attempt),)), version)[1].said


def test_a_call_and_its_attempt() -> None:
    server, client = encoded()
    assert (server.kind, server.parent, server.seconds, server.failed) == (SERVER, CALL.parent, 4.0, True)
    assert (client.kind, client.parent, client.seconds, client.failed) == (CLIENT, server.span, 2.0, True)
    assert server.trace == client.trace == CALL.trace
    assert len({server.span, client.span, CALL.parent}) == 3
    assert (client.said["gen_ai.provider.name"], client.said["ecluse.rules"]) == ("azure.ai.openai", ["a", "b"])
    assert client.said["gen_ai.response.time_to_first_chunk"] == 0.5
    assert (client.said["ecluse.drill"], client.said["ecluse.pseudonyms"]) == (False, 2)


def test_every_attribute_is_on_the_page_and_nothing_else_is() -> None:
    sent = {name for version in VERSIONS for got in encoded(version=version) for name in got.said}
    page = PAGE.read_text()
    rows = "\n".join(line for line in page.splitlines() if line.startswith("|"))
    names = set(re.findall(r"`((?:ecluse|gen_ai|http|server|error)\.[a-z_.]+)`", rows))
    assert names == sent


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_names_facts_that_there_are(version: str) -> None:
    names = conventions(version)
    assert names.version == version
    assert names.schema_url.endswith(version)
    assert set(names.attributes) <= set(FACTS)
    assert {"operation", "provider", "model", "input", "output"} <= set(names.attributes)
    assert len(set(names.attributes.values())) == len(names.attributes)


def test_versions_differ_in_what_they_call_a_vendor() -> None:
    assert said({}, "1.36.0")["gen_ai.system"] == "azure.ai.openai"
    assert "gen_ai.provider.name" not in said({}, "1.36.0")
    assert "gen_ai.request.stream" not in said({}, "1.37.0")


def test_what_a_version_does_not_know_keeps_its_name() -> None:
    found = said({"kind": "vllm", "operation": "rerank", "dialect": "rerank"})
    assert (found["gen_ai.provider.name"], found["gen_ai.operation.name"]) == ("vllm", "rerank")
    assert said({"dialect": "gemini_generate"})["gen_ai.operation.name"] == "generate_content"


def test_what_is_not_known_is_left_out() -> None:
    found = said({"input": None, "output": 0, "error": "", "contract": "", "first_chunk": None, "rules": ()})
    assert not {"gen_ai.usage.input_tokens", "error.type", "ecluse.contract", "ecluse.rules"} & set(found)
    assert found["gen_ai.usage.output_tokens"] == 0


def test_a_name_that_is_no_version_is_refused() -> None:
    with pytest.raises(KeyError):
        conventions("1.0.0")
