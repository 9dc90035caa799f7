"""A charter put into the words of one language: tables, lists and sentences, ready to be written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from policies.charter.model import Charter, Column, Context, Outcome, Statement, Subject, Words
from policies.charter.words import ANSWER, CONTEXT, KNOWN_BEST, MEANING, OUTCOME, PARTS, PHRASE, REGION, SIGN, TRUST
from policies.classes import DataClass

_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
    "décembre",
)  # fmt: skip
# Titles in one row.
_MOST: Final = 10


class Cell(NamedTuple):
    """What stands in a cell. kind: the outcome, "" for words alone. notes: what is said in small below it."""

    text: str
    kind: str = ""
    notes: tuple[str, ...] = ()


class Table(NamedTuple):
    """A table with a heading; the first cell of each row heads it."""

    title: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Notes(NamedTuple):
    """Sentences under a heading. items: of a term and what is said of it; a term may be ""."""

    title: str
    items: tuple[tuple[str, str], ...]


class Page(NamedTuple):
    """One page in one language."""

    language: str
    title: str
    lead: str
    tables: tuple[Table, ...]
    notes: tuple[Notes, ...]


def page(charter: Charter, language: str, revision: str, today: date) -> Page:
    """The page of a charter. revision: as staff may quote it. today: the day on which it was made."""
    return _Writer(charter, language).page(revision, today)


class _Writer:
    def __init__(self, charter: Charter, language: str) -> None:
        self.charter, self.language = charter, language
        self.titles = charter.titles

    def page(self, revision: str, today: date) -> Page:
        lead = self._say("lead").format(revision=revision, day=self._day(today))
        tables = [self._table(self.charter.sent, "sent", "kind", OUTCOME)]
        if self.charter.answers:
            tables.append(self._table(self.charter.answers, "answers", "answer_kind", ANSWER))
        notes = (
            Notes(self._say("classes"), tuple(self._classes())),
            Notes(self._say("meaning"), tuple(self._meanings())),
            Notes(self._say("places"), tuple(self._places())),
            Notes(self._say("contacts"), tuple(self._contacts())),
            Notes(self._say("recorded"), tuple(("", said) for said in self._recorded())),
            Notes(self._say("wrong"), tuple(("", said) for said in self._wrong())),
        )
        return Page(self.language, self._say("title"), lead, tuple(tables), tuple(n for n in notes if n.items))

    def _say(self, phrase: str) -> str:
        return PHRASE[phrase][self.language]

    def _in(self, words: Words) -> str:
        return words.get(self.language) or words.get("en") or next(iter(words.values()), "")

    def _day(self, day: date) -> str:
        return (
            f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if self.language == "fr" else f"{day:%d %B %Y}".lstrip("0")
        )

    def _table(self, statements: Sequence[Statement], title: str, kind: str, said: Mapping[str, Words]) -> Table:
        head = (Cell(self._say(kind)), *(Cell(self._where(c)) for c in self.charter.columns), Cell(self._say("advice")))
        rows = [self._row(self._headed(s, self._subjects(s.subjects)), s, said) for s in statements]
        if said is OUTCOME:
            rows.append(self._row(self._headed(self.charter.rest, self._say("rest")), self.charter.rest, said))
        return Table(self._say(title), head, tuple(rows))

    def _where(self, column: Column) -> str:
        """Whose models, and where; and who runs them, where several columns would be headed alike."""
        trust = self._in(TRUST.get(column.trust or "", TRUST["external"]))
        region = self._in(REGION.get(column.region or "", {"": column.region or ""}))
        alike = [c for c in self.charter.columns if (c.trust, c.region) == (column.trust, column.region)]
        where = trust if column.region == "internal" or not region else f"{trust} {region}"
        return where if len(alike) < 2 else f"{where} ({', '.join(self._runners(column))})"

    def _runners(self, column: Column) -> list[str]:
        return list(dict.fromkeys(self._in(place.title) for place in column.places))

    def _headed(self, statement: Statement, subjects: str) -> Cell:
        """What a row is about: the class that it makes a call be of, if more than the lowest, and what makes it."""
        of = next((c for c in self.charter.classes[:-1] if c.id == statement.data_class), None)
        return Cell(subjects) if of is None else Cell(self._class(of), notes=(subjects,))

    def _class(self, of: DataClass) -> str:
        title = self._in(of.title)
        return f"{of.id} {title}" if title else of.id

    def _row(self, subject: Cell, statement: Statement, said: Mapping[str, Words]) -> tuple[Cell, ...]:
        cells = [self._cell(i, statement, said) for i in range(len(self.charter.columns))]
        sentences = [self._in(words) for words in statement.advice]
        if statement.contacts:
            sentences.append(self._say("ask").format(self._list(statement.contacts)))
        elif self.titles.contacts and any(o.kind == "refused" for o in statement.outcomes):
            sentences.append(self._say("ask_below"))
        return (subject, *cells, Cell(" ".join(sentences)))

    def _cell(self, index: int, statement: Statement, said: Mapping[str, Words]) -> Cell:
        usual = statement.outcomes[index]
        notes = [self._say("to").format(usual.to)] if usual.to else []
        for who, outcomes in statement.otherwise:
            if outcomes[index] != usual:
                colon = SIGN["colon"][self.language]
                notes.append(f"{self._context(who)}{colon}{self._outcome(outcomes[index], said)}")
        if usual.listed:
            notes.append(self._say("listed"))
        if usual.lifted:
            notes.append(self._say("lifted" if usual.kind == "refused" else "unchanged"))
        if statement.stricter and usual.kind != "refused":
            notes.append(self._say("stricter"))
        return Cell(self._in(said[usual.kind]), usual.kind, tuple(notes))

    def _outcome(self, outcome: Outcome, said: Mapping[str, Words]) -> str:
        word = self._in(said[outcome.kind])
        return f"{word} {self._say('to').format(outcome.to)}" if outcome.to else word

    def _context(self, who: Context) -> str:
        title = self._in(self.titles.use_cases[who.name]) if who.kind == "use_case" else who.name
        return self._in(CONTEXT[who.kind]).format(title)

    def _subjects(self, subjects: Sequence[Subject]) -> str:
        first = subjects[0]
        if first.together and not first.label:
            return self._say("together").format(self._list([self._detector(d) for d in first.detectors]))
        named = self._names(subjects)
        if first.label:
            labels = ", ".join(s.label for s in subjects)
            return self._say("marked_with").format(named, labels) if named else self._say("marked").format(labels)
        return named if first.times == 1 else self._say("times").format(first.times, named)

    def _names(self, subjects: Sequence[Subject]) -> str:
        """Titles of what is looked for, the best known first, other countries' last; a page has no room for all."""
        names = sorted({d for s in subjects for d in s.detectors}, key=_prominence)
        titles = list(dict.fromkeys(map(self._detector, names)))
        shown = SIGN["semicolon"][self.language].join(titles[:_MOST])
        return shown if len(titles) <= _MOST else self._say("more").format(shown, len(titles) - _MOST)

    def _detector(self, name: str) -> str:
        return self._in(PARTS.get(name) or self.titles.detectors.get(name) or {"": name})

    def _list(self, items: Sequence[str]) -> str:
        return f" {self._say('and')} ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)

    def _classes(self) -> Iterator[tuple[str, str]]:
        for of in self.charter.classes:
            yield self._class(of), self._in(of.description)

    def _meanings(self) -> Iterator[tuple[str, str]]:
        every = [*self.charter.sent, self.charter.rest, *self.charter.answers]
        outcomes = [o for s in every for o in (*s.outcomes, *(o for _, there in s.otherwise for o in there))]
        used = {o.kind for o in outcomes}
        yield from ((self._in(OUTCOME[kind]), self._in(MEANING[kind])) for kind in reversed(MEANING) if kind in used)

    def _places(self) -> Iterator[tuple[str, str]]:
        for column in self.charter.columns:
            said = [self._terms(title, column) for title in self._runners(column)]
            models = list(dict.fromkeys(m for place in column.places for m in place.models))
            if models:
                said.append(self._say("models").format(", ".join(models)))
            yield self._where(column), " ".join(said)
        several = [{m for p in c.places for m in p.models} for c in self.charter.columns]
        if sum(map(len, several)) > len(set().union(*several)):
            yield "", self._say("choice")

    def _terms(self, title: str, column: Column) -> str:
        """What the contract of a runner says; only where all its places say the same."""
        facts = [p.facts for p in column.places if self._in(p.title) == title]
        days, training = {f.retention_days for f in facts}, {f.training for f in facts}
        said = []
        if len(days) == 1 and (kept := days.pop()) is not None:
            said.append(self._say("kept").format(kept) if kept else self._say("not_kept"))
        if len(training) == 1 and (trains := training.pop()) is not None:
            said.append(self._say("trains" if trains else "never_trains"))
        return f"{title}{SIGN['colon'][self.language]}{', '.join(said)}." if said else f"{title}."

    def _contacts(self) -> Iterator[tuple[str, str]]:
        """Whom to ask about each use: several uses with one contact together."""
        uses: dict[str, list[str]] = {}
        for use_case, contact in self.titles.contacts.items():
            uses.setdefault(contact, []).append(self._in(self.titles.use_cases[use_case]))
        yield from ((contact, SIGN["semicolon"][self.language].join(titles)) for contact, titles in uses.items())

    def _recorded(self) -> Iterator[str]:
        yield self._say("record")
        if self.charter.sample_days:
            yield self._say("samples").format(self.charter.sample_days)
        yield self._say("report_kept")

    def _wrong(self) -> Iterator[str]:
        yield self._say("report")
        if any(o.lifted for s in self.charter.sent for o in s.outcomes):
            yield self._say("lift")
        if self.charter.on_trial:
            yield self._say("trial").format(self.charter.on_trial)
        yield self._say("unlisted")


def _prominence(detector: str) -> tuple[int, bool, str]:
    rank = KNOWN_BEST.index(detector) if detector in KNOWN_BEST else len(KNOWN_BEST)
    return rank, _abroad(detector), detector


def _abroad(detector: str) -> bool:
    """Whether a detector is one of another country's numbers (`be.nn`)."""
    country = detector.partition(".")[0]
    return len(country) == 2 and country not in ("fr", "id")
