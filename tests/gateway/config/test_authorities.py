"""Files of authorities: one that is no good is found where the configuration is read, at its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.config import Settings, read_settings
from gateway.documents import DocumentsRefused, load_texts
from tests.gateway.tls.papers import Authority

PLACES = {
    "vendor": "vendors:\n  v: {kind: openai, ca_bundle: FILE}\n",
    "webhook": "webhooks:\n  ops: {url: 'https://ops.example', ca_bundle: FILE}\n",
    "collector": "tracing:\n  endpoint: https://traces.example\n  ca_bundle: FILE\n",
}
WHERE = {"vendor": "2:21", "webhook": "2:37", "collector": "3:3"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.pem").write_bytes(Authority().own.alone)
    (tmp_path / "empty.pem").touch()
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    (tmp_path / "half.pem").write_bytes(Authority().own.alone + b"-----BEGIN CERTIFICATE-----\nMIIB\n")
    (tmp_path / "folder.pem").mkdir()
    return tmp_path


def read(place: str, file: str, folder: Path, **how: bool) -> Settings:
    return read_settings(load_texts({"config.yaml": PLACES[place].replace("FILE", file).encode()}), folder, {}, **how)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("file", "why"),
    [
        ("none.pem", "can't be read: No such file or directory"),
        ("folder.pem", "can't be read: Is a directory"),
        ("empty.pem", "holds no certificate in PEM"),
        ("key.pem", "holds no certificate in PEM"),
        ("half.pem", "holds no certificate in PEM, or a damaged one"),
    ],
)
def test_one_that_is_no_good_is_refused_by_name(folder: Path, place: str, file: str, why: str) -> None:
    with pytest.raises(DocumentsRefused) as refused:
        read(place, file, folder)
    said = f"config.yaml:{WHERE[place]}: ca_bundle {folder / file} {why}"
    assert re.match(re.escape(said), str(refused.value)), refused.value


@pytest.mark.parametrize("place", PLACES)
def test_a_good_one_is_taken(folder: Path, place: str) -> None:
    found = read(place, "good.pem", folder)
    bundles = [one.ca_bundle for one in (*found.vendors.values(), *found.webhooks.values(), found.tracing)]
    assert folder / "good.pem" in bundles


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", [{"sends": False}, {"trusts": False}], ids=str)
def test_where_nothing_is_sent_it_need_not_be_there(folder: Path, place: str, how: dict[str, bool]) -> None:
    read(place, "none.pem", folder, **how)
