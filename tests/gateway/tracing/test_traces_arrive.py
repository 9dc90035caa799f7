"""A gateway with a collector: what arrives there of which call, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import CONFIG, House, OpenHouse, configured, leave_accounts_to_rules_of_ones_own
from tests.gateway.path.test_patterns import PATTERNS
from tests.gateway.tls.papers import Authority
from tests.parts.otlp_receiver import CLIENT, SERVER, Got, Receiver, grpc_receiver, http_receiver

IBAN = "FR76 3000 6000 0112 3456 7890 189"
MAIL = "odile.marchand@exemple-sas.fr"
TOKEN = "ghp_016C7aB9xQ2mLr5Tz8Vn4Wk1Yp6Hs3Jd0Fg7"  # made up, in the form of a vendor's key
RECEIVERS = {"http": http_receiver, "grpc": grpc_receiver}
PSEUDONYMS = """\
kind: EgressPolicy
policy: personal-data
owner: dpo@example.org
rules:
  - id: contacts-pseudonymised
    when:
      findings: {any_of: [contact.email, fin.iban]}
      destination: {external: true}
    action: pseudonymise
"""
OF_ANOTHER = "0af7651916cd43dd8448eb211c80319c"


def traced(receiver: Receiver, more: str = "", protocol: str = "http", config: str = CONFIG) -> str:
    """A configuration with traces to a receiver. more: settings in the form of YAML's flow."""
    quick = f"endpoint: '{receiver.url}', protocol: {protocol}, gather_seconds: 10ms"
    return f"{config}tracing: {{{quick}{more and ', '}{more}}}\n"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with http_receiver() as opened:
        yield opened


async def came(receiver: Receiver, met: Callable[[], object]) -> None:
    """Waits for what a receiver is to get, beside the gateway."""
    await asyncio.to_thread(receiver.wait, met)


async def spans_of(receiver: Receiver, answer: httpx.Response) -> list[Got]:
    """What arrives of a call: the server's span, then the attempts."""
    call = answer.headers["x-ecluse-call-id"]
    await came(receiver, lambda: receiver.of(call))
    return receiver.of(call)


async def parent_of(house: House, receiver: Receiver, header: str) -> str:
    """The trace that a call with this `traceparent` is part of."""
    answer = await house.client.post(
        "/v1/chat/completions",
        json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "bonjour"}]},
        headers={"traceparent": header},
    )
    return (await spans_of(receiver, answer))[0].trace


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_failed_over_pseudonymised_streamed_call_arrives_with_both_attempts(
    open_house: OpenHouse, tmp_path: Path, protocol: str
) -> None:
    bundle = configured(tmp_path / "house").parent / "bundle"
    leave_accounts_to_rules_of_ones_own(bundle)
    (bundle / "personal_data.yaml").write_text(PSEUDONYMS)
    with RECEIVERS[protocol]() as receiver:
        async with open_house(traced(receiver, "ratio: 0", protocol)) as house:
            await house.fault("alpha", "status=503")
            answer = await house.chat(f"Vire à {MAIL} sur {IBAN}. [[sim:echo]]", stream=True)
            server, first, second = await spans_of(receiver, answer)
        call = answer.headers["x-ecluse-call-id"]
        assert (server.kind, server.name) == (SERVER, "POST /v1/chat/completions")
        assert (server.said["ecluse.kept"], server.said["http.response.status_code"]) == ("failover", 200)
        assert (first.kind, first.name, first.failed) == (CLIENT, "chat gpt-4o-mini", True)
        assert (second.kind, second.name, second.failed) == (CLIENT, "chat gpt-4o-mini-eu", False)
        assert first.said["error.type"] == "overload"
        assert "error.type" not in second.said
        assert {first.said["ecluse.pseudonyms"], second.said["ecluse.pseudonyms"]} == {2}
        assert "contacts-pseudonymised" in second.said["ecluse.rules"]
        assert {first.parent, second.parent} == {server.span}
        assert not server.parent
        assert {got.trace for got in (server, first, second)} == {call.replace("-", "")}
        assert second.said["gen_ai.usage.output_tokens"] > 0
        assert second.said["gen_ai.request.stream"] is True
        assert second.said["ecluse.vendor"] == "beta"
        assert server.seconds >= first.seconds + second.seconds > 0
        assert server.resource["service.name"] == "ecluse"
        assert not [b for b in receiver.raw if IBAN.encode() in b or MAIL.encode() in b]


