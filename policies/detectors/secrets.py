"""Checks of keys in formats of their own: vendors' keys, tokens, private keys, hosts and accounts at vendors."""

from __future__ import annotations

import base64
import binascii
import zlib
from itertools import pairwise

from policies.detectors.looks import DIGITS, blanked, entropy, placeholder, scrambled, typed
from policies.detectors.model import Verdict

# Keys of these kinds are made up for tests; PGP writes BLOCK, and what is encrypted is still worth keeping.
_KINDS_OF_NO_KEY = (b"FAKE", b"EMPTY", b"EXAMPLE", b"DUMMY", b"TEST")
# Characters of the shortest signature of a JWT in use (HS256 has 43); shorter ones stand in explanations.
_SIGNATURE = 20
_LONGEST_RANDOM = 90


def token(value: bytes) -> Verdict | None:
    """A key in a vendor's own format: the part behind its prefix must look random."""
    if entropy(value) < 3.0 or blanked(value):
        return None
    return Verdict(0.95, "format")


def mixed_token(value: bytes) -> Verdict | None:
    """As token, for formats that a dotted name in code could have too: digits and both cases must occur."""
    mixed = not DIGITS.isdisjoint(value) and value.lower() != value != value.upper()
    return token(value) if mixed else None


def short_token(value: bytes) -> Verdict | None:
    """As token, for formats whose random part is too short to measure much."""
    return None if entropy(value) < 2.5 or blanked(value) else Verdict(0.9, "format")


def product_key(value: bytes) -> Verdict | None:
    """A product key in groups: none of them is a run of the alphabet or of digits."""
    runs = (all(after == before + 1 for before, after in pairwise(group)) for group in value.split(b"-"))
    return None if any(runs) else short_token(value)


def untyped_token(value: bytes) -> Verdict | None:
    """As token, for formats so loose that runs of the alphabet must be left out."""
    return None if typed(value) else token(value)


def named_key(value: bytes) -> Verdict | None:
    """A key without a mark, in its vendor's length and letters, assigned to a name that says the vendor's."""
    if DIGITS.isdisjoint(value) or entropy(value) < 2.5 or blanked(value) or placeholder(value):
        return None
    return Verdict(0.92, "vendor named, format")


def named_random(value: bytes) -> Verdict | None:
    """As named_key, where only the vendor is known and not its format: the value must be long and random."""
    if typed(value) or entropy(value) < 3.2 or b"://" in value or value.count(b".") > 2:
        return None
    return named_key(value)


def token_in_runs(value: bytes) -> Verdict | None:
    """As token, for formats with long rows of the same letter in them."""
    return None if b"example" in value.lower() or entropy(value) < 3.0 else Verdict(0.9, "format")


def late_mark(value: bytes) -> Verdict | None:
    """As token, for a format with a row of the same letter in its middle."""
    return token(value[:11] + value[-43:]) if not blanked(value[-43:]) else None


def random_string(value: bytes) -> Verdict | None:
    """A string that nobody chose: hexadecimal, or of digits and both cases, and with much entropy for its length."""
    bare = value.rstrip(b"=")
    if DIGITS.isdisjoint(bare) or len(bare) > _LONGEST_RANDOM or typed(bare) or blanked(bare) or placeholder(bare):
        return None
    if not bare.lower().translate(None, b"0123456789abcdef"):
        return Verdict(0.5, "random hexadecimal") if len(bare) >= 32 and entropy(bare) >= 3.2 else None
    if bare.lower() == bare or bare.upper() == bare or not scrambled(bare):
        return None
    return Verdict(0.5, "random string") if entropy(bare) >= 3.9 else None


def tenant_host(value: bytes) -> Verdict | None:
    """A host name at a vendor that names the customer: its labels are well formed, none says what it is in general."""
    labels = value.lower().split(b".")
    if len(labels[-1]) < 2 or any(not one or one.startswith(b"-") or one.endswith(b"-") for one in labels):
        return None
    return None if labels[0] in (b"www", b"docs", b"api", b"login", b"help", b"developer") else Verdict(0.85, "host")


