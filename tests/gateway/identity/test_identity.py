import json
import os
import stat
import timeit
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli.main import main
from gateway.config import Address
from gateway.identity import (
    Caller,
    KeyGrant,
    Keyring,
    KeyringRefused,
    KeyStore,
    KeyStoreRefused,
    new_key,
    well_formed,
)
from gateway.identity.keys import BASE62, checksum

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
GRANT = KeyGrant(user="m.durand", team="finance", groups=("hr",), use_cases=("letters",), models=("gpt-*",))


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    return Keyring.create(tmp_path / "keyring")


@pytest.fixture
def store(tmp_path: Path, keyring: Keyring) -> KeyStore:
    return KeyStore.open(tmp_path / "state" / "keys.json", keyring, "acme")


def test_a_key_looks_like_a_key():
    key = new_key()
    assert key.startswith("ecl_") and len(key) == 42 and well_formed(key)
    assert new_key() != key


@given(st.integers(4, 41), st.sampled_from(BASE62))
def test_one_wrong_character_is_not_a_key(place, character):
    key = "ecl_" + "0123456789abcdefghijklmnopqrstuv"
    key += checksum(key)
    wrong = key[:place] + character + key[place + 1 :]
    assert well_formed(wrong) == (wrong == key)


@given(st.text(max_size=60))
def test_anything_can_be_presented(text):
    assert not well_formed(text)


def test_an_issued_key_is_found_with_its_caller(store: KeyStore, keyring: Keyring):
    record, key = store.issue(GRANT, NOW)
    found = store.find(key)
    assert found is record
    assert found.caller == Caller(
        key_id=record.id,
        organisation="acme",
        team="finance",
        groups=("hr",),
        user="m.durand",
        use_cases=("letters",),
        models=("gpt-*",),
        pseudonym=keyring.pseudonym_of("acme", "m.durand"),
    )
    assert store.find(new_key()) is None
    assert store.find("") is None and store.find("sk-proj-123") is None and store.find(key + "x") is None


def test_the_store_survives_a_restart_and_holds_no_key(store: KeyStore, keyring: Keyring, tmp_path: Path):
    record, key = store.issue(GRANT, NOW)
    file = tmp_path / "state" / "keys.json"
    assert key.encode() not in file.read_bytes() and key[4:36].encode() not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = KeyStore.open(file, keyring, "acme")
    assert again.find(key) == record and again.records() == (record,)
    assert key not in repr(record) and record.digest.hex() not in repr(record)


def test_a_revoked_key_is_unknown_at_once_and_after_a_restart(store: KeyStore, keyring: Keyring, tmp_path: Path):
    record, key = store.issue(GRANT, NOW)
    other, _ = store.issue(GRANT, NOW)
    assert store.revoke(record.id) == record
    assert store.find(key) is None and store.revoke(record.id) is None
    assert KeyStore.open(tmp_path / "state" / "keys.json", keyring, "acme").records() == (other,)


def test_a_store_of_another_keyring_is_refused(store: KeyStore, tmp_path: Path):
    store.issue(GRANT, NOW)
    other = Keyring.create(tmp_path / "other")
    with pytest.raises(KeyStoreRefused, match="was written under the key pepper-v1-"):
        KeyStore.open(tmp_path / "state" / "keys.json", other, "acme")


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(format=2),
        lambda v: v.update(keys={}),
        lambda v: v["keys"][0].update(digest="zz"),
        lambda v: v["keys"][0].pop("user"),
        lambda v: v["keys"][0].update(admin=True),
        lambda v: v["keys"].append(dict(v["keys"][0])),
        lambda v: v["keys"].append(3),
    ],
)
def test_a_damaged_file_is_refused(store: KeyStore, keyring: Keyring, tmp_path: Path, change):
    store.issue(GRANT, NOW)
    file = tmp_path / "state" / "keys.json"
    value = json.loads(file.read_bytes())
    change(value)
    file.write_text(json.dumps(value))
    with pytest.raises(KeyStoreRefused):
        KeyStore.open(file, keyring, "acme")


