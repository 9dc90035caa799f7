"""Parts of a request of a type that isn't known here: they pass, inspected, but not what hides in them.

Their strings are gathered with what surrounds them. Ciphertext, media, addresses that a vendor would fetch and
references to what it keeps are told by the names and shapes that they have everywhere.
"""

from __future__ import annotations

import re
from typing import Any

from adapters.dialects.checks import refuse_vendor_held
from adapters.dialects.files import Spelt
from adapters.dialects.passages import Gathering, Mark, is_address
from adapters.wire.body import Path

_ENCRYPTED = "encrypted_"
_HELD = ("file_id", "file_ids", "vector_store_ids", "container_id")

# How the names of members end that hold addresses, also several.
_FETCHED = ("url", "uri", "urls", "uris", "href", "src", "endpoint", "image", "images", "audio", "video", "videos")

# Text is never this long without a space.
_BLOB = re.compile(r"[A-Za-z0-9+/_-]{512,}={0,2}")


def foreign(gathering: Gathering, path: Path, value: Any, mark: Mark, *, past: bool = False) -> None:
    """Names what isn't text anywhere under `path`; raises BodyRefused on vendor-held references.

    past: an account of what ran at the vendor in an earlier turn, so its addresses and references are text.
    """
    if type(value) is dict and not past:
        refuse_vendor_held(value, _HELD, path)
    for step, inner in _members(value):
        here = (*path, step)
        if type(inner) is not str:
            foreign(gathering, here, inner, mark, past=past)
        elif type(step) is str and step.startswith(_ENCRYPTED):
            gathering.vendor_state(here, mark)
        elif inner.startswith("data:") or Spelt.of(inner).payload is not inner or (not past and _fetched(here, inner)):
            gathering.media(here, mark)
        elif _BLOB.fullmatch(inner):
            gathering.blob(here, mark)


def ciphertexts(gathering: Gathering, path: Path, value: Any, mark: Mark) -> None:
    """Names every ciphertext under `path`, and nothing else."""
    for step, inner in _members(value):
        here = (*path, step)
        if type(inner) is not str:
            ciphertexts(gathering, here, inner, mark)
        elif type(step) is str and step.startswith(_ENCRYPTED):
            gathering.vendor_state(here, mark)


def _members(value: Any) -> list[tuple[str | int, Any]]:
    if type(value) is dict:
        return list(value.items())
    return list(enumerate(value)) if type(value) is list else []


def _fetched(path: Path, text: str) -> bool:
    """Whether a string, or a list in which it stands, has the name of an address and is one."""
    name = next((step for step in reversed(path) if type(step) is str), "")
    return name.lower().endswith(_FETCHED) and is_address(text)
