"""What the cases of a bundle prove: themselves, every rule, and that nothing could go wrong with one unnoticed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from gateway.bundle.workspace import Workspace
from gateway.cli.policy.junit import Checked
from gateway.documents import Documents, Problem, Rendered, inline
from gateway.indexing.progress import Progress
from policies.language import Doc
from policies.language.coverage import Covered, coverage, uncovered
from policies.language.equivalence import surroundings
from policies.language.mutation import EQUIVALENT, SURVIVED, Bench, Fate
from policies.language.problems import Path
from policies.language.suggestions import Suggestion, suggest
from policies.language.trials import Stage, Trial, differences, trials

Wanted = Callable[[Path], bool]
_LONG = 80


class Survivor(NamedTuple):
    """A mutant that no case notices, and one that would."""

    fate: Fate
    suggestion: Suggestion | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything that was checked. faults: what is wrong, in the order of files and lines."""

    cases: Sequence[Checked]
    covered: Sequence[Covered] = ()
    fates: Sequence[Fate] = ()
    survivors: Sequence[Survivor] = ()
    checks: Sequence[Checked] = field(default=(), repr=False)

    @property
    def faults(self) -> list[Rendered]:
        """What is wrong, in the order of the checks."""
        return [fault for check in self.checks for fault in check.faults]


def prove(here: Workspace, now: datetime, wanted: Wanted, *, covering: bool, mutating: bool) -> Proof:
    """Run the cases. wanted: which places of the bundle are looked at; cases of others still prove these."""
    stage = Stage(here.engine, here.vocabulary, now)
    ready, lost = trials(here.policies.tests, stage)
    documents = here.documents
    cases = [_case(here, t) for t in ready if wanted(t.case.path)]
    cases += [Checked("cases", f.file, f.message, (f,)) for f in documents.render(p for p in lost if wanted(p.path))]
    covered = [c for c in coverage(here.policies, ready) if wanted(c.path)] if covering else []
    checks = [*cases, *(_covered(documents, c) for c in covered)]
    if not mutating:
        return Proof(cases, covered, checks=checks)
    examples = _examples(here)
    around = surroundings(ready, here.engine, here.vocabulary, [text for own in examples.values() for text in own])
    bench = Bench(_docs(documents), here.vocabulary, here.policies, ready, around)
    fates = list(_fates(bench, wanted))
    survivors = [Survivor(f, suggest(bench, f.mutant, stage, examples)) for f in fates if f.fate == SURVIVED]
    checks += _mutated(documents, fates, survivors)
    return Proof(cases, covered, fates, survivors, checks)


def counted(fates: Iterable[Fate], fate: str) -> int:
    """How many mutants came to this."""
    return sum(one.fate == fate for one in fates)


def described(survivor: Survivor) -> str:
    """A survivor and the case that is missing, in one sentence."""
    mutant, found = survivor.fate.mutant, survivor.suggestion
    said = f"{mutant.subject}: no case notices {mutant.says!r}"
    if found is None:
        return f"{said}; no case that would was found by trying"
    like = f"one like {found.like!r} with" if found.like else "one with"
    changes = {key: _short(value) for key, value in found.changes.items()}
    return f"{said}; missing: {like} {inline({**changes, 'expect': found.expect})}"


def place_of(fate: Fate) -> Path:
    """Where a mutant was changed, in the bundle."""
    return (fate.mutant.document.file, *fate.mutant.path)


def equivalent(fates: Iterable[Fate]) -> Iterator[dict[str, Any]]:
    """The mutants that nothing could notice, as plain values."""
    for one in fates:
        if one.fate == EQUIVALENT:
            yield {"subject": one.mutant.subject, "change": one.mutant.says, "why": one.by}


def _case(here: Workspace, trial: Trial) -> Checked:
    wrong = here.documents.render(differences(trial.case, trial.outcome(here.policies)))
    return Checked("cases", here.documents.position(trial.case.path)[0], trial.case.name, wrong)


def _covered(documents: Documents, one: Covered) -> Checked:
    faults = documents.render(uncovered([one]))
    return Checked("coverage", documents.position(one.path)[0], f"{one.what} {one.id}", faults)


def _fates(bench: Bench, wanted: Wanted) -> Iterator[Fate]:
    mutants = [m for m in bench.mutants() if wanted((m.document.file, *m.path))]
    shown = Progress(len(mutants), "mutants").over(mutants) if sys.stderr.isatty() else mutants
    return (fate for mutant in shown if (fate := bench.fate(mutant)) is not None)


def _mutated(documents: Documents, fates: Iterable[Fate], survivors: Iterable[Survivor]) -> Iterator[Checked]:
    lived = {id(s.fate): s for s in survivors}
    for fate in fates:
        path, survivor = place_of(fate), lived.get(id(fate))
        faults = documents.render([Problem(path, described(survivor))]) if survivor else ()
        yield Checked("mutants", documents.position(path)[0], f"{fate.mutant.subject}: {fate.mutant.says}", faults)


def _examples(here: Workspace) -> dict[str, tuple[str, ...]]:
    """Texts that each detector finds something in; not those of confidential ones, which a log shouldn't hold."""
    every = here.engine.catalogue.detectors.values()
    return {d.id: d.examples.get("hit", ()) for d in every if not d.confidential}


def _docs(documents: Documents) -> Iterator[Doc]:
    return (Doc(d.value["kind"], d.name, d.value) for d in documents.items)


def _short(value: Any) -> Any:
    """A text as it fits into a message: its beginning, and how long it is."""
    if isinstance(value, str) and len(value) > _LONG:
        return f"{value[:_LONG]}… ({len(value)} characters)"
    return value
