"""How often the same is told: a change at once, a few times; a repetition, and the latest state, after a quiet time."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.webhooks.notices import Message

QUIET = 300.0
"""Seconds in which one subject is told of `AT_ONCE` times at most."""
AT_ONCE = 3
ALL_AT_ONCE = 60
"""Messages of all subjects together in a quiet time; the others are held, too. Errors have as much for themselves: a
hundred budgets that run low on a Monday must not hold back that the ledger can't be written."""
MOST_SUBJECTS = 1_000


@dataclass(slots=True)
class _Story:
    """One subject. told: when, lately; last: which event. held: the latest that wasn't told yet, and how many before
    it weren't."""

    told: deque[float] = field(default_factory=deque)
    last: str = ""
    held: Message | None = None
    unsaid: int = 0


class Pacing:
    """Decides what is told when. Times are monotonic seconds."""

    def __init__(self, quiet: float = QUIET, at_once: int = AT_ONCE, all_at_once: int = ALL_AT_ONCE) -> None:
        self._quiet, self._at_once, self._all_at_once = quiet, at_once, all_at_once
        self._stories: OrderedDict[str, _Story] = OrderedDict()
        self._told: dict[bool, deque[float]] = {True: deque(), False: deque()}  # of errors, of the rest

    def offer(self, message: Message, now: float) -> Message | None:
        """The message where it may be told at once; None where it is held."""
        story = self._stories.setdefault(message.subject, _Story())
        self._stories.move_to_end(message.subject)
        if len(self._stories) > MOST_SUBJECTS:
            self._stories.popitem(last=False)
        if story.held is not None:
            story.unsaid += 1
        story.held = message
        return self._say(story, now)

    def due(self, now: float) -> Iterator[Message]:
        """What was held and may be told now; forgets subjects of which nothing was told lately."""
        for subject, story in tuple(self._stories.items()):
            if story.held is not None:
                said = self._say(story, now)
                if said is not None:
                    yield said
            elif self._lately(story.told, now) == 0:
                del self._stories[subject]

    def _say(self, story: _Story, now: float) -> Message | None:
        assert story.held is not None
        lately = self._lately(story.told, now)
        again = lately > 0 and story.held.event == story.last
        told = self._told[story.held.notice.level == "error"]
        if again or lately >= self._at_once or self._lately(told, now) >= self._all_at_once:
            return None
        story.last = story.held.event
        said = story.held._replace(repeated=story.unsaid)
        story.held, story.unsaid = None, 0
        story.told.append(now)
        told.append(now)
        return said

    def _lately(self, times: deque[float], now: float) -> int:
        while times and now - times[0] >= self._quiet:
            times.popleft()
        return len(times)
