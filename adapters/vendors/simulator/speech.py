"""What the simulator must know to speak one dialect at one path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from adapters.vendors.simulator.frames import Frame
from adapters.vendors.simulator.prompt import Prompt
from adapters.vendors.simulator.script import Script


class Speech(NamedTuple):
    """One dialect. `needs`: the members that a request must have. `broken`: the in-band error of a started stream.

    alive: what says in a stream that somebody is still there. kind: the content type of an answer that is neither JSON
    nor events, None for others. streams: its path asks for a stream. admits: what is said to a request whose headers
    don't identify anybody, None where they do.
    """

    family: str
    needs: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], Prompt]
    answer: Callable[[Script, Prompt], Mapping[str, Any] | str]
    stream: Callable[[Script, Prompt], Iterator[Frame]]
    broken: Callable[[Script, str | None], Frame]
    alive: bytes = b": keep-alive\n\n"
    kind: Callable[[Prompt], str | None] = lambda prompt: None
    streams: bool = False
    admits: Callable[[Mapping[bytes, bytes]], str | None] = lambda headers: None
