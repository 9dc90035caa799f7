"""Restores an answer and has it judged as the client will see it, as one guard whose offsets are the vendor's.

The guard behind it gets the restored texts and is told which stretches are values of this call's own: a finding that
lies wholly in one of them is nothing that the caller doesn't have already.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from policies.ruling import RuleHit
from policies.transform.guard import Guard, Release
from policies.transform.restore import Restorer, Step, Swap
from policies.transform.tokens import Issued

Edit = tuple[int, int, str]

# Text that a vendor signs comes back to it as it was: tokens stay in it both ways.
_SIGNED: Final = "signed"
_TEXT: Final = "text"
_SOURCE: Final = "tool_arguments"
_STRING: Final = "tool_text"


class _Channel:
    """One growing text. swaps: not yet released. edits: the guard's, not yet released, in offsets as restored."""

    __slots__ = ("edits", "restorer", "safe", "swaps")

    def __init__(self, restorer: Restorer) -> None:
        self.restorer = restorer
        self.swaps: deque[Swap] = deque()
        self.edits: deque[Edit] = deque()
        self.safe = 0

    def back(self, given: int, edits: Sequence[Edit]) -> tuple[int, tuple[Edit, ...]]:
        """What may leave, where the restored text may leave up to `given`: offsets in the text as it came."""
        self.edits.extend(edits)
        given = self._whole(given)
        found = []
        while (self.swaps and self.swaps[0].until <= given) or (self.edits and self.edits[0][1] <= given):
            found.append(self._next())
        self.safe = self._came(given)
        return self.safe, tuple(found)

    def _whole(self, given: int) -> int:
        """`given`, or the beginning of the value or edit that it cuts."""
        spans = [(s.at, s.until) for s in self.swaps] + [(start, end) for start, end, _ in self.edits]
        while cut := [start for start, end in spans if start < given < end]:
            given = min(cut)
        return given

    def _next(self) -> Edit:
        """The next edit: values and redactions that touch one another are one."""
        first = min([s.at for s in list(self.swaps)[:1]] + [e[0] for e in list(self.edits)[:1]])
        swaps: list[Swap] = []
        edits: list[Edit] = []
        until = first
        while True:
            if self.swaps and (self.swaps[0].at < until or self.swaps[0].at == first):
                swaps.append(self.swaps.popleft())
                until = max(until, swaps[-1].until)
            elif self.edits and (self.edits[0][0] < until or self.edits[0][0] == first):
                edits.append(self.edits.popleft())
                until = max(until, edits[-1][1])
            else:
                return self._joined(first, until, swaps, edits)

    def _joined(self, first: int, until: int, swaps: list[Swap], edits: list[Edit]) -> Edit:
        """Values with the redactions made in them; what a redaction covers besides is text that goes with it."""
        start, end = self._came(first, swaps), self._came(until, swaps)
        said, at = [], first
        for left, right, new in [*edits, (until, until, "")]:
            said += [s.new[max(at - s.at, 0) : left - s.at] for s in swaps if s.at < left and at < s.until]
            said.append(new)
            at = max(at, right)
        return start, end, "".join(said)

    def _came(self, given: int, gone: Sequence[Swap] = ()) -> int:
        """Where a place outside of values, or at an end of one, is in the text as it came."""
        place = given - self.restorer.given + self.restorer.taken
        for swap in (*gone, *self.swaps):
            if swap.at >= given:
                place += len(swap.new) - (swap.end - swap.start)
        return place


class Restoring:
    """A guard that restores. guard: what judges the restored texts, where a rule looks at answers."""

    __slots__ = ("_channels", "_guard", "_issued", "_json", "restored")

    def __init__(self, issued: Issued, guard: Guard | None, *, json: bool = False) -> None:
        """json: the answer's text was asked for as JSON."""
        self._json = json
        self._issued = issued
        self._guard = guard
        self._channels: dict[str, _Channel] = {}
        self.restored = 0

    def feed(self, channel: str, kind: str, text: str) -> Release:
        """More text of a channel, in any cut."""
        if kind == _SIGNED:
            return self._signed(channel, kind, text)
        state = self._channels.get(channel)
        if state is None:
            state = self._channels[channel] = _Channel(self._restorer(kind))
        return self._judged(state, channel, kind, state.restorer.feed(text))

    def finish(self, channel: str) -> Release:
        """The end of a channel's text: what was held is no token and leaves as it is."""
        state = self._channels.get(channel)
        if state is None:
            return self._guard.finish(channel) if self._guard is not None else Release(0)
        last = state.restorer.feed("", final=True)
        released = self._judged(state, channel, "", last) if last.text else Release(state.safe)
        if self._guard is None or released.stop is not None:
            return released
        ended = self._guard.finish(channel)
        safe, edits = state.back(ended.safe, ended.edits)
        return Release(safe, released.edits + edits, ended.stop, released.hits + ended.hits)

    def whole(self, channel: str, kind: str, text: str) -> Release:
        """A complete text at once."""
        if kind == _SIGNED:
            return Release(len(text)) if self._guard is None else self._guard.whole(channel, kind, text)
        state = _Channel(self._restorer(kind))
        step = state.restorer.feed(text, final=True)
        self._take(state, step, counted=channel not in self._channels)
        if self._guard is None:
            return Release(*state.back(state.restorer.given, ()))
        release = self._guard.whole(channel, kind, step.text, own=_own(step))
        safe, edits = state.back(release.safe, release.edits)
        return Release(safe, edits, release.stop, release.hits)

    def hits(self) -> tuple[RuleHit, ...]:
        """Every rule that matched so far."""
        return self._guard.hits() if self._guard is not None else ()

    def _restorer(self, kind: str) -> Restorer:
        if kind == _STRING:
            return Restorer(self._issued, source=False, string=True)
        return Restorer(self._issued, source=True if kind == _SOURCE or (kind == _TEXT and self._json) else None)

    def _take(self, state: _Channel, step: Step, *, counted: bool = True) -> None:
        state.swaps.extend(step.swaps)
        self.restored += len(step.swaps) if counted else 0

    def _judged(self, state: _Channel, channel: str, kind: str, step: Step) -> Release:
        self._take(state, step)
        if self._guard is None:
            return Release(*state.back(state.restorer.given, ()))
        release = self._guard.feed(channel, kind, step.text, own=_own(step))
        safe, edits = state.back(release.safe, release.edits)
        return Release(safe, edits, release.stop, release.hits)

    def _signed(self, channel: str, kind: str, text: str) -> Release:
        if self._guard is not None:
            return self._guard.feed(channel, kind, text)
        state = self._channels.setdefault(channel, _Channel(Restorer(self._issued)))
        state.safe += len(text)
        return Release(state.safe)


def restoring(issued: Issued, guard: Guard | None, *, json: bool = False) -> Guard | Restoring | None:
    """The guard of an answer to a call in which `issued` stand; None where nothing looks at it."""
    return Restoring(issued, guard, json=json) if issued else guard


def _own(step: Step) -> tuple[tuple[int, int], ...]:
    return tuple((swap.at, swap.until) for swap in step.swaps)
