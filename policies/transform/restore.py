"""The way back of pseudonyms: values put in the place of this call's tokens while a text grows."""

from __future__ import annotations

from typing import Final, NamedTuple

from policies.transform.addresses import Addresses
from policies.transform.tokens import Issued, Lexicon

_BRACKETS: Final = frozenset(" \t\r\n{[")


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

    Holds back no more than an end that may still become a token; what is left of one at the end of the text is released
    as it is. Inside an address a token stays as it is.

    source: whether the text is the source of JSON, whose strings values must not break; None: its beginning tells. A
    model that was asked for JSON answers with it, and nothing else.
    """

    __slots__ = ("_addresses", "_beginning", "_held", "_issued", "_lexicon", "given", "taken")

    def __init__(self, issued: Issued, *, source: bool | None = None, string: bool = False) -> None:
        self._issued = issued
        self._lexicon: Lexicon = issued.source if source else issued.prose
        self._addresses = Addresses(source=bool(source), string=string)
        self._beginning = "" if source is None else None
        self._held = ""
        self.taken = 0
        self.given = 0

    def feed(self, text: str, *, final: bool = False) -> Step:
        """More of the text, in any cut. final: nothing follows."""
        if self._beginning is not None:
            self._told(text)
        text = self._held + text
        finder, said, swaps = self._lexicon.finder, [], []
        done = 0
        for start, end in finder.find(text):
            said.append(self._pass(text[done:start]))
            token = text[start:end]
            if self._addresses.inside:
                said.append(self._pass(token))
            else:
                new = self._lexicon.values[token]
                swaps.append(Swap(self.taken, self.taken + len(token), self.given, new))
                said.append(self._say(new, len(token)))
            done = end
        stop = len(text) if final else finder.unfinished(text, done)
        said.append(self._pass(text[done:stop]))
        self._held = text[stop:]
        return Step("".join(said), tuple(swaps))

    def _told(self, text: str) -> None:
        """See whether the text begins as JSON does: with brackets and then a quote."""
        assert self._beginning is not None
        for letter in text:
            if letter in _BRACKETS:
                self._beginning += letter
                continue
            if letter == '"' and self._beginning.strip():
                self._lexicon = self._issued.source
                self._addresses.source = True
            self._beginning = None
            return

    def _pass(self, text: str) -> str:
        return self._say(text, len(text))

    def _say(self, text: str, taken: int) -> str:
        self._addresses.feed(text)
        self.taken += taken
        self.given += len(text)
        return text
