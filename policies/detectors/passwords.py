"""Checks of what stands behind a word for password, key or token: a secret, or a placeholder, a variable, a word?"""

from __future__ import annotations

import base64
import binascii

from policies.detectors.looks import DIGITS, blanked, entropy, kinds, placeholder, scrambled, typed
from policies.detectors.model import Verdict

_WORDS = frozenset(
    b"password passwd passe true false none null nil undefined string str int required optional secret token key "
    b"empty value hidden unset default is the and for est le la les une des votre your this that with from not "
    b"incorrect invalid oublie forgotten reset expired expire perdu obligatoire required changed change wrong string[] "
    b"bool secretstr bytes text field input self request config settings args options params data user username "
    b"admin expire history".split()
)
_EDGES = b"\"'`,;.()[]\\"
_CODE = (b"$", b"./", b"../", b"http", b"file:", b"@", b"#{", b"&")
# Signs that passwords have and words, numbers and names have not; and what stands between the parts of a program.
_SIGNS = frozenset(b"!#$%*?^~+&")
_OPERATORS = (b"->", b"=>", b"==", b"!=", b"&&", b"||", b"::", b"://", b"+=")
# Shorter than this behind a mark of its own (`tok_...`), a key is cut or made up: kept below what rules ask for.
_LEAST_MARKED = 28
_DOUBTFUL = 0.7
_LEAST_RANDOM = 20
_LONGEST = 256
_LONG = 32
_LONGEST_HEADER = 600
# A UUID has five groups, the last of twelve.
_GROUPS, _LAST_GROUP = 5, 12


def password(value: bytes) -> Verdict | None:
    """What stands behind a word for password: not a placeholder, a variable or a word of prose."""
    bare = value.strip(_EDGES)
    if len(bare) < 4 or len(bare) > _LONGEST or bare.lower() in _WORDS or placeholder(bare) or _variable(bare):
        return None
    if _call(bare) or _validation(bare) or value.endswith(b"("):
        return None
    if _pair(bare):
        return Verdict(_DOUBTFUL, "a name and a password, or a path")
    has_digit = not DIGITS.isdisjoint(bare)
    mixed = kinds(bare)
    if mixed >= 3 or (mixed == 2 and has_digit and len(bare) >= 6):
        return Verdict(0.85, "value of mixed characters")
    return Verdict(0.6, "value of one kind of characters") if len(bare) >= 6 and entropy(bare) >= 2.5 else None


def _call(bare: bytes) -> bool:
    """`getpass.getpass(...`, `String::from(...`, `basic[1`: a name, and what it is called or asked with."""
    name, bracket, _ = bare.replace(b"[", b"(").partition(b"(")
    return bool(bracket) and len(name) > 2 and name.translate(None, b"_.:").isalpha()


def _validation(bare: bytes) -> bool:
    """`required|min:8`: what a form asks of a value."""
    parts = bare.split(b"|")
    return len(parts) > 1 and all(part.partition(b":")[0].replace(b"_", b"").isalpha() for part in parts)


def _pair(bare: bytes) -> bool:
    """`name/password`, which could be a path as well."""
    left, slash, right = bare.partition(b"/")
    return bool(slash) and left.isalpha() and b"/" not in right


def _variable(bare: bytes) -> bool:
    """A reference that a shell, a template or a program would fill in."""
    if bare.startswith(b"%") and bare.endswith(b"%"):
        return True
    name = bare[1:].translate(None, b"{}_:.")
    named = name.isalpha() or (name.isalnum() and name.upper() == name and not name[:1].isdigit())
    return bare.startswith((b"$", b"%{", b"#{", b"@{")) and named


def quoted(value: bytes) -> Verdict | None:
    """A quoted value behind a word for password: quotes say value where prose would not."""
    verdict = password(value)
    if verdict is not None and verdict.confidence < 0.8 and b" " not in value:
        return Verdict(0.8, "quoted value")
    return verdict


def statement_password(value: bytes) -> Verdict | None:
    """A password without quotes in a statement that creates a user: no word, of the language or of prose."""
    bare = value.strip(_EDGES)
    return None if bare.replace(b"_", b"").isalpha() else password(value)


def password_in_string(value: bytes) -> Verdict | None:
    """The password of a connection string: nothing else stands there, but for what a program fills in."""
    bare = value.strip(_EDGES)
    filled = placeholder(bare) or _variable(bare) or bare.lower() in _WORDS
    return None if len(bare) < 3 or filled else Verdict(0.9, "password in a connection string")


def url_password(value: bytes) -> Verdict | None:
    """The password of a URL."""
    if (
        placeholder(value)
        or _variable(value)
        or value.lower() in (b"password", b"pass", b"pwd", b"passwd", b"motdepasse", b"mdp")
    ):
        return None
    return Verdict(0.95, "credentials in a URL")


def assigned_key(value: bytes) -> Verdict | None:
    """What stands behind a word for key or token: long enough, mixed and random, and no call, path or name of code."""
    return _assigned(value, _LONGEST)


def _assigned(value: bytes, most: int) -> Verdict | None:
    bare = value.strip(_EDGES)
    if not 8 <= len(bare) <= most or DIGITS.isdisjoint(bare) or placeholder(bare) or blanked(bare) or typed(bare):
        return None
    if value.endswith(b"...") or _code(bare) or entropy(bare) < 2.7:
        return None
    return Verdict(_DOUBTFUL, "cut, or made up") if _cut(bare) else Verdict(0.85, "random value")


