"""What a ruling replaces, as edits of the body; and the tokens that are to come back in the answer.

A value may be seen in two readings of one string (tool arguments as they stand, and decoded). So stretches are joined
in the string that stands in the body, and a token stands for the whole of what it takes out there.

A value that got a token gets it wherever it stands: what found it in one place (a word in front of it) may be missing
in the next, where a model repeated it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from adapters.ask import TEXT
from adapters.wire.body import TRANSFORMATION, Edit, outermost, replace_text
from gateway.http import CONVERSATION_HEADER
from policies.decide import Rewrite
from policies.detectors.keywords import Words
from policies.findings import IDENTITY_CLASS
from policies.transform.addresses import Addresses
from policies.transform.pseudonymise import Pseudonyms, Scope, Value, conversation_digest, word
from policies.transform.redact import breaks_strings, is_json_source, placeholder, whole_escapes
from policies.transform.tokens import Finder, Issued

if TYPE_CHECKING:
    from adapters.ask import Ask, Line, Passage
    from adapters.wire.body import Leaf
    from gateway.exchange import Exchange
    from gateway.http import Request
    from gateway.runtime import Runtime
    from policies.decide import Ruling


_LITERAL = "token"
_NOBODY = "redacted"
_SHORTEST = 5  # letters of a value that is looked for everywhere; shorter ones are words of other things too


class Transformed(NamedTuple):
    """edits: of the body. issued: the tokens in it and what they stand for."""

    edits: list[Edit]
    issued: Issued


class Unreachable(Exception):
    """A value that leaves as a token also stands where nothing can be replaced. found: that place, as a rewrite."""

    def __init__(self, found: Rewrite) -> None:
        super().__init__("a value can't be replaced everywhere")
        self.found = found


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


def transform(
    ask: Ask,
    ruling: Ruling,
    make: Callable[[], Pseudonyms],
    issued: Callable[[Passage], bool] = lambda passage: False,
) -> Transformed:
    """The ruling's rewrites as edits of the body; raises Unreachable.

    make: gives the tokens' maker where there is something to name. issued: whether a passage is the destination's own,
    which may have it back as it was.
    """
    fields = [r for r in ruling.rewrites if r.detector == IDENTITY_CLASS]
    lines = {line.file: line for line in ask.lines} if fields else {}
    named = [_identity(ask, rewrite, make, lines) for rewrite in fields]
    work = _Work(ask, named)
    for rewrite in ruling.rewrites:
        if rewrite.detector != IDENTITY_CLASS:
            work.add(rewrite)
    if not ruling.pseudonyms().keys() - {IDENTITY_CLASS}:
        return Transformed([*named, *work.edits({})], Issued({}))
    maker = make()
    searched: set[str] = set()
    known: set[Value] = set()
    while True:
        values = work.values()
        tokens = maker.assign(values)
        repeated = work.repeated({v: s for v, s in values.items() if v not in known}, issued)
        known |= values.keys()
        fresh = set(tokens.values()) - searched
        searched |= fresh
        if not work.literals(fresh) and not repeated:
            break
    restores = Issued({token: value.text for value, token in tokens.items()})
    return Transformed([*named, *work.edits(tokens)], restores)


def _identity(ask: Ask, rewrite: Rewrite, make: Callable[[], Pseudonyms], lines: Mapping[str, Line]) -> Edit:
    """A field that tells who asks: objects are emptied, a string says nothing more, or a name that only we know.

    The key under which a vendor caches prompts stays one for each conversation. lines: of a file, by what its passages
    say of it.
    """
    passage = ask.passages[rewrite.passage]
    # A request in a file has fields of its own, at the same paths as every other line of it, or the form around it.
    line = lines.get(passage.file)
    at, document = (0, ask.document) if line is None else (line.at, line.ask.document)
    path = tuple(passage.path.split("/")[1:])
    value: Any = document.value
    for step in path:
        value = value[step]
    start, end = document.value_span(path)
    if type(value) is not str:
        return Edit(at + start, at + end, b"{}", "identity")
    kept = value if path[-1] == "prompt_cache_key" else ""
    said = make().identity(kept) if rewrite.action == "pseudonymise" else _NOBODY
    return Edit(at + start, at + end, document.spelt(said), "identity")


class _Stretch(NamedTuple):
    """Characters `start:end` of a string of the body. new: what to put there, None for a token."""

    start: int
    end: int
    new: str | None
    detector: str
    surrogate: bool
    rule: str


class _Work:
    """The stretches to be replaced, by the string in which they stand."""

    def __init__(self, ask: Ask, replaced: Sequence[Edit]) -> None:
        """replaced: what is replaced as a whole, so that nothing in it needs to be."""
        self._ask = ask
        self._replaced = replaced
        self._leaves: dict[int, Leaf] = {}
        self._stretches: dict[int, list[_Stretch]] = {}
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self._sources: set[int] = set()
        self._read_as_source: dict[int, bool] = {}

    def add(self, rewrite: Rewrite) -> None:
        """One rewrite; a redaction that spans several strings stands in the first, a token in each."""
        passage = self._ask.passages[rewrite.passage]
        self._spans.setdefault(rewrite.passage, []).append((rewrite.start, rewrite.end))
        source = self._is_source(rewrite.passage)
        new = rewrite.new if rewrite.action == "redact" else None
        for piece in passage.pieces:
            if piece.start < rewrite.end and rewrite.start < piece.end:
                first = max(rewrite.start, piece.start) - piece.start
                last = min(rewrite.end, piece.end) - piece.start
                leaf, first, last = outermost(piece.leaf, first, last)
                if self._goes(leaf):
                    continue
                if source or leaf is not piece.leaf:
                    self._sources.add(leaf.start)
                self._leaves[leaf.start] = leaf
                stretch = _Stretch(first, last, new, rewrite.detector, rewrite.surrogate, rewrite.rule)
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

    def repeated(self, values: dict[Value, _Stretch], issued: Callable[[Passage], bool]) -> bool:
        """Have `values` replaced wherever else they stand; whether they did. Raises Unreachable."""
        told = [(v, s) for v, s in values.items() if len(v.text) >= _SHORTEST and s.detector != _LITERAL]
        words, found = Words([value.text for value, _ in told]), False
        for index, passage in enumerate(self._ask.passages) if told else ():
            hits = words.find(passage.text) if passage.part == TEXT else []
            covered = _Cover(self._spans.get(index, ())) if hits else None
            for number, start, end in hits:
                stretch = told[number][1]
                here = Rewrite(index, start, end, "", stretch.detector, stretch.rule, "pseudonymise", stretch.surrogate)
                if covered is not None and not covered.holds(start, end) and self._leaves_here(here, passage, issued):
                    self.add(here)
                    found = True
        return found

    def _leaves_here(self, found: Rewrite, passage: Passage, issued: Callable[[Passage], bool]) -> bool:
        """Whether a value leaves at a place if nothing is done; raises Unreachable where nothing can be."""
        start, end = found.start, found.end
        if self._is_source(found.passage):
            if whole_escapes(passage.text, start, end) != (start, end):
                return False  # the letters of an escape, which the decoded reading shows as what it is
            if breaks_strings(passage.text, start, end):
                raise Unreachable(found)
        if passage.rewritable(start, end) or passage.renamable(start, end):
            return True
        touched = [p for p in passage.pieces if p.start < end and start < p.end]
        if touched and all(self._goes(outermost(p.leaf, 0, 0)[0]) for p in touched):
            return False
        if issued(passage):
            return False
        raise Unreachable(found)

    def _goes(self, leaf: Leaf) -> bool:
        """Whether a string is in what is replaced as a whole."""
        return any(edit.start <= leaf.start < edit.end for edit in self._replaced)

    def values(self) -> dict[Value, _Stretch]:
        """What needs a token, each with a stretch that it stands in."""
        found: dict[Value, _Stretch] = {}
        for place, stretch in self._joined():
            value = self._value(place, stretch)
            if value is not None:
                found.setdefault(value, stretch)
        return found

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


class _Cover:
    """Whether spans lie within others."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            self._starts.append(start)
            self._ends.append(max(end, self._ends[-1]) if self._ends and self._ends[-1] > start else end)

    def holds(self, start: int, end: int) -> bool:
        """Whether one of the spans, overlapping ones joined, reaches over `start:end`."""
        at = bisect_right(self._starts, start)
        return at > 0 and self._ends[at - 1] >= end


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
