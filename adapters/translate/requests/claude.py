"""What differs between generations of Claude, by the model's name."""

from __future__ import annotations

import re
from typing import Final

_VERSION: Final = re.compile(r"claude-(?:[a-z]+-)?(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")
_ADAPTIVE: Final = (4, 6)
_FORMS: Final = (4, 5)


def version(model: str) -> tuple[int, int]:
    """Major and minor of a model such as `claude-opus-4-6`; a name that says none counts as the newest."""
    found = _VERSION.search(model)
    return (int(found[1]), int(found[2] or 0)) if found else (99, 0)


def adapts(model: str) -> bool:
    """Whether it thinks as much as it sees fit, guided by a word of effort, rather than by a budget."""
    return version(model) >= _ADAPTIVE


def keeps_form(model: str) -> bool:
    """Whether it can be held to a JSON schema."""
    return version(model) >= _FORMS
