"""Fields of a request that tell a vendor who asks: class `identity`, with a rule of its own.

They say nothing to the model. Their texts are inspected like any other, besides.
"""

from __future__ import annotations

from typing import Any

from adapters.ask import IDENTITY
from adapters.dialects.passages import Gathering
from adapters.wire.body import Path

_STRINGS = ("user", "safety_identifier", "prompt_cache_key")
_OBJECTS = ("metadata", "client_metadata")


def openai_identity(gathering: Gathering, value: dict[str, Any]) -> None:
    """Names the fields of OpenAI's APIs: strings, and objects of the client's own."""
    for name in _STRINGS:
        if type(value.get(name)) is str and value[name]:
            gathering.part((name,), IDENTITY, name)
    for name in _OBJECTS:
        if type(value.get(name)) is dict and value[name]:
            gathering.part((name,), IDENTITY, name)


def anthropic_identity(gathering: Gathering, value: dict[str, Any]) -> None:
    """Names `metadata.user_id`, in which Claude Code tells device, account and session."""
    path: Path = ("metadata", "user_id")
    metadata = value.get("metadata")
    if type(metadata) is dict and type(metadata.get("user_id")) is str and metadata["user_id"]:
        gathering.part(path, IDENTITY, "metadata.user_id")
