"""The commands about detection: what can be found, and what is found in a file."""

import io
from pathlib import Path
from zipfile import ZipFile

import orjson
import pytest

from gateway.cli.main import main

IBAN = "FR76 3000 6000 0112 3456 7890 189"


def test_the_list_names_shipped_detectors_and_the_bundles_own(ecluse) -> None:
    code, out, _ = ecluse("detectors")
    listed = {line.split()[0] for line in out.splitlines()}
    assert code == 0 and {"fin.iban", "secret.vendor", "org.project-helios"} <= listed
    assert "(confidential)" in next(line for line in out.splitlines() if line.startswith("org.project-helios"))


def test_the_beginning_of_an_id_selects(ecluse) -> None:
    code, out, _ = ecluse("detectors", "secret.")
    assert code == 0 and all(line.startswith("secret.") for line in out.splitlines())


def test_one_detector_is_told_whole(ecluse) -> None:
    code, out, _ = ecluse("detectors", "fr.siret")
    assert code == 0
    assert "14 digits" in out and "surer" in out and "siret" in out and "finds: " in out and "leaves: " in out


def test_a_detector_that_is_not_there_names_the_nearest(ecluse) -> None:
    code, _, err = ecluse("detectors", "fr.sirett")
    assert code == 1 and "did you mean fr.siret?" in err


def test_detectors_for_programs(ecluse) -> None:
    code, out, _ = ecluse("detectors", "fin.iban", "--json")
    facts = orjson.loads(out)
    assert code == 0 and facts["id"] == "fin.iban" and facts["longest"] >= 34 and facts["examples"]["hit"]


def test_places_are_lines_and_columns_and_no_value_is_shown(ecluse, tmp_path: Path) -> None:
    file = tmp_path / "lettre.txt"
    file.write_text(f"Bonjour,\nl'IBAN est {IBAN}.\n")
    code, out, err = ecluse("detect", str(file), "--confidence", "0.75")
    assert code == 1 and err == ""
    assert f"{file}:2:12: fin.iban (33 characters), confidence 0.95: checksum ok" in out
    assert "FR76" not in out


def test_a_text_without_findings_is_code_0(ecluse) -> None:
    assert ecluse("detect", "--confidence", "0.75", stdin="Bonjour à tous.\n") == (0, "", "")


def test_only_some_detectors(ecluse) -> None:
    code, out, _ = ecluse("detect", "--detector", "contact.", "--json", stdin=f"{IBAN} a.b@example.org")
    rows = [orjson.loads(line) for line in out.splitlines()]
    assert code == 1 and {row["detector"] for row in rows} == {"contact.email"}
    assert rows[0]["start"] == 34 and rows[0]["column"] == 35


def test_what_is_no_text_is_refused_and_the_other_files_are_read(ecluse, tmp_path: Path) -> None:
    picture, text = tmp_path / "picture.png", tmp_path / "text.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    text.write_text(IBAN)
    code, out, err = ecluse("detect", str(picture), str(text), str(tmp_path / "none"), "--detector", "fin.iban")
    assert code == 1 and f"{text}:1:1: fin.iban" in out
    assert f"{picture}: can't be inspected (image)" in err and "No such file" in err


def test_a_documents_places_are_told(ecluse, tmp_path: Path) -> None:
    file = tmp_path / "note.docx"
    body = f"<w:p><w:r><w:t>Compte {IBAN[:11]}</w:t></w:r><w:r><w:t>{IBAN[11:]}</w:t></w:r></w:p>"
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    with ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
    code, out, err = ecluse("detect", str(file), "--confidence", "0.75")
    assert (code, err) == (1, "")
    assert out.startswith(f"{file}:1:8 (") and "fin.iban (33 characters)" in out and "FR76" not in out


def test_stdin_that_is_no_text_is_refused(ecluse, monkeypatch: pytest.MonkeyPatch, home: Path, capsys) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00")))
    assert main(["detect", "--config", str(home / "config.yaml")]) == 1
    assert "not UTF-8" in capsys.readouterr().err
