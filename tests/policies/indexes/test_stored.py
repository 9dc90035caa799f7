"""Files that are cut, changed or another's are refused whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from index_cases import KEY, documents_bytes, list_bytes

from policies.indexes.documents import DocumentIndex
from policies.indexes.exact import ExactIndex, Nearness
from policies.indexes.stored import VERSION, IndexKey, IndexRefused, opened

RAW = list_bytes([("Dupont", "Jean"), ("Martin", "Zoé")])
DOCUMENTS = documents_bytes({"a.txt": "un deux trois quatre cinq six sept huit neuf dix onze douze"})


@given(st.integers(0, len(RAW) - 1), st.booleans())
def test_a_file_cut_anywhere_is_refused(size: int, keyless: bool) -> None:
    with pytest.raises(IndexRefused):
        opened(RAW[:size], None if keyless else KEY)


@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_a_file_changed_anywhere_is_refused(place: int, change: int) -> None:
    changed = bytearray(RAW)
    changed[place] ^= change
    with pytest.raises(IndexRefused):
        opened(bytes(changed), KEY)


@given(st.binary(max_size=200))
def test_no_bytes_are_taken_for_an_index(raw: bytes) -> None:
    for start in (b"", RAW[:14]):
        with pytest.raises(IndexRefused):
            opened(start + raw, None)


@pytest.mark.parametrize(
    "raw, key, says",
    [
        (RAW[: len(RAW) // 2], KEY, "cut short"),
        (RAW + b"x", KEY, "was added to"),
        (RAW[:-40] + b"\xee" * 8 + RAW[-32:], KEY, "changed after it was made"),
        (RAW[:8] + (VERSION + 1).to_bytes(2, "little") + RAW[10:], KEY, "build it again"),
        (
            RAW[:8] + (1).to_bytes(2, "little") + RAW[10:],
            KEY,
            f"format 1, this version reads {VERSION}: build it again",
        ),
        (b"\x89PNG" + RAW, KEY, "no index"),
        (b"", KEY, "no index"),
        (RAW, IndexKey.of("findings-v2-11111111", b"z" * 32), "made under the key findings-v1-00000000"),
    ],
)
def test_a_refusal_says_why(raw: bytes, key: IndexKey, says: str) -> None:
    with pytest.raises(IndexRefused, match=says):
        opened(raw, key)


def test_each_kind_is_only_what_it_is() -> None:
    with pytest.raises(IndexRefused, match="of kind documents, not exact"):
        ExactIndex(opened(DOCUMENTS, KEY), "a", "person.edm", Nearness())
    with pytest.raises(IndexRefused, match="of kind exact, not documents"):
        DocumentIndex(opened(RAW, KEY), "a", "doc.fingerprint")
    with pytest.raises(IndexRefused, match="holds 1 supporting columns, and near asks for 2"):
        ExactIndex(opened(RAW, KEY), "a", "person.edm", Nearness(2))


def test_the_key_is_shown_nowhere() -> None:
    assert "k" * 8 not in repr(KEY) and KEY.secret.hex() not in repr(KEY)
    assert KEY.secret not in RAW
