"""`ecluse index`: from exports and folders to findings, and what is refused on the way."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "reading"))
from paper import paragraph, word

from gateway.cli.main import main

ROWS = "Nom;Prénom;Né le;Courriel\nDupont;Jean;12/03/1985;j.dupont@example-corp.fr\nLe Gall;Soizic;01/02/1990;\n"
HANDBOOK = (
    "Les absences de plus de trois jours sont signalées au responsable du site par le portail, puis confirmées par "
    "écrit dans la semaine qui suit. Le remplacement est organisé par le chef d'équipe, qui prévient la paie avant le "
    "vingt du mois. Une absence non justifiée est retenue sur le salaire du mois suivant.\n"
)
INDEXES = """
---
kind: Index
id: staff
file: indexes/staff.idx
primary: Nom
supporting: [Prénom, né le, Courriel]
near: 1
---
kind: Index
id: handbook
file: indexes/handbook.idx
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    assert main(["init", str(tmp_path / "ecluse")]) == 0
    with (tmp_path / "ecluse/bundle/detectors.yaml").open("a") as file:
        file.write(INDEXES)
    (tmp_path / "staff.csv").write_text(ROWS)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/absences.md").write_text(HANDBOOK)
    (tmp_path / "docs/.git").mkdir()
    (tmp_path / "docs/.git/config").write_text("nothing of interest to anybody at all")
    (tmp_path / "docs/logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    return tmp_path / "ecluse"


@pytest.fixture
def ecluse(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    capsys.readouterr()

    def run(*words: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main([*words, "--config", str(home / "config.yaml")])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def built(home: Path, ecluse) -> Path:
    assert ecluse("index", "build", "staff", str(home.parent / "staff.csv"))[0] == 0
    assert ecluse("index", "build", "handbook", str(home.parent / "docs"))[0] == 0
    return home


def test_what_was_built_is_found_and_named(built: Path, ecluse) -> None:
    text = f"Écris à Soizic LE GALL.\n{HANDBOOK[60:240]}"
    _, out, _ = ecluse("explain", stdin=text)
    assert "person.edm" in out and "list staff, 1 supporting cell" in out
    assert "doc.fingerprint" in out and "handbook: docs/absences.md" in out
    assert "Soizic" not in out and "portail" not in out
    assert ecluse("check")[0] == 0


def test_a_build_says_counts_and_no_values(home: Path, ecluse) -> None:
    code, out, err = ecluse("index", "build", "staff", str(home.parent / "staff.csv"))
    assert code == 0 and "2 rows" in out and "column Courriel: 1 cells not looked for" in out
    assert not [word for word in ("Dupont", "Soizic", "1985") if word in out + err]
    code, out, err = ecluse("index", "build", "handbook", str(home.parent / "docs"))
    assert code == 0 and "1 documents" in out and "1 without text" in out and not err
    assert (home / "bundle/indexes/staff.idx").stat().st_mode & 0o777 == 0o600


def test_show_tells_what_is_held(built: Path, ecluse) -> None:
    code, out, _ = ecluse("index", "show")
    assert code == 0 and "2 rows; 1 of 3 supporting cells" in out and "1 documents" in out
    code, out, _ = ecluse("index", "show", "staff")
    assert code == 0 and out.count("\n") == 1


def test_public_text_is_not_found(home: Path, ecluse) -> None:
    (home.parent / "www").mkdir()
    (home.parent / "www/page.txt").write_text(HANDBOOK[:150])
    source = str(home.parent / "docs")
    assert ecluse("index", "build", "staff", str(home.parent / "staff.csv"))[0] == 0
    assert ecluse("index", "build", "handbook", source, "--public", str(home.parent / "www"))[0] == 0
    assert "doc.fingerprint" not in ecluse("explain", stdin=HANDBOOK[:150])[1]
    assert "doc.fingerprint" in ecluse("explain", stdin=HANDBOOK[160:])[1]


def test_an_unknown_index_names_the_nearest(ecluse) -> None:
    code, _, err = ecluse("index", "build", "staf", "x.csv")
    assert code == 1 and "the bundle has no index staf (did you mean staff?)" in err


def test_an_index_that_is_not_built_refuses_the_bundle(ecluse) -> None:
    code, _, err = ecluse("check")
    assert code == 1 and "indexes/staff.idx is refused: it isn't there" in err and "detectors.yaml:" in err


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_indexed(built: Path, ecluse) -> None:
    (built.parent / "docs/plan.pdf").write_bytes(b"%PDF-1.4\n1 0 obj << >>")
    code, out, err = ecluse("index", "build", "handbook", str(built.parent / "docs"))
    assert code == 1 and "1 documents" in out and "plan.pdf" in err
    assert "doc.fingerprint" in ecluse("explain", stdin=HANDBOOK)[1]


def test_a_refused_source_leaves_the_old_file(built: Path, ecluse) -> None:
    before = (built / "bundle/indexes/staff.idx").read_bytes()
    (built.parent / "staff.csv").write_text('Nom;Prénom;Né le;Courriel\nDupont;"Jean;x;y\n')
    code, _, err = ecluse("index", "build", "staff", str(built.parent / "staff.csv"))
    assert code == 1 and "quotes" in err and "Jean" not in err
    assert (built / "bundle/indexes/staff.idx").read_bytes() == before
    assert not [name for name in (built / "bundle/indexes").iterdir() if name.suffix == ".new"]
    assert ecluse("index", "build", "handbook", str(built.parent / "nowhere"))[0] == 1


def test_a_file_of_another_keyring_is_refused(built: Path, ecluse) -> None:
    (built / "keyring/findings-v2.key").write_text("ab" * 32 + "\n")
    (built / "keyring/findings-v2.key").chmod(0o600)
    code, _, err = ecluse("check")
    assert code == 1 and "it was made under the key findings-v1-" in err and "build it again" in err
    assert ecluse("index", "show")[0] == 1


def test_a_detector_says_which_indexes_feed_it(built: Path, ecluse) -> None:
    assert "(exact): staff (indexes/staff.idx)" in ecluse("detectors", "person.edm")[1]
    assert "(documents): handbook (indexes/handbook.idx)" in ecluse("detectors", "doc.fingerprint")[1]


def test_documents_of_offices_are_read(built: Path, ecluse) -> None:
    (built.parent / "docs/règlement.docx").write_bytes(word(paragraph("Le temps de pause " + HANDBOOK.upper())))
    (built.parent / "docs/absences.md").unlink()
    code, out, err = ecluse("index", "build", "handbook", str(built.parent / "docs"))
    assert (code, err) == (0, "") and "1 documents" in out
    assert "handbook: docs/règlement.docx" in ecluse("explain", stdin=HANDBOOK)[1]


def test_without_a_keyring_a_bundle_is_checked_without_its_data(home: Path, ecluse) -> None:
    (home / "keyring").rename(home / "elsewhere")
    code, out, _ = ecluse("check")
    assert code == 0 and "index staff is not tried: there is no keyring" in out


def test_without_a_keyring_indexes_are_looked_at_but_not_tried(built: Path, ecluse) -> None:
    (built / "keyring").rename(built / "elsewhere")
    code, out, _ = ecluse("check")
    assert code == 0 and "index staff is not tried: there is no keyring" in out
    file = built / "bundle/indexes/staff.idx"
    file.write_bytes(file.read_bytes()[:-100])
    assert ecluse("check")[0] == 1


@pytest.mark.parametrize(
    "change, says",
    [
        (("file: indexes/staff.idx", "file: ../staff.idx"), "not in the bundle's folder"),
        (("near: 1", "near: 4"), "asks for 4 supporting cells, there are 3"),
        (("near: 1", "detector: fin.iban"), "is not one of `index: exact`"),
        (("near: 1", "detector: person.edn"), "did you mean person.edm?"),
        (("primary: Nom\n", ""), "needs a `primary` column"),
        (("id: handbook\nfile: indexes/handbook", "id: handbook\nfile: indexes/staff"), "of kind exact, not documents"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_place(built: Path, ecluse, change: tuple[str, str], says: str) -> None:
    file = built / "bundle/detectors.yaml"
    (built / "staff.idx").write_bytes((built / "bundle/indexes/staff.idx").read_bytes())
    text = file.read_text()
    assert change[0] in text
    file.write_text(text.replace(*change))
    code, _, err = ecluse("check")
    assert code == 1 and says in err and "detectors.yaml:" in err


CODE_NAMES = """
---
kind: Detector
id: org.code-names
title: {en: code names, fr: noms de code}
confidential: true
index: exact
---
kind: Index
id: code-names
detector: org.code-names
file: indexes/code-names.idx
primary: name
near: 0
---
kind: EgressPolicy
policy: code-names
owner: security@example.org
rules:
  - id: code-names-stay
    when: {findings: {any_of: [org.code-names]}, destination: {external: true}}
    action: deny
"""


def test_words_that_not_even_the_bundle_says(home: Path, ecluse):
    """A confidential detector over a list of one column: keywords by keyed hashes."""
    file = home / "bundle/detectors.yaml"
    file.write_text(file.read_text().replace(INDEXES, CODE_NAMES))
    (home.parent / "names.csv").write_text("name\nProjet Borée\nAquilon-7\n")
    assert ecluse("index", "build", "code-names", str(home.parent / "names.csv"))[0] == 0
    raw = (home / "bundle/indexes/code-names.idx").read_bytes().lower()
    assert b"aquilon" not in raw and "borée".encode() not in raw
    for text in ("le projet  BOREE avance", "budget d'aquilon 7 ?"):
        code, out, _ = ecluse("explain", "--model", "gpt-4o", stdin=text)
        assert code == 1 and "code-names-stay (deny)" in out and "org.code-names" not in out
    assert ecluse("explain", "--model", "gpt-4o", stdin="le projet avance, un vent de 7 nœuds")[0] == 0
