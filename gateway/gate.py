"""The way back as a sans-io core: a vendor's bytes in, the bytes that the client may have out.

Events wait in one queue, in order, until the response guard has cleared all of their text; the edits it decided are
then put into them. Without a guard every event leaves as it came.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from adapters.dialects.base import OtherForms, Unended
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Chunk, TextEdit
from adapters.wire.sse import Framer

if TYPE_CHECKING:
    from adapters.dialects.base import Framing, Reader
    from adapters.reply import Usage
    from adapters.translate.crossing import Crossing
    from adapters.vendors.base import Envelope
    from adapters.wire.sse import Event
    from policies.decide import RuleHit, Ruling


MOST_EVENTS = 250_000
"""Events that may wait at once. Each costs half a kilobyte, however few bytes it brought."""


class Release(Protocol):
    """What a guard says: text below `safe` may leave, after `edits`; `stop` ends the answer."""

    @property
    def safe(self) -> int: ...
    @property
    def edits(self) -> Sequence[tuple[int, int, str]]: ...
    @property
    def stop(self) -> Ruling | None: ...


class Guard(Protocol):
    """Judges the growing text of each channel; offsets are absolute in the channel."""

    def feed(self, channel: str, kind: str, text: str) -> Release: ...
    def finish(self, channel: str) -> Release: ...
    def whole(self, channel: str, kind: str, text: str) -> Release: ...
    def hits(self) -> tuple[RuleHit, ...]: ...
    @property
    def restored(self) -> int: ...


class Stopped(Exception):
    """A rule ends the answer here. ruling: the policy ruling that says so."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__("response stopped by policy")
        self.ruling = ruling


def _no_ruling() -> None:
    return None


@dataclass(slots=True)
class _Channel:
    fed: int = 0
    safe: int = 0
    edits: list[tuple[int, int, str]] = field(default_factory=list)


class _Part(NamedTuple):
    """A delta of a waiting event: its place in its channel, or the edits of a whole text."""

    channel: _Channel | None
    start: int
    end: int
    edits: Sequence[tuple[int, int, str]]


