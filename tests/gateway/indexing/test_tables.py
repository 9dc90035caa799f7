"""Exports as spreadsheets and personnel systems write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.indexing.tables import SourceRefused, Table

PLAIN = 'Nom;Prénom;Note\nDupont;Zoé;"a; b ""c""\nd"\n\nLe Gall;Éric;\n'
CELLS = [["Dupont", "Zoé", 'a; b "c"\nd'], ["Le Gall", "Éric", ""]]


def table(folder: Path, raw: bytes | str, **more: str) -> Table:
    path = folder / "export.csv"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return Table(path, **more)


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("cp1252"),
        PLAIN.encode("utf-16"),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(";", "\t").replace("a\t b", "a; b").encode(),
        PLAIN.replace(";", ",").replace('"a, b', '"a; b').encode(),
        PLAIN.replace(";", "|").replace('"a| b', '"a; b').encode(),
        PLAIN.replace("Note", "Note;").encode(),
        (PLAIN + ";;\n\n").encode(),
    ],
)
def test_encodings_delimiters_and_quotes_are_found_out(tmp_path: Path, raw: bytes) -> None:
    rows = list(table(tmp_path, raw).rows(["Nom", "Prénom", "Note"])) if raw.count(b"Note;") == 0 else CELLS
    assert [[cell.replace("\r", "") for cell in row] for row in rows] == CELLS


def test_columns_are_chosen_by_name_in_any_case(tmp_path: Path) -> None:
    assert list(table(tmp_path, PLAIN).rows(["note", "NOM"]))[1] == ["", "Le Gall"]


def test_one_column_and_one_row(tmp_path: Path) -> None:
    assert list(table(tmp_path, "matricule\nEMP-20417").rows(["matricule"])) == [["EMP-20417"]]


@pytest.mark.parametrize(
    "raw, says",
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        ("Nom;Prénom\nDupont;Zoé;F\n".encode(), "export.csv:2: a row of 3 cells under 2 columns"),
        ("Nom;Prénom\nDupont\n".encode(), "export.csv:2: a row of 1 cells under 2 columns"),
        ('Nom;Prénom;Note\nDupont;"Zoé;F\nMartin;Éric;G\n'.encode(), "its quotes are not those of CSV"),
        ('Nom;Prénom;Note\nDupont;"Zoé"x;F\n'.encode(), "its quotes are not those of CSV"),
        ("Nom;Nom;Prénom;Note\n".encode(), "has two columns Nom"),
        (b"Nom;Prenoms;Note\n", "has no column Prénom (did you mean Prenoms?)"),
        (b"PK\x03\x04\x00\x00\x00", "is not text in UTF-8 or windows-1252"),
        (b"\xff\xfeN", "is not text in utf-16"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_no_cell(tmp_path: Path, raw: bytes, says: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        list(table(tmp_path, raw).rows(["Nom", "Prénom", "Note"] if b"Note" in raw or b"\0" in raw else ["Nom"]))
    assert says in str(refused.value)
    assert "Dupont" not in str(refused.value) and "Zoé" not in str(refused.value)


def test_what_is_told_is_believed(tmp_path: Path) -> None:
    assert list(table(tmp_path, "a:b\n1:2\n", delimiter=":").rows(["b"])) == [["2"]]
    with pytest.raises(SourceRefused, match="is not text in ascii"):
        table(tmp_path, "é\n", encoding="ascii")
    with pytest.raises(SourceRefused, match="is not text in klingon"):
        table(tmp_path, "e\n", encoding="klingon")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="can't be read: No such file"):
        Table(tmp_path / "none.csv")
