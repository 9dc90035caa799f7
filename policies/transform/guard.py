"""The way back: what may be released of an answer while it streams.

Rules on responses are of two kinds. A local one looks at one finding at a time: text streams, with the few characters
held that may still become a finding. A whole-answer one looks at a set of findings (a count above one, several
detectors together, a data class that takes several) or for the company's own data, which only shows in a whole text:
its channels are held to their end. What is edited and where an answer ends are the same in every cut, and the same as
for an answer that comes in one piece.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from policies.detectors.budget import ScanBudgetExceeded
from policies.passages import PlainPassage
from policies.rules import Rule
from policies.ruling import FindingFacts, RuleHit, Ruling
from policies.transform.redact import escape_start, unescaped, whole_escapes
from policies.transform.weigh import Scale, Shown, Weighed, matches

# Roles under which rules know the kinds of an answer's text; every other kind counts as the assistant's.
_ROLES: Final = {
    "reasoning": "reasoning", "signed": "reasoning", "tool_arguments": "tool_arguments", "tool_text": "tool_arguments",
}  # fmt: skip

Spans = Sequence[tuple[int, int]]


class ScanEngine(Protocol):
    """What the guard needs of the detection engine. whole: detectors that judge a text only as a whole."""

    @property
    def whole(self) -> frozenset[str]: ...
    def reach(self, detectors: frozenset[str]) -> int: ...
    def pending(self, text: str, detectors: frozenset[str]) -> int | None: ...
    def peek(self, text: str, start: int, detectors: frozenset[str]) -> int | None: ...
    def settle(
        self, text: str, start: int, detectors: frozenset[str], *, final: bool = False
    ) -> tuple[int, Sequence[FindingFacts]]: ...


class Release(NamedTuple):
    """What one step of the guard lets go of a channel.

    safe: absolute offset in the channel's text up to which text is released. edits: (start, end, new) with absolute
    offsets, all below `safe`, each given once. stop: the answer ends here (text below `safe` may still go out). hits:
    rules that matched in this step; adding up `count` over the steps gives the same at any cut.
    """

    safe: int
    edits: tuple[tuple[int, int, str], ...] = ()
    stop: Ruling | None = None
    hits: tuple[RuleHit, ...] = ()


class _Kind:
    """The rules that look at one kind of channel. reach: characters kept in front of what was released."""

    def __init__(self, role: str, rules: Iterable[tuple[Rule, str]], scale: Scale, engine: ScanEngine) -> None:
        here = PlainPassage(role=role, direction="response", message=None)
        chosen = [(r, force) for r, force in rules if r.tests_on_texts and (r.where is None or r.where(here))]
        enforced = [r for r, force in chosen if force == "enforce"]
        self.scale = scale
        self.local = [r for r in enforced if is_local(r, engine.whole)]
        self.sets = [r for r in enforced if not is_local(r, engine.whole)]
        self.watched = [(r, force) for r, force in chosen if force != "enforce"]
        self.local_detectors = _detectors(self.local)
        self.set_detectors = _detectors(self.sets)
        self.reach = max(engine.reach(self.local_detectors), 64) if self.local else 0
        # Rules that look at a set, and rules that are only watched, need the whole text in the end.
        self.keeps = bool(self.sets or self.watched)


@dataclass(slots=True)
class _Channel:
    """A growing text: `text` begins at the absolute offset `base`; below `safe` it is released.

    own: stretches (absolute offsets) with values that the caller sent; what lies wholly in one is no finding.
    """

    kind: _Kind
    text: str = ""
    base: int = 0
    safe: int = 0
    stopped: Ruling | None = None
    own: list[tuple[int, int]] = field(default_factory=list)

    def seen(self, *, final: bool = False) -> str:
        """The text as detection sees it, same offsets; without an escape that has not fully come, unless `final`."""
        if not self.kind.scale.source or "\\" not in self.text:
            return self.text
        seen = unescaped(self.text)
        return seen + self.text[len(seen) :] if final else seen

    def foreign(self, found: Sequence[FindingFacts]) -> Sequence[FindingFacts]:
        """The findings that are more than the caller's own values."""
        if not self.own or not found:
            return found
        own = [(start - self.base, end - self.base) for start, end in self.own]
        return [f for f in found if not any(start <= f.start and f.end <= end for start, end in own)]


