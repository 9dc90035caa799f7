"""Review samples: what stood around a finding, so that people can judge a rule; never the finding itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple, Protocol

LONGEST_DAYS: Final = 14
MOST_A_DAY: Final = 100
# Characters on either side: eighty around a finding.
_BESIDE: Final = 40
# Shorter ones are words of any text.
_SHORTEST: Final = 4


class ReviewSample(NamedTuple):
    """How many samples of a rule are kept a day, and for how many days."""

    per_day: int = 20
    days: int = LONGEST_DAYS


class _Again(NamedTuple):
    detector: str
    start: int
    end: int


class Span(Protocol):
    """A finding in the text that a sample is cut from."""

    @property
    def detector(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def excerpt(
    text: str,
    finding: Span,
    others: Iterable[Span],
    names: dict[str, str],
    elsewhere: Iterable[tuple[str, str]] = (),
) -> str:
    """At most 80 characters around a finding, with its type, and that of any other finding there, in place of values.

    others: every finding of the text, however unsure. names: detectors by id as they may be shown. elsewhere: detector
    and value of what was found in other texts of the call.
    """
    first, last = max(finding.start - _BESIDE, 0), min(finding.end + _BESIDE, len(text))
    spans = [finding, *others]
    values = {(one.detector, text[one.start : one.end]) for one in spans} | set(elsewhere)
    spans += [again for detector, value in sorted(values) for again in _again(text, detector, value, first, last)]
    said: list[str] = []
    at = first
    for start, end, name in _covered(finding, spans, names):
        if end <= at or start >= last:
            continue
        said += [_plain(text[at:start]), f"[{name}]"]
        at = end
    return "".join([*said, _plain(text[at:last])])


def _again(text: str, detector: str, value: str, first: int, last: int) -> Iterator[Span]:
    """Where a value stands once more between `first` and `last`, unnoticed: without the word that told what it is."""
    value = _small(value.strip())
    if len(value) < _SHORTEST:
        return
    begin = max(first - len(value), 0)
    near = _small(text[begin : last + len(value)])
    at = near.find(value)
    while at >= 0:
        yield _Again(detector, begin + at, begin + at + len(value))
        at = near.find(value, at + 1)


def _small(text: str) -> str:
    """In small letters, as long as before."""
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _covered(finding: Span, others: Iterable[Span], names: dict[str, str]) -> list[tuple[int, int, str]]:
    """What is masked: stretches in order, overlapping ones as one, by the name of the first."""
    spans = sorted(others, key=lambda one: (one.start, -one.end))
    found: list[tuple[int, int, str]] = []
    for one in spans:
        if found and one.start < found[-1][1]:
            start, end, name = found[-1]
            name = names[finding.detector] if one is finding else name
            found[-1] = (start, max(end, one.end), name)
        else:
            found.append((one.start, one.end, names[one.detector]))
    return found


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
