"""Where texts of a call meet: a value may be split over parts of a message, over turns, over a list of strings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol

from policies.detectors.steps import Steps
from policies.findings import Finding

_TEXT = "text"
# Of each part beside a joint so many characters are looked at: a value longer than this is seen by its own part.
_BESIDE = 96


class PassageLike(Protocol):
    """What classification needs of a passage."""

    @property
    def part(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def message(self) -> int | None: ...


# Turns of these roles are the caller's: what one begins another may go on, whatever was answered between.
_CALLERS = ("user",)
# A joint of turns holds so many characters at most, and what it finds must be so sure.
_MOST = 2000
_SURE = 0.75
# A passage of small strings that nobody knows, gathered with NUL between them, is joined where it is no longer.
_GATHERED = 4000
# So many passages are gone through in one step.
_IN_A_STEP = 512


@dataclass(frozen=True, slots=True)
class Joint:
    """Texts without what stands between them.

    text: the beginnings and ends of the parts (a long part's middle left out, NUL in its place). places: for each piece
    of it (start in `text`, passage, start in the passage), in order. sure: only findings that are sure count. note:
    what the joint is over.
    """

    text: str
    places: tuple[tuple[int, int, int], ...]
    sure: bool = False
    note: str = "over several parts"

    def parts(self, finding: Finding) -> Iterator[Finding]:
        """The finding as one finding in each piece that it touches; nothing where it touches only one."""
        if self.sure and finding.confidence < _SURE:
            return
        touched = []
        for index, (start, passage, offset) in enumerate(self.places):
            end = self.places[index + 1][0] if index + 1 < len(self.places) else len(self.text)
            low, high = max(start, finding.start), min(end, finding.end)
            if low < high:
                why = f"{finding.why}; {self.note}"
                touched.append(
                    replace(finding, start=low - start + offset, end=high - start + offset, passage=passage, why=why)
                )
        if len(touched) > 1:
            yield from touched


def joints_of(passages: Sequence[PassageLike]) -> Steps[list[Joint]]:
    """Joints between parts of a message, between turns of the caller, and within gathered strings: a generator that
    pauses, and returns them."""
    runs = yield from _parts_of_messages(passages)
    joints = []
    each = chain((_joint(run, passages) for run in runs), _turns(passages, runs), _gathered(passages))
    for number, joint in enumerate(each):
        if number % _IN_A_STEP == _IN_A_STEP - 1:
            yield
        joints.append(joint)
    return joints


def _parts_of_messages(passages: Sequence[PassageLike]) -> Steps[list[list[int]]]:
    """Messages with more than one text part in a row from the same role."""
    runs: list[list[int]] = []
    # The message and role of the text right before, None where nothing may be joined to it.
    last: int | None = None
    role = ""
    for index, passage in enumerate(passages):
        if index % _IN_A_STEP == _IN_A_STEP - 1:
            yield
        message = passage.message
        if message is None or passage.part != _TEXT or not passage.text:
            last = None
        elif message == last and passage.role == role:
            if runs and runs[-1][-1] == index - 1:
                runs[-1].append(index)
            else:
                runs.append([index - 1, index])
        else:
            last, role = message, passage.role
    return runs


def _turns(passages: Sequence[PassageLike], within: list[list[int]]) -> Iterator[Joint]:
    """Joints of the end of one turn with the beginning of the next, over short turns as a whole."""
    known = {tuple(run) for run in within}
    for role in _CALLERS:
        run: list[int] = []
        size = 0
        for index, passage in enumerate(passages):
            if passage.role != role or passage.part != _TEXT or passage.message is None or not passage.text:
                continue
            run.append(index)
            size += len(passage.text)
            if len(passage.text) > _BESIDE or size > _MOST:
                if len(run) > 1 and tuple(run) not in known:
                    yield _edges(run, passages)
                run, size = [index], 0
        if len(run) > 1 and tuple(run) not in known:
            yield _edges(run, passages)


def _edges(run: list[int], passages: Sequence[PassageLike]) -> Joint:
    text, places = "", []
    for index in run:
        whole = passages[index].text
        first = max(len(whole) - _BESIDE, 0) if index == run[0] else 0
        places.append((len(text), index, first))
        text += whole[first : first + _BESIDE]
    return Joint(text, tuple(places), True, "over several turns")


def _gathered(passages: Sequence[PassageLike]) -> Iterator[Joint]:
    for index, passage in enumerate(passages):
        text = passage.text
        if passage.part == _TEXT and "\0" in text and len(text) <= _GATHERED:
            pieces = text.split("\0")
            joined, places, offset = "", [], 0
            for piece in pieces:
                places.append((len(joined), index, offset))
                joined += piece
                offset += len(piece) + 1
            yield Joint(joined, tuple(places), True, "over several strings")


def _joint(run: Iterable[int], passages: Sequence[PassageLike]) -> Joint:
    text, places = "", []
    for index in run:
        whole = passages[index].text
        places.append((len(text), index, 0))
        if len(whole) <= 2 * _BESIDE:
            text += whole
            continue
        text += whole[:_BESIDE] + "\0"
        places.append((len(text), index, len(whole) - _BESIDE))
        text += whole[-_BESIDE:]
    return Joint(text, tuple(places))
