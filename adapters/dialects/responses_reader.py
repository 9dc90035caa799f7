"""Reads answers of OpenAI's Responses API, whole and streamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import REASONING, TEXT, TOOL_ARGUMENTS, TOOL_TEXT, Strings, rewritten
from adapters.dialects.failures import vendor_failure
from adapters.dialects.passages import known
from adapters.dialects.reading import count, key_pattern, only_token
from adapters.dialects.responses_answers import claim_item, claim_response, only_echoes
from adapters.dialects.responses_failed import failed
from adapters.errors import CutShort, ProtocolBroken, ServerFailed
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.sse import Event

# Growing texts by the stem of their events: the field of `STEM.done`, the kind, and the channel with the fields that
# tell which.
_STEMS: dict[str, tuple[str, str, str, str | None]] = {
    "response.output_text": ("text", TEXT, "text", "content_index"),
    "response.refusal": ("refusal", TEXT, "refusal", "content_index"),
    "response.reasoning_text": ("text", REASONING, "reasoning", "content_index"),
    "response.reasoning_summary_text": ("text", REASONING, "summary", "summary_index"),
    "response.function_call_arguments": ("arguments", TOOL_ARGUMENTS, "tool", None),
    "response.mcp_call_arguments": ("arguments", TOOL_ARGUMENTS, "tool", None),
    "response.custom_tool_call_input": ("input", TOOL_TEXT, "tool", None),
    "response.code_interpreter_call_code": ("code", TOOL_TEXT, "tool", None),
    "response.apply_patch_call_operation_diff": ("diff", TOOL_TEXT, "tool", None),
    "response.shell_call_command": ("command", TOOL_TEXT, "tool", "command_index"),
    "response.output_audio_transcript": ("transcript", TEXT, "transcript", "content_index"),
}
_DELTA = key_pattern("delta")
_PLAIN = frozenset({
    "type", "delta", "item_id", "output_index", "content_index", "summary_index", "command_index", "sequence_number",
    "logprobs", "obfuscation",
})  # fmt: skip

_BEGINS = frozenset({"response.created", "response.queued", "response.in_progress"})
_ENDS = frozenset({"response.completed", "response.incomplete"})

MOST_NAME = 256

# Sound and pictures, in pieces of base64.
_BINARY = {"response.output_audio.delta": "delta", "response.image_generation_call.partial_image": "partial_image_b64"}


class ResponsesReader:
    """One attempt's answer.

    Channels by the output item's index and the part's: `text:O:C`, `refusal:O:C`, `reasoning:O:C`, `summary:O:S`,
    `tool:O`, `tool:O:N` (commands), `other:...`. Texts repeated by `*.done` and by the whole response come as whole
    deltas of the channel in which they grew.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self._stopped = False
        self._sequence: int | None = None
        self._response: str | None = None
        self._outputs: dict[str, int] = {}
        self._open: dict[int, set[str]] = {}

    def event(self, event: Event) -> Chunk:
        """One event; the type inside its data counts, not the event line."""
        if not event.data or event.data == b"[DONE]":
            return Chunk(event.raw, event.data)
        value = reading.load(event.data)
        chunk = self._read(event, value)
        sequence = value.get("sequence_number")
        if type(sequence) is int and chunk.error is None:  # an error of the vendor's is not passed on
            self._sequence = sequence
        return chunk

    def _read(self, event: Event, value: dict[str, Any]) -> Chunk:
        kind = value.get("type")
        stem, _, last = kind.rpartition(".") if type(kind) is str else ("", "", "")
        if stem in _STEMS and last in ("delta", "done"):
            return self._text(event, value, stem, last == "done")
        if kind == "error" or (type(value.get("error")) is dict and kind is None):
            return Chunk(event.raw, event.data, error=vendor_failure(value.get("error") or value))
        if stem == "response" and type(value.get("response")) is dict:
            return self._whole_response(event, value["response"], str(kind))
        if kind in ("response.output_item.added", "response.output_item.done"):
            return self._item(event, value, last == "done")
        return self._other(event, value, known(kind, "event"))

    def body(self, raw: bytes) -> Chunk:
        """A whole response, or an error in a body that came with status 200."""
        read = reading.document(raw)
        error = _error(read.value)
        if error is not None:
            return Chunk(raw, raw, error=error)
        if type(read.value.get("output")) is not list:
            raise ProtocolBroken(code="no_output")
        strings = Strings(read)
        claim_response(strings, (), read.value, {})
        self._stopped = True
        usage, states = self._meter(read.value), tuple(strings.states)
        deltas, made = strings.deltas(), _made(read.value)
        return Chunk(raw, raw, deltas, content=True, terminal=True, usage=usage, states=states, made=made)

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """`chunk.raw` with only the edited strings changed; log probabilities and annotations beside them emptied."""
        return rewritten(chunk, edits)

    def end(self) -> bytes:
        """Nothing after a clean end; raises CutShort otherwise."""
        if not self._stopped:
            raise CutShort
        return b""

    def stopped(self) -> bool:
        """Whether the clean end was seen."""
        return self._stopped

    def stream_error(self, kind: str, message: str, *, code: str | None, call_id: str, unsent: int = 0) -> bytes:
        """`response.failed` as the next event of this stream, for the response that the client knows."""
        sequence = None if self._sequence is None else max(self._sequence + 1 - unsent, 0)
        return failed(kind, message, code=code, call_id=call_id, sequence=sequence, response=self._response)

    def _text(self, event: Event, value: dict[str, Any], stem: str, done: bool) -> Chunk:
        """A piece of a growing text, or all of it once more."""
        field, kind, word, part = _STEMS[stem]
        output = _number(value, "output_index")
        channel = f"{word}:{output}" if part is None else f"{word}:{output}:{_number(value, part)}"
        if not done:
            text = value.get("delta")
            if not text:
                return Chunk(event.raw, event.data)
            self._open.setdefault(output, set()).add(channel)
            if type(text) is str and value.keys() <= _PLAIN:
                span = only_token(event.data, _DELTA, text)
                if span is not None:
                    return Chunk(event.raw, event.data, (Delta(channel, kind, text, *span),), content=True)
        strings = Strings(reading.document(event.data), f"{stem}:{output}:")
        strings.claim((field,) if done else ("delta",), channel, kind, whole=done)
        return Chunk(event.raw, event.data, strings.deltas(), content=True, closes=(channel,) if done else ())

    def _item(self, event: Event, value: dict[str, Any], done: bool) -> Chunk:
        """An output item that begins, with what it has so far, or is done, with all of its text."""
        output, item = _number(value, "output_index"), value.get("item")
        kind = item.get("type") if type(item) is dict else None
        if type(item) is dict and type(item.get("id")) is str:
            self._outputs[item["id"]] = output
        strings = Strings(reading.document(event.data), f"{'done' if done else 'added'}:{output}:")
        if done:
            claim_item(strings, ("item",), item, output)
        else:
            strings.ciphertexts(("item",), item)
        deltas = strings.deltas()
        content = bool(deltas) or bool(strings.states) or kind not in ("message", "reasoning")
        closes = tuple(sorted(self._open.pop(output, ()))) if done else ()
        return Chunk(event.raw, event.data, deltas, content=content, closes=closes, states=tuple(strings.states))

    def _whole_response(self, event: Event, response: dict[str, Any], kind: str) -> Chunk:
        """The response as it stands: empty at the beginning, complete at the end."""
        made = _made(response) if self._response is None else ""
        if type(response.get("id")) is str:
            self._response = response["id"]
        usage = self._meter(response)
        if kind in ("response.failed", "response.cancelled"):
            return Chunk(event.raw, event.data, usage=usage, error=_error(response) or ServerFailed())
        if kind in _BEGINS and only_echoes(response):
            return Chunk(event.raw, event.data, made=made)
        strings = Strings(reading.document(event.data), f"{known(kind, 'response')}:")
        claim_response(strings, ("response",), response, self._outputs)
        deltas = strings.deltas()
        self._stopped = self._stopped or kind in _ENDS
        return Chunk(
            event.raw,
            event.data,
            deltas,
            content=bool(deltas) and kind not in _BEGINS,
            terminal=kind in _ENDS,
            usage=usage,
            states=tuple(strings.states),
            made=made,
        )

    def _other(self, event: Event, value: dict[str, Any], kind: str) -> Chunk:
        """Parts that begin or are done, annotations, progress of tools at the vendor, and what isn't known."""
        output = _number(value, "output_index")
        strings = Strings(reading.document(event.data), f"{kind}:{output}:")
        if kind in _BINARY:
            strings.skip((_BINARY[kind],))
        elif kind == "response.content_part.done":
            part = value.get("part")
            words = {"output_text": ("text", TEXT, "text"), "reasoning_text": ("text", REASONING, "reasoning")}
            said = part.get("type") if type(part) is dict else None
            field, role, word = words.get(str(said), ("refusal", TEXT, "refusal"))
            strings.claim(("part", field), f"{word}:{output}:{_number(value, 'content_index')}", role)
        elif kind == "response.reasoning_summary_part.done":
            strings.claim(("part", "text"), f"summary:{output}:{_number(value, 'summary_index')}", REASONING)
        elif kind.endswith(".delta"):
            channel = f"other:{output}:{kind}"
            strings.claim(("delta",), channel, TEXT, whole=False)
            self._open.setdefault(output, set()).add(channel)
        deltas = strings.deltas()
        return Chunk(event.raw, event.data, deltas, content=bool(deltas) or kind in _BINARY)

    def _meter(self, response: dict[str, Any]) -> Usage | None:
        usage = response.get("usage")
        if type(usage) is not dict:
            return None
        self.usage = Usage(
            count(usage, "input_tokens"),
            count(usage, "output_tokens"),
            count(usage, "input_tokens_details", "cached_tokens"),
            count(usage, "output_tokens_details", "reasoning_tokens"),
            count(usage, "input_tokens_details", "cache_write_tokens"),
        )
        return self.usage


def _error(response: dict[str, Any]) -> Any:
    """The failure that a response tells of, None where it is sound."""
    if response.get("error"):
        return vendor_failure(response["error"])
    return ServerFailed() if response.get("status") in ("failed", "cancelled") else None


def _made(response: dict[str, Any]) -> str:
    """What the vendor calls the response."""
    name = response.get("id")
    return name if type(name) is str and len(name) <= MOST_NAME else ""


def _number(value: dict[str, Any], field: str) -> int:
    number = value.get(field)
    return number if type(number) is int else 0
