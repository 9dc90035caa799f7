"""`ecluse policy test`: the cases of policies, and whether they prove every rule."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson

from gateway.bundle.workspace import Workspace
from gateway.cli.main import REFUSED
from gateway.cli.policy.junit import Checked, junit
from gateway.cli.policy.options import add_workspace, open_workspace
from gateway.documents import Rendered, nearest
from policies.language.coverage import Covered, coverage, uncovered
from policies.language.problems import Problem
from policies.language.trials import Trial, differences, trials

TEXT = """\
Run the cases under `tests:` of the policies on the real engine; the whole bundle rules on each.

  ecluse policy test                what isn't decided as its case expects, as file:line:column: message
  ecluse policy test --coverage     and each rule with the cases that fire it and that nearly do

A near miss fails exactly one of a rule's conditions: the same text at another destination or from another caller, at
another place in the call, spared by `unless`, or a text that looks like one that fires it. Exit code 1 where a case
isn't decided as it expects, or a rule or exception has no case that fires it or no near miss.
"""

_WIDTH = 44


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    sub.add_argument("--policy", metavar="NAME", help="only the cases, rules and exceptions of this policy")
    sub.add_argument("--coverage", action="store_true", help="each rule needs a case that fires it and a near miss")
    sub.add_argument("--json", action="store_true", help="one JSON object")
    sub.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML, too")


def run(args: argparse.Namespace) -> int:
    """Run them."""
    here = open_workspace(args)
    only = _only(here, args.policy)
    if args.policy and not only:
        print(_unknown(here, args.policy), file=sys.stderr)
        return REFUSED
    ready, faults = trials(here.policies, here.engine, here.vocabulary, datetime.now(UTC))
    cases = _cases(here, [t for t in ready if _in(t.case.path, only)], [p for p in faults if _in(p.path, only)])
    covered = [c for c in coverage(here.policies, ready) if _in(c.path, only)] if args.coverage else []
    checks = [*cases, *_covered(here, covered)]
    if args.junit:
        args.junit.write_text(junit(checks), "utf-8")
    failed = [fault for check in checks for fault in check.faults]
    if args.json:
        sys.stdout.buffer.write(orjson.dumps(_json(here, cases, covered, failed), option=orjson.OPT_APPEND_NEWLINE))
    else:
        _print(cases, covered, failed)
    return REFUSED if failed else 0


def _only(here: Workspace, policy: str | None) -> frozenset[str]:
    """The documents of a policy, by name; none where all are meant."""
    return frozenset(d.name for d in here.documents.items if policy and d.value.get("policy") == policy)


def _in(path: Sequence[str | int], only: frozenset[str]) -> bool:
    return not only or path[0] in only


def _unknown(here: Workspace, policy: str) -> str:
    near = nearest(policy, {d.value["policy"] for d in here.documents.items if "policy" in d.value})
    return f"there is no policy {policy}" + (f" (did you mean {near}?)" if near else "")


def _cases(here: Workspace, ready: Iterable[Trial], faults: Iterable[Problem]) -> list[Checked]:
    """Each case with what is wrong with it."""
    found = [
        Checked("cases", here.documents.position(t.case.path)[0], t.case.name, here.documents.render(wrong))
        for t in ready
        for wrong in ([*differences(t.case, t.outcome(here.policies))],)
    ]
    lost = [Checked("cases", f.file, f.message, (f,)) for f in here.documents.render(faults)]
    return found + lost


def _covered(here: Workspace, covered: Iterable[Covered]) -> Iterator[Checked]:
    for one in covered:
        file = here.documents.position(one.path)[0]
        yield Checked("coverage", file, f"{one.what} {one.id}", here.documents.render(uncovered([one])))


def _print(cases: Sequence[Checked], covered: Sequence[Covered], failed: Sequence[Rendered]) -> None:
    if covered:
        width = max(len(one.id) for one in covered)
        print(f"{'rule':<{width}}  {'fired by':<{_WIDTH}}  nearly fired by (what kept it from it)")
        for one in covered:
            near = one.spared or _some([f"{m.case} ({m.condition})" for m in one.near])
            print(f"{one.id:<{width}}  {_some(one.fired):<{_WIDTH}}  {near}")
    for fault in failed:
        print(fault, file=sys.stderr)
    if not failed:
        proven = f", {len(covered)} rules and exceptions fired and nearly fired" if covered else ""
        print(f"ok: {len(cases)} cases passed{proven}")


def _some(names: Sequence[str]) -> str:
    """The first of them, cut to the width of its column, and how many more there are."""
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    room = _WIDTH - len(more)
    first = names[0] if names else "-"
    return (first if len(first) <= room else first[: room - 1] + "…") + more


def _json(
    here: Workspace, cases: Sequence[Checked], covered: Iterable[Covered], failed: Sequence[Rendered]
) -> dict[str, object]:
    return {
        "ok": not failed,
        "revision": here.policies.revision,
        "cases": len(cases),
        "problems": [fault._asdict() for fault in failed],
        "coverage": [
            {
                "what": one.what,
                "id": one.id,
                "fired": one.fired,
                "near": [{"case": m.case, "condition": m.condition} for m in one.near],
                "missing": one.missing,
                "spared": one.spared,
            }
            for one in covered
        ],
    }
