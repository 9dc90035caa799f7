"""What is to be said of a bundle's files, and how: for people, for GitHub, for GitLab, as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Final, NamedTuple

import orjson

from gateway.bundle.bundle import Bundle
from gateway.bundle.due import AHEAD
from gateway.documents import Documents, ProblemLike, Rendered
from policies.language import Held, overdue, remarks, run_inline_tests

ERROR: Final = "error"
WARNING: Final = "warning"
NOTE: Final = "note"


class Complaint(NamedTuple):
    """One thing that is wrong (error), needs attention (warning) or is good to know (note), at its place."""

    level: str
    place: Rendered


def complaints(bundle: Bundle, now: datetime) -> list[Complaint]:
    """What is wrong with a bundle that loads, and what will be soon; in the order of files and lines."""
    late = overdue(bundle.policies, now)
    soon = [problem for problem in overdue(bundle.policies, now, AHEAD) if problem not in late]
    failed = run_inline_tests(bundle.policies, bundle.engine, bundle.vocabulary, now)
    said = remarks(bundle.policies, bundle.vocabulary, _held(bundle))
    found = [*_of(ERROR, bundle.documents, (*failed, *late)), *_ahead(bundle.documents, soon)]
    found += [one for remark in said for one in _of(remark.severity, bundle.documents, [remark])]
    return sorted(found, key=lambda one: one.place[:3])


def errors(places: Iterable[Rendered]) -> list[Complaint]:
    """Faults for which a bundle is refused."""
    return [Complaint(ERROR, place) for place in places]


def failed(found: Iterable[Complaint], *, strict: bool = False) -> bool:
    """Whether a command that found these fails. strict: warnings count, too."""
    return any(one.level == ERROR or (strict and one.level == WARNING) for one in found)


def show(found: Sequence[Complaint], form: str) -> None:
    """Print them: as text on stderr, notes apart; in a form for machines on stdout, without notes."""
    if form == "text":
        for one in found:
            said = str(one.place) if one.level == ERROR else f"{one.level}: {one.place}"
            print(said, file=sys.stdout if one.level == NOTE else sys.stderr)
        return
    for line in _FORMS[form]([one for one in found if one.level != NOTE]):
        print(line)


def plain(one: Complaint) -> dict[str, object]:
    """A complaint as plain values."""
    return {"level": one.level, **one.place._asdict()}


def _held(bundle: Bundle) -> Held:
    detectors = bundle.engine.catalogue.detectors

    def longest(name: str) -> int:
        return detectors[name].max_length + detectors[name].after if name in detectors else 0

    return Held(bundle.engine.whole, longest)


def _of(level: str, documents: Documents, problems: Iterable[ProblemLike]) -> list[Complaint]:
    return [Complaint(level, place) for place in documents.render(problems)]


def _ahead(documents: Documents, problems: Iterable[ProblemLike]) -> Iterator[Complaint]:
    for place in documents.render(problems):
        yield Complaint(WARNING, place._replace(message=f"{place.message} (in {AHEAD.days} days or less)"))


def _said(place: Rendered) -> str:
    return place.message + (f" (did you mean {place.nearest}?)" if place.nearest else "")


def _github(found: Iterable[Complaint]) -> Iterator[str]:
    """Commands of GitHub Actions, which shows each beside its line."""
    for level, place in found:
        at = f"file={_property(place.file)},line={max(place.line, 1)},col={max(place.column, 1)}"
        yield f"::{level} {at}::{_escaped(_said(place))}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _gitlab(found: Iterable[Complaint]) -> Iterator[str]:
    """A report of code quality, which GitLab shows in merge requests."""
    severity = {ERROR: "major", WARNING: "minor"}
    report = [
        {
            "description": _said(place),
            "check_name": "ecluse",
            "fingerprint": blake2b(f"{place.file}\0{_said(place)}".encode(), digest_size=16).hexdigest(),
            "severity": severity[level],
            "location": {"path": place.file, "lines": {"begin": max(place.line, 1)}},
        }
        for level, place in found
    ]
    yield orjson.dumps(report).decode()


_FORMS: Final[dict[str, Callable[[Iterable[Complaint]], Iterator[str]]]] = {"github": _github, "gitlab": _gitlab}
FORMS: Final = ("text", *_FORMS)
