"""`ecluse policy keygen | sign | verify`, and `check` where signatures are asked for."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.bundle.signing import KeyRefused, SigningKey

Run = Callable[..., tuple[int, str, str]]
INDEX = "\n---\nkind: Index\nid: staff\nfile: indexes/staff.idx\nprimary: nom\nsupporting: [prenom]\nnear: 1\n"


@pytest.fixture
def people(home: Path, ecluse: Run, capsys: pytest.CaptureFixture[str]) -> Path:
    """Two signers with keys, and a configuration that asks one of them to approve what the other wrote."""
    from gateway.cli.main import main

    lines = []
    for name in ("anne", "bob"):
        assert main(["policy", "keygen", "--key", str(home / f"{name}.pem")]) == 0
        public = capsys.readouterr().out.split("key: ")[1].strip()
        lines.append(f"    {name}: {{key: {public}, role: security}}\n")
    config = home / "config.yaml"
    before, _, after = config.read_text().partition("bundle_signatures:\n")
    rest = after[after.index("\nfiles:") :]
    config.write_text(f"{before}bundle_signatures:\n  require: 1\n  signers:\n{''.join(lines)}{rest}")
    return home


def sign(home: Path, ecluse: Run, name: str) -> tuple[int, str, str]:
    return ecluse("policy", "sign", "--key", str(home / f"{name}.pem"), "--signer", name)


def test_from_an_edit_to_a_bundle_that_comes_into_force(people: Path, ecluse: Run) -> None:
    code, _, err = ecluse("check")
    assert code == 1
    assert "the bundle isn't signed; 1 must approve (ecluse policy sign)" in err
    code, out, _ = sign(people, ecluse, "anne")
    assert code == 0
    assert "new manifest of" in out
    assert "signed by anne (author: others must approve)" in out
    code, out, err = ecluse("policy", "verify")
    assert code == 1
    assert "0 approve; 1 must approve, its author anne not counted" in err
    code, out, _ = sign(people, ecluse, "bob")
    assert code == 0
    assert "the files are those of the manifest, author anne" in out
    code, out, _ = ecluse("policy", "verify")
    assert code == 0
    assert "author: anne\napproved by: bob (security); 1 must approve" in out
    assert ecluse("check")[0] == 0


def test_verify_names_files_that_differ_and_speaks_json(people: Path, ecluse: Run) -> None:
    sign(people, ecluse, "anne")
    sign(people, ecluse, "bob")
    file = next((people / "bundle").glob("*.yaml"))
    file.write_text(file.read_text() + "# edited\n")
    code, out, _ = ecluse("policy", "verify", "--json")
    found = json.loads(out)
    assert code == 1
    assert found["faults"] == [f"{file}: is not as it was when it was signed"]
    assert (found["author"], found["signers"], found["approvers"], found["require"]) == (
        "anne",
        ["anne", "bob"],
        ["bob"],
        1,
    )


def test_an_index_is_signed_with_the_rest(people: Path, ecluse: Run) -> None:
    with (people / "bundle" / "detectors.yaml").open("a") as file:
        file.write(INDEX)
    code, _, err = sign(people, ecluse, "anne")
    assert code == 1
    assert "ecluse index build makes it" in err
    (people / "staff.csv").write_text("nom,prenom\nQuesnel,Ninon\n")
    (people / "bundle" / "indexes").mkdir()
    assert ecluse("index", "build", "staff", str(people / "staff.csv"))[0] == 0
    sign(people, ecluse, "anne")
    sign(people, ecluse, "bob")
    assert ecluse("check")[0] == 0
    (people / "staff.csv").write_text("nom,prenom\nPerrin,Maël\n")
    assert ecluse("index", "build", "staff", str(people / "staff.csv"))[0] == 0
    code, _, err = ecluse("check")
    assert code == 1
    assert "indexes/staff.idx: is not as it was when it was signed" in err


def test_a_key_is_kept_to_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "anne.pem"
    made = SigningKey.create(file, "a passphrase")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(KeyRefused, match="can't be made"):
        SigningKey.create(file)
    assert SigningKey.load(file, lambda: "a passphrase").public == made.public
    with pytest.raises(KeyRefused, match="the passphrase is another one"):
        SigningKey.load(file, lambda: "another")
    file.chmod(0o640)
    with pytest.raises(KeyRefused, match="open to others"):
        SigningKey.load(file, str)
    file.write_text("-----BEGIN NOTHING-----\n")
    file.chmod(0o600)
    with pytest.raises(KeyRefused, match="no private key"):
        SigningKey.load(file, str)


@pytest.mark.parametrize("name", ["manifest", "../anne", "a b"])
def test_a_signers_name_is_that_of_a_file(people: Path, ecluse: Run, name: str) -> None:
    assert ecluse("policy", "sign", "--key", str(people / "anne.pem"), "--signer", name)[0] == 2
