"""Reads `traceparent`, the header in which a caller names the trace and span that its call belongs to (W3C)."""

from __future__ import annotations

import re
from typing import NamedTuple

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED = 1


class Parent(NamedTuple):
    """trace: 32 hex digits. span: 16. sampled: whoever sent it keeps the trace."""

    trace: str
    span: str
    sampled: bool


def read(header: str) -> Parent | None:
    """What a header says; None for one that isn't valid, which is then as if there were none."""
    found = _FORM.fullmatch(header)
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    # Version 0 has nothing behind its flags; a later one may.
    if version == "ff" or (version == "00" and more) or not int(trace, 16) or not int(span, 16):
        return None
    return Parent(trace, span, bool(int(flags, 16) & _SAMPLED))
