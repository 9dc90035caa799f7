"""The quick way through a usual whole answer gives what the full reading gives, and leaves everything unusual to it."""

import copy
from typing import Any

import orjson
import pytest

from adapters.dialects.choices import ChoicesReader
from adapters.dialects.openai_chat import OpenAIChat
from adapters.dialects.openai_completions import OpenAICompletions
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, TextEdit
from adapters.wire.body import Document

CHAT: dict[str, Any] = {
    "id": "a", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{
        "index": 0, "logprobs": None, "finish_reason": "stop",
        "message": {"role": "assistant", "content": 'Voilà "x"\n', "refusal": None, "annotations": []},
    }],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}  # fmt: skip
TEXT = {"id": "a", "object": "text_completion", "model": "m", "choices": [{"text": "é", "index": 0}]}


def reader(text: bool = False) -> ChoicesReader:
    body = {"model": "m", "prompt": "p"} if text else {"model": "m", "messages": []}
    dialect = OpenAICompletions() if text else OpenAIChat()
    return dialect.reader(dialect.parse(Document.parse(orjson.dumps(body))))


def fully(raw: bytes, text: bool, monkeypatch: pytest.MonkeyPatch) -> Chunk:
    with monkeypatch.context() as patch:
        patch.setattr(ChoicesReader, "_quick_whole", lambda *_: None)
        return reader(text).body(raw)


def changed(path: tuple[str | int, ...], value: object, base: dict[str, Any] = CHAT) -> dict[str, Any]:
    body = copy.deepcopy(base)
    holder: Any = body
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return body


MESSAGE = ("choices", 0, "message")
UNUSUAL = [
    changed((*MESSAGE, "content"), None),
    changed((*MESSAGE, "content"), ""),
    changed((*MESSAGE, "content"), "a \\ b"),
    changed((*MESSAGE, "refusal"), "no"),
    changed((*MESSAGE, "role"), {"hidden": "words"}),
    changed((*MESSAGE, "annotations"), [{"url": "words"}]),
    changed((*MESSAGE, "reasoning_content"), "words"),
    changed((*MESSAGE, "unknown"), "words"),
    changed((*MESSAGE, "tool_calls"), [{"id": "1", "type": "function", "function": {"name": "n", "arguments": "{}"}}]),
    changed(("choices", 0, "index"), "words"),
    changed(("choices", 0, "text"), "words"),
    changed(("choices", 0, "unknown"), "words"),
    changed(("choices", 0, "logprobs"), {"content": [{"token": "words"}]}),
    changed(("unknown",), "words"),
    changed(("usage", "content"), "words"),
    changed(("usage", "content"), 'Voilà "x"\n'),
    {**CHAT, "choices": CHAT["choices"] * 2},
    {**CHAT, "choices": []},
]


@pytest.mark.parametrize("body", [CHAT, *UNUSUAL])
def test_a_chat_answer_reads_as_in_full(body: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    raw = orjson.dumps(body)
    assert reader().body(raw) == fully(raw, False, monkeypatch)


@pytest.mark.parametrize("extra", [{}, {"message": {"content": "words"}}, {"reasoning": "words"}, {"text": ""}])
def test_a_text_answer_reads_as_in_full(extra: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    raw = orjson.dumps({**TEXT, "choices": [{**TEXT["choices"][0], **extra}]})
    assert reader(True).body(raw) == fully(raw, True, monkeypatch)


def test_a_key_spelt_with_escapes_is_found_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    body = changed(("usage", "content"), "same")
    raw = orjson.dumps(changed((*MESSAGE, "content"), "same", body)).replace(b'"content"', b'"c\\u006fntent"', 1)
    assert reader().body(raw) == fully(raw, False, monkeypatch)


def test_the_usual_answer_is_rewritten_in_its_place() -> None:
    raw = orjson.dumps(CHAT)
    read = reader()
    chunk = read.body(raw)
    assert read.rewrite(chunk, {}) is raw
    assert read.rewrite(chunk, {0: [TextEdit(0, 5, "Ici")]}) == raw.replace("Voilà".encode(), b"Ici")


@pytest.mark.parametrize("old", [b'"content"', b'"prompt_tokens"', b'"index"', b'"id"'])
def test_a_repeated_key_is_refused(old: bytes) -> None:
    raw = orjson.dumps(CHAT).replace(old, old + b':"other",' + old, 1)
    with pytest.raises(ProtocolBroken) as refused:
        reader().body(raw)
    assert refused.value.code == "duplicate_key"
