"""The gate on recorded vendor answers and on answers with findings: any chunking, the same bytes out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.ask import Ask
from adapters.errors import CutShort, ProtocolBroken
from adapters.registry import DIALECTS
from adapters.wire.body import Document
from gateway import gate
from gateway.bundle.pair import Pair, load_pair
from gateway.facts import Call
from gateway.gate import Gate, Guard
from tests.conftest import configured

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "recorded"
NAMES = {
    "chat": "openai_chat", "responses": "openai_responses", "messages": "anthropic_messages",
    "gemini": "gemini_generate",
}  # fmt: skip
IBAN = "FR76 3000 6000 0112 3456 7890 189"


def recorded() -> list[Path]:
    if not RECORDED.exists():
        return []
    return sorted(p for p in RECORDED.glob("*-200-*") if p.name.split("-")[0] in NAMES and ".req." not in p.name)


def ask_for(name: str, stream: bool) -> Ask:
    body: dict[str, object] = {"model": "m", "stream": stream}
    if name == "openai_responses":
        body["input"] = "x"
    elif name == "gemini_generate":
        body = {"model": "m", "contents": [{"parts": [{"text": "x"}]}]}
    else:
        body["messages"] = [{"role": "user", "content": "x"}]
    if name == "openai_chat" and stream:
        body["stream_options"] = {"include_usage": True}
    if name == "anthropic_messages":
        body["max_tokens"] = 9
    return DIALECTS[name].parse(Document.parse(json.dumps(body).encode()))


def through(name: str, raw: bytes, guard: Guard | None, cuts: list[int]) -> bytes:
    gate = Gate(DIALECTS[name].reader(ask_for(name, True)), guard)
    out: list[bytes] = []
    last = 0
    for cut in [*sorted(cuts), len(raw)]:
        gate.feed(raw[last:cut], out)
        last = cut
    gate.finish(out)
    return b"".join(out)


def first(raw: bytes) -> bytes:
    """The first of several answers that were recorded one after the other: a second one is none of the call's."""
    ends = max(raw.find(b"event: message_stop\n"), raw.find(b"event: response.completed\n"))
    starts = [raw.find(start, ends) for start in (b"event: message_start\n", b"event: response.created\n")]
    return raw[: min((at for at in starts if at > ends > 0), default=len(raw))]


@pytest.mark.skipif(not recorded(), reason="the recorded vendor answers are not beside this checkout")
def test_recorded_answers_come_back_unchanged_in_several_chunkings(guards: GuardMaker) -> None:
    tried = 0
    for path in recorded():
        name = NAMES[path.name.split("-")[0]]
        raw = path.read_bytes()
        if path.suffix == ".sse":
            for size in (1, 7, 64, 1000, len(raw)):
                cuts = list(range(size, len(raw), size))
                assert through(name, raw, None, cuts) == first(raw), (path.name, size)
                assert through(name, raw, guards(), cuts) == first(raw), (path.name, size)
        else:
            assert Gate(DIALECTS[name].reader(ask_for(name, False)), guards()).body(raw) == raw, path.name
        tried += 1
    assert tried > 100


class GuardMaker:
    """Makes fresh response guards of the starter bundle."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def __call__(self) -> Guard:
        now = datetime(2026, 11, 1, tzinfo=UTC)
        call = Call("acme", "hr", (), "anne", "k", "sandbox", "openai_chat", "gpt-4o-mini", (), 10, now)
        guard = self._pair.policies.guard(call, self._pair.destinations["alpha/gpt-4o-mini"], self._pair.bundle.engine)
        assert guard is not None
        return guard


@pytest.fixture(scope="module")
def guards(tmp_path_factory: pytest.TempPathFactory) -> GuardMaker:
    pair = load_pair(configured(tmp_path_factory.mktemp("gate") / "house"))
    return GuardMaker(pair)


def chat_stream(pieces: list[str]) -> bytes:
    """A chat completion stream whose deltas are these texts."""
    events = [{"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}]
    events += [{"choices": [{"index": 0, "delta": {"content": p}, "finish_reason": None}]} for p in pieces]
    events += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    lines = [f"data: {json.dumps({'id': 'c', 'object': 'chat.completion.chunk', **e})}\n\n" for e in events]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


def gemini_stream(pieces: list[str]) -> bytes:
    """The same as Gemini says it: nothing but the connection's end comes after the last event."""
    parts = [{"content": {"parts": [{"text": piece}], "role": "model"}} for piece in pieces]
    last = {"content": {"parts": [{"text": ""}], "role": "model"}, "finishReason": "STOP"}
    return "".join(f"data: {json.dumps({'candidates': [part]})}\r\n\r\n" for part in (*parts, last)).encode()


