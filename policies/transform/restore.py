"""The way back of pseudonyms: values put in the place of this call's tokens while a text grows."""

from __future__ import annotations

from typing import Final, NamedTuple

from policies.transform.addresses import Addresses
from policies.transform.redact import unescaped
from policies.transform.tokens import Issued, Lexicon

_BLANKS: Final = frozenset(" \t\r\n")
_PLAIN: Final = frozenset("0123456789+-.eEtrufalsn")  # of what `[1, true, null, "` begins with
_FENCES: Final = ("```json", "~~~json")
_NAME: Final = 128  # letters behind a token in which the name of a host is told
_ESCAPE: Final = 6  # letters of the longest escape of JSON
_FILLER: Final = "\u200b"
_LINE: Final = 16  # letters of a line that tell a fence


class Swap(NamedTuple):
    """A token at `start:end` of the text as it came, and the value that stands from `at` on in the text as given."""

    start: int
    end: int
    at: int
    new: str

    @property
    def until(self) -> int:
        """Where the value ends."""
        return self.at + len(self.new)


class Step(NamedTuple):
    """What one piece of text released: the text as the client sees it, and the values in it (absolute offsets)."""

    text: str
    swaps: tuple[Swap, ...] = ()


class Restorer:
    """Restores one growing text. taken: characters released of it as it came; given: of it as restored.

    Holds back no more than an end that may still become a token, or a token that the name of a host may go on; what is
    left of one at the end of the text is released as it is. Inside an address a token stays as it is.

    source: whether the text is the source of JSON, whose strings values must not break; None: its beginning tells (a
    model that was asked for JSON answers with it, and nothing else), and fences around a part of it.
    """

    __slots__ = ("_addresses", "_beginning", "_fenced", "_held", "_issued", "_lexicon", "_line", "given", "taken")

    def __init__(self, issued: Issued, *, source: bool | None = None, string: bool = False) -> None:
        self._issued = issued
        self._lexicon: Lexicon = issued.source if source else issued.prose
        self._addresses = Addresses(source=bool(source), string=string)
        self._beginning = _Beginning() if source is None else None
        self._fenced = False
        self._line = ""
        self._held = ""
        self.taken = 0
        self.given = 0

    def feed(self, text: str, *, final: bool = False) -> Step:
        """More of the text, in any cut. final: nothing follows."""
        if self._beginning is None:
            return self._fed(text, final=final)
        at = self._beginning.feed(text)
        if at is None:
            return self._fed(text, final=final)
        source = self._beginning.source
        self._beginning = None
        if not source:
            return self._fed(text, final=final)
        before = self._fed(text[:at], final=False)
        self._lexicon, self._addresses.source = self._issued.source, True
        after = self._fed(text[at:], final=final)
        return Step(before.text + after.text, before.swaps + after.swaps)

    def _fed(self, text: str, *, final: bool) -> Step:
        text = self._held + text
        finder, said, swaps = self._lexicon.finder, [], []
        done, stop = 0, None
        for start, end in finder.find(text):
            named = _names_host(self._behind(text, end))
            if named is None and not final:
                stop = start
                break
            said.append(self._pass(text[done:start]))
            token = text[start:end]
            if self._addresses.inside or named:
                said.append(self._pass(token))
            else:
                new = self._value(token)
                swaps.append(Swap(self.taken, self.taken + len(token), self.given, new))
                said.append(self._say(new, len(token)))
            done = end
        if stop is None:
            stop = len(text) if final else finder.unfinished(text, done)
        said.append(self._pass(text[done:stop]))
        self._held = text[stop:]
        return Step("".join(said), tuple(swaps))

    def _behind(self, text: str, end: int) -> str:
        """What follows a token, as a reader of it sees it."""
        behind = text[end : end + _ESCAPE * (_NAME + 1)]
        return unescaped(behind).replace(_FILLER, "") if self._addresses.source else behind

    def _value(self, token: str) -> str:
        value = self._lexicon.values[token]
        return self._issued.source.values.get(token, value) if self._fenced else value

    def _pass(self, text: str) -> str:
        return self._say(text, len(text))

    def _say(self, text: str, taken: int) -> str:
        self._addresses.feed(text)
        self._follow(text)
        self.taken += taken
        self.given += len(text)
        return text

    def _follow(self, text: str) -> None:
        """See where a fence of JSON begins and ends: by lines."""
        if "\n" not in text:
            self._line = (self._line + text)[:_LINE]
            return
        first, *more = text.split("\n")
        lines = [self._line + first, *more]
        for line in lines[:-1]:
            said = line.strip().lower()
            if said.startswith(("```", "~~~")):
                self._fenced = not self._fenced and said.startswith(_FENCES)
        self._line = lines[-1][:_LINE]


def _names_host(behind: str) -> bool | None:
    """Whether what follows a token makes it part of a host's name (`TOKEN.elsewhere.example`, `TOKEN@host`); None where
    that isn't told yet. One more label, as in `TOKEN.pdf`, makes none."""
    at, dots = 0, 0
    while at < min(len(behind), _NAME):
        letter = behind[at]
        if letter in ".@":
            if at + 1 < len(behind) and not behind[at + 1].isalnum():
                return False
            dots += 2 if letter == "@" else 1
        elif dots > 1:
            return True
        elif not (letter.isalnum() or letter in "-_"):
            return False
        at += 1
    return None if at < _NAME else False


class _Beginning:
    """Tells by how a text begins whether it is JSON: brackets, numbers and words of JSON up to the first quote."""

    __slots__ = ("_depth", "_last", "source")

    def __init__(self) -> None:
        self._depth = 0
        self._last = ""
        self.source = False

    def feed(self, text: str) -> int | None:
        """Where in `text` it is told, None where it isn't yet; then `source` says what."""
        for at, letter in enumerate(text):
            if letter in _BLANKS:
                continue
            if letter in "{[":
                self._depth += 1
            elif letter in "}]":
                self._depth -= 1
            elif letter == '"':
                self.source = self._depth > 0 and self._last in ("{", "[", ",")
                return at
            elif letter != "," and letter not in _PLAIN:
                return at
            if self._depth <= 0:
                return at
            self._last = letter
        return None
