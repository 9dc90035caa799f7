"""What readers of answers share: strict reading of plain values."""

from __future__ import annotations

from typing import Any

from adapters.errors import ProtocolBroken


def a_text(value: Any) -> str:
    """A text; anything else is not what the vendor's dialect has here and raises UpstreamError (kind `protocol`)."""
    if type(value) is not str:
        raise ProtocolBroken(code="not_a_text")
    return value
