"""Reads answers of Anthropic's Messages API, whole and streamed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import SIGNED, TEXT, TOOL_ARGUMENTS, TOOL_TEXT, Strings, digest, rewritten
from adapters.dialects.failures import anthropic_stream_error, vendor_failure
from adapters.dialects.passages import known
from adapters.dialects.reading import count, key_pattern, only_token
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.body import Path
from adapters.wire.sse import Event, encode

# Growing strings by the type of their delta: its field, kind, and the word that begins the channel's name.
_DELTAS = {
    "text_delta": ("text", TEXT, "text"),
    "thinking_delta": ("thinking", SIGNED, "reasoning"),
    "input_json_delta": ("partial_json", TOOL_ARGUMENTS, "tool"),
    "compaction_delta": ("content", TEXT, "text"),
}
_PATTERNS = {field: key_pattern(field) for field, _, _ in _DELTAS.values()}

# The same strings where a block begins with some of its text, or stands whole.
_BLOCKS = {
    "text": ("text", TEXT, "text"),
    "thinking": ("thinking", SIGNED, "reasoning"),
    "compaction": ("content", TEXT, "text"),
}

# Counts inside the usage: output that was thought only, input cached for an hour.
_INNER = {
    "thinking": ("output_tokens_details", "thinking_tokens"),
    "kept": ("cache_creation", "ephemeral_1h_input_tokens"),
}

_CALLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


class AnthropicReader:
    """One attempt's answer. Channels: `text:I`, `reasoning:I`, `tool:I` by index of the content block, `other:...`.

    `usage.input` counts cached tokens too, as other vendors do; the vendor lists them apart.
    """

    def __init__(self) -> None:
        self.usage = Usage()
        self._complete = False
        self._stopped = False
        self._counts: dict[str, int] = {}
        self._signatures: dict[int, str] = {}
        self._thoughts: dict[int, str] = {}
        self._unknown: dict[int, set[str]] = {}

    def event(self, event: Event) -> Chunk:
        """One event; the type inside its data counts, not the event line."""
        if not event.data or event.data == b"[DONE]":
            return Chunk(event.raw, event.data)
        value = reading.load(event.data)
        kind = value.get("type")
        if kind == "content_block_delta":
            return self._delta(event, value)
        if kind == "error" or value.get("error"):
            return Chunk(event.raw, event.data, error=vendor_failure(value.get("error")))
        if kind == "content_block_start":
            return self._start(event, value)
        if kind == "content_block_stop":
            return self._close(event, _index(value))
        if kind == "message_stop":
            self._complete = self._stopped = True
        return self._lifecycle(event, value)

    def body(self, raw: bytes) -> Chunk:
        """A whole answer, or an error in a body that came with status 200."""
        read = reading.document(raw)
        value = read.value
        if value.get("type") == "error" or value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(value.get("error")))
        strings = Strings(read)
        blocks = value.get("content")
        if type(blocks) is not list:
            raise ProtocolBroken(code="no_content")
        for index, block in enumerate(blocks):
            _whole_block(strings, ("content", index), index, block)
        self._complete = self._stopped = True
        usage = self._meter(value.get("usage"))
        return Chunk(raw, raw, strings.deltas(), content=True, terminal=True, usage=usage, states=tuple(strings.states))

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """`chunk.raw` with only the edited strings changed."""
        return rewritten(chunk, edits)

    def end(self) -> bytes:
        """`message_stop` where the answer was complete without it; raises CutShort where it was not."""
        if self._stopped:
            return b""
        if not self._complete:
            raise CutShort
        self._stopped = True
        return encode("message_stop", b'{"type":"message_stop"}')

    def stream_error(self, kind: str, message: str, *, code: str | None, call_id: str, unsent: int = 0) -> bytes:
        """`event: error`."""
        return anthropic_stream_error(kind, message, code=code, call_id=call_id)

    def stopped(self) -> bool:
        """Whether the clean end was seen."""
        return self._stopped

    def _delta(self, event: Event, value: dict[str, Any]) -> Chunk:
        index = _index(value)
        delta = value.get("delta")
        if type(delta) is not dict:
            raise ProtocolBroken(code="no_delta")
        kind = delta.get("type")
        if kind == "signature_delta":
            self._signatures[index] = self._signatures.get(index, "") + str(delta.get("signature") or "")
            return Chunk(event.raw, event.data, content=True)
        place = _DELTAS.get(kind) if type(kind) is str else None
        if place is not None and len(delta) == 2 and len(value) == 3:
            field, role, word = place
            text = delta.get(field)
            if not text:
                return Chunk(event.raw, event.data)
            span = only_token(event.data, _PATTERNS[field], text) if type(text) is str else None
            if span is not None:
                if role is SIGNED:
                    self._thoughts[index] = self._thoughts.get(index, "") + text
                return Chunk(event.raw, event.data, (Delta(f"{word}:{index}", role, text, *span),), content=True)
        return self._walked_delta(event, delta, index)

    def _walked_delta(self, event: Event, delta: dict[str, Any], index: int) -> Chunk:
        """A delta with more in it than its one string, or of a type that isn't known: read whole."""
        kind = known(delta.get("type"), "delta")
        strings = Strings(reading.document(event.data), f"{index}:{kind}:")
        if kind in _DELTAS:
            field, role, word = _DELTAS[kind]
            strings.claim(("delta", field), f"{word}:{index}", role, whole=False)
        elif kind == "citations_delta":
            strings.ciphertexts(("delta",), delta)
        else:
            for name in sorted(delta.keys() - {"type"}):
                strings.claim(("delta", name), f"other:{index}:{kind}", TEXT, whole=False)
        deltas = strings.deltas()
        self._unknown.setdefault(index, set()).update(d.channel for d in deltas if not d.whole)
        return Chunk(event.raw, event.data, deltas, content=True, states=tuple(strings.states))

    def _start(self, event: Event, value: dict[str, Any]) -> Chunk:
        """The beginning of a block. Calls and results of tools are content, empty texts are not."""
        index = _index(value)
        block = value.get("content_block")
        strings = Strings(reading.document(event.data), f"{index}:")
        path: Path = ("content_block",)
        kind = block.get("type") if type(block) is dict else None
        begins = _BLOCKS.get(kind) if type(kind) is str else None
        if begins is not None:
            field, role, word = begins
            strings.claim((*path, field), f"{word}:{index}", role, whole=False)
            if type(block) is dict:
                _blobs(strings, path, block)
        else:
            _whole_block(strings, path, index, block)
        deltas = strings.deltas()
        content = begins is None or bool(deltas)
        return Chunk(event.raw, event.data, deltas, content=content, states=tuple(strings.states))

    def _close(self, event: Event, index: int) -> Chunk:
        signature, thought = self._signatures.pop(index, ""), self._thoughts.pop(index, "")
        unknown = self._unknown.pop(index, set())
        closes = (f"text:{index}", f"reasoning:{index}", f"tool:{index}", *sorted(unknown))
        states = tuple(digest(one) for one in (signature, thought) if one) if signature else ()
        return Chunk(event.raw, event.data, closes=closes, states=states)

    def _lifecycle(self, event: Event, value: dict[str, Any]) -> Chunk:
        """`message_start`, `message_delta`, `message_stop`, `ping`, and what isn't known."""
        message, delta = value.get("message"), value.get("delta")
        if type(message) is dict:
            self._meter(message.get("usage"))
        if type(delta) is dict and delta.get("stop_reason"):
            self._complete = True
        usage = self._meter(value.get("usage")) if "usage" in value or type(message) is dict else None
        kind = known(value.get("type"), "event")
        deltas: tuple[Delta, ...] = ()
        states: tuple[str, ...] = ()
        if kind not in ("ping", "message_stop") or len(value) > 1:
            strings = Strings(reading.document(event.data), f"{kind}:")
            strings.ciphertexts((), value)
            deltas, states = strings.deltas(), tuple(strings.states)
        content = bool(deltas) and kind != "message_start"
        return Chunk(
            event.raw, event.data, deltas, content=content, terminal=kind == "message_stop", usage=usage, states=states
        )

    def _meter(self, usage: object) -> Usage:
        """Takes over the counts that the vendor gives; a later event replaces those it names."""
        for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"):
            said = count(usage, name)
            if said is not None:
                self._counts[name] = said
        for name, path in _INNER.items():
            said = count(usage, *path)
            if said is not None:
                self._counts[name] = said
        counts = self._counts
        if counts:
            fresh, cached = counts.get("input_tokens"), counts.get("cache_read_input_tokens")
            written = counts.get("cache_creation_input_tokens")
            total = None if fresh is None else fresh + (cached or 0) + (written or 0)
            self.usage = Usage(
                total, counts.get("output_tokens"), cached, counts.get("thinking"), written, counts.get("kept")
            )
        return self.usage


def _index(value: dict[str, Any]) -> int:
    index = value.get("index")
    if type(index) is not int:
        raise ProtocolBroken(code="no_index")
    return index


def _whole_block(strings: Strings, path: Path, index: int, block: object) -> None:
    """Claims the texts of a complete block; what it has besides is gathered by the place where it stands."""
    if type(block) is not dict:
        return
    kind = str(block.get("type"))
    if kind in _BLOCKS:
        field, role, word = _BLOCKS[kind]
        strings.claim((*path, field), f"{word}:{index}", role)
    elif kind in _CALLS:
        strings.claim((*path, "input"), f"tool:{index}:", TOOL_TEXT)
    _blobs(strings, path, block)


def _blobs(strings: Strings, path: Path, block: dict[str, Any]) -> None:
    if block.get("type") == "thinking":
        strings.state((*path, "signature"), block.get("signature"))
        if type(block.get("thinking")) is str and block.get("signature"):
            strings.states.append(digest(block["thinking"]))
    elif block.get("type") == "redacted_thinking":
        strings.state((*path, "data"), block.get("data"))
    strings.ciphertexts(path, block)
