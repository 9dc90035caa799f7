"""Checks of credentials: is this string a secret, or a placeholder, a variable, a word?"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections import Counter
from math import log2

from policies.detectors.model import Verdict

_PLACEHOLDERS = (
    b"example", b"exemple", b"changeme", b"change_me", b"change-me", b"placeholder", b"your_", b"your-", b"yourpass",
    b"votre", b"redacted", b"dummy", b"xxxx", b"****", b"....", b"todo", b"insert", b"replace", b"process.env",
    b"environ", b"getenv", b"secrets.", b"vault.", b"123456789012", b"abcdefgh", b"foobar", b"<", b"${", b"{{",
    b"%(", b"$(", b"null",
)  # fmt: skip
_DIGITS = frozenset(b"0123456789")
_WORDS = frozenset(
    b"password passwd passe true false none null nil undefined string str int required optional secret token key "
    b"empty value hidden unset default is the and for est le la les une des votre your this that with from not "
    b"incorrect invalid oublie forgotten reset expired expire perdu obligatoire required changed change wrong string[] "
    b"bool secretstr bytes text field input self request config settings args options params data user username "
    b"admin".split()
)


def entropy(value: bytes) -> float:
    """Shannon entropy in bits a character."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values()) if size else 0.0


def _placeholder(value: bytes) -> bool:
    low = value.lower()
    return any(mark in low for mark in _PLACEHOLDERS) or len(set(low)) <= 3


def token(value: bytes) -> Verdict | None:
    """A key in a vendor's own format: the part behind its prefix must look random."""
    if entropy(value) < 3.0 or _repeats(value):
        return None
    return Verdict(0.95, "format")


def mixed_token(value: bytes) -> Verdict | None:
    """As token, for formats that a dotted name in code could have too: digits and both cases must occur."""
    mixed = not _DIGITS.isdisjoint(value) and value.lower() != value != value.upper()
    return token(value) if mixed else None


def short_token(value: bytes) -> Verdict | None:
    """As token, for formats whose random part is too short to measure much."""
    return None if entropy(value) < 2.5 or _repeats(value) else Verdict(0.9, "format")


def _repeats(value: bytes) -> bool:
    """Eight times the same character in a row, or `xxxx`: somebody blanked it."""
    low = value.lower()
    if b"xxxx" in low or b"example" in low[-24:]:
        return True
    return any(low[index : index + 8] == low[index : index + 1] * 8 for index in range(len(low) - 7))


def password(value: bytes) -> Verdict | None:
    """What stands behind a word for password: not a placeholder, a variable or a word of prose."""
    bare = value.strip(b"\"'`,;.()[]")
    if len(bare) < 4 or bare.lower() in _WORDS or _placeholder(bare):
        return None
    has_digit = not _DIGITS.isdisjoint(bare)
    kinds = has_digit + (bare.upper() != bare) + (bare.lower() != bare) + (not bare.isalnum())
    if kinds >= 3 or (kinds == 2 and has_digit and len(bare) >= 6):
        return Verdict(0.85, "value of mixed characters")
    return Verdict(0.6, "value of one kind of characters") if len(bare) >= 6 and entropy(bare) >= 2.5 else None


def quoted(value: bytes) -> Verdict | None:
    """A quoted value behind a word for password: quotes say value where prose would not."""
    verdict = password(value)
    if verdict is not None and verdict.confidence < 0.8 and b" " not in value:
        return Verdict(0.8, "quoted value")
    return verdict


def url_password(value: bytes) -> Verdict | None:
    """The password of a URL."""
    if _placeholder(value) or value.lower() in (b"password", b"pass", b"pwd", b"passwd", b"motdepasse", b"mdp"):
        return None
    return Verdict(0.95, "credentials in a URL")


def jwt(value: bytes) -> Verdict | None:
    """A JSON web token: its header decodes and names an algorithm."""
    head = value.partition(b".")[0]
    try:
        plain = base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4))
    except (binascii.Error, ValueError):
        return None
    return Verdict(0.95, "header decodes") if b'"alg"' in plain or b'"typ"' in plain or b'"enc"' in plain else None


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
    body = value.partition(b"KEY")[2]
    letters = sum(map(len, body.replace(b"\\n", b"\n").split()))
    return Verdict(0.98, "header and body") if letters >= 40 and not _placeholder_body(body) else None


def _placeholder_body(body: bytes) -> bool:
    inner = body.partition(b"-----")[2].partition(b"-----")[0]
    return entropy(inner.strip()) < 2.5


def assigned_key(value: bytes) -> Verdict | None:
    """What stands behind a word for key or token: long enough, mixed and random, and no call, path or name of code."""
    bare = value.strip(b"\"'`,;.()[]")
    if len(bare) < 8 or _DIGITS.isdisjoint(bare) or _placeholder(bare) or _repeats(bare):
        return None
    code = (b"$", b"/", b"./", b"http", b"file:")
    if b"(" in bare or b"[" in bare or value.endswith(b"...") or bare.startswith(code):
        return None
    return Verdict(0.85, "random value") if entropy(bare) >= 2.7 else None


def prose_password(value: bytes) -> Verdict | None:
    """A password said in a sentence: words don't count, only what nobody would take for one."""
    bare = value.strip(b"\"'`,;.()[]?!:")
    verdict = password(bare)
    return verdict if verdict is not None and verdict.confidence >= 0.8 and not bare.isdigit() else None


def user_password(value: bytes) -> Verdict | None:
    """`user:password` of a command line; either may be missing, one must look like a credential."""
    user, _, secret = value.partition(b":")
    bare = secret.strip(b"\"'") or user.strip(b"\"'")
    if bare.startswith((b"[", b"<", b"$", b"{{")) or user.strip(b"\"'") == secret.strip(b"\"'"):
        return None
    verdict = password(bare)
    return None if verdict is None else Verdict(max(verdict.confidence, 0.8), "user and password")
