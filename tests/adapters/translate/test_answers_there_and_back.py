"""What an answer says survives being written in a dialect and read again, streamed or whole."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.reply import Usage
from adapters.translate.canonical import (
    AnswerPart,
    Arguments,
    Begin,
    CallBegin,
    CallEnd,
    Counted,
    Declining,
    Finish,
    Signed,
    Thinking,
    Words,
)
from adapters.translate.registry import CODECS
from adapters.translate.states import ANTHROPIC, OPENAI, REDACTED, pack
from adapters.wire.sse import Framer

DIALECTS = [name for name, codec in CODECS.items() if codec.answer_writer and codec.answer_reader]
# What a dialect has no place for.
NO_STATE = {"openai_chat"}
NO_REFUSAL_TEXT = {"anthropic_messages", "gemini_generate"}

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
NAMES = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
OBJECTS = st.dictionaries(
    st.text(max_size=6), st.integers(-(2**63), 2**63) | st.text(max_size=8) | st.booleans(), max_size=3
)


@st.composite
def calls(draw: st.DrawFn, first: int) -> list[AnswerPart]:
    """Some calls, one after the other or side by side, their arguments in pieces."""
    streams = []
    for number in range(first, first + draw(st.integers(1, 3))):
        source = orjson.dumps(draw(OBJECTS)).decode()
        cut = draw(st.integers(0, len(source)))
        pieces = [Arguments(number, piece) for piece in (source[:cut], source[cut:]) if piece]
        streams.append([CallBegin(number, f"call_{number}", draw(NAMES)), *pieces, CallEnd(number)])
    if draw(st.booleans()):
        return [part for stream in streams for part in stream]
    mixed: list[AnswerPart] = []
    while any(streams):
        stream = draw(st.sampled_from([s for s in streams if s]))
        mixed.append(stream.pop(0))
    return mixed


@st.composite
def answers(draw: st.DrawFn) -> list[AnswerPart]:
    """The parts of one answer: thoughts, then text or a refusal, then calls."""
    parts: list[AnswerPart] = [Begin("x", "model-1", 7)]
    if draw(st.booleans()):
        parts += [Thinking(text) for text in draw(st.lists(WORDS, min_size=1, max_size=3))]
        if draw(st.booleans()):
            form = draw(st.sampled_from([ANTHROPIC, OPENAI]))
            parts.append(Signed(pack(form, draw(st.from_regex(r"[A-Za-z0-9+/]{1,20}", fullmatch=True)))))
    kind = draw(st.sampled_from([Words, Declining]))
    parts += [kind(text) for text in draw(st.lists(WORDS, max_size=4))]
    called = draw(st.booleans())
    if called:
        parts += draw(calls(0))
    reason = "calls" if called else draw(st.sampled_from(["stop", "length"]))
    usage = Usage(draw(st.integers(9, 99)), draw(st.integers(0, 99)), draw(st.integers(0, 9)))
    return [*parts, Finish(reason), Counted(usage)]


def gist(parts: Sequence[AnswerPart], dialect: str) -> dict[str, object]:
    """What an answer says, however it was cut, as far as a dialect has a place for it."""
    text = "".join(p.text for p in parts if isinstance(p, Words))
    declined = "".join(p.text for p in parts if isinstance(p, Declining))
    if dialect in NO_REFUSAL_TEXT:
        text, declined = text + declined, ""
    begins = {p.number: p for p in parts if isinstance(p, CallBegin)}
    said = {n: "".join(p.text for p in parts if isinstance(p, Arguments) and p.number == n) for n in begins}
    usage = [p.usage for p in parts if isinstance(p, Counted)][-1]
    return {
        "thought": "".join(p.text for p in parts if isinstance(p, Thinking)),
        "states": [] if dialect in NO_STATE else [p.state for p in parts if isinstance(p, Signed)],
        "text": text,
        "declined": declined,
        "calls": sorted((b.id, b.name, orjson.loads(said[n] or "{}")) for n, b in begins.items()),
        "usage": (usage.input, usage.output, usage.cached or 0),
    }


def reason(parts: Sequence[AnswerPart]) -> str:
    return next(p.reason for p in parts if isinstance(p, Finish))


@pytest.mark.parametrize("dialect", DIALECTS)
@given(parts=answers())
def test_a_streamed_answer_says_the_same_when_read_again(dialect: str, parts: list[AnswerPart]) -> None:
    codec = CODECS[dialect]
    assert codec.answer_writer is not None and codec.answer_reader is not None
    writer, reader = codec.answer_writer("0-1", "m", 1), codec.answer_reader()
    written = [event for part in parts for event in writer.part(part)] + list(writer.end())
    framed = Framer().feed(b"".join(event.raw for event in written))
    assert [(e.event, e.data) for e in framed] == [(e.event, e.data) for e in written]
    read = [part for event in framed for part in reader.event(event)]
    if not reader.stopped():  # where only the connection's end is one
        read += reader.end()
    assert reader.stopped()
    assert gist(read, dialect) == gist(parts, dialect)
    if not any(isinstance(p, Declining) for p in parts):
        assert reason(read) == reason(parts)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(parts=answers())
def test_a_whole_answer_says_the_same_when_read_again(dialect: str, parts: list[AnswerPart]) -> None:
    codec = CODECS[dialect]
    assert codec.answer_writer is not None and codec.answer_reader is not None
    body = codec.answer_writer("0-1", "m", 1).body(parts)
    assert gist(codec.answer_reader().body(body), dialect) == gist(parts, dialect)


def test_redacted_thoughts_keep_their_own_block() -> None:
    codec = CODECS["anthropic_messages"]
    assert codec.answer_writer is not None and codec.answer_reader is not None
    parts = [Begin(), Signed(pack(REDACTED, "blob")), Words("x"), Finish("stop"), Counted(Usage(1, 1))]
    body = codec.answer_writer("0", "m", 1).body(parts)
    assert orjson.loads(body)["content"][0] == {"type": "redacted_thinking", "data": "blob"}
    assert parts[1] in codec.answer_reader().body(body)
