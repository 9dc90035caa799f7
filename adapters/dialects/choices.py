"""Reads answers made of choices: chat completions, text completions and their streams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from adapters.ask import Ask
from adapters.dialects import reading
from adapters.dialects.failures import openai_stream_error, vendor_failure
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, Delta, TextEdit, Usage
from adapters.wire.body import Document, Edit, Leaf, Path
from adapters.wire.sse import Event

DONE = b"[DONE]"

# Members of the root that describe the answer and hold nothing the model wrote.
_ROOT = frozenset(("id", "object", "created", "model", "system_fingerprint", "service_tier", "obfuscation", "usage"))
_QUICK_ROOT = _ROOT | {"choices"}
_QUICK_CHOICE = frozenset(("index", "delta", "text", "logprobs", "finish_reason", "stop_reason", "token_ids"))
_QUICK_WHOLE = frozenset(("index", "message", "text", "logprobs", "finish_reason", "stop_reason"))
_NO_USAGE = re.compile(rb',[ \t\r\n]*+"usage"[ \t\r\n]*+:[ \t\r\n]*+null')


class Place(NamedTuple):
    """Where text of an answer belongs. whole: complete in itself. content: bears content."""

    channel: str
    kind: str = "text"
    whole: bool = False
    content: bool = True


class ChoicesReader:
    """Reads one attempt's answer; a dialect says where its texts are (`place`) and which are quickly found (`quick`).

    Where the usage event was asked for by the gateway and not by the client, it is marked `drop`, and the `usage: null`
    that the request adds to every other event is taken out.
    """

    def __init__(self, ask: Ask) -> None:
        self.usage = Usage()
        self._unasked = ask.stream and not ask.wants_usage
        self._expected = reading.count(ask.document.value, "n") or 1
        self._open: set[int] = set()
        self._finished: set[int] = set()
        self._edited: set[int] = set()
        self._done = False

    def place(self, rest: Path, choice: Mapping[str, Any], index: int) -> Place | None:
        """Where the string at `rest` inside a choice belongs; None where it is no text."""
        raise NotImplementedError

    def quick(self, choice: Mapping[str, Any], index: int, data: bytes) -> tuple[Delta, ...] | None:
        """The deltas of a usual event or answer, found without reading all of it; None where it is not a usual one."""
        raise NotImplementedError

    def unread(self, choice: Mapping[str, Any]) -> bool:
        """Whether a choice brings a picture or sound that wasn't asked for."""
        return False

    def event(self, event: Event) -> Chunk:
        """One event of the stream."""
        if self._done or not event.data:
            return Chunk(event.raw, event.data, drop=self._done)
        if event.data == DONE or event.data.strip() == DONE:
            self._done = True
            return Chunk(event.raw, event.data, terminal=True)
        value = reading.load(event.data)
        if value.get("error") is not None:
            return Chunk(event.raw, event.data, error=vendor_failure(value["error"]))
        chunk = Chunk(event.raw, event.data)
        if self._unasked:
            _take_out_usage(chunk, value)
        self._read(chunk, value)
        return chunk

    def body(self, raw: bytes) -> Chunk:
        """A whole answer."""
        read = reading.document(raw)
        if read.value.get("error") is not None:
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        if type(read.value.get("choices")) is not list:
            raise ProtocolBroken(code="no_choices")
        deltas = self._quick_whole(read.value, raw)
        if deltas is None:
            deltas, _ = self._texts(read, whole=True)
        self._done = True
        unread = any(map(self.unread, _choices(read.value)))
        return Chunk(raw, raw, deltas, content=True, terminal=True, usage=self._count(read.value), unread=unread)

    def rewrite(self, chunk: Chunk, edits: Mapping[int, Sequence[TextEdit]]) -> bytes:
        """The chunk's bytes with the edits made, and without what repeats or points into the text that was edited."""
        if not edits and not self._edited:
            return chunk.raw
        touched = {int(number) for i in edits if (number := chunk.deltas[i].channel.split(":")[1]).isdigit()}
        self._edited |= touched
        if not chunk.data or (chunk.terminal and not chunk.deltas):
            return chunk.raw
        read = reading.document(chunk.data)
        return reading.rewrite(chunk, edits, self._stale(read, touched), read)

    def end(self) -> bytes:
        """Some servers close without `[DONE]` after the last finish reason; without that the answer was cut."""
        if self._done:
            return b""
        if self._open - self._finished or len(self._finished) < self._expected:
            raise CutShort
        self._done = True
        return b"data: [DONE]\n\n"

    stream_error = staticmethod(openai_stream_error)

    def stopped(self) -> bool:
        """Whether the answer came to its end."""
        return self._done

    def _quick_whole(self, value: dict[str, Any], raw: bytes) -> tuple[Delta, ...] | None:
        """The deltas of an answer of one choice with one text; None for any other."""
        choices = value["choices"]
        # A key spelt with escapes isn't found by its letters.
        if len(choices) != 1 or not value.keys() <= _QUICK_ROOT or b"\\u00" in raw:
            return None
        choice = choices[0]
        if type(choice) is not dict or not choice.keys() <= _QUICK_WHOLE or choice.get("logprobs") is not None:
            return None
        index = choice.get("index", 0)
        found = self.quick(choice, index, raw) if type(index) is int else None
        return found and tuple([Delta(*delta[:-1], whole=True) for delta in found])

    def _read(self, chunk: Chunk, value: dict[str, Any]) -> None:
        choices = value.get("choices")
        if type(choices) is list and len(choices) == 1 and value.keys() <= _QUICK_ROOT:
            choice = choices[0]
            if type(choice) is dict and choice.keys() <= _QUICK_CHOICE and choice.get("logprobs") is None:
                found = self.quick(choice, _index(choice, 0), chunk.data)
                if found is not None:
                    chunk.deltas = found
                    chunk.content = bool(found)
                    self._note(choice, 0)
                    if value.get("usage") is not None:
                        chunk.usage = self._count(value)
                    return
        self._read_all(chunk)

    def _read_all(self, chunk: Chunk) -> None:
        read = reading.document(chunk.data)
        chunk.deltas, chunk.content = self._texts(read, whole=False)
        for position, choice in enumerate(_choices(read.value)):
            self._note(choice, position)
            chunk.unread = chunk.unread or self.unread(choice)
        chunk.usage = self._count(read.value)
        chunk.drop = self._unasked and chunk.usage is not None and read.value.get("choices") == []

    def _texts(self, read: Document, *, whole: bool) -> tuple[tuple[Delta, ...], bool]:
        """Every text of an answer or event, and whether any of it bears content."""
        deltas = []
        content = False
        choices = _choices(read.value)
        for leaf in reading.strings(read):
            place = self._place(leaf, choices)
            if place is None:
                continue
            content = content or (place.content and bool(leaf.text))
            if leaf.text:
                deltas.append(Delta(place.channel, place.kind, leaf.text, leaf.start, leaf.end, whole or place.whole))
        return tuple(deltas), content

    def _place(self, leaf: Leaf, choices: Sequence[Mapping[str, Any]]) -> Place | None:
        path = leaf.path
        if path[0] != "choices":
            return None if path[0] in _ROOT else Place(_channel("other", "-", path), whole=True, content=False)
        position = path[1] if len(path) > 2 else None
        if type(position) is not int or position >= len(choices):
            return Place(_channel("other", "-", path), whole=True)
        choice = choices[position]
        return self.place(path[2:], choice, _index(choice, position))

    def _note(self, choice: Mapping[str, Any], position: int) -> None:
        index = _index(choice, position)
        self._open.add(index)
        if choice.get("finish_reason") is not None:
            self._finished.add(index)

    def _count(self, value: Mapping[str, Any]) -> Usage | None:
        said = value.get("usage")
        if type(said) is not dict:
            return None
        self.usage = usage_of(said)
        return self.usage

    def _stale(self, read: Document, touched: set[int]) -> Iterable[Edit]:
        """Log probabilities of text edited in this very event; annotations of text edited in any."""
        for position, choice in enumerate(_choices(read.value)):
            index = _index(choice, position)
            path: Path = ("choices", position)
            if index in touched and choice.get("logprobs") is not None:
                yield Edit(*read.value_span((*path, "logprobs")), b"null", "transformation")
            for holder in ("delta", "message"):
                inner = choice.get(holder)
                if index in self._edited and type(inner) is dict and inner.get("annotations"):
                    yield Edit(*read.value_span((*path, holder, "annotations")), b"[]", "transformation")


