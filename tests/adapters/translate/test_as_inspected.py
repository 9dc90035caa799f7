"""A text that reaches a vendor of another dialect is one that was inspected, in the letters in which it was."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from adapters.ask import TEXT
from adapters.errors import BodyRefused
from adapters.registry import DIALECTS
from adapters.translate.base import Untranslatable
from adapters.translate.crossing import Crossing, translated
from adapters.translate.registry import CODECS, translates
from adapters.wire.body import Document

# As many letters as UTF-16 needs, so that it can be read as that, too.
CANARY = "Le dossier de Jean Dupont, confidentiel."
ENCODED = base64.b64encode(CANARY.encode()).decode()
DECLARED = f"data:text/plain;charset=utf-16le;base64,{ENCODED}"
SHIFTED = f"data:text/plain;charset=latin-1;base64,-{ENCODED}"


def chat(url: str) -> dict[str, Any]:
    file = {"type": "file", "file": {"filename": "a.txt", "file_data": url}}
    return {"model": "m", "messages": [{"role": "user", "content": [file]}]}


def responses(**file: str) -> dict[str, Any]:
    return {"model": "m", "input": [{"role": "user", "content": [{"type": "input_file", "filename": "a.txt", **file}]}]}


def messages(**source: str) -> dict[str, Any]:
    document = {"type": "document", "source": source}
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [document]}]}


def gemini(**part: Any) -> dict[str, Any]:
    return {"contents": [{"role": "user", "parts": [part]}]}


HIDING = {
    "a charset": ("openai_chat", chat(DECLARED)),
    "a charset in capitals": ("openai_chat", chat(DECLARED.replace("base64", "BASE64").replace("data", "DATA"))),
    "a charset of escapes": ("openai_chat", chat(f"data:text/plain;charset=utf-16le,{CANARY}")),
    "letters of another base64": ("openai_chat", chat(SHIFTED)),
    "a charset in a response's file": ("openai_responses", responses(file_data=DECLARED)),
    "a charset in a file's address": ("openai_responses", responses(file_data="", file_url=DECLARED)),
    "a charset in a document's address": ("anthropic_messages", messages(type="url", url=DECLARED)),
    "an address in the place of base64": (
        "anthropic_messages",
        messages(type="base64", media_type="text/plain", data=f"data:text/plain,{ENCODED}"),
    ),
    "a charset in Google's address": (
        "gemini_generate",
        gemini(fileData={"mimeType": "text/plain", "fileUri": DECLARED}),
    ),
    "data where an address stands": (
        "gemini_generate",
        gemini(inlineData=None, fileData={"mimeType": "text/plain", "fileUri": "data:,x", "data": ENCODED}),
    ),
    "data where an address stands, with nothing beside": (
        "gemini_generate",
        gemini(inlineData={}, fileData={"mimeType": "text/plain", "fileUri": "data:,x", "data": ENCODED}),
    ),
}


def readable(value: Any) -> bool:
    """Whether the canary can be read in a body, as it is or in base64."""
    said = orjson.dumps(value).decode()
    return CANARY in said or ENCODED.rstrip("=") in said


@pytest.mark.parametrize("way", HIDING)
def test_what_was_read_otherwise_when_it_was_inspected_does_not_go(way: str) -> None:
    client, body = HIDING[way]
    raw, parameters = orjson.dumps(body), {"model": "m"} if client == "gemini_generate" else {}
    assert readable(body)
    try:
        ask = DIALECTS[client].parse(Document.parse(raw), parameters)
    except BodyRefused:
        return
    files = [one.text for one in ask.passages if one.part == TEXT and one.file]
    assert CANARY not in files
    for vendor in (name for name in CODECS if name != client and translates(client, name)):
        try:
            made = translated(raw, client, vendor, model="v", parameters=parameters)
        except Untranslatable:
            continue
        assert not readable(orjson.loads(made.body)), vendor


def test_a_text_in_declared_letters_arrives_as_it_was_inspected() -> None:
    accents = "Réunion à l'Élysée"
    url = f"data:text/plain;charset=utf-16le;base64,{base64.b64encode(accents.encode('utf-16-le')).decode()}"
    made = translated(orjson.dumps(chat(url)), "openai_chat", "anthropic_messages", model="v", parameters={})
    assert orjson.loads(made.body)["messages"][0]["content"][0]["source"]["data"] == accents


@pytest.mark.parametrize("config", [{"max_outputTokens": 9_000}, {"topK": 3, "top_k": 4}])
def test_a_limit_in_a_spelling_that_nobody_looks_for_is_none(config: dict[str, int]) -> None:
    body = orjson.dumps(gemini(text="x") | {"generationConfig": config})
    for vendor in ("openai_chat", "anthropic_messages"):
        try:
            made = translated(body, "gemini_generate", vendor, model="v", parameters={"model": "m"})
        except Untranslatable:
            continue
        assert b"9000" not in made.body and made.lost == ("generationConfig.unknown",)


@pytest.mark.parametrize(
    ("client", "body"),
    [
        ("openai_chat", {"model": "m", "messages": [], "tools": [{"type": "custom", "custom": {"name": [CANARY]}}]}),
        ("gemini_generate", gemini(text=CANARY) | {"generationConfig": {"topK": 1e300}}),
    ],
)
def test_what_cant_be_written_is_refused_without_a_word_of_it(client: str, body: dict[str, Any]) -> None:
    with pytest.raises(Untranslatable) as refused:
        translated(orjson.dumps(body), client, "anthropic_messages", model="v", parameters={"model": "m"})
    assert refused.value.__context__ is None and CANARY not in str(refused.value)


@pytest.mark.parametrize("client", [name for name, codec in CODECS.items() if codec.answer_writer])
def test_counts_beyond_belief_are_none(client: str) -> None:
    answer = {
        "id": "m", "finish_reason": "COMPLETE", "message": {"role": "assistant", "content": []},
        "usage": {"tokens": {"input_tokens": 1e30, "output_tokens": 1}},
    }  # fmt: skip
    crossing = Crossing(client, "cohere_chat", frozenset(), call="0-1", model="m", created=1)
    written = crossing.body(orjson.dumps(answer))
    assert orjson.loads(written) and b"e30" not in written and b"000000" not in written
