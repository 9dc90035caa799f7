"""What leaves of a body with values in it: none of them, and with the tokens put back, the body as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ask import Ask
from adapters.registry import DIALECTS
from adapters.wire.body import Document, splice
from gateway.transforming import Transformed, Unreachable, transform
from policies.decide import Rewrite, Ruling
from policies.transform.pseudonymise import Pseudonyms, Scope, Value

MAKER = Pseudonyms(b"k" * 32, Scope("acme", "anne", "sandbox", "c"))
SECRETS = ("ODILE-M", "éçLUSE 12", 'QUO"TE', "BACK\\SLASH", "LINE\nBREAK", "\U0001f6a2BOAT\U0001f6a2", "ODI")
MINE = MAKER.assign([Value("EMAIL", SECRETS[0])])[Value("EMAIL", SECRETS[0])]
WORDS = st.sampled_from([*SECRETS, MINE, " ", "\\", '"', "\n", "é", "\u200b", "n", "u0041"])
PARTS = st.lists(
    st.one_of(WORDS, st.text(max_size=4).map(lambda text: text.replace("/", "").replace("]", ""))), max_size=8
)
TEXTS = PARTS.map("".join)


def ruling(ask: Ask, action: str = "pseudonymise") -> Ruling:
    """As if a detector knew the secrets, wherever they stand."""
    rewrites = []
    for index, passage in enumerate(ask.passages):
        if passage.part != "text" or passage.role == "other":
            continue
        spans: list[tuple[int, int]] = []
        for secret in SECRETS:
            at = passage.text.find(secret)
            while at >= 0:
                spans.append((at, at + len(secret)))
                at = passage.text.find(secret, at + len(secret))
        end = 0
        for start, stop in sorted(spans, key=lambda s: (s[0], -s[1])):
            if start >= end:
                rewrites.append(Rewrite(index, start, stop, "", "contact.email", "r", action))
                end = stop
    return Ruling("allow", tuple(rewrites))


def sent(name: str, body: dict[str, Any], *, ascii_only: bool) -> tuple[dict[str, Any], Transformed]:
    raw = json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    ask = DIALECTS[name].parse(Document.parse(raw))
    transformed = transform(ask, ruling(ask), lambda: MAKER)
    return json.loads(splice(raw, transformed.edits)), transformed


def restored(text: str, transformed: Transformed) -> str:
    """The values put back, by a way of its own."""
    lexicon = transformed.issued.prose
    for start, end in reversed(lexicon.finder.find(text)):
        text = text[:start] + lexicon.values[text[start:end]] + text[end:]
    return text


def back(value: Any, transformed: Transformed) -> Any:
    if isinstance(value, dict):
        return {k: back(v, transformed) for k, v in value.items()}
    if isinstance(value, list):
        return [back(v, transformed) for v in value]
    return restored(value, transformed) if isinstance(value, str) else value


@given(TEXTS, TEXTS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_texts_come_back(one: str, other: str, ascii_only: bool) -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": one}, {"role": "user", "content": other}]}
    leaving, transformed = sent("openai_chat", body, ascii_only=ascii_only)
    said = " ".join(m["content"] for m in leaving["messages"])
    assert not [s for s in SECRETS if s in said]
    assert back(leaving, transformed) == body


ARGUMENTS = st.dictionaries(st.sampled_from("abc"), st.one_of(TEXTS, st.lists(TEXTS, max_size=2)), max_size=3)


@given(ARGUMENTS, st.booleans(), st.booleans())
@settings(max_examples=200, deadline=None)
def test_arguments_come_back(arguments: dict[str, Any], ascii_only: bool, inner_ascii: bool) -> None:
    source = json.dumps(arguments, ensure_ascii=inner_ascii)
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": source}}
    body = {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}
    leaving, transformed = sent("openai_chat", body, ascii_only=ascii_only)
    told = json.loads(leaving["messages"][0]["tool_calls"][0]["function"]["arguments"])
    values = [v for value in told.values() for v in (value if isinstance(value, list) else [value])]
    assert not [s for s in SECRETS for v in values if s in v]
    assert back(told, transformed) == arguments
    use = {"type": "tool_use", "id": "t", "name": "f", "input": arguments}
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": [use]}]}
    leaving, transformed = sent("anthropic_messages", body, ascii_only=ascii_only)
    told = leaving["messages"][0]["content"][0]["input"]
    assert back(told, transformed) == arguments


def test_a_token_that_stayed_in_an_address_stays_there() -> None:
    turns = [
        {"role": "user", "content": f"{SECRETS[0]} et {MINE}"},
        {"role": "assistant", "content": f"https://e.example/{MINE}"},
        {"role": "user", "content": "encore"},
    ]
    leaving, transformed = sent("openai_chat", {"model": "m", "messages": turns}, ascii_only=False)
    first, second, _ = [m["content"] for m in leaving["messages"]]
    assert first.startswith(f"{MINE} et TOKEN_") and second == f"https://e.example/{MINE}"
    assert restored(first, transformed) == turns[0]["content"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_is_redacted_in_one_reading_isnt_named_in_another(order: tuple[int, int]) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a": "x\\nODILE-M y"}'}}
    raw = json.dumps({"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}).encode()
    ask = DIALECTS["openai_chat"].parse(Document.parse(raw))
    stands, decoded = [i for i, p in enumerate(ask.passages) if p.role == "tool_arguments"]
    at, inner = ask.passages[stands].text.index("ODILE"), ask.passages[decoded].text.index("ODILE")
    rewrites = [
        Rewrite(stands, at, at + 7, "[redacted: x]", "x", "r"),
        Rewrite(decoded, inner, inner + 9, "", "contact.email", "r", "pseudonymise"),
    ]
    made = transform(ask, Ruling("allow", tuple(rewrites[i] for i in order)), lambda: MAKER)
    leaving = json.loads(splice(raw, made.edits))["messages"][0]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(leaving) == {"a": "x\n[redacted: x]"}
    assert len(made.issued) == 0


def test_names_of_members_in_arguments_come_back() -> None:
    """A model writes `{"Odile": 3}`, the client sends it again: a token is a name as good as any."""
    arguments = {SECRETS[0]: 3, "b": {SECRETS[3]: [SECRETS[0]]}}
    use = {"type": "tool_use", "id": "t", "name": "f", "input": arguments}
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps(arguments)}}
    message = {"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": [use]}]}
    leaving, transformed = sent("anthropic_messages", message, ascii_only=True)
    told = leaving["messages"][0]["content"][0]["input"]
    assert SECRETS[0] not in repr(told) and list(told) == [MINE, "b"]
    assert {restored(k, transformed): v for k, v in told.items()}.keys() == arguments.keys()
    leaving, transformed = sent(
        "openai_chat", {"model": "m", "messages": [{"role": "assistant", "tool_calls": [call]}]}, ascii_only=False
    )
    told = json.loads(leaving["messages"][0]["tool_calls"][0]["function"]["arguments"])
    assert list(told) == [MINE, "b"] and told["b"].keys() == {
        t for t, v in transformed.issued.prose.values.items() if v == SECRETS[3] and "\\" not in t
    }
    ask = DIALECTS["anthropic_messages"].parse(Document.parse(json.dumps(message).encode()))
    (passage,) = [p for p in ask.passages if p.role == "tool_arguments"]
    name, number = passage.text.index(SECRETS[0]), passage.text.index("3")
    assert passage.renamable(name, name + 7) and not passage.rewritable(name, name + 7)
    assert not passage.renamable(number, number + 1), "a number is no name"


SAYS = st.sampled_from([" ", "\n", '"', "\\", "\\n", "é", "et", ", ", "n", *SECRETS])


@given(st.lists(SAYS, max_size=9).map("".join), st.lists(SAYS, max_size=9).map("".join), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_value_found_once_stands_nowhere(said: str, argued: str, ascii_only: bool) -> None:
    """The detector sees values in the first message only, as where a word in front of them tells them."""
    call = {"function": {"name": "f", "arguments": json.dumps({"a": argued, "b": [argued]}, ensure_ascii=ascii_only)}}
    turns = [
        {"role": "user", "content": " | ".join(SECRETS)},
        {"role": "assistant", "content": said, "tool_calls": [{"id": "c", "type": "function", **call}]},
        {"role": "tool", "tool_call_id": "c", "content": json.dumps({"n": said})},
    ]
    body = {"model": "m", "messages": turns, "metadata": {"note": said}}
    raw = json.dumps(body, ensure_ascii=ascii_only).encode()
    ask = DIALECTS["openai_chat"].parse(Document.parse(raw))
    seen = next(i for i, p in enumerate(ask.passages) if p.text == turns[0]["content"])
    rewrites = tuple(r for r in ruling(ask).rewrites if r.passage == seen)
    made = transform(ask, Ruling("allow", rewrites), lambda: MAKER)
    leaving = json.loads(splice(raw, made.edits))
    _, answer, result = leaving["messages"]
    arguments = json.loads(answer["tool_calls"][0]["function"]["arguments"])
    for text in (answer["content"], result["content"], leaving["metadata"]["note"], arguments["a"], *arguments["b"]):
        for secret in (s for s in SECRETS if len(s) >= 5):
            at = text.find(secret)
            while at >= 0:
                around = text[at - 1 : at + 1] if at else "", text[at + len(secret) - 1 : at + len(secret) + 1]
                assert any(len(two) == 2 and two.isalnum() for two in around), (secret, text)
                at = text.find(secret, at + 1)
    assert back(leaving["messages"][1]["content"], made) == said
    assert back(arguments, made) == {"a": argued, "b": [argued]}


def test_a_value_out_of_reach_is_refused() -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"properties": {SECRETS[0]: {}}}}}
    body = {"model": "m", "messages": [{"role": "user", "content": SECRETS[0]}], "tools": [tool]}
    ask = DIALECTS["openai_chat"].parse(Document.parse(json.dumps(body).encode()))
    rewrites = tuple(r for r in ruling(ask).rewrites if ask.passages[r.passage].role == "user")
    with pytest.raises(Unreachable) as raised:
        transform(ask, Ruling("allow", rewrites), lambda: MAKER)
    assert ask.passages[raised.value.found.passage].role == "tool_definition"
    assert SECRETS[0] not in str(raised.value)
