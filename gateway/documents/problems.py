"""What is wrong with a file, said as `file:line:column: message (did you mean X?)`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

Path = tuple[str | int, ...]

MOST_SHOWN = 100
MOST_CHARACTERS = 500
LONGEST_NAME = 200


class ProblemLike(Protocol):
    """A problem as the wings return it: they know keys and indexes, not lines."""

    @property
    def path(self) -> tuple[str | int, ...]: ...
    @property
    def message(self) -> str: ...
    @property
    def nearest(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. path: name of the document, then keys and indexes. nearest: the valid name closest to a wrong one."""

    path: Path
    message: str
    nearest: str | None = None


class Rendered(NamedTuple):
    """One fault with its place, ready to print. line and column count from 1; 0 where the file has none."""

    file: str
    line: int
    column: int
    message: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" (did you mean {self.nearest}?)" if self.nearest else ""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return plain(f"{place}: {self.message}{hint}")


def plain(text: str) -> str:
    """A text on one line, without what a terminal would obey: names of files and words in them are somebody else's."""
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


class DocumentsRefused(Exception):
    """The files are refused as a whole. problems: the faults found, in the order of the files, the first hundred."""

    def __init__(self, problems: Iterable[Rendered]) -> None:
        found = list(problems)
        self.problems = tuple(map(_readable, found[:MOST_SHOWN]))
        if len(found) > MOST_SHOWN:
            more = f"and {len(found) - MOST_SHOWN} faults more"
            self.problems += (Rendered(found[MOST_SHOWN].file, 0, 0, more),)
        super().__init__("\n".join(map(str, self.problems)))


def _readable(problem: Rendered) -> Rendered:
    """The fault on one line of a length that somebody reads, whatever the file has in the place of a name."""
    message = problem.message
    if len(message) > MOST_CHARACTERS:
        message = f"{message[:MOST_CHARACTERS]}..."
    return problem._replace(file=_printable(problem.file), message=_printable(message))


def _printable(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name most like `name`, or None when none is close."""
    if len(name) > LONGEST_NAME:
        return None
    known = {n.casefold(): n for n in names}
    found = difflib.get_close_matches(name.casefold(), known, n=1, cutoff=0.6)
    return known[found[0]] if found else None


def unknown(path: Path, what: str, name: str, names: Collection[str]) -> Iterator[Problem]:
    """A problem where `name` is none of these, with the nearest of them."""
    if name not in names:
        yield Problem(path, f"there is no {what} {name}", nearest(name, names))