def test_a_torn_or_open_file_is_refused(store: KeyStore, keyring: Keyring, tmp_path: Path):
    store.issue(GRANT, NOW)
    file = tmp_path / "state" / "keys.json"
    file.chmod(0o644)
    with pytest.raises(KeyStoreRefused, match="open to others"):
        KeyStore.open(file, keyring, "acme")
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[:-5])
    with pytest.raises(KeyStoreRefused, match="not JSON"):
        KeyStore.open(file, keyring, "acme")


def test_a_key_that_cannot_be_written_down_is_not_made(store: KeyStore, tmp_path: Path):
    (tmp_path / "state" / "keys.json.new").mkdir(parents=True)
    with pytest.raises(OSError):
        store.issue(GRANT, NOW)
    assert len(store) == 0


def test_a_revoked_key_is_gone_though_the_disk_refuses(store: KeyStore, keyring: Keyring, tmp_path: Path):
    record, key = store.issue(GRANT, NOW)
    file = tmp_path / "state" / "keys.json"
    file.with_name("keys.json.new").mkdir()
    assert store.revoke(record.id) is record
    assert store.find(key) is None and store.waiting
    with pytest.raises(OSError):
        store.save()
    file.with_name("keys.json.new").rmdir()
    store.save()
    assert not store.waiting and len(KeyStore.open(file, keyring, "acme")) == 0


def test_a_revoked_key_is_gone_though_the_file_is_refused(store: KeyStore, keyring: Keyring, tmp_path: Path):
    record, key = store.issue(GRANT, NOW)
    file = tmp_path / "state" / "keys.json"
    file.chmod(0o644)
    assert store.revoke(record.id) is record
    assert store.find(key) is None and store.waiting
    file.chmod(0o600)
    store.save()
    assert len(KeyStore.open(file, keyring, "acme")) == 0


def test_workers_that_share_a_file_take_nothing_from_one_another(store: KeyStore, keyring: Keyring, tmp_path: Path):
    file = tmp_path / "state" / "keys.json"
    first, _ = store.issue(GRANT, NOW)
    other = KeyStore.open(file, keyring, "acme")
    second, _ = other.issue(GRANT, NOW)
    third, _ = store.issue(GRANT, NOW)
    assert {r.id for r in KeyStore.open(file, keyring, "acme").records()} == {first.id, second.id, third.id}
    other.revoke(first.id)
    (adopted,) = [key for key in store.stored() if key.id == third.id]
    other.adopt(adopted)
    other.gone(second.id)
    other.adopt(next(key for key in KeyStore.open(file, keyring, "acme").stored() if key.id == second.id))
    other.save()
    assert [r.id for r in KeyStore.open(file, keyring, "acme").records()] == [third.id]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "described by an object"),
        ({"user": "a"}, "needs a team"),
        ({"user": "", "team": "t"}, "needs a user"),
        ({"user": "a", "team": "t", "admin": True}, "has no admin"),
        ({"user": "a\nb", "team": "t"}, "user must be one line"),
        ({"user": "a", "team": "t", "groups": "hr"}, "groups must be a list"),
        ({"user": "a", "team": "t", "models": [1]}, "models must be one line"),
    ],
)
def test_a_wrong_description_of_a_key_is_refused(value, message):
    with pytest.raises(KeyStoreRefused, match=message):
        KeyGrant.parse(value)


def test_finding_a_key_is_cheap(store: KeyStore):
    key = [store.issue(GRANT, NOW)[1] for _ in range(20)][7]
    unknown = new_key()
    for presented in (key, unknown, "ecl_" + "x" * 38, "Bearer nonsense"):
        best = min(timeit.repeat(lambda p=presented: store.find(p), number=2000, repeat=7)) / 2000
        assert best < 5e-6, f"{best * 1e6:.1f} us"


def test_a_caller_chooses_among_his_use_cases_only():
    caller = Caller("k", "acme", "t", (), "u", ("a", "b"), ("gpt-*", "maison"), "p")
    assert [caller.use_case(), caller.use_case("b"), caller.use_case("c"), caller.use_case("sandbox")] == [
        "a",
        "b",
        None,
        None,
    ]
    assert caller.allowed(["gpt-4o", "claude", "maison"]) == ["gpt-4o", "maison"]
    none = Caller("k", "acme", "t", (), "u", (), ("*",), "p")
    assert [none.use_case(), none.use_case("sandbox"), none.use_case("a")] == ["sandbox", "sandbox", None]
    assert none.may_use("anything")


