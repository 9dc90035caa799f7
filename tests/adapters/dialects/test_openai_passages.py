"""No string, number or key of a body escapes the passages, whatever the body."""

from __future__ import annotations

import copy
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dialects.openai_chat import OpenAIChat
from adapters.dialects.openai_completions import OpenAICompletions
from adapters.dialects.openai_embeddings import OpenAIEmbeddings
from adapters.errors import BodyRefused
from adapters.wire.body import Document, replace_text, splice

CANARY = "canary of the prompt"

CHAT_BODY = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "be kind"},
        {"role": "user", "name": "u", "content": [
            {"type": "text", "text": "hello\n"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD", "detail": "low"}},
            {"type": "file", "file": {"filename": "f", "file_data": "data:text/plain,hi"}},
            {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}},
        ]},
        {"role": "assistant", "content": None, "refusal": None, "reasoning_content": "thus", "tool_calls": [
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":"b\\n"}'}},
            {"id": "d", "type": "custom", "custom": {"name": "g", "input": "free"}},
        ]},
        {"role": "tool", "tool_call_id": "c", "content": "result"},
        {"role": "assistant", "content": "ok", "function_call": {"name": "f", "arguments": "{}"}},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"x": ["a"]}}}],
    "web_search_options": {"user_location": {"city": "x"}},
    "response_format": {"type": "json_schema", "json_schema": {"schema": {"x": 1.5}}},
    "metadata": {"k": "v"},
    "stop": ["s", 1],
    "unknown": {"deep": [[{"er": "x"}]]},
    "user": "u", "seed": 12, "logit_bias": {"5": -100},
}  # fmt: skip
BODIES = [
    (OpenAIChat(), CHAT_BODY),
    (
        OpenAICompletions(),
        {"model": "m", "prompt": ["a", "b", [1, 2]], "suffix": "s", "stop": "x", "more": {"a": ["b"]}},
    ),
    (OpenAIEmbeddings(), {"model": "m", "input": ["a", [5]], "user": "u", "encoding_format": "base64"}),
]


def places(value, path=()):
    """Every place in a body where a string, number or key stands: (path, whether it is the key)."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for step, inner in items:
        if isinstance(step, str):
            yield (*path, step), True
        if isinstance(inner, dict | list):
            yield from places(inner, (*path, step))
        else:
            yield (*path, step), False


def planted(body, path, key):
    body = copy.deepcopy(body)
    holder = body
    for step in path[:-1]:
        holder = holder[step]
    if key:
        holder[CANARY] = holder.pop(path[-1])
    else:
        holder[path[-1]] = CANARY
    return json.dumps(body).encode()


def test_a_canary_planted_anywhere_is_found():
    for dialect, body in BODIES:
        for path, key in places(body):
            try:
                ask = dialect.parse(Document.parse(planted(body, path, key)))
            except BodyRefused as refused:
                assert CANARY not in str(refused)
                continue
            found = [p for p in ask.passages if p.part == "text" and CANARY in p.text]
            assert found, (path, key)
            assert not any(CANARY in p.path + p.note + p.file + (p.tool or "") for p in ask.passages)


def test_a_type_that_is_made_up_of_words_shows_nowhere():
    for dialect, body in BODIES:
        for held in ("Ym9uam91cg==", "AAEC/w==", "JVBERi0xLjc="):
            url = f"data:text/{CANARY};charset=utf-8;base64,{held}"
            for path, key in places(body):
                if key:
                    continue
                for text in (url, f"voici {url} fin"):
                    try:
                        ask = dialect.parse(
                            Document.parse(planted(body, path, key).replace(CANARY.encode(), text.encode()))
                        )
                    except BodyRefused as refused:
                        assert CANARY not in str(refused)
                        continue
                    assert not any(CANARY in p.path + p.note + p.file + (p.tool or "") for p in ask.passages)


KEYS = ["type", "text", "content", "role", "tool_calls", "function", "image_url", "url", "file", "arguments", "é"]
JSON_VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(-9, 9)
    | st.text(st.characters(codec="utf-8"), max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=200)
@given(JSON_VALUE, JSON_VALUE, JSON_VALUE)
def test_every_leaf_of_any_body_is_in_a_passage(message, tool, extra):
    raw = json.dumps({"model": "m", "messages": [message], "tools": [tool], "extra": extra}).encode()
    document = Document.parse(raw)
    try:
        ask = OpenAIChat().parse(document)
    except BodyRefused:
        return
    pieces = [(p, piece) for p in ask.passages for piece in p.pieces]
    texts = {id(piece.leaf): p.text[piece.start : piece.end] for p, piece in pieces if p.part == "text"}
    opaque = {id(piece.leaf) for p, piece in pieces if p.part != "text"}
    for leaf in document.leaves:
        assert id(leaf) in opaque or texts[id(leaf)] == leaf.text


def test_every_rewritable_piece_can_be_redacted():
    raw = json.dumps(CHAT_BODY).encode()
    document = Document.parse(raw)
    ask = OpenAIChat().parse(document)
    for passage in ask.passages:
        for piece in passage.pieces:
            if piece.rewritable and piece.end > piece.start:
                edit = replace_text(document, piece.leaf, 0, piece.end - piece.start, "[redacted]", "transformation")
                again = OpenAIChat().parse(Document.parse(splice(raw, [edit])))
                assert sum("[redacted]" in p.text for p in again.passages) >= 1


def test_the_model_is_not_for_rulings_to_rewrite():
    ask = OpenAIChat().parse(Document.parse(json.dumps(CHAT_BODY).encode()))
    root = next(p for p in ask.passages if p.path == "")
    at = root.text.split("\0").index("m")
    start = len("\0".join(root.text.split("\0")[:at])) + 1
    assert not root.rewritable(start, start + 1)