def account_name(value: bytes) -> Verdict | None:
    """The name of an account or of a key, assigned to a name that says the vendor's: it begins with a letter."""
    plain = value[:1].isalpha() and len(value) >= 3
    return Verdict(0.8, "vendor named") if plain and not placeholder(value) and not blanked(value) else None


_BECH32 = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
_POLYNOMIALS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def age_key(value: bytes) -> Verdict | None:
    """A private key of age: its last six characters are the checksum of the others (BIP 173)."""
    name, _, data = value.upper().rpartition(b"1")
    low = name.lower()
    digits = [code >> 5 for code in low] + [0] + [code & 31 for code in low] + [_BECH32.find(byte) for byte in data]
    return Verdict(0.99, "checksum ok") if -1 not in digits and _checksum(digits) == 1 else None


def _checksum(digits: list[int]) -> int:
    rest = 1
    for digit in digits:
        top, rest = rest >> 25, (rest & 0x1FFFFFF) << 5 ^ digit
        for place, polynomial in enumerate(_POLYNOMIALS):
            rest ^= polynomial if top >> place & 1 else 0
    return rest


def encoded_private_key(value: bytes) -> Verdict | None:
    """Base64 of a private key's header line."""
    try:
        plain = base64.b64decode(value[: len(value) // 4 * 4])
    except (binascii.Error, ValueError):
        return None
    return Verdict(0.95, "header decodes") if b"PRIVATE KEY" in plain[:60] else None


def jwt(value: bytes) -> Verdict | None:
    """A JSON web token: its header decodes and names an algorithm; a signature, where there is one, is a real one."""
    head, _, rest = value.partition(b".")
    signature = rest.partition(b".")[2]
    try:
        plain = base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4))
    except (binascii.Error, ValueError):
        return None
    known = b'"alg"' in plain or b'"typ"' in plain or b'"enc"' in plain
    return Verdict(0.95, "header decodes") if known and not 0 < len(signature) < _SIGNATURE else None


def encoded_jwt(value: bytes) -> Verdict | None:
    """A JSON web token in base64."""
    plain = _plain(value)
    return None if plain is None else jwt(plain)


def encoded_value(value: bytes) -> Verdict | None:
    """Base64 that decodes, whatever it holds: for places where only that is written."""
    plain = _plain(value) if len(value) % 4 == 0 else None
    return Verdict(0.9, "value of a Secret") if plain and not placeholder(plain) and not blanked(value) else None


def _plain(value: bytes) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(value[: len(value) // 4 * 4].replace(b"+", b"-").replace(b"/", b"_"))
    except (binascii.Error, ValueError):
        return None


def github(value: bytes) -> Verdict | None:
    """A GitHub token: the last six characters are a checksum; where it holds there is no doubt."""
    prefix, _, body = value.rpartition(b"_")
    if prefix.startswith(b"gh") and len(body) == 36 and _crc62(body[:30]) == body[30:]:
        return Verdict(0.99, "checksum ok")
    return token(value)


_BASE62 = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _crc62(body: bytes) -> bytes:
    rest, digits = zlib.crc32(body), bytearray()
    while rest:
        rest, digit = divmod(rest, 62)
        digits.append(_BASE62[digit])
    return bytes(reversed(digits.ljust(6, b"0")))


def private_key(value: bytes) -> Verdict | None:
    """A PEM block whose header says private key: a header alone is a mention, a body makes it a key."""
    head, _, body = value.partition(b"KEY")
    letters = sum(map(len, body.replace(b"\\n", b"\n").split()))
    if b"PGP" in head and not body.startswith(b" BLOCK"):
        return None
    if any(kind in head for kind in _KINDS_OF_NO_KEY) or letters < 40 or _nothing_in(body):
        return None
    return Verdict(0.98, "header and body")


def _nothing_in(body: bytes) -> bool:
    inner = body.partition(b"-----")[2].partition(b"-----")[0]
    return entropy(inner.strip()) < 2.5
