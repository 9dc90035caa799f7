"""How often the same is told: a change at once, a few times; a repetition, and the latest state, after a quiet time."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from gateway.webhooks.notices import Message
from gateway.webhooks.stories import Told

QUIET = 300.0
"""Seconds in which one subject is told of `AT_ONCE` times at most."""
AT_ONCE = 3
ALL_AT_ONCE = 60
"""Messages of all subjects together in a quiet time; the others are held, too. Errors have as much for themselves: a
hundred budgets that run low on a Monday must not hold back that the ledger can't be written."""
MOST_SUBJECTS = 1_000
SAME = 10.0
"""Seconds in which what several workers see is one thing."""


@dataclass(slots=True)
class _Story:
    """One subject. told: when, lately; last: which event, and when that happened (Unix time). by_another: whether
    another worker told it. held: the latest that wasn't told yet, and how many before it weren't."""

    told: deque[float] = field(default_factory=deque)
    last: str = ""
    at: float = 0.0
    by_another: bool = False
    held: Message | None = None
    unsaid: int = 0


class Pacing:
    """Decides what is told when. Times are monotonic seconds. elsewhere: what others are known to have told of a
    subject."""

    def __init__(
        self,
        quiet: float = QUIET,
        at_once: int = AT_ONCE,
        all_at_once: int = ALL_AT_ONCE,
        elsewhere: Callable[[str], Told | None] = lambda _: None,
    ) -> None:
        self._quiet, self._at_once, self._all_at_once = quiet, at_once, all_at_once
        self._elsewhere = elsewhere
        self._stories: OrderedDict[str, _Story] = OrderedDict()
        self._told: dict[bool, deque[float]] = {True: deque(), False: deque()}  # of errors, of the rest

    def offer(self, message: Message, now: float, times: int = 1) -> Message | None:
        """The message where it may be told at once; None where it is held. times: how often it happened."""
        if self.hold(message, now, times):
            return None
        return self._say(self._stories[message.subject], message, now, times - 1)

    def hold(self, message: Message, now: float, times: int = 1) -> bool:
        """Holds what may not be told now; whether that is so."""
        story = self._stories.setdefault(message.subject, _Story())
        self._stories.move_to_end(message.subject)
        if len(self._stories) > MOST_SUBJECTS:
            self._stories.popitem(last=False)
        self._learn(story, message.subject, now)
        if _told_by_another(story, message):
            return True
        if self._may(story, message, now):
            return False
        story.unsaid += times - (story.held is None)
        story.held = message
        return True

    def due(self, now: float) -> Iterator[Message]:
        """What was held and may be told now; forgets subjects of which nothing was told lately."""
        for subject, story in tuple(self._stories.items()):
            if story.held is not None:
                self._learn(story, subject, now)
                if _told_by_another(story, story.held):
                    story.held, story.unsaid = None, 0
                elif self._may(story, story.held, now):
                    yield self._say(story, story.held, now)
            elif self._lately(story.told, now) == 0:
                del self._stories[subject]

    def told(self, message: Message, now: float) -> Told:
        """How far the story of a message is that was told just now."""
        story = self._stories[message.subject]
        return Told(story.last, story.at, tuple(now - at for at in story.told))

    def _may(self, story: _Story, message: Message, now: float) -> bool:
        lately = self._lately(story.told, now)
        again = lately > 0 and message.event == story.last
        told = self._told[message.notice.level == "error"]
        return not again and lately < self._at_once and self._lately(told, now) < self._all_at_once

    def _learn(self, story: _Story, subject: str, now: float) -> None:
        """Another worker went on with the story where this one had left it."""
        known = self._elsewhere(subject)
        if known is None or not known.ago or (story.told and now - known.ago[-1] < story.told[-1]):
            return
        story.last, story.at, story.by_another = known.last, known.at, True
        story.told = deque(now - ago for ago in known.ago)

    def _say(self, story: _Story, message: Message, now: float, more: int = 0) -> Message:
        # What was held before is told with this, as something that happened as well.
        unsaid = story.unsaid + (story.held is not None and story.held is not message) + more
        story.last, story.at, story.by_another = message.event, message.at.timestamp(), False
        story.held, story.unsaid = None, 0
        story.told.append(now)
        self._told[message.notice.level == "error"].append(now)
        return message._replace(repeated=unsaid)

    def _lately(self, times: deque[float], now: float) -> int:
        while times and now - times[0] >= self._quiet:
            times.popleft()
        return len(times)


def _told_by_another(story: _Story, message: Message) -> bool:
    """Whether another worker told the same, as it saw it at about that moment, or what came after it."""
    later = message.at.timestamp() - story.at
    return story.by_another and (later <= 0 or (message.event == story.last and later <= SAME))
