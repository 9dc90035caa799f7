"""The closed list of edits to passing bytes, and the splice that makes them and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

TRANSFORMATION = "transformation"
PARAMETER = "parameter"

# THE closed list: bytes on their way change for one of these reasons or not at all.
EDIT_KINDS = {
    "model_alias": "the public model name becomes the destination's own",
    "usage_request": "token counts are asked for in streams, and what that adds is taken out again",
    "store": "a vendor that keeps answers unless told otherwise is told not to",
    "token_cap": "output is held to what the quota reserved",
    PARAMETER: "a parameter is taken out, given a value or held in a range, as its destination's rules say",
    "identity": "identity fields that a policy strips or replaces",
    "vendor_form": "a member is named, placed or left out as the destination's vendor wants it",
    "vendor_state": "what another vendor sealed for itself is left out or replaced by a word for none",
    "repair": "an answer that breaks the schema asked for is sent back with what is wrong, once",
    "translation": "the vendor is asked in another dialect than the client's: the whole body is made anew",
    TRANSFORMATION: "what the ruling or the response guard redacts or replaces",
}


class Edit(NamedTuple):
    """Replace bytes `start:end` by `new` (an insertion where they are equal). kind: one of EDIT_KINDS."""

    start: int
    end: int
    new: bytes
    kind: str


def splice(raw: bytes, edits: Iterable[Edit]) -> bytes:
    """`raw` with the edits made and every other byte as it was.

    Transformations that overlap are joined (the span grows, the first placeholder stands). Any other overlap, a span
    out of range or a kind outside EDIT_KINDS raises ValueError: nothing is sent rather than something half edited.
    """
    pieces = []
    done = 0
    for edit in _joined(sorted(edits, key=_place)):
        if edit.start < done or edit.end > len(raw) or edit.start > edit.end:
            raise ValueError(f"edit {edit.kind} at {edit.start}:{edit.end} overlaps another or is out of range")
        pieces.append(raw[done : edit.start])
        pieces.append(edit.new)
        done = edit.end
    pieces.append(raw[done:])
    return b"".join(pieces)


def _place(edit: Edit) -> tuple[int, int]:
    if edit.kind not in EDIT_KINDS:
        raise ValueError(f"{edit.kind} is not in the closed list of edits")
    return edit.start, edit.end


def _joined(edits: list[Edit]) -> list[Edit]:
    joined: list[Edit] = []
    for edit in edits:
        last = joined[-1] if joined else None
        if last and last.kind == edit.kind == TRANSFORMATION and edit.start < last.end:
            joined[-1] = last._replace(end=max(last.end, edit.end))
        else:
            joined.append(edit)
    return joined
