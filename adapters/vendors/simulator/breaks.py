"""How an answer breaks off: each fault ends one that has begun, or never lets it end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from adapters.vendors.simulator.directives import Directives
from adapters.vendors.simulator.line import Line

_SPACES = b" " * 65_536


class Rest(NamedTuple):
    """What would come next. alive: bytes that say nothing but that somebody is there."""

    data: bytes
    alive: bytes


async def _cut(line: Line, rest: Rest) -> None:
    """Nothing more, and no end: the server drops the connection."""
    await line.breath()


async def _reset(line: Line, rest: Rest) -> None:
    await line.breath()
    await line.reset()


async def _stall(line: Line, rest: Rest) -> None:
    await line.silence()


async def _torn(line: Line, rest: Rest) -> None:
    await line.end(rest.data[: _inside_a_character(rest.data)])


async def _chunks(line: Line, rest: Rest) -> None:
    await line.breath()
    line.raw(b"zz\r\n\r\n")


async def _pings(line: Line, rest: Rest) -> None:
    await line.over_and_over(rest.alive, 0.02)


async def _endless(line: Line, rest: Rest) -> None:
    await line.over_and_over(rest.data if rest.alive.strip() else _SPACES, 0.001)


BREAKS: Mapping[str, Callable[[Line, Rest], Awaitable[None]]] = {
    "cut": _cut, "reset": _reset, "stall": _stall, "torn": _torn, "chunks": _chunks, "pings": _pings,
    "endless": _endless,
}  # fmt: skip


def break_of(asked: Directives, after: int | None = None) -> str | None:
    """The break that is due after so many content events; with None, the one asked for at all."""
    for name in BREAKS:
        at = getattr(asked, name)
        if at is not None and after in (None, at):
            return name
    return None


def half_a_character(data: bytes) -> bytes:
    """`data` without part of its last character that has several bytes, or with the first half of one in the middle."""
    at = _inside_a_character(data)
    return data[:at] + data[at + 1 :] if data[at - 1] >= 0xC0 else data[:at] + b"\xc3" + data[at:]


def _inside_a_character(data: bytes) -> int:
    """The place after the first byte of the last character of several bytes; the middle where there is none."""
    return next((at for at in range(len(data), 0, -1) if data[at - 1] >= 0xC0), len(data) // 2)
