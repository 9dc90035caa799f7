"""What is Google's own way of saying things: two spellings, one for several, signatures that are bytes."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from adapters.dialects.gemini_fields import snake
from adapters.translate.states import GOOGLE, form_of, pack, unpack

_LOW = re.compile(r"_([a-z0-9])")
_OLD = re.compile(r"(?:models/)?gemini-(?:1|2)\b")


@lru_cache(1024)
def _camel(name: str) -> str:
    made = _LOW.sub(lambda found: found[1].upper(), name)
    return made if snake(made) == name else name  # half of each is neither spelling: nobody looked for it there


def camel(holder: Any) -> Mapping[str, Any]:
    """An object with its own keys in camel case; those inside it stay. An empty one for None.

    ValueError for both spellings of one field.
    """
    made = {_camel(key): value for key, value in holder.items()} if holder else {}
    if holder and len(made) != len(holder):
        raise ValueError("both spellings")
    return made


def several(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; one object stands for a list of one."""
    if value is None:
        return []
    return [value] if isinstance(value, Mapping) else list(value)


def state_of(signature: str) -> str:
    """The state in a thought signature: of another vendor's form where we packed it into one, else Google's own."""
    try:
        raw = base64.b64decode(signature, altchars=b"-_" if "-" in signature or "_" in signature else None)
        said = raw.decode("ascii")
    except ValueError:
        said = ""
    return said if form_of(said) else pack(GOOGLE, signature)


def signature_of(state: str) -> str:
    """A state as a thought signature: bytes in base64, as SDKs want them."""
    return unpack(state, GOOGLE) or base64.b64encode(state.encode()).decode()


def is_old(model: str) -> bool:
    """Whether a model is of a generation that thinks by a budget, and wants no signatures back."""
    return _OLD.match(model) is not None