def test_a_keyring_is_private_complete_and_never_overwritten(tmp_path: Path):
    folder = tmp_path / "ring"
    keyring = Keyring.create(folder)
    assert not keyring.development and keyring.suits(Address("0.0.0.0", 80))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in folder.iterdir())
    assert len({keyring.pepper, keyring.pseudonym, keyring.digest, keyring.findings, keyring.memo}) == 5
    assert Keyring.load(folder).pepper == keyring.pepper
    assert Keyring.load(folder).memo != keyring.memo
    with pytest.raises(KeyringRefused, match="never overwritten"):
        Keyring.create(folder)


def test_a_keyring_never_shows_its_keys(keyring: Keyring):
    shown = repr(keyring) + str(keyring)
    for key in (
        keyring.pepper, keyring.pseudonym, keyring.digest, keyring.findings, keyring.tokens, keyring.memo,
    ):  # fmt: skip
        assert key.hex() not in shown and repr(key) not in shown


def test_a_development_keyring_serves_loopback_only(tmp_path: Path):
    keyring = Keyring.create(tmp_path / "dev", development=True)
    assert keyring.development and keyring.suits(Address("127.0.0.1", 1), Address("::1", 1))
    assert not keyring.suits(Address("127.0.0.1", 1), Address("0.0.0.0", 1))


def test_faulty_keyrings_are_refused(tmp_path: Path):
    folder = tmp_path / "ring"
    with pytest.raises(KeyringRefused, match="can't be read"):
        Keyring.load(folder)
    Keyring.create(folder)
    pepper, digest = folder / "pepper-v1.key", folder / "digest-v1.key"
    pepper.chmod(0o644)
    with pytest.raises(KeyringRefused, match="open to every user"):
        Keyring.load(folder)
    pepper.chmod(0o600)
    good = pepper.read_text()
    pepper.write_text(digest.read_text())
    with pytest.raises(KeyringRefused, match="one key for two purposes"):
        Keyring.load(folder)
    pepper.write_text(good[:-3])
    with pytest.raises(KeyringRefused, match="is not a key") as caught:
        Keyring.load(folder)
    assert good[:10] not in str(caught.value)
    os.unlink(pepper)
    with pytest.raises(KeyringRefused, match="has no pepper key"):
        Keyring.load(folder)


def test_the_newest_version_of_a_key_counts(tmp_path: Path):
    folder = tmp_path / "ring"
    old = Keyring.create(folder)
    fresh = folder / "digest-v10.key"
    fresh.write_text("ab" * 32)
    fresh.chmod(0o600)
    (folder / "digest-v9.key").write_text("cd" * 32)
    new = Keyring.load(folder)
    assert new.digest == bytes.fromhex("ab" * 32) and new.pepper == old.pepper
    assert new.ids["digest"].startswith("digest-v10-")


def test_a_keyring_of_an_earlier_version_says_how_to_complete_it(tmp_path: Path):
    folder = tmp_path / "ring"
    with pytest.raises(KeyringRefused, match="can't be read"):
        Keyring.complete(folder)
    old = Keyring.create(folder)
    os.unlink(folder / "tokens-v1.key")
    with pytest.raises(KeyringRefused, match=f"no tokens key .ecluse init --complete {folder}"):
        Keyring.load(folder)
    assert main(["init", "--complete", str(folder)]) == 0
    assert stat.S_IMODE((folder / "tokens-v1.key").stat().st_mode) == 0o600
    new = Keyring.load(folder)
    assert (new.pepper, new.findings) == (old.pepper, old.findings) and new.tokens != old.tokens
    assert Keyring.complete(folder) == ()


def test_pseudonyms_are_stable_and_keep_organisations_apart(keyring: Keyring, tmp_path: Path):
    name = keyring.pseudonym_of("acme", "m.durand")
    assert name == keyring.pseudonym_of("acme", "m.durand") and "durand" not in name
    assert name != keyring.pseudonym_of("acm", "em.durand") != keyring.pseudonym_of("acme", "x")
    assert name != Keyring.create(tmp_path / "b").pseudonym_of("acme", "m.durand")
