"""A gateway with a collector: what arrives there of which call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import CONFIG, OpenHouse
from tests.parts.otlp_receiver import CLIENT, SERVER, Receiver, grpc_receiver, http_receiver

IBAN = "FR76 3000 6000 0112 3456 7890 189"
RECEIVERS = {"http": http_receiver, "grpc": grpc_receiver}


def traced(receiver: Receiver, more: str = "", protocol: str = "http") -> str:
    """The usual configuration with traces to a receiver. more: settings in the form of YAML's flow."""
    return f"{CONFIG}tracing: {{endpoint: '{receiver.url}', protocol: {protocol}{more and ', '}{more}}}\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as opened:
        yield opened


async def came(receiver: Receiver, met: Callable[[], object]) -> None:
    """Waits for what a receiver is to get, beside the gateway."""
    await asyncio.to_thread(receiver.wait, met)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_call_that_failed_over_arrives_with_both_attempts(open_house: OpenHouse, protocol: str) -> None:
    with RECEIVERS[protocol]() as receiver:
        async with open_house(traced(receiver, "ratio: 0", protocol)) as house:
            await house.fault("alpha", "status=503")
            answer = await house.chat("bonjour", stream=True)
            call = answer.headers["x-ecluse-call-id"]
            await came(receiver, lambda: receiver.of(call))
        server, first, second = receiver.of(call)
        assert (server.kind, server.name, server.said["ecluse.kept"]) == (
            SERVER,
            "POST /v1/chat/completions",
            "failover",
        )
        assert (first.kind, first.name, first.failed) == (CLIENT, "chat gpt-4o-mini", True)
        assert (second.name, second.failed) == ("chat gpt-4o-mini-eu", False)
        assert first.said["error.type"] == "overload" and "error.type" not in second.said
        assert {first.parent, second.parent} == {server.span} and not server.parent
        assert {got.trace for got in (server, first, second)} == {call.replace("-", "")}
        assert second.said["gen_ai.usage.output_tokens"] > 0 and second.said["gen_ai.request.stream"] is True
        assert server.seconds >= first.seconds + second.seconds
