"""Asks an index of documents about a text: which stretches of it stand, word for word, in one of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from policies.findings import Finding
from policies.indexes.fingerprints import CODE, GRAM, KIND, WINDOW, print_of, tag_of
from policies.indexes.reading import Reading
from policies.indexes.sieve import Sieve
from policies.indexes.stock import Stock
from policies.indexes.stored import IndexRefused, Stored
from policies.indexes.words import Words
from policies.indexes.worth import STRETCH, Worth, code_worth, common_worth, prose_worth

# Stretches of one document are one excerpt where so few words at most differ between them.
_APART = 12
_SHIFT = 4
# Fewer common grams than this in a row are no page, which is what they would have to be.
_COMMON_HITS = 8


class Hit(NamedTuple):
    """A kept gram that occurs in the text. shift: its place in the index less that in the text."""

    gram: int
    common: bool


class Stretch(NamedTuple):
    """Words of the text from `first` to `last` (excluded) that stand so in a document. telling: in few."""

    first: int
    last: int
    shift: int
    telling: bool


class Excerpt(NamedTuple):
    """Stretches of one document, from word `first` to `last` (excluded). words: how many are shared."""

    document: int
    first: int
    last: int
    words: int
    worth: Worth


class DocumentIndex:
    """The index of documents in use. name, detector: how findings call it."""

    stretches = True

    def __init__(self, stored: Stored, name: str, detector: str) -> None:
        if stored.kind != KIND:
            raise IndexRefused(f"it is an index of kind {stored.kind}, not {KIND}")
        self.name, self.detector = name, detector
        self._parts = {part: Part(stored, part, names) for part, names in dict(stored.about["names"]).items()}
        self.revision = f"{stored.mark}.{name}.{detector}"

    def find(self, text: Reading) -> list[Finding]:
        """Excerpts of documents, as findings."""
        found: list[Finding] = []
        for name, part in self._parts.items():
            reading = text.code if name == CODE else text
            found += [self._finding(part, one, reading.words) for one in part.excerpts(reading)]
        return _surest(found) if len(found) > 1 else found

    def _finding(self, part: Part, one: Excerpt, words: Words) -> Finding:
        start, end = words.span(one.first, one.last)
        share = min(one.words / part.words(one.document), 1.0)
        title = part.names[one.document] or f"document {one.document + 1}"
        why = f"{self.name}: {title}, {end - start} characters, {share:.0%} of it"
        return Finding(self.detector, start, end, one.worth.confidence(share), 0, why)


class Part:
    """The documents of an index that are read as prose, or those read as code."""

    def __init__(self, stored: Stored, part: str, names: Iterable[str]) -> None:
        self.names = tuple(map(str, names))
        self._prints = stored.numbers(f"{part}.prints", "Q")
        self._places = stored.numbers(f"{part}.places", "I")
        self._common = frozenset(stored.numbers(f"{part}.common", "Q"))
        self._tags = stored.numbers(f"{part}.tags", "H")
        self._starts = stored.numbers(f"{part}.starts", "I").tolist()
        self._sieve = Sieve(stored.raw(f"{part}.sieve"))
        self.usual = frozenset(stored.numbers(f"{part}.usual", "I"))
        self.stock = Stock(stored.raw("stock")) if part == CODE else None
        if len(self._prints) != len(self._places) or len(self.names) != len(self._starts):
            raise IndexRefused("its sections don't fit together")

    def excerpts(self, reading: Reading) -> list[Excerpt]:
        """Excerpts worth a finding, by start, none within another."""
        count = len(reading.words) - GRAM + 1
        places = self._sieve.places(reading.sums.over(GRAM), count) if count > 0 else []
        if not places:
            return []
        return _apart([one for one in _Search(self, reading).excerpts(places) if one.worth.mentioned])

    def words(self, document: int) -> int:
        """How many words a document has."""
        first, last = self.bounds(document)
        return last - first + GRAM - 1

    def document(self, place: int) -> int:
        """The document that a place of the index belongs to."""
        return bisect_right(self._starts, place) - 1

    def bounds(self, document: int) -> tuple[int, int]:
        """Where the grams of a document begin and end."""
        later = self._starts[document + 1] if document + 1 < len(self._starts) else len(self._tags)
        return self._starts[document], later

    def tag(self, place: int) -> int:
        """What is kept of every gram, of the one at a place."""
        return self._tags[place]

    def kept(self, value: int) -> Iterator[tuple[int, bool]]:
        """The places where a gram is kept, and whether it is a common one."""
        index = bisect_left(self._prints, value)
        while index < len(self._prints) and self._prints[index] == value:
            yield self._places[index], value in self._common
            index += 1


class _Search:
    """One text's way through one index. Hashes of its grams are made where they are asked for, once."""

    def __init__(self, index: Part, reading: Reading) -> None:
        self._index, self._words, self._lexicon = index, reading.words, reading.lexicon
        self._made: dict[int, int] = {}

    def excerpts(self, places: Iterable[int]) -> Iterator[Excerpt]:
        by_shift: dict[tuple[int, int], list[Hit]] = {}
        for gram in places:
            for place, common in self._index.kept(self._print(gram)):
                document = self._index.document(place)
                by_shift.setdefault((document, place - gram), []).append(Hit(gram, common))
        by_document: dict[int, list[Stretch]] = {}
        for (document, shift), hits in by_shift.items():
            if len(hits) < _COMMON_HITS and all(hit.common for hit in hits):
                continue
            by_document.setdefault(document, []).extend(self._stretches(document, shift, hits))
        for document, stretches in by_document.items():
            yield from self._joined(document, sorted(stretches))

    def _stretches(self, document: int, shift: int, hits: list[Hit]) -> Iterator[Stretch]:
        """Runs of hits no further apart than winnowing leaves them, each followed to both its ends."""
        low, high = self._index.bounds(document)
        group: list[Hit] = []
        for hit in [*hits, None]:
            if group and (hit is None or hit.gram - group[-1].gram > WINDOW):
                first = self._follow(group[0].gram, shift, low, -1)
                last = self._follow(group[-1].gram, shift, high, 1)
                yield Stretch(first, last + GRAM, shift, not all(one.common for one in group))
                group = []
            if hit is not None:
                group.append(hit)

    def _follow(self, gram: int, shift: int, end: int, step: int) -> int:
        """The last gram in this direction that is the same in text and document."""
        most = len(self._words) - GRAM
        while 0 <= (more := gram + step) <= most:
            place = more + shift
            if (place < end if step < 0 else place >= end) or self._index.tag(place) != tag_of(self._print(more)):
                break
            gram = more
        return gram

    def _print(self, gram: int) -> int:
        value = self._made.get(gram)
        if value is None:
            value = self._made[gram] = print_of(self._lexicon, self._words, gram)
        return value

    def _joined(self, document: int, stretches: list[Stretch]) -> Iterator[Excerpt]:
        """Excerpts out of the stretches of one document: neighbours with a few other words between them are one."""
        current: list[Stretch] = []
        long = [one for one in stretches if self._words.length(one.first, one.last) >= STRETCH]
        for one in [*long, None]:
            if current and (one is None or not _beside(current[-1], one)):
                yield self._excerpt(document, current)
                current = []
            if one is not None:
                current.append(one)

    def _excerpt(self, document: int, stretches: list[Stretch]) -> Excerpt:
        shared: list[bytes] = []
        done = 0
        for one in stretches:
            shared += self._words.list[max(one.first, done) : one.last]
            done = max(done, one.last)
        worth = self._worth(shared, stretches)
        return Excerpt(document, stretches[0].first, done, len(shared), worth)

    def _worth(self, shared: list[bytes], stretches: list[Stretch]) -> Worth:
        if not any(one.telling for one in stretches):
            return common_worth(shared)
        if self._index.stock is None:
            return prose_worth(shared, self._index.usual, self._lexicon)
        spans = [self._words.span(one.first, one.last) for one in stretches]
        return code_worth(shared, sum(end - start for start, end in spans), self._index.stock)


def _surest(findings: list[Finding]) -> list[Finding]:
    """Of findings of both parts that overlap the surest."""
    ranked = sorted(findings, key=lambda f: (-f.confidence, f.start - f.end))
    return [ranked[index] for index in _clear([(one.start, one.end) for one in ranked])]


def _clear(spans: list[tuple[int, int]]) -> list[int]:
    """Of spans, the better first, the numbers of those that overlap no better one, by start."""
    kept: list[tuple[int, int, int]] = []
    for number, (start, end) in enumerate(spans):
        index = bisect_left(kept, (start, end, number))
        if (index == 0 or kept[index - 1][1] <= start) and (index == len(kept) or kept[index][0] >= end):
            kept.insert(index, (start, end, number))
    return [number for _, _, number in kept]


def _beside(one: Stretch, other: Stretch) -> bool:
    return other.first - one.last <= _APART and abs(other.shift - one.shift) <= _SHIFT


def _apart(excerpts: list[Excerpt]) -> list[Excerpt]:
    """Of overlapping excerpts (versions of a document) the longest, by start."""
    ranked = sorted(excerpts, key=lambda e: (-e.words, e.document, e.first))
    return [ranked[index] for index in _clear([(one.first, one.last) for one in ranked])]
