"""Which label a mark on a document is: one of a few names, never the words of the text."""

from __future__ import annotations

from typing import Final

# Words of a mark, as the view folds them, and the label that they make: the first that occurs counts.
_BY_WORD: Final = (
    (b"msip_label", "MSIP"),
    (b"amber+strict", "TLP:AMBER+STRICT"),
    (b"tlp", ""),
    (b"diffusion", "Diffusion Restreinte"),
    (b"secret", "Secret"),
    (b"confidenti", "Confidentiel"),
    (b"privilege", "Confidentiel"),
    (b"restrein", "Restreint"),
    (b"restrict", "Restreint"),
    (b"intern", "Interne"),
    (b"public", "Public"),
    (b"unclassified", "Public"),
    (b"sensi", "Restreint"),
    (b"distribut", "Interne"),
    (b"diffuse", "Interne"),
    (b"circulat", "Interne"),
    (b"eyes", "Interne"),
    (b"know", "Interne"),
)
_TLP: Final = (
    (b"red", "TLP:RED"), (b"amber", "TLP:AMBER"), (b"green", "TLP:GREEN"), (b"clear", "TLP:CLEAR"),
    (b"white", "TLP:CLEAR"),
)  # fmt: skip
# A mark that no word above tells apart is one of a State that restricts who may read.
_ELSE: Final = "Restreint"

CLASSES: Final = ("C0", "C1", "C2", "C3", "C4")
LABELS: Final = frozenset({*CLASSES, _ELSE, *(label for _, label in _TLP), *(label for _, label in _BY_WORD if label)})


def label_of(mark: bytes) -> str:
    """The label of a mark in the one-byte view; a class (C3) goes before the words beside it."""
    seen = mark.lower()
    named = _class(seen)
    if named:
        return named
    for word, label in _BY_WORD:
        if word in seen:
            return label or next((name for colour, name in _TLP if colour in seen), _ELSE)
    return _ELSE


def _class(seen: bytes) -> str:
    """C0 to C4 where it stands by itself: `c3`, `c 3`, but neither `ac3` nor `c35`."""
    place = seen.find(b"c")
    while place >= 0:
        digit = place + 1 + (seen[place + 1 : place + 2] == b" ")
        alone = not seen[:place][-1:].isalnum() and not seen[digit + 1 : digit + 2].isalnum()
        if alone and seen[digit : digit + 1] in (b"0", b"1", b"2", b"3", b"4"):
            return f"C{seen[digit : digit + 1].decode()}"
        place = seen.find(b"c", place + 1)
    return ""
