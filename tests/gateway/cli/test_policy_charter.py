"""`ecluse policy charter`."""

from pathlib import Path


def test_it_writes_a_page_a_language(ecluse):
    code, out, err = ecluse("policy", "charter")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith("# ")] == [
        "# What you may send to language models, and where",
        "# Ce que vous pouvez envoyer aux modèles de langage, et où",
    ]


def test_it_writes_a_file(home: Path, ecluse):
    target = home / "charte.html"
    code, out, _ = ecluse("policy", "charter", "--lang", "fr", "--format", "html", "--out", str(target))
    assert (code, out) == (0, "")
    assert target.read_text("utf-8").startswith('<!doctype html>\n<html lang="fr">')
    code, _, err = ecluse("policy", "charter", "--out", str(home / "none" / "charter.md"))
    assert code == 1 and "can't be written" in err
