"""`ecluse policy keygen | sign | verify`, and `check` where signatures are asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.bundle.manifest import Manifest
from gateway.bundle.signing import KeyRefused, SigningKey
from gateway.cli.main import main

Run = Callable[..., tuple[int, str, str]]
INDEX = "\n---\nkind: Index\nid: staff\nfile: indexes/staff.idx\nprimary: nom\nsupporting: [prenom]\nnear: 1\n"


@pytest.fixture
def people(home: Path, ecluse: Run, capsys: pytest.CaptureFixture[str]) -> Path:
    """Two signers with keys, and a configuration that asks one of them to approve what the other wrote."""
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


@pytest.mark.parametrize(
    ("key", "signer", "said"),
    [
        ("anne", "ann", "the configuration knows no signer ann (did you mean anne?)"),
        ("bob", "anne", "bob.pem is not the key that the configuration has for anne: it is that of bob"),
        ("eve", "anne", "eve.pem is not the key that the configuration has for anne: the configuration knows it from"),
    ],
)
def test_nobody_signs_under_a_name_that_is_not_theirs(
    people: Path, ecluse: Run, key: str, signer: str, said: str
) -> None:
    SigningKey.create(people / "eve.pem")
    code, _, err = ecluse("policy", "sign", "--key", str(people / f"{key}.pem"), "--signer", signer)
    assert code == 1
    assert said in err
    assert not (people / "bundle" / ".signatures").exists()


def test_a_bundle_whose_cases_fail_is_signed_only_where_that_is_said(people: Path, ecluse: Run) -> None:
    secrets = people / "bundle" / "secrets.yaml"
    secrets.write_text(secrets.read_text().replace("action: deny", "action: warn"))
    code, _, err = sign(people, ecluse, "anne")
    assert code == 1
    assert re.search(r"secrets\.yaml:\d+:\d+: test '", err) and "cases of the bundle's own fail (--untested" in err
    assert not (people / "bundle" / ".signatures").exists()
    code, out, err = ecluse("policy", "sign", "--key", str(people / "anne.pem"), "--signer", "anne", "--untested")
    assert code == 0 and "signed by anne" in out and "and --untested goes on" in err


def test_cases_run_with_the_vocabulary_where_a_file_only_says_who_signs(
    people: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["policy", "sign", "--key", str(people / "anne.pem"), "--signer", "anne"]
    alone = ["--config", str(people / "signers.yaml"), "--bundle", str(people / "bundle")]
    whole = (people / "config.yaml").read_text()
    section = whole[whole.index("bundle_signatures:\n") : whole.index("\nfiles:")]
    (people / "signers.yaml").write_text(section)
    monkeypatch.chdir(people)
    assert main([*words, *alone]) == 0
    assert "cases were not run" in capsys.readouterr().err
    assert main(["policy", "vocabulary", "--config", str(people / "config.yaml")]) == 0
    (people / "vocabulary.yaml").write_text(capsys.readouterr().out)
    assert main([*words, *alone]) == 0
    assert capsys.readouterr().err == ""


def test_what_is_older_than_the_bundle_in_force_is_told_before_the_gateway_refuses_it(
    people: Path, ecluse: Run
) -> None:
    bundle, kept = people / "bundle", people / "state" / "last-good"
    sign(people, ecluse, "anne")
    sign(people, ecluse, "bob")
    older = (bundle / ".signatures" / "manifest.json").read_bytes()
    newer = Manifest.read(older)
    newer = Manifest.of(
        {name: (bundle / name).read_bytes() for name in newer.files}, "anne", newer.made + timedelta(hours=1)
    )
    shutil.copytree(bundle, kept / "bundle")
    shutil.copy(people / "config.yaml", kept)
    assert ecluse("policy", "verify")[0] == ecluse("check")[0] == 0
    (kept / "bundle" / ".signatures" / "manifest.json").write_bytes(newer.raw)
    for name in ("anne", "bob"):
        signature = SigningKey.load(people / f"{name}.pem", str).sign(newer.message)
        (kept / "bundle" / ".signatures" / f"{name}.json").write_text(json.dumps({"signature": signature}))
    for command in (("policy", "verify"), ("check",)):
        code, _, err = ecluse(*command)
        assert code == 1
        assert "before the one in force" in err


def test_sign_and_verify_name_the_files_alike(people: Path, ecluse: Run) -> None:
    _, signed, _ = sign(people, ecluse, "anne")
    _, verified, _ = ecluse("policy", "verify")
    found = re.search(r"files ([0-9a-f]{16})", signed)
    assert found and f"files {found[1]} (" in verified


def test_a_closed_state_folder_is_noted(people: Path, ecluse: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who signs is seldom the gateway's user, and what can't be seen isn't called fine."""
    sign(people, ecluse, "anne")
    sign(people, ecluse, "bob")
    look = Path.stat

    def closed(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.is_relative_to(people / "state"):
            raise PermissionError(13, "Permission denied")
        return look(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", closed)
    for command in (("policy", "verify"), ("check",)):
        code, out, _ = ecluse(*command)
        assert code == 0
        assert "note: whether a newer bundle is in force can't be told" in out
