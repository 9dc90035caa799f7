"""What vendors sign and want back as it was, carried through dialects that have no place for it of their own.

A state is packed into one string that says whose form it has; only a vendor of that form ever gets it back. It is as
opaque to us as to the client: which vendor issued it to whom is decided where vendor states always are, by the digest
of the very string that the client holds.
"""

from __future__ import annotations

from typing import Final

ANTHROPIC: Final = "anthropic"
"""The signature of a thinking block, wherever Claude runs."""
REDACTED: Final = "redacted"
"""The data of Anthropic's redacted thinking."""
OPENAI: Final = "openai"
"""The encrypted content of a reasoning item."""
GOOGLE: Final = "google"
"""A thought signature."""

_FORMS: Final = frozenset({ANTHROPIC, REDACTED, OPENAI, GOOGLE})
_MARK: Final = "ecluse."


def pack(form: str, blob: str) -> str:
    """A state that says its form; "" for an empty one."""
    return f"{_MARK}{form}.{blob}" if blob else ""


def unpack(state: str, form: str) -> str:
    """The blob in a state of this form; "" where it is of another or of none."""
    head = f"{_MARK}{form}."
    return state[len(head) :] if state.startswith(head) else ""


def form_of(state: str) -> str:
    """The form of a packed state, "" where it isn't one."""
    if not state.startswith(_MARK):
        return ""
    form = state[len(_MARK) :].partition(".")[0]
    return form if form in _FORMS else ""


def packed(blob: str, own: str) -> str:
    """A blob that came back in a dialect's own place for states: as it was packed, or of the dialect's own form."""
    return blob if form_of(blob) else pack(own, blob)


def shown(state: str, own: str) -> str:
    """A state as it stands in a dialect's own place: its bare blob where it is of that form, else packed."""
    return unpack(state, own) or state