STREAMS = {"openai_chat": chat_stream, "gemini_generate": gemini_stream}


def text_of(stream: bytes) -> str:
    blocks = stream.decode().replace("\r\n", "\n").split("\n\n")
    events = [json.loads(x[6:]) for x in blocks if x.startswith("data: {")]
    if events and "candidates" in events[0]:
        return "".join(e["candidates"][0]["content"]["parts"][0]["text"] for e in events)
    return "".join(e["choices"][0]["delta"].get("content", "") for e in events)


pieces_of_prose = st.lists(
    st.sampled_from(["Bonjour ", "le compte ", IBAN, IBAN[:9], " 12", "FR76", " ", "é", "\n", "sk-", "fin. ", "76 30"]),
    max_size=8,
)


@pytest.mark.parametrize("name", STREAMS)
@settings(deadline=None, max_examples=150)
@given(pieces_of_prose, st.data())
def test_the_same_text_leaves_whatever_the_vendors_chunks(
    guards: GuardMaker, name: str, words: list[str], data: st.DataObject
) -> None:
    text = "".join(words)
    at = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    pieces = [text[a:b] for a, b in zip([0, *at], [*at, len(text)], strict=True)]
    whole = STREAMS[name]([text])
    cut = STREAMS[name](pieces)
    cuts = data.draw(st.lists(st.integers(0, len(cut)), max_size=6))
    expected = text_of(through(name, whole, guards(), []))
    assert text_of(through(name, cut, guards(), cuts)) == expected


def test_an_untouched_stream_leaves_byte_for_byte(guards: GuardMaker) -> None:
    raw = chat_stream(["Bonjour", " tout", " le monde", ", il est 12 h 30."])
    assert through("openai_chat", raw, guards(), [10, 11, 200]) == raw


@pytest.mark.parametrize(
    "late", [b'data: {"choices": [{"index": 0, "delta": {"content": "!"}}]}\n\n', b"data: {\n\n", b"da"]
)
def test_what_comes_after_the_clean_end_is_not_the_answers(late: bytes) -> None:
    raw = chat_stream(["Bonjour"])
    assert through("openai_chat", raw + late, None, [len(raw)]) == raw


@given(st.integers(0, 400))
def test_a_gemini_stream_that_is_cut_anywhere_before_its_last_event_is_no_answer(at: int) -> None:
    raw = gemini_stream(["Bonjour", " tout le monde", " !"])
    end = raw.rindex(b"data: ")
    with pytest.raises(CutShort):
        through("gemini_generate", raw[: min(at, end)], None, [])
    assert through("gemini_generate", raw, None, [min(at, end)]) == raw


def test_events_without_number_do_not_pile_up(guards: GuardMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep-alives behind a word that the guard still holds wait with it, but not for ever."""
    monkeypatch.setattr(gate, "MOST_EVENTS", 1_000)
    held = chat_stream(["Compte FR76"])[: -len(b"data: [DONE]\n\n")].rpartition(b"data: ")[0]
    with pytest.raises(ProtocolBroken):
        through("openai_chat", held + b": still here\n\n" * 2_000, guards(), [])


def test_an_edit_over_several_events_stands_in_the_first(guards: GuardMaker) -> None:
    raw = chat_stream(["Compte ", "FR76 3000 ", "6000 0112 3456", " 7890 189", ", voilà"])
    out = through("openai_chat", raw, guards(), [])
    assert text_of(out) == "Compte [redacted: fin.iban], voilà"
    assert out.count(b"\n\n") == raw.count(b"\n\n")
