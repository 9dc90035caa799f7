"""Keys without a mark of their own: a vendor's name, an assignment, and a value in that vendor's length and letters.

One pattern serves all vendors whose keys look alike: `ADOBE_CLIENT_SECRET=...`, `"fastly": {"token": "..."}`.
"""

from __future__ import annotations

from collections.abc import Sequence

_REST = r"[0-9A-Za-z_\-. \t]"
_QUOTE = r"(?:[\"'`]|\\\")"
_ASSIGNED = rf"{_QUOTE}?[\])]?[ \t]{{0,3}}(?:=>|:=|==|=|:|,|>)[ \t]{{0,3}}{_QUOTE}?"


def named(names: Sequence[str], what: Sequence[str], value: str) -> str:
    """The pattern of a value assigned to a name in which one of `names` stands and, behind it, one of `what` (if any).

    A space in a name may be missing, or be `_`, `-` or `.`. The finding is the value.
    """
    middle = rf"{_REST}{{0,24}}?(?i:{_either(what)})" if what else ""
    return rf"(?i:{_either(names)}){middle}{_REST}{{0,24}}{_ASSIGNED}({value})"


def _either(words: Sequence[str]) -> str:
    return "|".join(word.replace(" ", r"[ _\-.]?") for word in words)
