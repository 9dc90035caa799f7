"""Pseudonyms: what stands in a text instead of a value that is to come back.

A token is a word that tells the type and a keyed hash of scope, type and value: `PERSON_k7q2m9xa`. It depends on
nothing else (not on the order in which values appear), so the same value has the same token in every turn and at every
replica that holds the key, and no map is kept: each call makes it anew from what it sends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Final, NamedTuple

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"

# Letters of the hash: 40 bits, and what they become where two values of one call would share them.
LENGTHS: Final = (8, 13, 21, 34, 51)

# Families whose members say nothing more to a model than the family does.
_FAMILIES: Final = ("person", "secret", "health")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")

# Months that a NIR may name besides those of the year (INSEE: births whose month isn't known).
_MONTHS: Final = (*range(1, 13), *range(20, 43), *range(50, 100))


class Scope(NamedTuple):
    """Within what a value keeps its token. conversation: its id, else a digest of how it began."""

    organisation: str
    user: str
    use_case: str
    conversation: str


class Value(NamedTuple):
    """What a token stands for. word: the type as tokens tell it. surrogate: the detector whose shape it has, or ""."""

    word: str
    text: str
    surrogate: str = ""


def word(detector: str) -> str:
    """The type in tokens of a detector's findings: PERSON, EMAIL, IBAN, ADDRESS."""
    family, _, last = detector.rpartition(".")
    name = family.partition(".")[0] if family.startswith(_FAMILIES) else last
    letters = next((i for i, c in enumerate(name.lower()) if c not in _LETTERS), len(name))
    return name[:letters].upper()[:16] if letters > 1 else "VALUE"


class Pseudonyms:
    """Makes the tokens of one scope. key: of the installation, shared by all its replicas."""

    __slots__ = ("_caller", "_key", "_scope")

    def __init__(self, key: bytes, scope: Scope) -> None:
        self._key = key
        self._scope = _packed(*scope)
        self._caller = _packed(scope.organisation, scope.user)

    def __repr__(self) -> str:
        return "<Pseudonyms>"

    def assign(self, values: Iterable[Value]) -> dict[Value, str]:
        """A token for each value, all different and none the beginning of another. Their order changes nothing."""
        wanted = set(values)
        tried = dict.fromkeys(wanted, 0)
        while True:
            made = {value: self._token(value, tried[value]) for value in wanted}
            uses = Counter(made.values())
            alike = [value for value, token in made.items() if uses[token] > 1]
            if not alike:
                return made
            for value in alike:
                tried[value] += 1

    def identity(self, text: str = "") -> str:
        """A stable name for the caller, or for something of theirs (`text`): 100 bits, nothing of the name in it."""
        hashed = blake2b(self._caller, digest_size=32, key=self._key[:64], person=b"identity")
        hashed.update(_packed(text))
        return f"user_{_letters(int.from_bytes(hashed.digest(), 'big'), 20)}"

    def _token(self, value: Value, tried: int) -> str:
        digest = self._digest(b"token", value.word, value.text, tried if value.surrogate else 0)
        surrogate = SURROGATES.get(value.surrogate)
        said = surrogate(value.text, digest) if surrogate else None
        return said or f"{value.word}_{_letters(digest, LENGTHS[min(tried, len(LENGTHS) - 1)])}"

    def _digest(self, purpose: bytes, *parts: str | int) -> int:
        hashed = blake2b(self._scope, digest_size=32, key=self._key[:64], person=purpose)
        hashed.update(_packed(*map(str, parts)))
        return int.from_bytes(hashed.digest(), "big")


def conversation_digest(key: bytes, text: str) -> str:
    """What names a conversation that has no id: how it began."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=key[:64], person=b"begins").hexdigest()


def _packed(*parts: str) -> bytes:
    """Several texts as one that no other texts make."""
    raw = [part.encode("utf-8", "surrogatepass") for part in parts]
    return b"".join(len(one).to_bytes(8, "big") + one for one in raw)


def _letters(number: int, length: int) -> str:
    found = []
    for _ in range(length):
        number, rest = divmod(number, 32)
        found.append(ALPHABET[rest])
    return "".join(found)


def _email(text: str, digest: int) -> str | None:
    return f"email_{_letters(digest, 10)}@pseudonym.invalid"


def _iban(text: str, digest: int) -> str | None:
    """The country and length of the account's, its check digits 00, which no account has; None where it is short."""
    plain = "".join(c for c in text if c.isascii() and c.isalnum()).upper()
    length = len(plain) - 4
    if not plain[:2].isalpha() or not 13 <= length <= 30:
        return None
    return f"{plain[:2]}00{digest % 10**length:0{length}}"


def _nir(text: str, digest: int) -> str | None:
    """Fifteen digits whose key (98, 99 or 00) no number has."""
    digest, sex = divmod(digest, 2)
    digest, year = divmod(digest, 100)
    digest, month = divmod(digest, len(_MONTHS))
    digest, place = divmod(digest, 10**8)
    return f"{sex + 1}{year:02}{_MONTHS[month]:02}{place:08}{('98', '99', '00')[digest % 3]}"


SURROGATES: Final[dict[str, Callable[[str, int], str | None]]] = {
    "contact.email": _email,
    "fin.iban": _iban,
    "fr.nir": _nir,
}
"""What looks like what it stands for and can't be one: by detector. Other findings get tokens."""
