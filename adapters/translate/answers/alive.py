"""A sign of life in every dialect: a comment, which clients skip."""

from __future__ import annotations

from typing import Final

from adapters.wire.sse import Event

ALIVE: Final = (Event(b": alive\n\n", "", b""),)
