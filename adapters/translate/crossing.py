"""One attempt at a vendor of another dialect: the ask on its way there, the answer on its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

import orjson

from adapters.dialects.base import Unended
from adapters.errors import CutShort, ProtocolBroken
from adapters.reply import Usage
from adapters.translate.base import AnswerReader, AnswerWriter, Untranslatable
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    CallBegin,
    CallEnd,
    Conversation,
    Declining,
    Thinking,
    Words,
)
from adapters.translate.registry import CODECS
from adapters.wire.parameters import Parameters, applied
from adapters.wire.sse import Event

_Said = TypeVar("_Said")
_Made = TypeVar("_Made")

# What reading a value of another shape than the dialect's raises.
_ODD = (TypeError, KeyError, AttributeError, IndexError, ValueError)


class Translated(NamedTuple):
    """A request in the vendor's dialect. lost: names of what couldn't be carried. custom: names of tools that take any
    text, which the vendor knows as functions. ruled: members that the destination's parameter rules changed."""

    body: bytes
    lost: tuple[str, ...]
    custom: frozenset[str]
    ruled: int = 0


def translated(
    body: bytes,
    client: str,
    vendor: str,
    *,
    model: str,
    parameters: Mapping[str, str],
    cap: int = 0,
    rules: Parameters | None = None,
) -> Translated:
    """A client's request in the vendor's dialect; raises Untranslatable.

    body: already without what the ruling takes out. model: as the vendor names it. cap: most tokens of output, 0 for as
    many as asked for. rules: the destination's, for parameters in its own dialect.
    """
    read, write = CODECS[client].read_request, CODECS[vendor].write_request
    assert read is not None and write is not None
    said: Conversation | None = None
    made: Translated | None = None
    try:
        said = read(orjson.loads(body), parameters)
        said.model = model
        if cap:
            said.most_output = min(cap, said.most_output or cap)
        made = _made(said, write(said), rules, vendor)
    except _ODD:
        pass
    # Raised out here, so that the words of the request are in no exception's context.
    if made is None:
        raise Untranslatable("request" if said is None else "content")
    return made


def _made(said: Conversation, body: dict[str, Any], rules: Parameters | None, vendor: str) -> Translated:
    ruled = 0
    if rules is not None:
        body, ruled = applied(body, rules, vendor)
    custom = frozenset(tool.name for tool in said.tools if tool.schema is None)
    return Translated(orjson.dumps(body), said.lost.names(), custom if vendor not in _CUSTOM else frozenset(), ruled)


# Dialects in which tools of any text are told as what they are.
_CUSTOM = frozenset({"openai_chat", "openai_responses"})


class Crossing:
    """Turns a vendor's answer into the client's dialect, event by event.

    What the vendor sends against its own dialect raises UpstreamError (kind `protocol`).
    """

    def __init__(
        self, client: str, vendor: str, custom: frozenset[str], *, call: str, model: str, created: int
    ) -> None:
        """call: the call's id. model: where the vendor names none. created: seconds since 1970, likewise."""
        reader, writer = CODECS[vendor].answer_reader, CODECS[client].answer_writer
        assert reader is not None and writer is not None
        self.route = f"{client}>{vendor}"
        self._reader: AnswerReader = reader()
        self._writer: AnswerWriter = writer(call, model, created)
        self._free = FreeText(custom) if custom else None
        self._ended = False

    @property
    def usage(self) -> Usage:
        """As the vendor counts."""
        return self._reader.usage

    @property
    def ended(self) -> bool:
        """Whether the vendor's answer came to its clean end."""
        return self._ended

    def complete(self) -> bool:
        """Whether the vendor's answer is whole, though its connection may go on (see Unended)."""
        return self._ended or (isinstance(self._reader, Unended) and self._reader.complete())

    @property
    def lost(self) -> tuple[str, ...]:
        """What of the answer couldn't be carried, so far."""
        return tuple(dict.fromkeys((*self._reader.lost.names(), *self._writer.lost.names())))

    def event(self, event: Event) -> Sequence[Event]:
        """The client's events for one of the vendor's."""
        if self._ended:
            return ()
        return self._held(self._next, event)

    def body(self, raw: bytes) -> bytes:
        """A whole answer."""
        return self._held(self._whole, raw)

    def end(self) -> Sequence[Event]:
        """The vendor closed the stream: what its dialect leaves to be said then. Raises CutShort."""
        if self._ended:
            return ()
        events = self._held(self._last, None)
        if not self._ended:
            raise CutShort
        return events

    def _next(self, event: Event) -> Sequence[Event]:
        return self._write(self._reader.event(event))

    def _last(self, _: None) -> Sequence[Event]:
        return self._write(self._reader.end())

    def _whole(self, raw: bytes) -> bytes:
        return self._writer.body(_joined(self._ready(self._reader.body(raw), over=True)))

    def _write(self, parts: Sequence[AnswerPart]) -> Sequence[Event]:
        over = self._reader.stopped()
        events: list[Event] = []
        for part in self._ready(parts, over=over):
            events += self._writer.part(part)
        if over:
            self._ended = True
            events += self._writer.end()
        return events

    def _ready(self, parts: Sequence[AnswerPart], *, over: bool) -> Sequence[AnswerPart]:
        """The parts that may be written now. over: the answer is, so that nothing is held any longer."""
        if self._free is None:
            return parts
        ready = [one for part in parts for one in self._free.take(part)]
        return [*ready, *self._free.rest()] if over else ready

    def _held(self, work: Callable[[_Said], _Made], said: _Said) -> _Made:
        """What a piece of work makes of what the vendor said. What no dialect has, such as numbers that JSON can't be
        written with, shows in reading or only in writing."""
        try:
            return work(said)
        except _ODD:
            pass
        # Raised out here, so that the vendor's words are in no exception's context.
        raise ProtocolBroken(code="not_its_dialect")


def _joined(parts: Sequence[AnswerPart]) -> list[AnswerPart]:
    """The parts of a whole answer, texts that follow one another as one: a vendor may say it in very small ones."""
    found: list[AnswerPart] = []
    for kind, alike in groupby(parts, type):
        if kind is Words or kind is Thinking or kind is Declining:
            found.append(kind("".join([part.text for part in alike if isinstance(part, kind)])))
        else:
            found.extend(alike)
    return found


class FreeText:
    """Calls of tools that take any text, which the vendor knows as functions of one member.

    Their arguments are held until they are complete, since an escape may be cut anywhere.
    """

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names
        self._held: dict[int, list[str]] = {}

    def take(self, part: AnswerPart) -> Sequence[AnswerPart]:
        """What may go on of a part."""
        if isinstance(part, CallBegin):
            if part.name not in self._names:
                return (part,)
            self._held[part.number] = []
            return (part._replace(custom=True),)
        if isinstance(part, Arguments) and part.number in self._held:
            self._held[part.number].append(part.text)
            return ()
        if isinstance(part, CallEnd) and part.number in self._held:
            return (Arguments(part.number, _input_of("".join(self._held.pop(part.number)))), part)
        return (part,)

    def rest(self) -> Sequence[AnswerPart]:
        """What is held when the answer is over: calls whose end the vendor didn't tell."""
        return [part for number in list(self._held) for part in self.take(CallEnd(number))]


def _input_of(source: str) -> str:
    """The text that a call was given; its source as it is where it holds none."""
    try:
        said = orjson.loads(source)
    except orjson.JSONDecodeError:
        return source
    text = said.get("input") if isinstance(said, dict) else None
    return text if isinstance(text, str) else source
