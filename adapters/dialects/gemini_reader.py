"""Reads answers of Gemini's content generation, whole and streamed.

A stream is a row of answers, each with the parts that are new. It has no event that ends it: the last one of a
candidate has a `finishReason`, and then the connection ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import REASONING, TEXT, TOOL_TEXT, Strings, rewritten
from adapters.dialects.failures import gemini_stream_error
from adapters.dialects.gemini_content import signature_digest
from adapters.dialects.google_failures import google_failure
from adapters.dialects.passages import is_base64
from adapters.dialects.reading import count, key_pattern, only_token
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.body import TRANSFORMATION, Document, Edit, Path
from adapters.wire.sse import Event

_TEXT = key_pattern("text")

# Counts, identifiers and words of closed lists: nothing that the model wrote.
_ROOT = ("usageMetadata", "modelVersion", "responseId", "createTime", "modelStatus")
_PLAIN = ("finishReason", "safetyRatings", "avgLogprobs", "logprobsResult", "tokenCount", "index")
_WORDS = ("mimeType", "language", "outcome", "toolType", "id")

# An event of one text is found without reading all of it, where nothing else can be in it.
_QUICK_ROOT = frozenset((*_ROOT, "candidates")) - {"modelStatus"}
_QUICK_CANDIDATE = frozenset(("content", "finishReason", "index", "avgLogprobs"))
_QUICK_USAGE = frozenset({
    "promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount", "totalTokenCount",
    "toolUsePromptTokenCount", "promptTokensDetails", "candidatesTokensDetails", "cacheTokensDetails",
    "toolUsePromptTokensDetails", "serviceTier", "trafficType",
})  # fmt: skip

_ESCAPED_LETTERS = (b"\\u006", b"\\u007")

# What repeats a candidate's text, or points into it by offset: emptied where that text is edited.
_REPEATS: tuple[tuple[Path, bytes], ...] = (
    (("logprobsResult",), b"{}"),
    (("citationMetadata",), b"{}"),
    (("groundingMetadata", "groundingSupports"), b"[]"),
)
_COUNTS = (
    "promptTokenCount", "toolUsePromptTokenCount", "cachedContentTokenCount", "candidatesTokenCount",
    "thoughtsTokenCount",
)  # fmt: skip
_NOT_TEXT = frozenset(("thought", "thoughtSignature", "partMetadata"))


class GeminiReader:
    """One attempt's answer. Channels, with I the candidate: `text:I`, `reasoning:I:N` by stretch of thinking,
    `tool:I:N:...` by call, `code:I:N`, `other:...`.

    `usage.input` counts what server tools put into the prompt too, `usage.output` the thoughts.
    """

    def __init__(self, *, media: bool = False) -> None:
        """media: the ask was for pictures or sound; some models make them unasked."""
        self.usage = Usage()
        self._media = media
        self._unread = False
        self._counts: dict[str, int] = {}
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._blocked = False
        self._ended = False
        self._edited: set[int] = set()
        self._stretches: dict[int, int] = {}
        self._thinking: set[int] = set()
        self._calls: dict[int, int] = {}
        self._grown: dict[tuple[str, str], int] = {}

    def event(self, event: Event) -> Chunk:
        """One event of the stream."""
        if not event.data:
            return Chunk(event.raw, event.data)
        value = reading.load(event.data)
        if value.get("error") is not None:
            return Chunk(event.raw, event.data, error=google_failure(value["error"]))
        chunk = self._quick(event.raw, event.data, value)
        if chunk is None:
            chunk = self._read(event.raw, event.data, whole=False)
        chunk.usage = self._meter(value.get("usageMetadata"))
        return chunk

    def body(self, raw: bytes) -> Chunk:
        """A whole answer, or an error in a body that came with status 200."""
        value = reading.load(raw)
        if value.get("error") is not None:
            return Chunk(raw, raw, error=google_failure(value["error"]))
        if type(value.get("candidates")) is not list and type(value.get("promptFeedback")) is not dict:
            raise ProtocolBroken(code="no_candidates")
        chunk = self._quick(raw, raw, value)
        if chunk is None:
            chunk = self._read(raw, raw, whole=True)
        else:
            chunk.deltas = tuple([delta._replace(whole=True) for delta in chunk.deltas])
        chunk.usage = self._meter(value.get("usageMetadata"))
        chunk.content = chunk.terminal = self._ended = True
        return chunk

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """`chunk.raw` with only the edited strings changed, and without what repeats them or points into them."""
        if not edits and not self._edited:
            return chunk.raw
        touched = {int(place) for i in edits if (place := chunk.deltas[i].channel.split(":")[1]).isdigit()}
        self._edited |= touched
        if not chunk.data:
            return chunk.raw
        return rewritten(chunk, edits, tuple(self._stale(reading.document(chunk.data), touched)))

    def end(self) -> bytes:
        """Nothing is missing where every candidate was finished or the prompt was blocked; raises CutShort if not."""
        if not self._ended and not self.complete():
            raise CutShort
        self._ended = True
        return b""

    stream_error = staticmethod(gemini_stream_error)

    def stopped(self) -> bool:
        """Whether the answer came to its end."""
        return self._ended

    def complete(self) -> bool:
        """Whether the answer is whole, though its connection may go on."""
        return bool(self._finished or self._blocked) and self._open <= self._finished

    def _quick(self, raw: bytes, data: bytes, value: dict[str, Any]) -> Chunk | None:
        """An event of one candidate with one text; None for any other."""
        candidates, usage = value.get("candidates"), value.get("usageMetadata", {})
        if type(candidates) is not list or len(candidates) != 1 or not value.keys() <= _QUICK_ROOT:
            return None
        candidate = candidates[0]
        if type(candidate) is not dict or not candidate.keys() <= _QUICK_CANDIDATE or type(usage) is not dict:
            return None
        content = candidate.get("content")
        if type(content) is not dict or not content.keys() <= {"parts", "role"} or not usage.keys() <= _QUICK_USAGE:
            return None
        parts = content.get("parts")
        if type(parts) is not list or len(parts) != 1 or type(parts[0]) is not dict:
            return None
        text, thought = parts[0].get("text"), parts[0].get("thought", False)
        if type(text) is not str or len(parts[0]) != 1 + ("thought" in parts[0]) or type(thought) is not bool:
            return None
        span = only_token(data, _TEXT, text)
        # A key may be spelt with escapes, and what is found by its letters be another: then all of it is read.
        if span is None or any(letter in data for letter in _ESCAPED_LETTERS):
            return None
        index = self._note(candidate, 0)
        channel, closes = self._channel(index, thought=thought)
        kind = REASONING if thought else TEXT
        deltas = (Delta(channel, kind, text, *span),) if text else ()
        return Chunk(raw, data, deltas, content=bool(text), closes=closes)

    def _read(self, raw: bytes, data: bytes, *, whole: bool) -> Chunk:
        """Any event or answer, read with every string in it."""
        read = reading.document(data)
        strings = Strings(read)
        for name in _ROOT:
            strings.skip((name,))
        feedback = read.value.get("promptFeedback")
        if type(feedback) is dict:
            self._blocked = self._blocked or bool(feedback.get("blockReason"))
            for name in ("blockReason", "safetyRatings"):
                strings.skip(("promptFeedback", name))
        content = self._unread = False
        closes: list[str] = []
        for position, candidate in enumerate(_candidates(read.value)):
            content |= self._candidate(strings, candidate, position, closes, whole=whole)
        deltas, states = strings.deltas(), tuple(strings.states)
        return Chunk(raw, data, deltas, content=content, closes=tuple(closes), states=states, unread=self._unread)

    def _candidate(
        self, strings: Strings, candidate: dict[str, Any], position: int, closes: list[str], *, whole: bool
    ) -> bool:
        """Claims the texts of one candidate; whether it bears content."""
        path: Path = ("candidates", position)
        index = self._note(candidate, position)
        for name in _PLAIN:
            strings.skip((*path, name))
        content, found = candidate.get("content"), False
        parts = content.get("parts") if type(content) is dict else None
        parts = parts if type(parts) is list else []
        one = whole and sum(type(p) is dict and type(p.get("text")) is str for p in parts) == 1
        for number, part in enumerate(parts):
            if type(part) is dict:
                found |= self._part(strings, (*path, "content", "parts", number), part, index, closes, whole=one)
        return found

    def _part(
        self, strings: Strings, path: Path, part: dict[str, Any], index: int, closes: list[str], *, whole: bool
    ) -> bool:
        """Claims the texts of one part; whether it bears content."""
        signature = part.get("thoughtSignature")
        if type(signature) is str and signature:
            strings.skip((*path, "thoughtSignature"))
            strings.states.append(signature_digest(signature))
        text = part.get("text")
        if type(text) is str:
            thought = part.get("thought") is True
            channel, closed = self._channel(index, thought=thought)
            closes += closed
            strings.claim((*path, "text"), channel, REASONING if thought else TEXT, whole=whole)
            return bool(text)
        held = part.keys() - _NOT_TEXT
        if held:
            closes += self._channel(index, thought=False)[1]
        for name in held:
            self._held(strings, (*path, name), name, part[name], index)
        return bool(held)

    def _held(self, strings: Strings, path: Path, name: str, value: Any, index: int) -> None:
        """Claims what a part holds that is no text: a call, code, a file."""
        if type(value) is not dict:
            return
        for word in _WORDS:
            strings.skip((*path, word))
        if name in ("functionCall", "toolCall"):
            self._call(strings, path, value, index)
        elif name == "executableCode":
            strings.claim((*path, "code"), f"code:{index}:{self._next(index)}", TOOL_TEXT)
        elif name in ("inlineData", "inline_data"):
            self._unread = not self._media
            data = value.get("data")
            if type(data) is str and is_base64(data):
                strings.skip((*path, "data"))

    def _call(self, strings: Strings, path: Path, call: dict[str, Any], index: int) -> None:
        """A call whole, or the next piece of one whose arguments come in pieces."""
        number = self._next(index) if call.get("name") or "args" in call else self._calls.get(index, 0)
        strings.claim((*path, "args"), f"tool:{index}:{number}:", TOOL_TEXT)
        pieces = call.get("partialArgs")
        for place, piece in enumerate(pieces if type(pieces) is list else ()):
            here = (*path, "partialArgs", place)
            where = piece.get("jsonPath") if type(piece) is dict else None
            grown = self._grown.setdefault((f"{index}:{number}", str(where)), len(self._grown))
            strings.claim(here, f"tool:{index}:{number}:", TOOL_TEXT)
            strings.claim((*here, "stringValue"), f"tool:{index}:{number}:{grown}", TOOL_TEXT, whole=False)

    def _next(self, index: int) -> int:
        self._calls[index] = self._calls.get(index, -1) + 1
        return self._calls[index]

    def _note(self, candidate: dict[str, Any], position: int) -> int:
        said = candidate.get("index")
        index = said if type(said) is int else position
        self._open.add(index)
        if candidate.get("finishReason"):
            self._finished.add(index)
        return index

    def _channel(self, index: int, *, thought: bool) -> tuple[str, tuple[str, ...]]:
        """The channel of the next text, and the one that ends with it: a stretch of thinking that is over."""
        stretch = self._stretches.get(index, 0)
        if thought:
            self._thinking.add(index)
            return f"reasoning:{index}:{stretch}", ()
        if index not in self._thinking:
            return f"text:{index}", ()
        self._thinking.discard(index)
        self._stretches[index] = stretch + 1
        return f"text:{index}", (f"reasoning:{index}:{stretch}",)

    def _meter(self, usage: object) -> Usage | None:
        """Takes over the counts that the vendor gives; a later event replaces those it names."""
        if type(usage) is not dict:
            return None
        counts = self._counts
        for name in _COUNTS:
            said = count(usage, name)
            if said is not None:
                counts[name] = said
        put_in, tools = counts.get("promptTokenCount"), counts.get("toolUsePromptTokenCount")
        written, thoughts = counts.get("candidatesTokenCount"), counts.get("thoughtsTokenCount")
        total = None if put_in is None and tools is None else (put_in or 0) + (tools or 0)
        output = None if written is None and thoughts is None else (written or 0) + (thoughts or 0)
        self.usage = Usage(total, output, counts.get("cachedContentTokenCount"), thoughts)
        return self.usage

    def _stale(self, read: Document, touched: set[int]) -> Iterator[Edit]:
        """The edits that empty what repeats text of this event, or points into a text that was edited in any."""
        for position, candidate in enumerate(_candidates(read.value)):
            said = candidate.get("index")
            index = said if type(said) is int else position
            if index not in self._edited:
                continue
            for place, empty in _REPEATS:
                holder: Any = candidate
                for step in place:
                    holder = holder.get(step) if type(holder) is dict else None
                if holder and (index in touched or place[0] != "logprobsResult"):
                    yield Edit(*read.value_span(("candidates", position, *place)), empty, TRANSFORMATION)


def _candidates(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    candidates = value.get("candidates")
    if candidates is None:
        return []
    if type(candidates) is not list or any(type(candidate) is not dict for candidate in candidates):
        raise ProtocolBroken(code="bad_candidates")
    return candidates
