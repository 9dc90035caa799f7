"""Commands read files from disk in the same confined processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.reading.contents import Contents, Limits
from gateway.reading.disk import DiskReader
from tests.gateway.reading import paper


def test_files_of_every_kind_one_after_the_other(tmp_path: Path) -> None:
    files = {
        "a.pdf": paper.pages("du PDF"),
        "a.docx": paper.word(paper.paragraph("du Word")),
        "a.xlsx": paper.excel([["du tableau", 12]]),
        "a.md": b"du texte",
        "windows.txt": "déjà vu".encode("cp1252"),
    }
    with DiskReader() as reader:
        for name, raw in files.items():
            (tmp_path / name).write_bytes(raw)
        said = {name: "\n".join(t.text for t in reader.read(tmp_path / name).texts) for name in files}
        assert "du PDF" in said["a.pdf"] and "du Word" in said["a.docx"] and "du tableau; 12" in said["a.xlsx"]
        assert said["a.md"] == "du texte" and said["windows.txt"] == "déjà vu"
        (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        assert reader.read(tmp_path / "a.png").reason == "image"
        with pytest.raises(OSError):
            reader.read(tmp_path / "absent.pdf")
    with DiskReader(Limits(file_bytes=4)) as reader:
        assert reader.read(tmp_path / "a.md") == Contents("", reason="too_large")