class Outlook:
    """The rules that look at an answer, with how each counts; one for all answers that the same ones look at."""

    __slots__ = ("_kinds", "_revision", "_rules", "_shown", "engine")

    def __init__(self, rules: Iterable[tuple[Rule, str]], engine: ScanEngine, *, shown: Shown, revision: str) -> None:
        self.engine = engine
        self._rules = tuple(rules)
        self._shown = shown
        self._revision = revision
        self._kinds: dict[str, _Kind] = {}

    def kind(self, kind: str) -> _Kind:
        """What is to be known of channels of a kind."""
        role = _ROLES.get(kind, "assistant")
        made = self._kinds.get(role)
        if made is None:
            scale = Scale(role, self._shown, self._revision)
            made = self._kinds[role] = _Kind(role, self._rules, scale, self.engine)
        return made


class Guard:
    """Judges the growing texts of one answer. Made by `Policies.guard`."""

    __slots__ = ("_channels", "_engine", "_hits", "_outlook")

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._engine = outlook.engine
        self._channels: dict[str, _Channel] = {}
        self._hits: dict[tuple[str, str, str], RuleHit] = {}

    @property
    def restored(self) -> int:
        """Tokens that became values again: what judges puts nothing back."""
        return 0

    def feed(self, channel: str, kind: str, text: str, *, own: Spans = ()) -> Release:
        """More text of a channel, in any cut. own: where in the channel it holds values that the caller sent."""
        state = self._channels.get(channel)
        if state is None:
            state = self._channels[channel] = _Channel(self._outlook.kind(kind))
        if state.stopped is not None:
            return Release(state.safe, stop=state.stopped)
        state.text += text
        state.own += own
        rules = state.kind
        if rules.sets:
            return Release(state.safe)
        if not rules.local:
            state.safe = state.base + len(state.text)
            return Release(state.safe)
        release = self._glanced(state)
        return self._judged(state, final=False) if release is None else release

    def finish(self, channel: str) -> Release:
        """The end of a channel's text: everything held is judged and, unless the answer ends here, released."""
        state = self._channels.get(channel)
        if state is None:
            return Release(0)
        if state.stopped is not None:
            return Release(state.safe, stop=state.stopped)
        return self._judged(state, final=True)

    def whole(self, channel: str, kind: str, text: str, *, own: Spans = ()) -> Release:
        """A complete text at once. The hits of a text that `feed` has seen already are not counted again."""
        fed = channel in self._channels
        state = _Channel(self._outlook.kind(kind), text, own=list(own))
        release = self._judged(state, final=True, counted=not fed)
        if not fed:
            self._channels[channel] = state
        return release

    def hits(self) -> tuple[RuleHit, ...]:
        """Every rule that matched so far, shadow ones too, once each with its count over all channels.

        To be asked when the answer has ended: rules that are only watched look at texts as far as they came.
        """
        found = dict(self._hits)
        for state in self._channels.values():
            if state.kind.watched and state.stopped is None:
                for hit in self._watched(state):
                    _count(found, hit)
        return () if not found else tuple(sorted(found.values(), key=lambda h: (h.policy, h.rule, h.mode, h.action)))

    def _glanced(self, state: _Channel) -> Release | None:
        """What to release where a look is enough: all of it, or none; None where it has to be scanned."""
        seen, start = state.seen(), state.safe - state.base
        # An escape may be cut at the end: then only that nothing is decided can be told so easily.
        if seen is state.text:
            safe = self._engine.peek(seen, start, state.kind.local_detectors)
            if safe is None:
                return None
            if safe > start:
                state.safe = state.base + safe
                _trim(state)
            return Release(state.safe)
        pending = self._engine.pending(seen, state.kind.local_detectors)
        return Release(state.safe) if pending is not None and pending <= start else None

    def _judged(self, state: _Channel, *, final: bool, counted: bool = True) -> Release:
        try:
            safe, weighed = self._weighed(state, final)
        except ScanBudgetExceeded:
            # Like a request that can't be inspected: nothing more of it is let through.
            state.stopped = state.kind.scale.failed()
            return Release(state.safe, stop=state.stopped)
        for hit in weighed.hits if counted else ():
            _count(self._hits, hit)
        edits = state.kind.scale.edits(weighed.spans, state.base)
        state.stopped = weighed.stop
        state.safe = state.base + (safe if weighed.stop is None else weighed.cut)
        _trim(state)
        return Release(state.safe, edits, weighed.stop, weighed.hits if counted else ())

    def _weighed(self, state: _Channel, final: bool) -> tuple[int, Weighed]:
        """How far the text may go, and what its findings up to there lead to (offsets in `state.text`)."""
        rules, text, start = state.kind, state.text, state.safe - state.base
        safe, weighed, seen = len(text), Weighed(), state.seen(final=final)
        if rules.local:
            safe, found = self._engine.settle(seen, start, rules.local_detectors, final=final)
            found = state.foreign(found)
            if rules.scale.source and not final:
                safe, found = _whole_edits(text, safe, found)
            if not found and not rules.sets:
                return safe, weighed
            weighed = rules.scale.each(text, found, rules.local, state.base)
        if rules.sets:
            _, found = self._engine.settle(seen, 0, rules.set_detectors, final=True)
            found = state.foreign(found)
            weighed = _both(weighed, rules.scale.together(text, found, rules.sets), start)
        return safe, weighed

    def _watched(self, state: _Channel) -> Iterable[RuleHit]:
        watched = state.kind.watched
        try:
            _, found = self._engine.settle(state.seen(final=True), 0, _detectors(r for r, _ in watched), final=True)
        except ScanBudgetExceeded:
            return
        forces = {r.id: force for r, force in watched}
        for rule, matched in matches((r for r, _ in watched), state.foreign(found)):
            yield state.kind.scale.hit(rule, rule.action, forces[rule.id], matched)


