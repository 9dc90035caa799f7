"""The simulator's misbehaviour on demand, and its record of what it received."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.vendors.simulator import Recorder, SimulatorServer, reference
from adapters.vendors.simulator.directives import NAMES, DirectiveError, Directives, merge, read, settings
from adapters.vendors.simulator.prompt import Prompt, Tool, turns
from adapters.vendors.simulator.script import example, write

PATHS = ("/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages")


def ask(words: str, *, stream: bool = True, **more: Any) -> dict[str, Any]:
    """A body that every conversational dialect takes."""
    said = [{"role": "user", "content": words}]
    return {"model": "m", "max_tokens": 999, "messages": said, "prompt": words, "input": words, "stream": stream} | more


async def streamed(path: str, words: str) -> bytes:
    async with SimulatorServer(["alpha"]) as simulator, httpx.AsyncClient(trust_env=False) as client:
        return (await client.post(simulator.url("alpha") + path, json=ask(words))).content


def events(raw: bytes) -> list[bytes]:
    return [block.split(b"data: ", 1)[1] for block in raw.split(b"\n\n") if block]


ENDS = {
    "/v1/chat/completions": b"[DONE]", "/v1/completions": b"[DONE]", "/v1/responses": b'"response.completed"',
    "/v1/messages": b'"message_stop"',
}  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_a_healthy_stream_ends_cleanly_and_one_without_done_does_not(path: str) -> None:
    assert ENDS[path] in events(await streamed(path, "[[sim:words=9]]"))[-1]
    assert ENDS[path] not in await streamed(path, "[[sim:words=9,no_done]]")


@pytest.mark.parametrize("path", PATHS)
async def test_equal_requests_have_equal_answers(path: str) -> None:
    assert await streamed(path, "hello [[sim:reasoning]]") == await streamed(path, "hello [[sim:reasoning]]")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("fault", "content"), [("fail_before", 0), ("fail_after=3", 3)])
async def test_failures_in_mid_stream(path: str, fault: str, content: int) -> None:
    seen = events(await streamed(path, f"[[sim:{fault}]] [[sim:say={'QQQQQQ' * 20}]]"))
    deltas = [event for event in seen if b"QQ" in event]
    last = orjson.loads(seen[-1])
    assert len(deltas) == content
    assert "error" in last or last["type"] in ("error", "response.failed")
    assert not any(ENDS[path] in event for event in seen)


@pytest.mark.parametrize("path", PATHS)
async def test_a_cut_stream_breaks_its_connection(path: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await streamed(path, "[[sim:words=60,cut=3]]")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("reset=3", httpx.ReadError),
        ("chunks=3", httpx.RemoteProtocolError),
        ("length=20", httpx.RemoteProtocolError),
        ("length=-20", None),
        ("bomb=1", None),
        ("on=beta,status=500", None),
        ("interim=2,stray,twice", None),
    ],
)
async def test_answers_past_proper_http(
    path: str, stream: bool, fault: str, failure: type[httpx.HTTPError] | None
) -> None:
    async with SimulatorServer(["alpha", "beta"]) as simulator, httpx.AsyncClient(trust_env=False) as client:
        asked = ask(f"[[sim:words=60]] [[sim:{fault}]]", stream=stream)
        try:
            answer = await client.post(simulator.url("alpha") + path, json=asked)
        except httpx.HTTPError as problem:
            assert type(problem) is failure
        else:
            assert (answer.status_code, failure) == (200, None)


@pytest.mark.parametrize("path", PATHS)
async def test_half_a_character_and_single_bytes(path: str) -> None:
    said = f"[[sim:say={'é' * 60}]]"
    sound = await streamed(path, said)
    assert sound.decode().count("é") >= 60
    spoiled = await streamed(path, f"{said} [[sim:half=2]]")
    with pytest.raises(UnicodeDecodeError):
        spoiled.decode()
    assert [len(e) for e in events(await streamed(path, f"{said} [[sim:pieces=1]]"))] == [len(e) for e in events(sound)]


@pytest.mark.parametrize("path", PATHS)
async def test_a_malformed_event_is_not_json(path: str) -> None:
    seen = [event for event in events(await streamed(path, "[[sim:words=60,malformed=2]]")) if event != b"[DONE]"]
    broken = 0
    for event in seen:
        try:
            orjson.loads(event)
        except orjson.JSONDecodeError:
            broken += 1
    assert broken == 1


@pytest.mark.parametrize(
    ("words", "status", "kind"),
    [
        ("[[sim:status=503,retry_after=2]]", 503, "application/json"),
        ("[[sim:error=context_length_exceeded]]", 400, "application/json"),
        ("[[sim:plain=500]]", 500, "text/plain; charset=utf-8"),
        ("[[sim:html=502]]", 502, "text/html"),
        ("[[sim:nonsense=1]]", 400, "application/json"),
        ("[[sim:status=abc]]", 400, "application/json"),
        ("[[sim:fail_before]]", 500, "application/json"),
    ],
)
async def test_failed_answers(words: str, status: int, kind: str) -> None:
    async with SimulatorServer(["alpha"]) as simulator, httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(simulator.url("alpha") + "/v1/messages", json=ask(words, stream=False))
    assert (answer.status_code, answer.headers["content-type"]) == (status, kind)


async def test_odd_requests_get_an_error_in_shape() -> None:
    async with SimulatorServer(["alpha"]) as simulator, httpx.AsyncClient(trust_env=False) as client:
        url = simulator.url("alpha")
        for body in (b"", b"[]", b"{", b"1", b'{"model":"m"}', b'{"messages":[]}', b'{"model":1,"input":[1,{}],"x":1}'):
            for path in (*PATHS, "/v1/embeddings", "/v1/messages/count_tokens"):
                answer = await client.post(url + path, content=body)
                assert answer.status_code in (200, 400), (path, body)
                assert answer.json()
        assert (await client.get(url + "/v1/responses")).status_code == 426
        assert (await client.head(url + "/")).status_code == 200


async def test_an_operator_makes_one_vendor_fail_for_a_while() -> None:
    now = [100.0]
    recorder = Recorder(clock=lambda: now[0])
    async with (
        SimulatorServer(["alpha", "beta"], recorder=recorder) as simulator,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        alpha, beta = (simulator.url(name) for name in ("alpha", "beta"))

        async def status(url: str) -> int:
            return (await client.post(url + "/v1/messages", json=ask("hi", stream=False))).status_code

        set_to = {"fault": "status=529", "seconds": 30}
        assert (await client.post(alpha + "/sim/fault", json=set_to)).status_code == 200
        assert (await status(alpha), await status(beta)) == (529, 200)
        now[0] += 31
        assert await status(alpha) == 200
        await client.post(alpha + "/sim/fault", json=set_to)
        await client.post(alpha + "/sim/fault", json={"fault": "none"})
        assert await status(alpha) == 200
        assert (await client.post(alpha + "/sim/fault", json={"fault": "what"})).status_code == 400
        for body in (b"{", b"[]", b"{}", b'{"fault": ""}', b'{"fault": null}'):
            answer = await client.post(alpha + "/sim/fault", content=body)
            assert answer.status_code == 400 and '"status=503"' in answer.json()["error"]["message"]


def test_the_reference_tells_all_that_the_simulator_can_be_told() -> None:
    """Renew it with `python -m adapters.vendors.simulator.reference > docs/reference/simulator.md`."""
    file = Path(__file__).parents[3] / "docs/reference/simulator.md"
    assert file.read_text() == reference.page()
    told = [word.partition("=")[0] for _, rows in reference.TOLD for word, _ in rows]
    assert sorted(told) == sorted(NAMES)
    for _, rows in reference.TOLD:
        for word, _ in rows:
            name, takes, what = word.partition("=")
            if name not in ("say", "tool", "on"):
                settings(f"{name}=1" if takes and what.isupper() else name)


async def test_what_was_received_is_shown_without_credentials() -> None:
    async with SimulatorServer(["alpha", "beta"]) as simulator, httpx.AsyncClient(trust_env=False) as client:
        alpha = simulator.url("alpha")
        for call in ("c1", "c2"):
            headers = {"x-ecluse-call-id": call, "x-ecluse-attempt": "1", "authorization": "Bearer hidden"}
            await client.post(alpha + "/v1/messages?beta=true", json=ask("hi", stream=False), headers=headers)
        shown = (await client.get(alpha + "/sim/received?call_id=c2")).json()["received"]
        assert [(item["call_id"], item["attempt"], item["destination"]) for item in shown] == [("c2", "1", "alpha")]
        assert shown[0]["path"] == "/v1/messages?beta=true"
        assert orjson.loads(shown[0]["body"])["messages"][0]["content"] == "hi"
        assert shown[0]["outcome"] == "answered"
        assert "hidden" not in str(shown)
        assert (await client.get(simulator.url("beta") + "/sim/received")).json()["received"] == []
        await client.delete(alpha + "/sim/received")
        assert len(simulator.recorder) == 0


async def test_a_client_that_leaves_is_noted() -> None:
    async with SimulatorServer(["alpha"]) as simulator, httpx.AsyncClient(trust_env=False) as client:
        async with client.stream("POST", simulator.url("alpha") + PATHS[0], json=ask("[[sim:words=9,stall=1]]")) as on:
            await anext(on.aiter_raw())
        (received,) = simulator.recorder
        await asyncio.wait_for(received.over.wait(), 1)
        assert received.outcome == "gone"


def test_the_record_is_bounded() -> None:
    recorder = Recorder(most=5, most_bytes=1_000)
    for index in range(100):
        recorder.end(recorder.begin("alpha", "POST", "/", (), b"x" * 300), "answered")
        assert len(recorder) <= 3, index
    recorder.begin("alpha", "POST", "/", (), b"x" * 5_000)
    assert len(recorder) == 1
    assert recorder.total == 101


def test_directives() -> None:
    assert read("plain text") == Directives()
    asked = read('a [[sim:delay=0.2, cut=3]] b [[sim:say=x, y]] [[sim:tool=Bash {"a":"]]}","b":[[1]]}]] [[sim:echo]]')
    assert (asked.delay, asked.cut, asked.say, asked.echo) == (0.2, 3, "x, y", True)
    assert [(wish.name, wish.arguments) for wish in asked.tools] == [("Bash", '{"a":"]]}","b":[[1]]}')]
    assert read('please use tool mcp.read with {"path": "x"} now').tools[0].arguments == '{"path":"x"}'
    assert read("[[sim:tool=patch free text]]").tools[0].arguments == "free text"
    assert merge(Directives(status=500, echo=True), Directives(status=429)) == Directives(status=429, echo=True)
    for wrong in ("what", "cut=x", "tool=a", "delay"):
        with pytest.raises(DirectiveError):
            settings(wrong)
    with pytest.raises(DirectiveError):
        read('[[sim:tool=a {"open"')


@given(st.text(), st.text())
def test_any_prompt_is_read_or_refused(before: str, inside: str) -> None:
    for prompt in (before, f"{before}[[sim:{inside}]]", f"[[sim:tool=a {inside}"):
        try:
            read(prompt)
        except DirectiveError as refused:
            assert str(refused)


def test_what_agent_tools_add_is_not_the_user_speaking() -> None:
    said = [("user", "first"), ("result", "old"), ("user", "now"), ("result", "a"), ("user", "<system-reminder>x")]
    assert turns(said) == ("now", ("a",))


def test_tools_are_called_as_many_at_once_as_was_said() -> None:
    asked = read("[[sim:tool=one]] [[sim:tool=two]] [[sim:tool=three]] [[sim:together=2]]")
    tools = tuple(Tool(name, {}) for name in ("one", "two", "three"))
    for results, called in (((), ["one", "two"]), (("a", "b"), ["three"]), (("a", "b", "c"), [])):
        script = write("alpha", Prompt("m", "text", results=results, tools=tools), asked, b"seed")
        assert [call.name for call in script.calls] == called


def test_examples_follow_their_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": ["string", "null"]}, "b": {"enum": [3, 4]}, "d": {"anyOf": [{"type": "boolean"}]},
            "c": {"type": "array", "minItems": 1, "items": {}}, "f": {"const": None},
            "e": {"type": "integer", "minimum": 7},
        },
        "required": ["a", "b", "c", "d", "e", "f"],
    }  # fmt: skip
    wanted = {"a": "example", "b": 3, "c": ["example"], "d": True, "e": 7, "f": None}
    assert example(schema) == wanted
