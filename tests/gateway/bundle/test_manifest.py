"""Manifests: the same files always give the same revision, and any other file is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bundle.manifest import Manifest, ManifestRefused, unlike

MADE = datetime(2026, 11, 26, 12, tzinfo=UTC)
FILES = st.dictionaries(
    st.from_regex(r"[a-z]{1,4}(/[a-z]{1,4})?\.(yaml|txt|idx)", fullmatch=True), st.binary(max_size=20)
)


@given(FILES, st.randoms())
def test_a_manifest_is_read_as_it_was_written_whatever_the_order_of_files(files: dict[str, bytes], chance) -> None:
    made = Manifest.of(files, "anne", MADE)
    shuffled = list(files.items())
    chance.shuffle(shuffled)
    assert Manifest.of(dict(shuffled), "anne", MADE).raw == made.raw
    again = Manifest.read(made.raw)
    assert again == made
    assert again.message == made.message
    assert list(unlike(again.files, files)) == []


@given(FILES, FILES)
def test_files_that_differ_are_named_and_no_others(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    named = {name for name, _ in unlike(Manifest.of(one, "anne", MADE).files, other)}
    assert named == {name for name in {*one, *other} if one.get(name) != other.get(name)}
    same = Manifest.of(one, "anne", MADE).revision == Manifest.of(other, "bob", MADE + timedelta(days=1)).revision
    assert same == (one == other)


@given(st.binary(max_size=200))
def test_other_bytes_are_refused_and_never_break(raw: bytes) -> None:
    with pytest.raises(ManifestRefused):
        Manifest.read(raw)


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"a"', b'{"author": 1}', b'{"files": {}, "made": "x", "author": "a"}'])
def test_other_json_is_refused(raw: bytes) -> None:
    with pytest.raises(ManifestRefused):
        Manifest.read(raw)
