"""What a file inside a body is told to be, however it is spelt: nothing that a reader opens as a document is a text."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.dialects.files import Spelt
from adapters.wire.payloads import PDF, UNKNOWN

ASCII = b"%PDF-1.4\n1 0 obj\n<</Filter [/ASCII85Decode /FlateDecode]>>\nstream\nGhVN>\nendstream\n" * 30


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


SPELT = {
    "white space in front": "data:application/pdf;base64," + " " * 5000 + b64(ASCII),
    "wrapped, its header late": "data:;base64," + "\n".join(re.findall(".{1,76}", b64(b" " * 1014 + b"\n" + ASCII))),
    "a header that begins in the last byte": "data:text/plain;base64," + b64(b" " * 1023 + ASCII),
    "letters apart": "data:text/plain;base64," + " ".join(b64(b"\n" * 700 + ASCII)),
    "letters far apart": b64(b"\n" * 1000 + ASCII).replace("Q", "\r\n" * 40 + "Q"),
    "escaped": "data:text/plain," + "%20" * 1000 + "".join(f"%{byte:02x}" for byte in ASCII),
    "escaped in lines": "data:text/plain," + "\n" * 3000 + "%25P\tDF-1.4%0A1 0 obj",
}


@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
def test_a_pdf_is_no_text_however_it_is_spelt(spelt: str) -> None:
    file = Spelt.of(spelt)
    assert file.kind() == PDF
    assert file.text() is None


@given(st.integers(0, 1023), st.integers(1, 90), st.sampled_from(["\n", " ", "\r\n", "\t"]))
def test_a_header_is_found_wherever_readers_look_for_it(before: int, width: int, break_: str) -> None:
    letters = b64(b" " * before + ASCII)
    file = Spelt.of(break_ * before + break_.join(re.findall(f".{{1,{width}}}", letters)))
    assert file.kind() == PDF
    assert file.text() is None


@pytest.mark.parametrize("said", ["é" * 3000, "x" + "é" * 3000, "a😀" * 900, "mot\n" * 900, "a", ""])
def test_a_text_is_a_text(said: str) -> None:
    for raw in (said.encode(), said.encode("utf-16"), said.encode("utf-32")):
        wrapped = Spelt.of("\n".join(re.findall(".{1,76}", b64(raw))))
        assert (wrapped.kind(), wrapped.text()) == (UNKNOWN, said)
        escaped = Spelt.of("data:text/plain," + "".join(f"%{byte:02x}" for byte in raw))
        assert (escaped.kind(), escaped.text()) == (UNKNOWN, said)
    assert Spelt.of("data:,a\nb").text() == "a\nb"
