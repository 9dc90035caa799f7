"""What a vendor sealed is taken out whole, with nothing else touched, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ask import Ask
from adapters.dialects.states import left_out
from adapters.registry import DIALECTS
from adapters.wire.body import Document, remove_items, splice

THINKING = {"type": "thinking", "thinking": "hm", "signature": "AAAA"}
REDACTED = {"type": "redacted_thinking", "data": "BBBB"}
TEXT = {"type": "text", "text": "Voilà."}
USE = {"type": "tool_use", "id": "t1", "name": "ls", "input": {}}
RESULT = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "a.txt"}]}
USER = {"role": "user", "content": "Bonjour"}
REASONING = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "CCCC"}


def parsed(dialect: str, body: dict[str, Any]) -> Ask:
    raw = json.dumps({"model": "m", **body}, ensure_ascii=False).encode()
    return DIALECTS[dialect].parse(Document.parse(raw))


def messages(*turns: dict[str, Any], **fields: Any) -> Ask:
    return parsed("anthropic_messages", {"max_tokens": 5, "messages": list(turns), **fields})


def assistant(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def without(ask: Ask, *, translated: bool = False) -> Any:
    """The body without all that is sealed in it; None where the dialect needs it."""
    sealed = [i for i, p in enumerate(ask.passages) if p.part == "vendor_state"]
    edits = left_out(ask, sealed, translated=translated)
    return None if edits is None else json.loads(splice(ask.document.raw, edits))


@given(
    st.lists(st.sampled_from([THINKING, REDACTED, TEXT]), min_size=1, max_size=8),
    st.lists(st.sampled_from([THINKING, TEXT]), min_size=1, max_size=3),
    st.sampled_from([(",", ":"), (", ", ": "), (" ,\n\t", " : ")]),
)
def test_blocks_of_earlier_turns_go_and_nothing_else(first: list[Any], second: list[Any], spelt: Any) -> None:
    turns = [USER, assistant(*first), {"role": "user", "content": "Et puis ?"}, assistant(*second), USER]
    body = {"model": "m", "max_tokens": 5, "x": [1, {"y": None}], "messages": turns, "thinking": {"type": "enabled"}}
    raw = json.dumps(body, separators=spelt, ensure_ascii=False).encode()
    made = without(DIALECTS["anthropic_messages"].parse(Document.parse(raw)))
    kept = [[block for block in blocks if block is TEXT] for blocks in (first, second)]
    if not all(kept):
        assert made is None, "a message isn't left empty"
        return
    turns[1], turns[3] = assistant(*kept[0]), assistant(*kept[1])
    assert made == body


@pytest.mark.parametrize(
    ("thinking", "translated", "goes"),
    [
        ({"type": "enabled", "budget_tokens": 1024}, False, False),
        ({"type": "enabled", "budget_tokens": 1024}, True, True),
        ({"type": "something new"}, False, False),
        ({"type": "adaptive"}, False, True),
        ({"type": "disabled"}, False, True),
        (None, False, True),
    ],
)
def test_within_a_turn_that_goes_on_a_vendor_may_want_them_back(thinking: Any, translated: bool, goes: bool) -> None:
    fields = {"thinking": thinking} if thinking else {}
    made = without(messages(USER, assistant(THINKING, USE), RESULT, **fields), translated=translated)
    assert (made is not None) is goes
    if goes:
        assert made["messages"][1]["content"] == [USE]
    # The same once the user has spoken again.
    assert without(messages(USER, assistant(THINKING, USE), RESULT, assistant(TEXT), USER, **fields)) is not None


def test_sealed_results_of_a_vendors_tool_can_not_be_done_without() -> None:
    found = {"type": "web_search_result", "url": "https://x", "title": "x", "encrypted_content": "DDDD"}
    block = {"type": "web_search_tool_result", "tool_use_id": "s1", "content": [found]}
    assert without(messages(USER, assistant(TEXT, block), USER)) is None


@pytest.mark.parametrize("dialect", ["openai_responses", "openai_responses_compact", "openai_input_tokens"])
def test_reasoning_items_go_and_a_compaction_does_not(dialect: str) -> None:
    said = {"role": "user", "content": "Bonjour"}
    call = {"type": "function_call", "call_id": "c", "name": "ls", "arguments": "{}"}
    ask = parsed(dialect, {"input": [REASONING, said, REASONING, REASONING, call]})
    assert without(ask) == {"model": "m", "input": [said, call]}
    compaction = {"type": "compaction", "encrypted_content": "EEEE"}
    assert without(parsed(dialect, {"input": [compaction, said]})) is None
    assert without(parsed(dialect, {"input": [REASONING]})) is None


@pytest.mark.parametrize("name", ["thoughtSignature", "thought_signature"])
def test_a_word_stands_for_geminis_signatures(name: str) -> None:
    def contents(signature: str) -> dict[str, Any]:
        part = {"functionCall": {"name": "ls", "args": {}}, name: signature}
        return {"contents": [{"role": "model", "parts": [part]}, {"role": "user", "parts": [{"text": "y"}]}]}

    raw = json.dumps(contents("QUJDRA==")).encode()
    made = without(DIALECTS["gemini_generate"].parse(Document.parse(raw), {"model": "m", "verb": "generateContent"}))
    assert made == contents("skip_thought_signature_validator")


def test_dialects_of_which_nothing_is_known_leave_nothing_out() -> None:
    assert left_out(parsed("openai_chat", {"messages": [USER]}), [0], translated=False) is None


def test_thousands_of_items_are_taken_out_at_once() -> None:
    items = [n % 2 for n in range(20_000)]
    document = Document.parse(json.dumps({"a": items}).encode())
    odd = set(range(1, 20_000, 2))
    assert json.loads(splice(document.raw, remove_items(document, ("a",), odd, "vendor_state"))) == {"a": [0] * 10_000}