def _code(bare: bytes) -> bool:
    """A call, an index, a path, a dotted name. (Web tokens have two dots and a detector of their own.)"""
    if b"(" in bare or b"[" in bare or b"\\x" in bare or bare.startswith(_CODE) or bare.count(b".") > 2:
        return True
    if bare.startswith(b"eyJ") and bare.count(b".") == 2:
        return True
    return b"/" in bare[:2] and not (len(bare) >= _LONG and kinds(bare) >= 3 and entropy(bare) >= 4)


def _cut(bare: bytes) -> bool:
    """A key with a mark of its own (`lsv2_sk_`, `tok-`) and little behind it, or a UUID that lacks something."""
    groups = [len(group) for group in bare.rpartition(b"_")[2].split(b"-")]
    if len(groups) == _GROUPS and groups[:4] == [8, 4, 4, 4] and groups[4] != _LAST_GROUP:
        return True
    sign = b"_" if b"_" in bare else b"-"
    head, found, rest = bare.rpartition(sign)
    words = head.replace(b"_", b"").replace(b"-", b"")
    return bool(found) and words.isalnum() and words.islower() and len(words) <= 10 and len(rest) < _LEAST_MARKED


def random_key(value: bytes) -> Verdict | None:
    """As assigned_key, behind a name that only ends in `key`: there the value must be long and well mixed."""
    bare = value.strip(_EDGES)
    words = bare.replace(b"-", b"/").replace(b"_", b"/").split(b"/")
    if len(bare) < _LEAST_RANDOM or kinds(bare.replace(b"=", b"")) < 3 or entropy(bare) < 3.2:
        return None
    # A part that is a word says that somebody made the string up.
    return None if any(len(word) >= 3 and word.isalpha() and word.islower() for word in words) else assigned_key(value)


def header_key(value: bytes) -> Verdict | None:
    """The value of an authorization header. `basic` ones must decode to a name and a password."""
    scheme, _, rest = value.partition(b" ")
    bare = rest.strip() or value
    if scheme.lower() == b"basic" and rest and not _named_pair(bare):
        return None
    if scheme.lower() == b"basic" and rest:
        return Verdict(0.9, "name and password")
    return _assigned(bare, _LONGEST_HEADER)


def _named_pair(encoded: bytes) -> bool:
    if placeholder(encoded):
        return False
    try:
        return b":" in base64.b64decode(encoded + b"=" * (-len(encoded) % 4))
    except (binascii.Error, ValueError):
        return False


def prose_password(value: bytes) -> Verdict | None:
    """A password said in a sentence: words don't count, only what nobody would take for one."""
    bare = value.strip(b"\"'`,;.()[]?!:")
    verdict = password(bare)
    return verdict if verdict is not None and verdict.confidence >= 0.8 and not bare.isdigit() else None


def _inside(value: bytes) -> bytes:
    """What stands between marks of the sentence; `!` and the like behind a digit are the value's."""
    bare = value.strip(b"\"'`,;.()[]?!:*")
    last = value.find(bare) + len(bare)
    return value[value.find(bare) : last + 1] if bare[-1:].isdigit() and value[last : last + 1] in b"!?*" else bare


def told_secret(value: bytes) -> Verdict | None:
    """A password or key at some distance from its word: nothing that prose or code could be."""
    bare = _inside(value)
    program = bare.startswith(b"$") or b"(" in bare or any(sign in bare for sign in _OPERATORS)
    if len(bare) < 6 or program or _pair(bare):
        return None
    if not _SIGNS.isdisjoint(bare[1:]) and kinds(bare) >= 3:
        return prose_password(bare)
    plain = bytes(byte for byte in bare if chr(byte).isalnum())
    if len(bare) < 8 or kinds(plain) < 3 or not scrambled(plain):
        return None
    verdict = assigned_key(bare)
    return verdict if verdict is not None and verdict.confidence > _DOUBTFUL else None


def labelled_secret(value: bytes) -> Verdict | None:
    """The same right behind its word, in the next cell or on the next line: a word and a number joined count too."""
    bare = _inside(value)
    return told_secret(bare) or (prose_password(bare) if len(bare) >= 8 and kinds(bare) == 4 else None)


def cell_secret(value: bytes) -> Verdict | None:
    """A cell of a column of passwords or keys: digits and letters of both cases count too, dates and numbers don't."""
    plain = bytes(byte for byte in value if chr(byte).isalnum())
    return labelled_secret(value) or (prose_password(value) if kinds(plain) == 3 else None)


def apart_password(value: bytes) -> Verdict | None:
    """The value beside a name that says password: nothing else is meant, unless it is filled in later."""
    return quoted(value) if not value.startswith(b"$") else None


def user_password(value: bytes) -> Verdict | None:
    """`user:password` of a command line; either may be missing, one must look like a credential."""
    user, colon, secret = value.partition(b":")
    name = user.strip(b"\"'")
    bare = secret.strip(b"\"'") or name
    if not colon or bare.startswith((b"[", b"<", b"$", b"{{", b"%")) or name == secret.strip(b"\"'"):
        return None
    if value.lstrip(b"\"'").startswith((b"<", b"$")) or (not secret.strip(b"\"'") and kinds(name) < 3):
        return None
    verdict = password(bare)
    return None if verdict is None else Verdict(max(verdict.confidence, 0.8), "user and password")


def bytes_of_key(value: bytes) -> Verdict | None:
    """A key written as a list of bytes: at least eight of them, not all alike or in a row."""
    parts = [part.strip() for part in value.split(b",")]
    if len(parts) < 8 or len(set(parts)) < 6:
        return None
    return Verdict(0.85, "bytes of a key")
