"""What a ruling replaces, as edits of the body; and the tokens that are to come back in the answer.

A value may be seen in two readings of one string (tool arguments as they stand, and decoded). So stretches are joined
in the string that stands in the body, and a token stands for the whole of what it takes out there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from adapters.ask import TEXT
from adapters.wire.body import TRANSFORMATION, Edit, outermost, replace_text
from policies.decide import Rewrite
from policies.findings import IDENTITY_CLASS
from policies.transform.addresses import Addresses
from policies.transform.pseudonymise import Pseudonyms, Scope, Value, conversation_digest, word
from policies.transform.redact import is_json_source, placeholder
from policies.transform.tokens import Finder, Issued

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.wire.body import Leaf
    from gateway.exchange import Exchange
    from gateway.http import Request
    from gateway.runtime import Runtime
    from policies.decide import Ruling

CONVERSATION_HEADER = b"x-ecluse-conversation"

_LITERAL = "token"
_NOBODY = "redacted"


class Transformed(NamedTuple):
    """edits: of the body. issued: the tokens in it and what they stand for."""

    edits: list[Edit]
    issued: Issued


def pseudonyms(runtime: Runtime, exchange: Exchange, ask: Ask, request: Request) -> Pseudonyms:
    """Tokens for one conversation of this caller."""
    caller, key = exchange.caller, runtime.keyring.tokens
    named = request.header(CONVERSATION_HEADER) or ask.conversation
    if named:
        conversation = f"named {named}"
    else:
        first = next((p.text for p in ask.passages if p.role == "user" and p.part == TEXT and p.text), "")
        conversation = f"begins {conversation_digest(key, first)}"
    return Pseudonyms(key, Scope(caller.organisation, caller.user, exchange.use_case, conversation))


def transform(ask: Ask, ruling: Ruling, make: Callable[[], Pseudonyms]) -> Transformed:
    """The ruling's rewrites as edits of the body. make: gives the tokens' maker where there is something to name."""
    fields = [r for r in ruling.rewrites if r.detector == IDENTITY_CLASS]
    named = [_identity(ask, rewrite, make) for rewrite in fields]
    work = _Work(ask, named)
    for rewrite in ruling.rewrites:
        if rewrite.detector != IDENTITY_CLASS:
            work.add(rewrite)
    if not ruling.pseudonyms().keys() - {IDENTITY_CLASS}:
        return Transformed([*named, *work.edits({})], Issued({}))
    maker = make()
    searched: set[str] = set()
    while True:
        tokens = maker.assign(work.values())
        fresh = set(tokens.values()) - searched
        searched |= fresh
        if not work.literals(fresh):
            break
    issued = Issued({token: value.text for value, token in tokens.items()})
    return Transformed([*named, *work.edits(tokens)], issued)


def _identity(ask: Ask, rewrite: Rewrite, make: Callable[[], Pseudonyms]) -> Edit:
    """A field that tells who asks: objects are emptied, a string says nothing more, or a name that only we know.

    The key under which a vendor caches prompts stays one for each conversation.
    """
    path = tuple(ask.passages[rewrite.passage].path.split("/")[1:])
    value: Any = ask.document.value
    for step in path:
        value = value[step]
    start, end = ask.document.value_span(path)
    if type(value) is not str:
        return Edit(start, end, b"{}", "identity")
    kept = value if path[-1] == "prompt_cache_key" else ""
    said = make().identity(kept) if rewrite.action == "pseudonymise" else _NOBODY
    return Edit(start, end, orjson.dumps(said), "identity")


class _Stretch(NamedTuple):
    """Characters `start:end` of a string of the body. new: what to put there, None for a token."""

    start: int
    end: int
    new: str | None
    detector: str
    surrogate: bool


class _Work:
    """The stretches to be replaced, by the string in which they stand."""

    def __init__(self, ask: Ask, replaced: Sequence[Edit]) -> None:
        """replaced: what is replaced as a whole, so that nothing in it needs to be."""
        self._ask = ask
        self._replaced = replaced
        self._leaves: dict[int, Leaf] = {}
        self._stretches: dict[int, list[_Stretch]] = {}
        self._sources: set[int] = set()
        self._read_as_source: dict[int, bool] = {}

    def add(self, rewrite: Rewrite) -> None:
        """One rewrite; a redaction that spans several strings stands in the first, a token in each."""
        passage = self._ask.passages[rewrite.passage]
        source = self._is_source(rewrite.passage)
        new = rewrite.new if rewrite.action == "redact" else None
        for piece in passage.pieces:
            if piece.start < rewrite.end and rewrite.start < piece.end:
                first = max(rewrite.start, piece.start) - piece.start
                last = min(rewrite.end, piece.end) - piece.start
                leaf, first, last = outermost(piece.leaf, first, last)
                if any(edit.start <= leaf.start < edit.end for edit in self._replaced):
                    continue
                if source or leaf is not piece.leaf:
                    self._sources.add(leaf.start)
                self._leaves[leaf.start] = leaf
                stretch = _Stretch(first, last, new, rewrite.detector, rewrite.surrogate)
                self._stretches.setdefault(leaf.start, []).append(stretch)
                new = "" if new is not None else None

    def literals(self, tokens: set[str]) -> bool:
        """Have texts of the caller's that look like one of `tokens` replaced too; whether there were any.

        In an address they stay: no token is restored there, neither now nor when it came to stand there.
        """
        finder, found = Finder(tokens), False
        for index, passage in enumerate(self._ask.passages):
            spans = finder.find(passage.text) if passage.part == TEXT else ()
            addresses, done = Addresses(source=bool(spans) and self._is_source(index)), 0
            for start, end in spans:
                addresses.feed(passage.text[done:start])
                if not addresses.inside and passage.rewritable(start, end):
                    self.add(Rewrite(index, start, end, "", _LITERAL, "", "pseudonymise"))
                    found = True
                addresses.feed(passage.text[start:end])
                done = end
        return found

    def values(self) -> set[Value]:
        """What needs a token."""
        found = (self._value(place, stretch) for place, stretch in self._joined())
        return {value for value in found if value is not None}

    def edits(self, tokens: dict[Value, str]) -> Iterator[Edit]:
        """Everything that is replaced."""
        for place, stretch in self._joined():
            value = self._value(place, stretch)
            new = stretch.new if stretch.new is not None else placeholder(stretch.detector)
            said = new if value is None else tokens[value]
            leaf = self._leaves[place]
            token = value is not None  # tokens of different names are different
            yield replace_text(self._ask.document, leaf, stretch.start, stretch.end, said, TRANSFORMATION, keys=token)

    def _is_source(self, index: int) -> bool:
        """Whether a passage is the source of JSON, as policies took it."""
        known = self._read_as_source.get(index)
        if known is None:
            passage = self._ask.passages[index]
            known = passage.role == "tool_arguments" and is_json_source(passage.text)
            self._read_as_source[index] = known
        return known

    def _joined(self) -> Iterator[tuple[int, _Stretch]]:
        for place, stretches in self._stretches.items():
            for stretch in _joined(stretches):
                yield place, stretch

    def _value(self, place: int, stretch: _Stretch) -> Value | None:
        """What the token of a stretch stands for; None where it has none: it is redacted, or cuts a character."""
        if stretch.new is not None:
            return None
        text = self._leaves[place].text[stretch.start : stretch.end]
        if place in self._sources:
            try:
                text = orjson.loads(f'"{text}"')
            except orjson.JSONDecodeError:
                return None
        return Value(word(stretch.detector), text, stretch.detector if stretch.surrogate else "")


def _joined(stretches: list[_Stretch]) -> Iterator[_Stretch]:
    """Overlapping stretches as one: redacted where one of them is, else by the first and longest."""
    current: _Stretch | None = None
    for stretch in sorted(stretches, key=lambda s: (s.start, -s.end, s.new is None, s.detector, s.surrogate)):
        if current is None or stretch.start >= current.end:
            if current is not None:
                yield current
            current = stretch
        else:
            rules = stretch if current.new is None and stretch.new is not None else current
            current = rules._replace(start=current.start, end=max(current.end, stretch.end))
    if current is not None:
        yield current
