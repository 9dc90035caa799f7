"""Hot words: what stands around a candidate makes a finding surer, or less so."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from policies.detectors.budget import Budget
from policies.detectors.model import NEVER_AFTER, NEVER_BEFORE, Context, Detector, Verdict
from policies.detectors.plan import Plan
from policies.detectors.steps import Steps, finished, in_order, let_go
from policies.detectors.tables import Heading, Tables
from policies.detectors.view import WORD

# Characters that a word behind a value counts as farther away.
_BEHIND = 20
# Of so many words the places are found in steps.
_MANY = 2048
# The reach of words that make a value none.
_AROUND = Context(before=NEVER_BEFORE, after=NEVER_AFTER)
_UPPER, _LOWER = b"AZ", b"az"


class HotWords:
    """The hot words of one view.

    hits: what the keyword pass found; starts: where the joined texts begin. headings: what those of tables and lists
    may cost, which count for all that stands under them; None in a text that grows, where they may be too far above
    to be still there.
    """

    __slots__ = ("_by_word", "_headings", "_hits", "_places", "_plan", "_seen", "_starts", "_tables")

    def __init__(
        self,
        plan: Plan,
        seen: bytes,
        hits: Sequence[tuple[int, int, int]],
        starts: Sequence[int],
        *,
        headings: Budget | None = None,
    ) -> None:
        self._plan = plan
        self._seen = seen
        self._hits = hits
        self._by_word: dict[int, list[tuple[int, int]]] | None = None
        self._starts = starts
        self._places: dict[frozenset[int], list[tuple[int, int]]] = {}
        self._tables = Tables(seen, headings) if headings is not None else None
        self._headings: dict[frozenset[int], list[Heading]] = {}

    def judged(self, detector: Detector, start: int, end: int, verdict: Verdict) -> tuple[float, str]:
        """Confidence of a candidate and why, once the words around it have been heard."""
        context = detector.context
        if context is None:
            return verdict.confidence, verdict.why
        words = self._plan.words[detector.id]
        if words[2] and self._distance(words[2], _AROUND, start, end) is not None:
            return 0.0, f"{verdict.why}; never here"
        near = self._nearest(words[0], context, start, end)
        if near is not None and not context.nearest:
            return verdict.confidence + context.raise_by, f"{verdict.why}; context"
        against = self._distance(words[1], context, start, end, line=context.nearest, ahead=context.ahead)
        if near is not None and (against is None or near <= against):
            return verdict.confidence + context.raise_by, f"{verdict.why}; context"
        if against is not None:
            return verdict.confidence - context.lower_by, f"{verdict.why}; context against"
        return verdict.confidence, verdict.why

    def near(self, detector: Detector, start: int, end: int) -> bool:
        """Whether a word of the detector's `near` stands within reach of a candidate."""
        context = detector.context
        if context is None:
            return False
        return self._nearest(self._plan.words[detector.id][0], context, start, end) is not None

    def many(self) -> bool:
        """Whether the text holds so many words that the places of those asked for should be made ready."""
        return len(self._hits) > _MANY

    def ready(self, detector: Detector) -> Steps[None]:
        """Find the places of a detector's words, in short steps."""
        if detector.context is None:
            return
        near = self._plan.words[detector.id][0]
        for words in self._plan.words[detector.id]:
            if words not in self._places:
                self._places[words] = yield from self._gathered(words)
        if self._tables is not None and near not in self._headings:
            self._headings[near] = yield from self._tables.headings(self._places[near])

    def let_go(self) -> Steps[None]:
        """Forget everything, in short steps."""
        self._places.clear()
        by_word, self._by_word = self._by_word, None
        while by_word:
            yield from let_go(by_word.popitem()[1])

    def windows(self, detector: Detector, longest: int) -> Steps[list[tuple[int, int]]]:
        """Where a match of at most so many characters may begin that has a word of `near` beside or above it:
        [first, last], joined where they touch."""
        context = detector.context
        found: list[tuple[int, int]] = []
        if context is None:
            return found
        if self.many():
            yield from self.ready(detector)
        near, reached = self._plan.words[detector.id][0], []
        for index, (first, _) in enumerate(self._whole_words(near) if context.reaches else ()):
            if index % _MANY == _MANY - 1:
                yield
            reached.append(self._within(first, first - context.after - longest, first + context.before))
        reached += [(heading.block.first, heading.block.last) for heading in self._headed(near)]
        for index, (low, high) in enumerate((yield from in_order(reached, tuple))):
            if index % _MANY == _MANY - 1:
                yield
            if found and low <= found[-1][1] + 1:
                found[-1] = found[-1][0], max(high, found[-1][1])
            else:
                found.append((low, high))
        return found

    def _nearest(self, words: frozenset[int], context: Context, start: int, end: int) -> int | None:
        """Characters to the nearest of the words; none, where one is the heading of the candidate's column."""
        distance = self._distance(words, context, start, end)
        if distance is not None and not context.nearest:
            return distance
        headings = self._headed(words)
        return 0 if self._tables is not None and headings and self._tables.headed(headings, start) else distance

    def _headed(self, words: frozenset[int]) -> list[Heading]:
        """The words of the set that stand in headings."""
        if self._tables is None:
            return []
        headings = self._headings.get(words)
        if headings is None:
            headings = self._headings[words] = finished(self._tables.headings(self._whole_words(words)))
        return headings

    def _distance(
        self, words: frozenset[int], context: Context, start: int, end: int, *, line: bool = False, ahead: bool = False
    ) -> int | None:
        """Characters to the nearest whole word of the set within reach, in the same text and outside the candidate.

        A word behind the candidate need only begin within reach, and counts as farther away: what follows a value is
        mostly the next one's label. line: only words of the candidate's line count (the header of a table names all
        its columns). ahead: only words in front of it count.
        """
        places = self._whole_words(words)
        if not places:
            return None
        found: list[int] = []
        low, high = self._within(start, start - context.before, end + context.after)
        if line:
            low = max(low, self._seen.rfind(b"\n", low, start) + 1)
            ends = self._seen.find(b"\n", end, high)
            high = ends if ends >= 0 else high
        for index in range(bisect_left(places, (low, 0)), len(places)):
            first, last = places[index]
            if first >= high:
                break
            if last <= start:
                found.append(start - last)
            elif first >= end and not ahead:
                found.append(first - end + _BEHIND)
        return min(found, default=None)

    def _within(self, place: int, low: int, high: int) -> tuple[int, int]:
        """A stretch around a place, cut at the borders of the text that the place is in."""
        if not self._starts:
            return max(low, 0), high
        index = bisect_right(self._starts, place) - 1
        return max(low, self._starts[index]), min(high, self._starts[index + 1] - 1)

    def _whole_words(self, words: frozenset[int]) -> list[tuple[int, int]]:
        """Where words of the set stand as whole words (a plural s or x may follow), by start."""
        places = self._places.get(words)
        if places is None:
            places = self._places[words] = finished(self._gathered(words))
        return places

    def _gathered(self, words: frozenset[int]) -> Steps[list[tuple[int, int]]]:
        if self._by_word is None:
            self._by_word = yield from self._sorted_out()
        by_word = self._by_word
        # The smaller set is gone through: a detector may know hundreds of words, a text hold thousands.
        some = words if len(words) < len(by_word) else by_word.keys()
        places: list[tuple[int, int]] = []
        for word in some:
            if word in words and word in by_word:
                places += by_word[word]
        return (yield from in_order(places, tuple))

    def _sorted_out(self) -> Steps[dict[int, list[tuple[int, int]]]]:
        """Where each word stands as a whole word."""
        by_word: dict[int, list[tuple[int, int]]] = {}
        judging, whole = self._plan.judging, self._whole
        for index, (word, low, high) in enumerate(self._hits):
            if index % _MANY == _MANY - 1:
                yield
            if word in judging and whole(low, high):
                by_word.setdefault(word, []).append((low, high))
        return by_word

    def _whole(self, low: int, high: int) -> bool:
        """Whether nothing of the same word touches; a change of case parts words (`nhsNumber`, `clientSsn`)."""
        seen = self._seen
        if low and not _apart(seen, low):
            return False
        if high < len(seen) and seen[high] in b"sSxX" and seen[high - 1] in WORD and not _apart(seen, high):
            high += 1
        return high >= len(seen) or _apart(seen, high)


def _apart(seen: bytes, place: int) -> bool:
    """Whether a word ends before a place: no letter or digit on both sides, or `aB`, or before the last of `ABc`."""
    before, behind = seen[place - 1], seen[place]
    if before not in WORD or behind not in WORD:
        return True
    if not _UPPER[0] <= behind <= _UPPER[1]:
        return False
    if _LOWER[0] <= before <= _LOWER[1]:
        return True
    after = seen[place + 1] if place + 1 < len(seen) else 0
    return _UPPER[0] <= before <= _UPPER[1] and _LOWER[0] <= after <= _LOWER[1]
