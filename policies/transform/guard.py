"""The way back: what may be released of an answer while it streams."""

from __future__ import annotations

from typing import NamedTuple

from policies.ruling import RuleHit, Ruling


class Release(NamedTuple):
    """What one step of the guard lets go of a channel.

    safe: absolute offset in the channel's text up to which text is released. edits: (start, end, new) with absolute
    offsets, all below `safe`, each given once. stop: the answer ends here (text below `safe` may still go out).
    """

    safe: int
    edits: tuple[tuple[int, int, str], ...] = ()
    stop: Ruling | None = None
    hits: tuple[RuleHit, ...] = ()
