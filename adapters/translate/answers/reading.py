"""What readers of answers share: strict reading of plain values, and the dialect's own reader beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from adapters.dialects.base import Reader
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, Usage
from adapters.translate.canonical import Alive, AnswerPart, Lost

ALIVE: Final = (Alive(),)
_Own = TypeVar("_Own", bound=Reader)


def a_text(value: Any) -> str:
    """A text; anything else is not what the vendor's dialect has here and raises UpstreamError (kind `protocol`)."""
    if type(value) is not str:
        raise ProtocolBroken(code="not_a_text")
    return value


class Beside(Generic[_Own]):
    """Reads one answer beside the dialect's own reader, which knows the usage, the errors and the end."""

    def __init__(self, own: _Own) -> None:
        self.lost = Lost()
        self._own = own

    @property
    def usage(self) -> Usage:
        """As the vendor counts so far."""
        return self._own.usage

    def end(self) -> Sequence[AnswerPart]:
        """Raises CutShort where the answer wasn't complete."""
        self._own.end()
        return ()

    def stopped(self) -> bool:
        """Whether the clean end was read."""
        return self._own.stopped()


def no_error(chunk: Chunk) -> None:
    """Raises the error that a chunk is."""
    if chunk.error is not None:
        raise chunk.error
