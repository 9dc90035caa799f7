"""What a charter says, before it is put into words of a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from policies.classes import DataClass
from policies.ruling import DestinationFacts

Words = Mapping[str, str]

# What becomes of a text, mildest first.
OUTCOMES: Final = ("sent", "warned", "replaced", "masked", "rerouted", "refused")


class Place(NamedTuple):
    """A destination as staff know it. title: who runs it. models: the public models that go there."""

    facts: DestinationFacts
    title: Words
    models: tuple[str, ...] = ()


class Titles(NamedTuple):
    """What there is besides rules. detectors: titles by id. use_cases: titles by id, of those that are open. labels:
    the detector that finds each mark of documents. contacts: whom to ask about each of the use cases."""

    detectors: Mapping[str, Words]
    use_cases: Mapping[str, Words]
    labels: Mapping[str, str] = MappingProxyType({})
    contacts: Mapping[str, str] = MappingProxyType({})
    teams: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    organisation: str = ""


class Subject(NamedTuple):
    """What a text holds: one of `detectors`, so many `times`, or all of them, and the mark `label` if there is one;
    without any, nothing in particular."""

    detectors: tuple[str, ...] = ()
    times: int = 1
    together: bool = False
    label: str = ""


class Context(NamedTuple):
    """For whom, or in which texts, a statement holds. kind: anybody | tools | use_case | team | group."""

    kind: str
    name: str = ""


class Outcome(NamedTuple):
    """What becomes of it. kind: one of OUTCOMES. to: the destination it goes to instead. lifted: whether people may
    lift it themselves, with a reason. listed: whether some of its kind are permitted by name."""

    kind: str
    to: str = ""
    lifted: bool = False
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """Destinations at which everything on the page has the same outcome. trust, region: what they have in common."""

    trust: str | None
    region: str | None
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What becomes of some subjects, by column. data_class: what a call is that holds one, where there are classes.

    otherwise: contexts in which it is another, with the outcomes. stricter: for some callers it may be stricter still.
    advice, contacts: what the rules that decide say, and whom they name.
    """

    subjects: tuple[Subject, ...]
    outcomes: tuple[Outcome, ...]
    otherwise: tuple[tuple[Context, tuple[Outcome, ...]], ...] = ()
    stricter: bool = False
    advice: tuple[Words, ...] = ()
    contacts: tuple[str, ...] = ()
    data_class: str = ""


@dataclass(frozen=True, slots=True)
class Charter:
    """A whole charter. rest: what becomes of a text that holds none of the subjects of `sent`. answers: what becomes of
    answers that hold something. on_trial: how many rules only record. classes: those named here, highest first.
    revision: of the policies. sample_days: for how long review samples are kept at most; 0: none are."""

    columns: tuple[Column, ...]
    sent: tuple[Statement, ...]
    rest: Statement
    answers: tuple[Statement, ...]
    on_trial: int
    classes: tuple[DataClass, ...]
    titles: Titles
    revision: str
    sample_days: int = 0