async def test_refusals_are_kept_and_calls_like_others_are_not(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house(traced(receiver, "ratio: 0")) as house:
        served = await house.chat("bonjour")
        refused = await house.chat(f"Pourquoi {TOKEN} ne marche pas ?")
        assert (served.status_code, refused.status_code) == (200, 400)
        (server,) = await spans_of(receiver, refused)
        assert (server.said["ecluse.kept"], server.said["ecluse.outcome"], server.failed) == (
            "refused",
            "refused",
            False,
        )
        assert server.said["ecluse.rules"]
        assert not receiver.of(served.headers["x-ecluse-call-id"])
        page = await house.metrics()
        assert 'ecluse_traces_total{kept="refused"} 1.0' in page
    assert len(receiver.spans) == 1


async def test_a_call_that_no_vendor_answers_is_an_error(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house(traced(receiver, "ratio: 0")) as house:
        await house.fault("alpha", "status=500")
        await house.fault("beta", "status=500")
        server, *attempts = await spans_of(receiver, await house.chat("bonjour"))
        assert (server.said["ecluse.kept"], server.failed, server.said["ecluse.outcome"]) == ("error", True, "failed")
        assert {(got.failed, got.said["error.type"], got.said["ecluse.fault"]) for got in attempts} == {
            (True, "server", "vendor")
        }


async def test_slow_calls_are_kept(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house(traced(receiver, "ratio: 0, slow_seconds: 1ms")) as house:
        server, _ = await spans_of(receiver, await house.chat("bonjour"))
        assert server.said["ecluse.kept"] == "slow"


async def test_what_a_caller_or_a_vendor_says_is_on_no_span(open_house: OpenHouse, receiver: Receiver) -> None:
    """A canary in every place that isn't ours: none of them arrives, whatever becomes of the call."""
    ways = ("", "[[sim:echo]]", "[[sim:status=400]]", "[[sim:status=503]]", f"Et {TOKEN} ?")
    async with open_house(traced(receiver, "ratio: 1"), user="canary-person") as house:
        marked = {
            "user-agent": "canary-agent", "x-request-id": "canary-request", "x-ecluse-use-case": "canary-use",
            "tracestate": "canary=state", "baggage": "canary=baggage", "traceparent": f"00-{OF_ANOTHER}-{'1' * 16}-01",
        }  # fmt: skip
        answers = [await house.chat(f"canary-text {IBAN} {way}", user="canary-user") for way in ways]
        answers += [
            await house.chat("canary-text", model="canary-model"),
            await house.client.post("/v1/chat/completions?canary=query", content=b'{"canary": '),
            await house.client.post(
                "/v1/chat/completions", headers=marked, json={"model": "gpt-4o-mini", "messages": [], "canary": 1}
            ),
        ]
        for answer in answers:
            await spans_of(receiver, answer)
    told = b"".join(receiver.raw)
    assert b"canary" not in told
    assert IBAN.encode() not in told
    assert TOKEN.encode() not in told
    assert house.key.encode() not in told
    assert OF_ANOTHER not in {got.trace for got in receiver.spans}


async def test_a_vendors_own_code_is_told_as_its_class(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house(traced(receiver, "ratio: 0")) as house:
        answer = await house.chat("bonjour [[sim:status=400,error=canary_code]]")
        assert answer.json()["error"]["code"] == "canary_code"
        server, attempt = await spans_of(receiver, answer)
        assert (server.said["error.type"], attempt.said["error.type"]) == ("invalid", "invalid")
    assert b"canary_code" not in b"".join(receiver.raw)


async def test_a_model_of_a_pattern_is_told_by_its_name_where_we_know_it(
    open_house: OpenHouse, receiver: Receiver
) -> None:
    async with open_house(traced(receiver, "ratio: 1", config=PATTERNS)) as house:
        _, made_up = await spans_of(receiver, await house.chat("bonjour", model="claude-canary"))
        _, known = await spans_of(receiver, await house.chat("bonjour", model="claude-next"))
    assert (made_up.name, known.name) == ("chat {model}", "chat claude-next")
    assert b"canary" not in b"".join(receiver.raw)


async def test_a_trusted_peer_names_the_trace(open_house: OpenHouse, receiver: Receiver) -> None:
    config = CONFIG.replace("control: c.sock", "control: c.sock, trusted_proxies: [127.0.0.0/8]")
    async with open_house(traced(receiver, "ratio: 0", config=config)) as house:
        assert await parent_of(house, receiver, f"00-{OF_ANOTHER}-{'1' * 16}-01") == OF_ANOTHER
        server = receiver.spans[0] if receiver.spans[0].kind == SERVER else receiver.spans[1]
        assert (server.parent, server.said["ecluse.kept"]) == ("1" * 16, "parent")


async def test_nobody_names_the_trace_where_nobody_is_believed(open_house: OpenHouse, receiver: Receiver) -> None:
    config = CONFIG.replace("control: c.sock", "control: c.sock, trusted_proxies: [127.0.0.0/8]")
    async with open_house(traced(receiver, "ratio: 1, parents: never", config=config)) as house:
        assert await parent_of(house, receiver, f"00-{OF_ANOTHER}-{'1' * 16}-01") != OF_ANOTHER


async def test_an_untrusted_peer_neither_names_the_trace_nor_has_it_kept(
    open_house: OpenHouse, receiver: Receiver
) -> None:
    async with open_house(traced(receiver, "ratio: 0")) as house:
        marked = {"traceparent": f"00-{OF_ANOTHER}-{'1' * 16}-01"}
        ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "bonjour"}]}
        assert (await house.client.post("/v1/chat/completions", json=ask, headers=marked)).status_code == 200
        await spans_of(receiver, await house.chat(f"Pourquoi {TOKEN} ?"))
    assert len(receiver.spans) == 1


async def test_no_vendor_is_told_of_a_trace(open_house: OpenHouse, receiver: Receiver) -> None:
    config = CONFIG.replace("control: c.sock", "control: c.sock, trusted_proxies: [127.0.0.0/8]")
    async with open_house(traced(receiver, "ratio: 1", config=config)) as house:
        headers = {"traceparent": f"00-{OF_ANOTHER}-{'1' * 16}-01", "tracestate": "a=b", "baggage": "user=anne"}
        for model in ("gpt-4o-mini", "claude-sonnet-5"):
            ask = {"model": model, "messages": [{"role": "user", "content": "bonjour"}]}
            answer = await house.client.post("/v1/chat/completions", json=ask, headers={**headers, "b3": "1"})
            assert answer.status_code == 200
        got = list(house.received)
    assert len(got) == 2
    sent = {name.lower() for one in got for name, _ in one.headers}
    assert not sent & {b"traceparent", b"tracestate", b"baggage", b"b3"}
    assert b"user-agent" in sent


async def test_a_reload_begins_and_ends_tracing(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house() as house:
        file = house.folder / "config.yaml"
        await house.chat("bonjour")
        file.write_text(traced(receiver, "ratio: 1, resource: {service.name: ecluse-test}"))
        await house.gateway.reload("test")
        server, _ = await spans_of(receiver, await house.chat("bonjour"))
        assert server.resource["service.name"] == "ecluse-test"
        file.write_text(CONFIG)
        await house.gateway.reload("test")
        await house.chat("bonjour")
    assert len(receiver.spans) == 2


async def test_what_waits_is_still_sent_where_it_was_to_go_when_that_changes(open_house: OpenHouse) -> None:
    with http_receiver() as first, http_receiver() as second:
        first.open.clear()
        async with open_house(traced(first, "ratio: 1")) as house:
            answers = [await house.chat("bonjour")]
            await came(first, lambda: first.requests)
            answers.append(await house.chat("bonjour"))
            await came(first, lambda: house.gateway.runtime.tracing.waiting)
            (house.folder / "config.yaml").write_text(traced(second, "ratio: 1"))
            await house.gateway.reload("test")
            await spans_of(second, await house.chat("bonjour"))
            first.open.set()
            for answer in answers:
                await spans_of(first, answer)
        assert (len(first.spans), len(second.spans)) == (4, 2)
        assert house.gateway.runtime.tracing.count("sent") == 6


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_credential_goes_in_its_header(open_house: OpenHouse, tmp_path: Path, protocol: str) -> None:
    (tmp_path / "otlp").write_text("Bearer abc")
    with RECEIVERS[protocol]() as receiver:
        more = f"ratio: 1, headers: {{x-scope-orgid: staff}}, credential: 'file:{tmp_path}/otlp'"
        async with open_house(traced(receiver, more, protocol)) as house:
            await spans_of(receiver, await house.chat("bonjour"))
        assert receiver.headers[0]["authorization"] == "Bearer abc"
        assert receiver.headers[0]["x-scope-orgid"] == "staff"


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_a_collector_is_known_by_its_certificate(open_house: OpenHouse, tmp_path: Path, protocol: str) -> None:
    ours, another = Authority(), Authority("another")
    (tmp_path / "ours.pem").write_bytes(ours.own.chain)
    (tmp_path / "another.pem").write_bytes(another.own.chain)
    with RECEIVERS[protocol](ours.issue().into(tmp_path / "collector")) as receiver:
        more = f"ratio: 1, timeout_seconds: 2, ca_bundle: {tmp_path}/another.pem"
        async with open_house(traced(receiver, more, protocol)) as house:
            assert (await house.chat("bonjour")).status_code == 200
        assert (receiver.requests, house.gateway.runtime.tracing.count("sent")) == (0, 0)
        async with open_house(traced(receiver, more.replace("another", "ours"), protocol)) as house:
            assert len(await spans_of(receiver, await house.chat("bonjour"))) == 2


async def test_what_waits_is_sent_at_the_end(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house(traced(receiver, "ratio: 1")) as house:
        for _ in range(5):
            await house.chat("bonjour")
    assert len([got for got in receiver.spans if got.kind == SERVER]) == 5


async def test_a_flood_is_told_up_to_a_rate_and_all_of_it_is_counted(open_house: OpenHouse, receiver: Receiver) -> None:
    async with open_house(traced(receiver, "ratio: 1, most_a_second: 1")) as house:
        for _ in range(12):
            await house.chat("bonjour", model="none-of-ours")
    sent = len(receiver.spans)
    assert 1 <= sent < 12
    assert house.gateway.runtime.tracing.count("limited") == 12 - sent
