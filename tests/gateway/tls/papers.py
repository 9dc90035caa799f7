"""Certificates for tests, made here: an authority, and what it issues."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

DAY = dt.timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def pem(key: Key, password: bytes = b"") -> bytes:
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


@dataclass(frozen=True)
class Papers:
    """A certificate and its key. chain: the certificate and what vouches for it, in PEM."""

    certificate: x509.Certificate
    key: Key
    chain: bytes

    @property
    def serial(self) -> int:
        return self.certificate.serial_number

    @property
    def alone(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def into(self, folder: Path) -> tuple[Path, Path]:
        """Writes both, as a renewal does: `tls.pem`, `tls.key`."""
        folder.mkdir(parents=True, exist_ok=True)
        certificate, key = folder / "tls.pem", folder / "tls.key"
        certificate.write_bytes(self.chain)
        key.touch(0o600)
        key.write_bytes(pem(self.key))
        return certificate, key


class Authority:
    """Issues what a test needs. now: the day that it counts from."""

    def __init__(self, name: str = "Test authority", now: dt.datetime | None = None) -> None:
        self._now = now or dt.datetime.now(dt.UTC)
        self.own = self._made(name, None, (-10, 3650), ())

    def issue(
        self,
        *,
        begins: float = -1,
        ends: float = 90,
        hosts: tuple[str, ...] = ("localhost", "127.0.0.1"),
        key: Key | None = None,
    ) -> Papers:
        """begins, ends: in days from now."""
        return self._made("gateway", self.own, (begins, ends), hosts, key)

    def _made(
        self, name: str, by: Papers | None, days: tuple[float, float], hosts: tuple[str, ...], key: Key | None = None
    ) -> Papers:
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now + days[0] * DAY)
            .not_valid_after(self._now + days[1] * DAY)
            .add_extension(x509.BasicConstraints(by is None, None), critical=True)
        )
        if hosts:
            builder = builder.add_extension(x509.SubjectAlternativeName([_name(one) for one in hosts]), False)
        made = builder.sign(by.key if by else key, hashes.SHA256())
        chain = made.public_bytes(Encoding.PEM)
        return Papers(made, key, chain + (by.chain if by else b""))


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
