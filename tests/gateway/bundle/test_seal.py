"""Signed bundles: who must have signed, what a signature covers, and what stays in force where it isn't enough."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.bundle.last_good import keep, start_pair
from gateway.bundle.manifest import Manifest
from gateway.bundle.pair import Pair, load_pair
from gateway.bundle.signing import SigningKey
from gateway.cli.main import main
from gateway.config import load_settings
from gateway.documents import DocumentsRefused
from gateway.identity import Keyring

PEOPLE = {"anne": "security", "bob": "security", "chloe": "privacy", "david": None}
USE_CASE = "kind: UseCase\nid: {}\ntitle: A\nowner: a@example.org\nstatus: pilot\n"


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    for name in (*PEOPLE, "eve"):
        SigningKey.create(folder / f"{name}.pem")
    return folder


def configure(home: Path, keys: Path, rules: str = "require: 1", people: tuple[str, ...] = tuple(PEOPLE)) -> None:
    lines = [f"organisation: acme\nbundle_signatures:\n  {rules}\n  signers:"]
    for name in people:
        public = base64.b64encode(SigningKey.load(keys / f"{name}.pem", str).public).decode()
        role = f", role: {PEOPLE[name]}" if PEOPLE.get(name) else ""
        lines.append(f'    {name}: {{key: "{public}"{role}}}')
    (home / "config.yaml").write_text("\n".join(lines) + "\n")


@pytest.fixture
def home(tmp_path: Path, keys: Path) -> Path:
    (tmp_path / "bundle" / "words").mkdir(parents=True)
    (tmp_path / "bundle" / "a.yaml").write_text(USE_CASE.format("a"))
    (tmp_path / "bundle" / "words" / "list.txt").write_text("a word\n")
    Keyring.create(tmp_path / "keyring")
    configure(tmp_path, keys)
    return tmp_path


Sign = Callable[..., int]


@pytest.fixture
def sign(home: Path, keys: Path) -> Sign:
    def signed(*names: str, key: str = "") -> None:
        for name in names:
            file = str(keys / f"{key or name}.pem")
            assert main(["policy", "sign", "--key", file, "--signer", name, "--bundle", str(home / "bundle")]) == 0

    return signed  # type: ignore[return-value]


def pair(home: Path, **more: object) -> Pair:
    return load_pair(home / "config.yaml", serving=True, **more)  # type: ignore[arg-type]


def refused(home: Path, **more: object) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        pair(home, **more)
    return str(caught.value)


def test_two_people_bring_a_bundle_into_force(home: Path, sign: Sign) -> None:
    assert ".signatures: the bundle isn't signed; 1 must approve" in refused(home)
    sign("anne")
    assert "0 approve; 1 must approve, its author anne not counted" in refused(home)
    sign("bob")
    found = pair(home).approval
    assert found is not None
    assert (found.manifest.author, found.signers, found.approvers) == ("anne", ("anne", "bob"), ("bob",))


def test_only_a_serving_process_asks_for_signatures(home: Path) -> None:
    """Whoever writes a bundle checks and tests it before anybody signs."""
    assert load_pair(home / "config.yaml").approval is None


def test_without_being_asked_for_signatures_are_shown_and_not_needed(home: Path, keys: Path, sign: Sign) -> None:
    configure(home, keys, "require: 0")
    assert pair(home).approval is None
    sign("anne", "eve")
    (home / "bundle" / ".signatures" / "bob.json").write_text("{}")
    found = pair(home).approval
    assert found is not None
    assert found.signers == ("anne",)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("a.yaml", lambda f: f.write_text(USE_CASE.format("b")), "is not as it was when it was signed"),
        ("words/list.txt", lambda f: f.write_text("another word\n"), "is not as it was when it was signed"),
        ("words/list.txt", lambda f: f.unlink(), "was signed and is not here"),
        ("more.yaml", lambda f: f.write_text(USE_CASE.format("b")), "is not among the files that were signed"),
    ],
)
def test_a_file_that_is_not_what_was_signed_is_named(
    home: Path, sign: Sign, name: str, change: Callable[[Path], object], said: str
) -> None:
    sign("anne", "bob")
    change(home / "bundle" / name)
    assert refused(home) == f"{home}/bundle/{name}: {said}"


def test_a_half_written_checkout_of_a_signed_bundle_is_refused(home: Path, sign: Sign) -> None:
    """Without git, without a change while it is read: the list of files tells."""
    (home / "bundle" / "b.yaml").write_text(USE_CASE.format("b"))
    sign("anne", "bob")
    shutil.copytree(home / "bundle", home / "whole")
    shutil.rmtree(home / "bundle")
    (home / "bundle").mkdir()
    for name in ("a.yaml", ".signatures"):
        source = home / "whole" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, home / "bundle" / name)
    assert refused(home).count("was signed and is not here") == 2


def test_a_signature_of_other_files_or_another_key_does_not_hold(home: Path, sign: Sign) -> None:
    sign("anne")
    sign("bob", key="eve")
    assert "bob.json: the signature of bob doesn't hold" in refused(home)
    sign("bob")
    pair(home)
    for raw in (b"", b"[]", b'{"signature": 1}', b'{"signature": "AAAA"}', b'{"signature": "\\u00e9"}'):
        (home / "bundle" / ".signatures" / "bob.json").write_bytes(raw)
        assert "the signature of bob doesn't hold" in refused(home)


def test_people_whom_the_configuration_does_not_know_count_for_nothing(home: Path, sign: Sign) -> None:
    sign("anne", "eve")
    assert "0 approve" in refused(home)


def test_naming_another_as_the_author_does_not_make_one_an_approver(home: Path, keys: Path, sign: Sign) -> None:
    """The manifest is written by whoever edits: the named author must have signed it."""
    sign("anne")
    folder, files = home / "bundle" / ".signatures", {"a.yaml": b"", "words/list.txt": b""}
    for name in files:
        files[name] = (home / "bundle" / name).read_bytes()
    forged = Manifest.of(files, "bob", datetime(2026, 11, 26, tzinfo=UTC))
    (folder / "manifest.json").write_bytes(forged.raw)
    sign("anne")
    assert "its author bob has not signed it" in refused(home)
    nobody = Manifest.of(files, "nobody", datetime(2026, 11, 26, tzinfo=UTC))
    (folder / "manifest.json").write_bytes(nobody.raw)
    sign("anne", "eve")
    assert "its author nobody has not signed it, or is none of the configured signers" in refused(home)


def test_roles_must_each_approve_the_author_not_counted(home: Path, keys: Path, sign: Sign) -> None:
    configure(home, keys, "require: 2\n  roles: [security, privacy]")
    sign("anne", "david", "chloe")
    assert "nobody of the role security approves, its author anne not counted" in refused(home)
    sign("bob")
    assert pair(home).approval is not None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: b"{}",
        lambda raw: b"not json",
        lambda raw: raw.replace(b'"format": 1', b'"format": 2'),
        lambda raw: raw.replace(b'"author": "anne"', b'"author": "\\u001b[2J"'),
        lambda raw: raw.replace(b'"revision": "', b'"revision": "0'),
        lambda raw: raw.replace(b"{", b'{"more": 1, ', 1),
        lambda raw: raw.replace(b"+00:00", b""),
    ],
)
def test_a_manifest_that_is_none_is_refused(home: Path, sign: Sign, spoil: Callable[[bytes], bytes]) -> None:
    sign("anne", "bob")
    manifest = home / "bundle" / ".signatures" / "manifest.json"
    changed = spoil(manifest.read_bytes())
    assert changed != manifest.read_bytes()
    manifest.write_bytes(changed)
    assert "manifest.json" in refused(home) or "doesn't hold" in refused(home)


def test_signatures_out_of_the_folder_are_refused(home: Path, sign: Sign) -> None:
    sign("anne", "bob")
    (home / "bundle" / ".signatures").rename(home / "elsewhere")
    (home / "bundle" / ".signatures").symlink_to(home / "elsewhere", target_is_directory=True)
    assert "links out of its folder" in refused(home)


def test_an_edit_ends_what_was_signed_and_names_a_new_author(home: Path, sign: Sign, capsys) -> None:
    sign("anne", "bob")
    (home / "bundle" / "a.yaml").write_text(USE_CASE.format("b"))
    sign("chloe")
    said = capsys.readouterr().out
    assert "a.yaml is not as it was when it was signed" in said
    assert "no longer valid: anne, bob" in said
    assert "0 approve; 1 must approve, its author chloe not counted" in refused(home)


def aged(home: Path, keys: Path, by: timedelta) -> None:
    """The files as they are, made at another time, signed by anne and approved by bob."""
    names = ("a.yaml", "words/list.txt")
    files = {name: (home / "bundle" / name).read_bytes() for name in names}
    manifest = Manifest.of(files, "anne", datetime(2026, 11, 26, 12, tzinfo=UTC) + by)
    folder = home / "bundle" / ".signatures"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(manifest.raw)
    for name in ("anne", "bob"):
        signature = SigningKey.load(keys / f"{name}.pem", str).sign(manifest.message)
        (folder / f"{name}.json").write_text(f'{{"signer": "{name}", "signature": "{signature}"}}')


def test_what_was_replaced_can_not_be_put_back_without_the_signers(home: Path, keys: Path) -> None:
    aged(home, keys, timedelta())
    shutil.copytree(home / "bundle", home / "old")
    old = pair(home)
    (home / "bundle" / "a.yaml").write_text(USE_CASE.format("b"))
    aged(home, keys, timedelta(hours=1))
    new = pair(home, previous=old)
    keep(new)
    shutil.rmtree(home / "bundle")
    shutil.copytree(home / "old", home / "bundle")
    assert "before the one in force (2026-11-26 13:00:00): sign it anew" in refused(home, previous=new)
    found, why = start_pair(home / "config.yaml")
    assert "before the one in force" in str(why)
    assert found.bundle.revision == new.bundle.revision
    configure(home, keys, "require: 1\n  allow_older: true")
    assert pair(home, previous=new).bundle.revision == old.bundle.revision


def test_no_date_of_a_signature_is_held_against_the_clock(home: Path, keys: Path) -> None:
    for days in (-40_000, 400_000):
        aged(home, keys, timedelta(days=days))
        assert pair(home).approval is not None


def test_the_last_good_copy_keeps_its_signatures_and_is_held_against_them(home: Path, sign: Sign) -> None:
    sign("anne", "bob")
    good = pair(home)
    keep(good)
    copy = home / "state" / "last-good" / "bundle"
    assert sorted(p.name for p in (copy / ".signatures").iterdir()) == ["anne.json", "bob.json", "manifest.json"]
    (home / "bundle" / "a.yaml").write_text(USE_CASE.format("b"))
    found, why = start_pair(home / "config.yaml")
    assert found.bundle.revision == good.bundle.revision
    assert "a.yaml: is not as it was when it was signed" in str(why)
    (copy / "a.yaml").write_text(USE_CASE.format("c"))
    with pytest.raises(DocumentsRefused, match=r"bundle/a\.yaml: is not as it was"):
        start_pair(home / "config.yaml")


def test_a_signer_who_left_ends_what_only_he_approved(home: Path, keys: Path, sign: Sign) -> None:
    sign("anne", "bob")
    good = pair(home)
    configure(home, keys, people=("anne", "chloe"))
    assert "0 approve" in refused(home, previous=good)


@pytest.mark.parametrize(
    ("rules", "people", "said"),
    [
        ("require: 2", ("anne", "bob"), "that takes 3 signers, there are 2"),
        ("roles: [security]", ("anne", "bob"), "roles need `require`"),
        ("require: 1\n  roles: [securty]", ("anne", "bob"), "there is no signer of the role securty (did you mean"),
        ("require: 1\n  roles: [security, privacy]", tuple(PEOPLE), "more roles than the 1 who must approve"),
    ],
)
def test_rules_that_nobody_can_fulfil_refuse_the_configuration(
    home: Path, keys: Path, rules: str, people: tuple[str, ...], said: str
) -> None:
    configure(home, keys, rules, people)
    with pytest.raises(DocumentsRefused) as caught:
        load_settings(home / "config.yaml")
    assert said in str(caught.value)


def test_one_key_is_one_person(home: Path, keys: Path) -> None:
    text = (home / "config.yaml").read_text()
    public = base64.b64encode(SigningKey.load(keys / "anne.pem", str).public).decode()
    (home / "config.yaml").write_text(text + f'    second: {{key: "{public}"}}\n')
    with pytest.raises(DocumentsRefused, match="is the key of anne too"):
        load_settings(home / "config.yaml")
    (home / "config.yaml").write_text(text + '    third: {key: "AAAA"}\n')
    with pytest.raises(DocumentsRefused, match="must be a public key"):
        load_settings(home / "config.yaml")
