"""Checks of addresses of wallets.

Base58Check (Bitcoin, Litecoin, Dogecoin, Dash, Tron, Zcash; XRP with an alphabet of its own): four bytes of a double
SHA-256. Bech32 and Bech32m: BIP 173 and BIP 350, whose constants tell which. Ethereum: forty hexadecimal digits, EIP-55
where both cases occur. python-stdnum is the second opinion in the tests for Bitcoin's.
"""

from __future__ import annotations

import hashlib

from policies.detectors.keccak import keccak256
from policies.detectors.model import Verdict

_BITCOIN = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = b"rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
# Versions by the first letter of the address.
_VERSIONS = {
    b"1": (b"\x00",), b"3": (b"\x05",), b"L": (b"\x30",), b"M": (b"\x32",), b"D": (b"\x1e",), b"X": (b"\x4c",),
    b"T": (b"\x41",), b"t": (b"\x1c\xb8", b"\x1c\xbd"),
}  # fmt: skip
_BECH32 = {code: index for index, code in enumerate(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_ENDS, _BECH32M_ENDS = 1, 0x2BC830A3
_MOST_BECH32 = 110


def wallet(value: bytes) -> Verdict | None:
    """An address of one of the chains. Only an Ethereum address in one case has nothing to check."""
    if value[:2] == b"0x":
        return _ethereum(value[2:])
    prefix, mark, data = value.lower().rpartition(b"1")
    if mark and prefix in (b"bc", b"ltc", b"addr"):
        return _segregated(value, prefix, data)
    if value[:1] == b"r":
        ok = _base58(value, _RIPPLE, (b"\x00",))
    else:
        ok = _base58(value, _BITCOIN, _VERSIONS.get(value[:1], ()))
    return Verdict(0.95, "checksum ok") if ok else None


def _ethereum(digits: bytes) -> Verdict | None:
    if len(digits) != 40:
        return None
    lower = digits.lower()
    if digits in (lower, digits.upper()):
        return Verdict(0.5, "format ok") if len(set(lower)) > 4 else None
    digest = keccak256(lower).hex().encode()
    for shown, plain, place in zip(digits, lower, digest, strict=False):
        if plain > 0x39 and (shown != plain) != (place >= 0x38):
            return None
    return Verdict(0.95, "checksum ok")


def _base58(value: bytes, alphabet: bytes, versions: tuple[bytes, ...]) -> bool:
    number = 0
    for code in value:
        digit = alphabet.find(code)
        if digit < 0:
            return False
        number = number * 58 + digit
    size = len(versions[0]) + 24 if versions else 0
    if not size or number >> (8 * size):
        return False
    raw = number.to_bytes(size, "big")
    closing = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4]
    return raw[-4:] == closing and raw.startswith(versions)


def _segregated(value: bytes, prefix: bytes, data: bytes) -> Verdict | None:
    if value not in (value.lower(), value.upper()) or len(value) > _MOST_BECH32 or len(data) < 8:
        return None
    check = 1
    for part in (*(code >> 5 for code in prefix), 0, *(code & 31 for code in prefix), *map(_BECH32.get, data)):
        if part is None:
            return None
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ part
        for bit, generator in enumerate(_GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return Verdict(0.95, "checksum ok") if check in (_BECH32_ENDS, _BECH32M_ENDS) else None