def is_local(rule: Rule, whole: frozenset[str]) -> bool:
    """Whether a rule on responses judges one finding at a time, so that answers can stream under it.

    whole: detectors that judge a text only as a whole.
    """
    tests = rule.tests_on_texts
    alone = len(rule.criteria) + (rule.findings is not None) == 1
    return alone and all(test.single for test in tests) and rule.detectors.isdisjoint(whole)


def _detectors(rules: Iterable[Rule]) -> frozenset[str]:
    return frozenset(d for r in rules for d in r.detectors)


def _whole_edits(text: str, safe: int, found: Sequence[FindingFacts]) -> tuple[int, tuple[FindingFacts, ...]]:
    """Release no half of an escape, and hold findings whose redaction would end behind `safe`."""
    kept: Sequence[FindingFacts] = found
    safe = escape_start(text, safe)
    while late := [f.start for f in kept if f.end > safe or whole_escapes(text, f.start, f.end)[1] > safe]:
        safe = escape_start(text, min(late))
        kept = [f for f in kept if f.start < safe]
    return safe, tuple(kept)


def _both(one: Weighed, sets: Weighed, start: int) -> Weighed:
    """Both ways of counting over one complete text; a refusal by either withholds all that was held."""
    hits = one.hits + sets.hits
    stop = one.stop or sets.stop
    if stop is not None:
        return Weighed((), hits, stop, start)
    return Weighed(one.spans + tuple(s for s in sets.spans if s.end > start), hits)


def _trim(state: _Channel) -> None:
    """Forget released text that no longer judges what follows."""
    if state.kind.keeps or state.stopped is not None:
        return
    spare = state.safe - state.base - state.kind.reach
    if spare > 64:
        if state.kind.scale.source:
            spare = escape_start(state.text, spare)
        state.text = state.text[spare:]
        state.base += spare
        state.own = [span for span in state.own if span[1] > state.base]


def _count(hits: dict[tuple[str, str, str], RuleHit], hit: RuleHit) -> None:
    key = (hit.rule, hit.mode, hit.action)
    before = hits.get(key)
    if before is None:
        hits[key] = hit
        return
    detectors = tuple(sorted({*before.detectors, *hit.detectors}))
    hits[key] = before._replace(detectors=detectors, count=before.count + hit.count)
