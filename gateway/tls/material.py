"""What the files of a listener's certificate hold, read whole and judged before anything is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509 import Certificate

    from gateway.config.tls import TlsSettings

FILES = ("certificate", "key", "client_ca")
MOST_BYTES = 1 << 20
_OTHERS_READ = 0o004


class TlsRefused(Exception):
    """Files that no listener can serve with. Its words name the setting and never quote a file.

    setting: which of `FILES`. code: in one word, for logs.
    """

    def __init__(self, setting: str, code: str, words: str) -> None:
        super().__init__(f"server.tls.{setting}: {words}")
        self.setting, self.code, self.words = setting, code, words


@dataclass(frozen=True, slots=True)
class Material:
    """The bytes of the three files, in PEM. client_ca: empty where clients show no certificate."""

    certificate: bytes
    key: bytes = field(repr=False)
    client_ca: bytes = b""


class Validity(NamedTuple):
    """What a certificate says of itself. names: hosts and addresses that it is for."""

    begins: datetime
    ends: datetime
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def refused(self, now: datetime) -> TlsRefused | None:
        """Why no client would take it now."""
        if now >= self.ends:
            return TlsRefused("certificate", "expired", f"expired on {self.ends:%Y-%m-%d %H:%M} UTC")
        if now < self.begins:
            return TlsRefused("certificate", "early", f"isn't valid before {self.begins:%Y-%m-%d %H:%M} UTC")
        return None


def read(settings: TlsSettings) -> Material:
    """The files as they are now. Raises TlsRefused."""
    return Material(*(_read(name, getattr(settings, name)) for name in FILES))


def judged(material: Material) -> Validity:
    """Whether they fit together, whatever the date. Raises TlsRefused."""
    chain = _certificates("certificate", material.certificate)
    _fits(chain, material.key)
    if material.client_ca:
        _certificates("client_ca", material.client_ca)
    leaf = chain[0]
    names = tuple(_names(leaf))
    try:
        notes = tuple(_notes(chain, names))
    except ValueError:
        raise TlsRefused("certificate", "no_certificate", "names whom it is for in a way that can't be read") from None
    return Validity(leaf.not_valid_before_utc, leaf.not_valid_after_utc, names, notes)


def exposed(settings: TlsSettings) -> str | None:
    """A note where everybody on this machine may read the key."""
    assert settings.key is not None
    if settings.key.stat().st_mode & _OTHERS_READ:
        return f"server.tls.key: every user of this machine may read {settings.key.name}: chmod o-r"
    return None


def _read(name: str, file: Path | None) -> bytes:
    if file is None:
        return b""
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as failed:
        raise TlsRefused(name, "unreadable", f"{file} can't be read: {failed.strerror}") from None
    if len(raw) > MOST_BYTES:
        raise TlsRefused(name, "too_large", f"{file} is larger than {MOST_BYTES >> 20} MiB")
    if not raw:  # of client_ca this would be taken for none, and everybody let in
        raise TlsRefused(name, "empty", f"{file} is empty")
    return raw


def _certificates(name: str, raw: bytes) -> Sequence[Certificate]:
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(raw)
    except (ValueError, x509.InvalidVersion):
        raise TlsRefused(name, "no_certificate", "holds no certificate in PEM") from None


def _fits(chain: Sequence[Certificate], raw: bytes) -> None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        own = load_pem_private_key(raw, None).public_key()
    except TypeError:
        raise TlsRefused("key", "encrypted", "is encrypted: nobody is there to type its password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise TlsRefused("key", "no_key", "holds no private key in PEM") from None
    try:
        fitting = [index for index, one in enumerate(chain) if one.public_key() == own]
    except (ValueError, UnsupportedAlgorithm):
        raise TlsRefused("certificate", "no_certificate", "is for a kind of key that isn't known") from None
    if not fitting:
        raise TlsRefused("key", "mismatch", "isn't the key of the certificate")
    if fitting[0]:
        raise TlsRefused("certificate", "order", "must come first in its file, before those that vouch for it")


def _names(leaf: Certificate) -> Iterator[str]:
    from cryptography import x509

    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return
    yield from found.get_values_for_type(x509.DNSName)
    yield from map(str, found.get_values_for_type(x509.IPAddress))


def _notes(chain: Sequence[Certificate], names: Sequence[str]) -> Iterator[str]:
    if not names:
        yield "server.tls.certificate: names no host (subjectAltName): clients refuse it"
    for below, above in pairwise(chain):
        if below.issuer != above.subject:
            yield "server.tls.certificate: the chain is not in order, each after the one that it vouches for"
            return
    if len(chain) == 1 and chain[0].issuer != chain[0].subject:
        yield (
            "server.tls.certificate: stands alone in its file; clients that don't know its issuer "
            f"({chain[0].issuer.rfc4514_string()[:100]}) need the certificates between as well"
        )
