"""Answers of every dialect through the real gate, with tokens in texts and tool arguments, however they are cut."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.registry import DIALECTS
from adapters.vendors.simulator.dialects import SPEECHES
from adapters.vendors.simulator.prompt import Prompt
from adapters.vendors.simulator.script import Call, Script
from adapters.wire.sse import Framer
from gateway.bundle.pair import Pair, load_pair
from gateway.gate import Gate, Guard
from policies.transform.pseudonymise import Pseudonyms, Scope, Value
from policies.transform.restoring import restoring
from policies.transform.tokens import Issued
from tests.conftest import configured
from tests.gateway.test_gate import GuardMaker, ask_for

IBAN = "FR76 3000 6000 0112 3456 7890 189"
VALUES = ("Odile Marchand", 'Renée "Zoé"\nD\\Aubigné', "12 rue des Écluses, 69002 Lyon", IBAN, "odile@exemple-sas.fr")
TOKENS = Pseudonyms(b"k" * 32, Scope("acme", "anne", "sandbox", "c")).assign(
    Value(word, text) for word, text in zip(("PERSON", "PERSON", "ADDRESS", "IBAN", "EMAIL"), VALUES, strict=True)
)
ISSUED = Issued({token: value.text for value, token in TOKENS.items()})
BY_TEXT = {value.text: token for value, token in TOKENS.items()}
PATHS = {
    "openai_chat": "/v1/chat/completions",
    "openai_completions": "/v1/completions",
    "openai_responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
}


@pytest.fixture(scope="module")
def guards(tmp_path_factory: pytest.TempPathFactory) -> GuardMaker:
    pair: Pair = load_pair(configured(tmp_path_factory.mktemp("gate") / "house"))
    return GuardMaker(pair)


def script(parts: list[str], *, calls: bool, chunk: int, reasoning: str = "") -> Script:
    """An answer that says these parts, or calls tools with them."""
    text = " ".join(parts)
    made = (
        Call("c1", "edit", json.dumps({"text": text, "all": parts}, ensure_ascii=chunk % 2 == 0)),
        Call("c2", "free", text, custom=True),
    )
    stop = "tool_calls" if calls else "stop"
    return Script(
        "a" * 24, "m", "" if calls else text, reasoning, made if calls else (), stop, 1, 1, chunk
    )  # fmt: skip


def streamed(name: str, said: Script) -> bytes:
    return b"".join(f.encode() for f in SPEECHES[PATHS[name]].stream(said, Prompt("m", "x", stream=True)))


def whole(name: str, said: Script) -> bytes:
    return orjson.dumps(SPEECHES[PATHS[name]].answer(said, Prompt("m", "x")))


def ask(name: str, stream: bool) -> Any:
    if name != "openai_completions":
        return ask_for(name, stream)
    from adapters.wire.body import Document

    return DIALECTS[name].parse(Document.parse(json.dumps({"model": "m", "prompt": "x", "stream": stream}).encode()))


def through(name: str, raw: bytes, guard: Guard | None, cuts: list[int] | None) -> bytes:
    """What the client gets. cuts: where the vendor's bytes are cut; None for a whole answer."""
    gate = Gate(DIALECTS[name].reader(ask(name, cuts is not None)), restoring(ISSUED, guard))
    if cuts is None:
        return gate.body(raw)
    out: list[bytes] = []
    last = 0
    for cut in [*sorted(cuts), len(raw)]:
        gate.feed(raw[last:cut], out)
        last = cut
    gate.finish(out)
    return b"".join(out)


def seen(name: str, raw: bytes, stream: bool) -> dict[str, Any]:
    """What a client reads: the texts by channel, arguments as values, whole texts beside those that grew."""
    reader = DIALECTS[name].reader(ask(name, stream))
    framer = Framer()
    chunks = [reader.event(e) for e in (*framer.feed(raw), *framer.end())] if stream else [reader.body(raw)]
    found: dict[str, Any] = {}
    for delta in (d for c in chunks for d in c.deltas if not d.channel.startswith("other")):
        key = f"{delta.channel} whole" if delta.whole else delta.channel
        kind = f"{delta.kind} {key}"
        found[kind] = delta.text if delta.whole else found.get(kind, "") + delta.text
    return {k: orjson.loads(v) if k.startswith("tool_arguments") else v for k, v in found.items()}