class Gate:
    """One attempt's answer on its way to the client. envelope: where the vendor has a form of the dialect of its own.

    content: content has been seen, so failover is over. begun: anything but signs of life has. progress: grows with
    every event that brings the answer on. edited: how many texts were changed. restored: how many tokens became values
    again. characters: how many the vendor sent, repetitions in a stream not counted; size: the same in bytes of UTF-8,
    of a stream. most_held: how many waited for the guard in one channel. states: digests of vendor-held blobs that
    passed. made: what the vendor calls the object that it keeps of the answer, "" until it says so. also: kind and name
    of others that came of it. crossing: turns the vendor's answer into the client's dialect where the two differ; what
    is judged is the client's. unread: rules on a picture, sound or file that wasn't asked for; None from it where it
    may pass. Raises UpstreamError for events that are errors or can't be read, Stopped when a rule
    ends it.
    """

    def __init__(
        self,
        reader: Reader,
        guard: Guard | None,
        envelope: Envelope | None = None,
        crossing: Crossing | None = None,
        unread: Callable[[], Ruling | None] = _no_ruling,
    ) -> None:
        self.reader = reader
        self.crossing = crossing
        self.content = self.begun = False
        self.progress = 0
        self.edited = 0
        self.characters = 0
        self.size = 0
        self.most_held = 0
        self.states: list[str] = []
        self.made = ""
        self.also: tuple[tuple[str, str], ...] = ()
        self._guard = guard
        self._unread = unread
        self._envelope = envelope
        self._framer: Framing = Framer() if envelope is None else envelope.framer()
        self._channels: dict[str, _Channel] = {}
        self._wholes: dict[str, tuple[str, Sequence[tuple[int, int, str]]]] = {}
        self._queue: deque[tuple[Chunk, list[_Part]]] = deque()

    def hits(self) -> tuple[RuleHit, ...]:
        """Rules that matched on the answer; to be asked when it has ended."""
        return self._guard.hits() if self._guard is not None else ()

    @property
    def restored(self) -> int:
        """Tokens that became the caller's values again."""
        return self._guard.restored if self._guard is not None else 0

    @property
    def usage(self) -> Usage:
        """Tokens as the vendor counts so far, read in its own dialect."""
        return self.reader.usage if self.crossing is None else self.crossing.usage

    @property
    def over(self) -> bool:
        """Whether the clean end was read: nothing that comes after it is the answer's."""
        return self.reader.stopped()

    @property
    def complete(self) -> bool:
        """Whether the answer is whole, though nothing says so but the end of the connection, which is still to come."""
        if self.crossing is not None:
            return self.crossing.complete()
        return isinstance(self.reader, Unended) and self.reader.complete()

    @property
    def read_out(self) -> bool:
        """Whether nothing is left to be read of the vendor's answer."""
        return self.over or (self.crossing is not None and self.crossing.ended)

    @property
    def stream_type(self) -> bytes:
        """The content type of the vendor's streams."""
        return b"text/event-stream" if self._envelope is None else self._envelope.stream_type

    @property
    def waiting(self) -> bool:
        """Whether events wait for the guard now."""
        return bool(self._queue)

    @property
    def unsent(self) -> int:
        """How many events wait for the guard now, comments not counted; where the answer fails, the client never gets
        them."""
        return sum(bool(chunk.data) for chunk, _ in self._queue)

    def other_form(self, kind: str) -> bool:
        """Whether an answer of a content type that is neither JSON nor events comes in pieces; raises UpstreamError
        where it is none of this dialect's."""
        if not isinstance(self.reader, OtherForms):
            raise ProtocolBroken(code="content_type")
        framing = self.reader.framing(kind)
        self._framer = framing or self._framer
        return framing is not None

    def feed(self, data: bytes, out: list[bytes]) -> None:
        """Takes bytes of the stream, in any cut; adds to `out` the events that may leave now.

        Where it raises, `out` has what came before: it is the client's all the same.
        """
        for event in self._framer.feed(data):
            self._take(event, out)

    def finish(self, out: list[bytes]) -> None:
        """The upstream ended: what was held, then a terminator where the vendor left it out."""
        for event in self._framer.end():
            self._take(event, out)
        if self._framer.rest() and not self.over:
            raise CutShort
        if self.crossing is not None:
            for event in self.crossing.end():
                self._see_event(event, out)
        missing = self.reader.end()
        if self._guard is not None:
            for name in self._channels:
                self._close(name, self._guard)
            self._leave(out)
        if missing:
            out.append(missing)

    def body(self, raw: bytes) -> bytes:
        """A whole JSON answer, judged and edited like a stream of one event."""
        if self._envelope is not None:
            raw = self._envelope.body(raw)
        if self.crossing is not None:
            raw = self.crossing.body(raw)
        chunk = self.reader.body(raw)
        if chunk.error is not None:
            raise chunk.error
        self._see(chunk)
        self.characters += sum(len(delta.text) for delta in chunk.deltas if delta.whole)
        if self._guard is None:
            return chunk.raw
        self._inspect(chunk, self._guard)
        out: list[bytes] = []
        for name in self._channels:
            self._close(name, self._guard)
        self._leave(out)
        return b"".join(out)

    def _take(self, event: Event, out: list[bytes]) -> None:
        if self.crossing is None:
            self._see_event(event, out)
        else:
            for made in self.crossing.event(event):
                self._see_event(made, out)

    def _see_event(self, event: Event, out: list[bytes]) -> None:
        if self.over and event.data:
            return
        chunk = self.reader.event(event)
        if chunk.error is not None:
            raise chunk.error
        if event.data and event.event != "ping":
            self.begun = True
        self._see(chunk)
        if self._guard is None:
            if not chunk.drop:
                out.append(chunk.raw)
        else:
            self._inspect(chunk, self._guard)
            self._leave(out)

    def _see(self, chunk: Chunk) -> None:
        if chunk.unread and (ruling := self._unread()) is not None:
            raise Stopped(ruling)
        if chunk.content:
            self.content = True
            self.progress += 1
        elif chunk.terminal or chunk.usage is not None or chunk.closes:
            self.progress += 1
        for delta in chunk.deltas:
            if not delta.whole:
                text = delta.text
                self.characters += len(text)
                self.size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if chunk.states:
            self.states.extend(chunk.states)
        if chunk.made:
            self.made = chunk.made
        if chunk.also:
            self.also += chunk.also

    def _inspect(self, chunk: Chunk, guard: Guard) -> None:
        parts = []
        for delta in chunk.deltas:
            if delta.whole:
                parts.append(_Part(None, 0, len(delta.text), self._whole(delta.channel, delta.kind, delta.text, guard)))
                continue
            channel = self._channels.get(delta.channel)
            if channel is None:
                channel = self._channels[delta.channel] = _Channel()
            start = channel.fed
            channel.fed += len(delta.text)
            self._apply(channel, guard.feed(delta.channel, delta.kind, delta.text))
            parts.append(_Part(channel, start, channel.fed, ()))
        for name in chunk.closes:
            if name in self._channels:
                self._close(name, guard)
        if chunk.terminal:
            for name in self._channels:
                self._close(name, guard)
        if not chunk.drop:
            if len(self._queue) >= MOST_EVENTS:
                raise ProtocolBroken(code="too_many_events")
            self._queue.append((chunk, parts))

    def _whole(self, name: str, kind: str, text: str, guard: Guard) -> Sequence[tuple[int, int, str]]:
        known = self._wholes.get(name)
        if known is not None and known[0] == text:
            return known[1]  # `*.done` events repeat the same text up to three times
        release = guard.whole(name, kind, text)
        if release.stop is not None:
            raise Stopped(release.stop)
        self._wholes[name] = (text, release.edits)
        return release.edits

    def _close(self, name: str, guard: Guard) -> None:
        channel = self._channels[name]
        if channel.safe < channel.fed:
            self._apply(channel, guard.finish(name))
            channel.safe = channel.fed

    def _apply(self, channel: _Channel, release: Release) -> None:
        if release.stop is not None:
            raise Stopped(release.stop)
        channel.safe = release.safe
        if channel.fed - channel.safe > self.most_held:
            self.most_held = channel.fed - channel.safe
        if release.edits:
            channel.edits.extend(release.edits)

    def _leave(self, out: list[bytes]) -> None:
        queue = self._queue
        while queue:
            chunk, parts = queue[0]
            if any(part.channel is not None and part.channel.safe < part.end for part in parts):
                return
            queue.popleft()
            edits = {i: found for i, part in enumerate(parts) if (found := _edits_of(part))}
            self.edited += len(edits)
            # Also without edits: what repeats a text that was edited in an earlier event is emptied.
            out.append(self.reader.rewrite(chunk, edits))


def _edits_of(part: _Part) -> list[TextEdit]:
    """The edits that touch a delta, in its own offsets.

    A replacement that spans several deltas stands in the first of them; the others only lose their characters.
    """
    if part.channel is None:
        return [TextEdit(*edit) for edit in part.edits]
    found = []
    for start, end, new in part.channel.edits:
        if start < part.end and part.start < end:
            inside = start >= part.start
            found.append(TextEdit(max(start - part.start, 0), min(end, part.end) - part.start, new if inside else ""))
    if part.channel.edits and part.channel.edits[0][1] <= part.end:
        part.channel.edits[:] = [e for e in part.channel.edits if e[1] > part.end]
    return found
