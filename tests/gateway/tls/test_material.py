"""What the files of a certificate may hold, and what is said of them otherwise."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.config.tls import TlsSettings
from gateway.tls.certificates import Certificates
from gateway.tls.checking import checked
from gateway.tls.material import Material, TlsRefused, judged, read
from tests.gateway.tls.papers import Authority, Papers, pem

NOW = datetime.now(UTC)
AUTHORITY = Authority()
GOOD = AUTHORITY.issue()


def settings(folder: Path, papers: Papers = GOOD) -> TlsSettings:
    certificate, key = papers.into(folder)
    return TlsSettings(certificate=certificate, key=key)


def test_a_certificate_with_its_key_is_in_order(tmp_path: Path) -> None:
    assert checked(settings(tmp_path), NOW) == (None, ())


def test_what_it_is_for_and_until_when_is_read_off_it(tmp_path: Path) -> None:
    found = judged(read(settings(tmp_path)))
    assert found.names == ("localhost", "127.0.0.1")
    assert abs(found.ends - (NOW + timedelta(days=90))) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("certificate", "key", "setting", "code"),
    [
        (b"", pem(GOOD.key), "certificate", "no_certificate"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            pem(GOOD.key),
            "certificate",
            "no_certificate",
        ),
        (pem(GOOD.key), pem(GOOD.key), "certificate", "no_certificate"),
        (GOOD.chain, b"", "key", "no_key"),
        (GOOD.chain, GOOD.chain, "key", "no_key"),
        (GOOD.chain, pem(GOOD.key, b"secret"), "key", "encrypted"),
        (GOOD.chain, pem(AUTHORITY.issue().key), "key", "mismatch"),
        (AUTHORITY.own.chain + GOOD.alone, pem(GOOD.key), "certificate", "order"),
    ],
)
def test_files_that_fit_nowhere_are_refused_by_the_name_of_their_setting(
    certificate: bytes, key: bytes, setting: str, code: str
) -> None:
    with pytest.raises(TlsRefused) as refused:
        judged(Material(certificate, key))
    assert (refused.value.setting, refused.value.code) == (setting, code)
    assert str(refused.value).startswith(f"server.tls.{setting}: ")


_DER = GOOD.certificate.public_bytes(Encoding.DER)
_VERSION, _ALTERNATIVE_NAMES, _CONSTRAINTS = (bytes.fromhex(one) for one in ("a003020102", "0603551d11", "0603551d13"))
_STRANGE = {
    "a version that there isn't": _DER.replace(_VERSION, _VERSION[:-1] + b"\x05"),
    "a name that is none": _DER.replace(b"gateway", b"\xffateway"),
}


def armoured(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("strange", _STRANGE)
def test_what_no_certificate_says_is_refused_like_what_is_none(strange: str) -> None:
    assert _STRANGE[strange] != _DER
    with pytest.raises(TlsRefused) as refused:
        judged(Material(armoured(_STRANGE[strange]), pem(GOOD.key)))
    assert refused.value.code == "no_certificate"


def test_an_extension_that_comes_twice_names_nobody() -> None:
    twice = _DER.replace(_ALTERNATIVE_NAMES, _CONSTRAINTS)
    assert judged(Material(armoured(twice), pem(GOOD.key))).names == ()


def test_a_file_that_is_not_there_or_far_too_large_is_refused(tmp_path: Path) -> None:
    where = settings(tmp_path)
    assert where.certificate is not None and where.key is not None
    where.certificate.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(TlsRefused, match="larger than 1 MiB"):
        read(where)
    where.certificate.unlink()
    with pytest.raises(TlsRefused, match="can't be read: No such file"):
        read(where)


@pytest.mark.parametrize("name", ["certificate", "key", "client_ca"])
def test_an_empty_file_is_refused_whichever_it_is(tmp_path: Path, name: str) -> None:
    """An empty client_ca must not be as if none were set."""
    (tmp_path / "staff.pem").write_bytes(AUTHORITY.own.chain)
    where = replace(settings(tmp_path), client_ca=tmp_path / "staff.pem")
    getattr(where, name).write_bytes(b"")
    wrong, _ = checked(where, NOW)
    assert wrong is not None and (wrong.setting, wrong.code) == (name, "empty")


@pytest.mark.parametrize(("begins", "ends", "code"), [(-30, -0.01, "expired"), (1, 30, "early")])
def test_one_that_is_out_of_date_is_wrong_at_a_check(tmp_path: Path, begins: float, ends: float, code: str) -> None:
    wrong, _ = checked(settings(tmp_path, AUTHORITY.issue(begins=begins, ends=ends)), NOW)
    assert wrong is not None and wrong.code == code


def test_one_that_ends_while_it_is_in_use_is_shown_as_expired(tmp_path: Path) -> None:
    clock = [NOW]
    certificates = Certificates(settings(tmp_path, AUTHORITY.issue(ends=1)), lambda _: None, now=lambda: clock[0])
    assert not certificates.shown()["expired"]
    clock[0] += timedelta(days=2)
    assert certificates.shown()["expired"] and certificates.shown()["refused"] is None


def test_what_needs_attention_is_a_note(tmp_path: Path) -> None:
    other = Authority("Another")
    poor = AUTHORITY.issue(ends=13, hosts=())
    where = settings(tmp_path, Papers(poor.certificate, poor.key, poor.alone + other.own.chain))
    assert where.key is not None
    where.key.chmod(0o644)
    wrong, notes = checked(where, NOW)
    assert wrong is None
    said = "\n".join(notes)
    assert [
        word for word in ("names no host", "not in order", "may read tls.key", "which is soon") if word not in said
    ] == []
    assert where.certificate is not None
    where.certificate.write_bytes(poor.alone)
    assert "stands alone in its file" in "\n".join(checked(where, NOW)[1])


def test_a_key_is_in_no_words_about_it() -> None:
    assert "PRIVATE" not in repr(Material(GOOD.chain, pem(GOOD.key)))
