"""What a client gets over a bare connection, read by the rules of HTTP and of each dialect, strictly."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import h11


@dataclass
class Seen:
    """One answer. kept: the connection took a further request afterwards."""

    status: int
    headers: dict[str, str]
    body: bytes
    kept: bool


async def post(port: int, key: str, path: str, body: dict[str, Any] | bytes, kind: str = "application/json") -> Seen:
    """Asks over a connection of its own, then asks for the models over the same one, where it may be used again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ours = h11.Connection(h11.CLIENT)
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        status, headers, answer = await _exchange(ours, reader, writer, "POST", path, key, data, kind)
        kept = ours.our_state is h11.DONE and ours.their_state is h11.DONE
        if kept:
            ours.start_next_cycle()
            again, _, models = await _exchange(ours, reader, writer, "GET", "/v1/models", key, b"")
            assert again == 200
            assert json.loads(models)["object"] == "list"
        else:
            assert await reader.read() == b"", "more after the end"
        return Seen(status, headers, answer, kept)
    finally:
        writer.close()


async def _exchange(
    ours: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, key: str,
    body: bytes, kind: str = "application/json",
) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
    head = [
        ("host", "x"),
        ("authorization", f"Bearer {key}"),
        ("content-length", str(len(body))),
        ("content-type", kind),
    ]
    asked = [h11.Request(method=method, target=path, headers=head), h11.Data(data=body), h11.EndOfMessage()]
    writer.write(b"".join(ours.send(event) or b"" for event in asked))
    status, headers, data = 0, {}, b""
    while True:
        event = ours.next_event()
        if event is h11.NEED_DATA:
            ours.receive_data(await reader.read(65_536))  # at an early end of the connection, h11 raises
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = {name.decode(): value.decode() for name, value in event.headers}
        elif isinstance(event, h11.Data):
            data += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            return status, headers, data


@dataclass
class Said:
    """What an answer says. text: "" for answers that have none. clean: it is whole and says so. error: its error."""

    text: str
    clean: bool
    error: dict[str, Any] | None


def whole(dialect: str, body: bytes) -> Said:
    """A whole answer or a whole error."""
    value = json.loads(body)
    if dialect.startswith("anthropic") and value.get("type") == "error":
        assert value.keys() == {"type", "error", "request_id"}
        assert value["error"].keys() == {"type", "message"}
        return Said("", False, value["error"])
    if "error" in value and value["error"] is not None:
        google = dialect.startswith("gemini")
        assert value["error"].keys() == {*(_GOOGLE if google else ("message", "type", "param", "code"))}
        return Said("", False, value["error"])
    return Said(_WHOLE[dialect](value), True, None)


_GOOGLE = ("code", "message", "status", "details")
_WHOLE = {
    "openai_chat": lambda v: v["choices"][0]["message"]["content"],
    "openai_completions": lambda v: v["choices"][0]["text"],
    "openai_responses": lambda v: v["output"][0]["content"][0]["text"],
    "openai_responses_compact": lambda v: "" if v["output"][-1]["encrypted_content"] else "nothing",
    "openai_input_tokens": lambda v: "" if v["input_tokens"] else "no count",
    "openai_embeddings": lambda v: "" if v["data"][0]["embedding"] else "no vector",
    "openai_moderations": lambda v: "" if v["results"][0]["categories"] else "no verdict",
    "rerank": lambda v: "" if v["results"][0]["relevance_score"] else "no ranking",
    "openai_transcriptions": lambda v: v["text"],
    "openai_translations": lambda v: v["text"],
    "openai_image_edits": lambda v: "" if v["data"][0]["b64_json"] else "no picture",
    "openai_image_variations": lambda v: "" if v["data"][0]["b64_json"] else "no picture",
    "openai_images": lambda v: "" if v["data"][0]["b64_json"] else "no picture",
    "anthropic_messages": lambda v: v["content"][0]["text"],
    "anthropic_count_tokens": lambda v: "" if v["input_tokens"] else "no count",
    "gemini_generate": lambda v: v["candidates"][0]["content"]["parts"][0]["text"],
    "gemini_count_tokens": lambda v: "" if v["totalTokens"] else "no count",
    "gemini_embed": lambda v: "" if v["embedding"]["values"] else "no vector",
    "gemini_batch_embed": lambda v: "" if v["embeddings"][0]["values"] else "no vector",
}

WITHOUT_TEXT = frozenset({
    "openai_embeddings", "openai_moderations", "rerank", "openai_images", "openai_speech", "anthropic_count_tokens",
    "openai_image_edits", "openai_image_variations",
    "openai_responses_compact", "openai_input_tokens",
    "gemini_count_tokens", "gemini_embed", "gemini_batch_embed",
})  # fmt: skip

ENDS = frozenset({
    "response.completed", "message_stop", "image_generation.completed", "image_edit.completed", "speech.audio.done",
    "transcript.text.done",
})  # fmt: skip


def stream(dialect: str, body: bytes, *, numbered: bool = True) -> Said:
    """A streamed answer: one beginning, one end, nothing after it; `numbered` events without a gap."""
    events = list(_events(body))
    said = Said("", False, None)
    for number, (name, data) in enumerate(events):
        assert not said.clean, "something after the clean end"
        assert said.error is None, "something after the error"
        if data == "[DONE]":
            assert dialect in ("openai_chat", "openai_completions")
            said.clean = True
            continue
        value = json.loads(data)
        kind = value.get("type")
        if dialect in ("openai_responses", "anthropic_messages"):
            assert name == kind
            begins = kind in ("response.created", "message_start")
            assert begins == (number == 0) or kind == "ping"
        if dialect == "openai_responses":
            assert value["sequence_number"] == number or not numbered
        said.error = _error(dialect, value, kind)
        said.text += _delta(dialect, value, kind)
        said.clean = kind in ENDS
        if dialect == "gemini_generate" and not said.error:
            said.clean = "finishReason" in value["candidates"][0]
    return said


def _events(body: bytes) -> Any:
    text = body.decode()
    assert text.endswith("\n\n"), "half an event"
    for block in text.split("\n\n")[:-1]:
        lines = [line for line in block.split("\n") if not line.startswith(":")]
        if lines:
            fields = dict(line.split(": ", 1) for line in lines)
            yield fields.get("event"), fields["data"]


def _error(dialect: str, value: dict[str, Any], kind: str | None) -> dict[str, Any] | None:
    if dialect == "openai_responses":
        return value["response"]["error"] if kind == "response.failed" else None
    if dialect == "anthropic_messages":
        return value["error"] if kind == "error" else None
    return value.get("error")


def _delta(dialect: str, value: dict[str, Any], kind: str | None) -> str:
    if dialect == "openai_responses":
        return value["delta"] if kind == "response.output_text.delta" else ""
    if dialect == "anthropic_messages":
        return value["delta"]["text"] if kind == "content_block_delta" else ""
    if dialect == "gemini_generate":
        return "" if value.get("error") else value["candidates"][0]["content"]["parts"][0].get("text", "")
    if dialect == "openai_transcriptions":
        return value["delta"] if kind == "transcript.text.delta" else ""
    choices = value.get("choices") or [{}]
    if dialect == "openai_completions":
        return choices[0].get("text") or ""
    return choices[0].get("delta", {}).get("content") or ""
