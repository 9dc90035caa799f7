"""Files become passages: in stretches that add up, remembered within bounds, with what is too much refused."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from adapters.ask import Ask
from adapters.registry import DIALECTS
from adapters.wire.body import Document
from gateway.config.settings import FilesSettings
from gateway.reading.contents import Contents, Text
from gateway.reading.files import Files, _Memo, _stretches
from tests.gateway.reading import paper


@given(st.lists(st.sampled_from(["mot ", "\n", "x" * 3000, "é" * 9000, "\0"]), max_size=40).map("".join))
def test_stretches_add_up(text: str) -> None:
    stretches = list(_stretches(text))
    assert "".join(stretches) == text
    assert all(0 < len(stretch) <= 16_384 for stretch in stretches)


def test_the_memory_is_bounded() -> None:
    memo = _Memo(10_000)
    for number in range(100):
        memo.put(b"%d" % number, Contents("text", (Text("text", "x" * 500),)))
    assert memo._size <= 10_000
    assert memo.get(b"0") is None and memo.get(b"99") is not None


def asked(*files: bytes) -> Ask:
    """A chat with a message of the user's for each file."""
    contents = [[{"type": "file", "file": {"file_data": base64.b64encode(raw).decode()}}] for raw in files]
    messages = [{"role": "user", "content": content} for content in contents]
    return DIALECTS["openai_chat"].parse(Document.parse(json.dumps({"model": "m", "messages": messages}).encode()))


async def test_bounds_of_a_call() -> None:
    settings = FilesSettings(per_call=2, characters=1000, workers=1)
    files = Files(settings, b"secret")
    try:
        ask, reads = await files.read("acme", asked(paper.pages("un"), paper.pages("deux"), paper.pages("trois")))
        assert [r.contents.reason for r in reads] == ["", "", "too_many_files"]
        assert not ask.files
        texts = [(p.message, p.part, p.text, p.file) for p in ask.passages if p.note]
        assert (0, "text", "un", "pdf, page 1") in texts and (1, "text", "deux", "pdf, page 1") in texts
        assert (2, "not_inspectable") in [(message, part) for message, part, _, _ in texts]
        assert not any(p.rewritable(0, 1) for p in ask.passages if p.note)
        long = paper.word(paper.paragraph("x" * 700))
        _, reads = await files.read("acme", asked(long, paper.word(paper.paragraph("y" * 700))))
        assert [r.contents.reason for r in reads] == ["", "too_much_text"]
        files.use(replace(settings, file_bytes=10))
        _, reads = await files.read("acme", asked(paper.pages("un")))
        assert [r.contents.reason for r in reads] == ["too_large"]
    finally:
        await files.close()


async def test_what_was_read_belongs_to_one_organisation() -> None:
    files = Files(FilesSettings(workers=1), b"secret")
    try:
        for organisation, known in (("acme", False), ("acme", True), ("other", False)):
            _, (read,) = await files.read(organisation, asked(paper.pages("un")))
            assert (read.seconds == 0.0) is known
    finally:
        await files.close()
