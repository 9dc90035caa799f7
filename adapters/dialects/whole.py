"""Reads answers that are one JSON object and never a stream: verdicts, rankings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapters.dialects import reading
from adapters.dialects.answers import Strings
from adapters.dialects.ending import Ending
from adapters.dialects.failures import vendor_failure
from adapters.errors import ProtocolBroken
from adapters.reply import Chunk, Usage


class WholeReader(Ending):
    """One attempt's answer. Every string in it is inspected (channels `other:...`)."""

    def __init__(self, holds: str, count: Callable[[Mapping[str, Any]], Usage]) -> None:
        """holds: the member that must be an array. count: reads the usage."""
        super().__init__()
        self._holds, self._count = holds, count

    def body(self, raw: bytes) -> Chunk:
        """A whole answer, or an error in a body that came with status 200."""
        read = reading.document(raw)
        if read.value.get("error"):
            return Chunk(raw, raw, error=vendor_failure(read.value["error"]))
        if type(read.value.get(self._holds)) is not list:
            raise ProtocolBroken(code=f"no_{self._holds}")
        self._done = True
        self.usage = self._count(read.value)
        return Chunk(raw, raw, Strings(read).deltas(), content=True, terminal=True, usage=self.usage)