@pytest.mark.parametrize("name", PATHS)
@given(
    st.lists(st.sampled_from([*VALUES, "et", "à", "(", ")", "PERSON_", "12", "\n"]), max_size=9),
    st.booleans(), st.integers(1, 40), st.data(),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_what_went_comes_back(
    guards: GuardMaker, name: str, parts: list[str], calls: bool, chunk: int, data: st.DataObject
) -> None:
    calls = calls and name != "openai_completions"
    tokens = [BY_TEXT.get(part, part) for part in parts]
    told, expected = script(tokens, calls=calls, chunk=chunk), script(parts, calls=calls, chunk=chunk)
    guard = guards() if data.draw(st.booleans()) else None
    raw = streamed(name, told)
    cuts = data.draw(st.lists(st.integers(0, len(raw)), max_size=8))
    back = through(name, raw, guard, cuts)
    assert seen(name, back, True) == seen(name, streamed(name, expected), True)
    assert not [token for token in TOKENS.values() if token.encode() in back]
    answer = through(name, whole(name, told), guards() if guard else None, None)
    assert seen(name, answer, False) == seen(name, whole(name, expected), False)


@pytest.mark.parametrize("name", PATHS)
def test_comments_pass_between_events_of_every_dialect(guards: GuardMaker, name: str) -> None:
    """Vendors and proxies send them as signs of life."""
    raw = streamed(name, script(["Bonjour"], calls=name != "openai_completions", chunk=3))
    alive = raw.replace(b"\n\n", b"\n\n: alive\n\n")
    back = through(name, alive[: alive.rfind(b": alive")], guards(), [])
    assert back.count(b": alive\n\n") == alive.count(b": alive") - 1
    assert back.replace(b": alive\n\n", b"") == through(name, raw, guards(), [])


@pytest.mark.parametrize("name", PATHS)
def test_in_addresses_tokens_stay_in_every_dialect(guards: GuardMaker, name: str) -> None:
    parts = [f"![x](https://e.example/?q={BY_TEXT[VALUES[0]]})", BY_TEXT[VALUES[1]]]
    for calls in (False, True) if name != "openai_completions" else (False,):
        told = script(parts, calls=calls, chunk=7)
        for guard in (None, guards()):  # with the starter rules the address is taken out as a whole
            answers = [
                seen(name, through(name, streamed(name, told), guard, []), True),
                seen(name, through(name, whole(name, told), guards() if guard else None, None), False),
            ]
            for back in map(repr, answers):
                assert VALUES[0] not in back and (BY_TEXT[VALUES[0]] in back) == (guard is None)
                assert "Zo" in back and BY_TEXT[VALUES[1]] not in back


def test_signed_thinking_keeps_its_tokens(guards: GuardMaker) -> None:
    token = BY_TEXT[VALUES[0]]
    told = replace(script([token], calls=False, chunk=5), reasoning=f"Who is {token}?")
    for guard in (None, guards()):
        raw = streamed("anthropic_messages", told)
        back = seen("anthropic_messages", through("anthropic_messages", raw, guard, [50, 51]), True)
        assert back == {"signed reasoning:0": f"Who is {token}?", "text text:1": VALUES[0]}
    back = seen(
        "anthropic_messages", through("anthropic_messages", whole("anthropic_messages", told), None, None), False
    )
    assert back["signed reasoning:0 whole"] == f"Who is {token}?"
    back = seen("openai_chat", through("openai_chat", streamed("openai_chat", told), None, []), True)
    assert [v for k, v in back.items() if k.startswith("reasoning")] == [f"Who is {VALUES[0]}?"], "nobody signs it here"