def usage_of(said: Mapping[str, Any]) -> Usage:
    """Counts as this dialect names them."""
    return Usage(
        reading.count(said, "prompt_tokens"),
        reading.count(said, "completion_tokens"),
        reading.count(said, "prompt_tokens_details", "cached_tokens"),
        reading.count(said, "completion_tokens_details", "reasoning_tokens"),
        reading.count(said, "prompt_tokens_details", "cache_write_tokens"),
    )


def other(rest: Path, index: int, *, growing: bool) -> Place:
    """Text in a member that no dialect names: inspected like the rest."""
    return Place(_channel("other", str(index), rest), whole=not growing)


def _channel(head: str, index: str, path: Path) -> str:
    return ":".join((head, index, *map(str, path)))


def _choices(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    choices = value.get("choices")
    if choices is None:
        return []
    if type(choices) is not list or any(type(choice) is not dict for choice in choices):
        raise ProtocolBroken(code="bad_choices")
    return choices


def _index(choice: Mapping[str, Any], position: int) -> int:
    index = choice.get("index")
    return index if type(index) is int else position


def _take_out_usage(chunk: Chunk, value: Mapping[str, Any]) -> None:
    """Take `"usage": null` out of an event, which a client that asked for no usage doesn't expect."""
    if value.get("usage", 0) is not None:
        return
    at = chunk.data.find(b',"usage":null')
    found = None if at >= 0 else _NO_USAGE.search(chunk.data)
    span = found.span() if found else (at, at + len(b',"usage":null'))
    if span[0] >= 0:
        data = chunk.data[: span[0]] + chunk.data[span[1] :]  # the edit `usage_request`, undone
        chunk.raw = reading.put_back(chunk, data)
        chunk.data = data
