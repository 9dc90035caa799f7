"""`ecluse policy test`: the cases of policies, and whether they prove every rule."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from gateway.bundle.workspace import Workspace
from gateway.cli.complaints import FORMS, errors, show
from gateway.cli.main import REFUSED
from gateway.cli.policy.junit import junit
from gateway.cli.policy.options import add_workspace, open_workspace
from gateway.cli.policy.proof import Proof, Survivor, counted, equivalent, place_of, prove
from gateway.documents import nearest, plain
from policies.language.coverage import Covered
from policies.language.mutation import EQUIVALENT, KILLED

TEXT = """\
Run the cases under `tests:` of the policies on the real engine; the whole bundle rules on each.

  ecluse policy test                        what isn't decided as its case expects, as file:line:column: message
  ecluse policy test --coverage             and each rule with the cases that fire it and that nearly do
  ecluse policy test --coverage --mutate    and what could go wrong with each rule without turning a case red

A near miss fails exactly one of a rule's conditions: the same text at another destination or from another caller, at
another place in the call, spared by `unless`, or a text that looks like one that fires it. A mutant is the bundle with
one thing changed: a rule switched off or weakened, a condition dropped, a list one name shorter, a bound moved. Exit
code 1 where a case isn't decided as it expects, a rule or exception has no case that fires it or no near miss, or no
case notices a mutant; the case that is missing is then told.
"""

_WIDTH = 44


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_workspace(sub)
    sub.add_argument("--policy", metavar="NAME", help="only the cases, rules and exceptions of this policy")
    sub.add_argument("--coverage", action="store_true", help="each rule needs a case that fires it and a near miss")
    sub.add_argument("--mutate", action="store_true", help="each change of a rule must turn a case red")
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--format", choices=FORMS, default="text", help="how to say what is wrong (default: text)")
    form.add_argument("--json", action="store_true", help="one JSON object")
    sub.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML, too")


def run(args: argparse.Namespace) -> int:
    """Run them."""
    here = open_workspace(args)
    only = _only(here, args.policy)
    if args.policy and not only:
        print(_unknown(here, args.policy), file=sys.stderr)
        return REFUSED
    proof = prove(here, datetime.now(UTC), lambda path: _in(path, only), covering=args.coverage, mutating=args.mutate)
    if args.junit:
        args.junit.write_text(junit(proof.checks), "utf-8")
    if args.json:
        sys.stdout.buffer.write(orjson.dumps(_json(here, proof), option=orjson.OPT_APPEND_NEWLINE))
    elif args.format == "text":
        _print(proof, covering=args.coverage, mutating=args.mutate)
    else:
        show(errors(proof.faults), args.format)
    return REFUSED if proof.faults else 0


def _only(here: Workspace, policy: str | None) -> frozenset[str]:
    """The documents of a policy, by name; none where all are meant."""
    return frozenset(d.name for d in here.documents.items if policy and d.value.get("policy") == policy)


def _in(path: Sequence[str | int], only: frozenset[str]) -> bool:
    return not only or path[0] in only


def _unknown(here: Workspace, policy: str) -> str:
    near = nearest(policy, {d.value["policy"] for d in here.documents.items if "policy" in d.value})
    return f"there is no policy {policy}" + (f" (did you mean {near}?)" if near else "")


def _print(proof: Proof, *, covering: bool, mutating: bool) -> None:
    if proof.covered:
        _table(proof.covered)
    for fault in proof.faults:
        print(fault, file=sys.stderr)
    fine = "" if proof.faults else "ok: "
    said = [f"{len(proof.cases)} case{'' if len(proof.cases) == 1 else 's'}"]
    if covering:
        proven = sum(not c.missing for c in proof.covered)
        said.append(f"{proven} of {len(proof.covered)} rules and exceptions fired and nearly fired")
    if mutating:
        killed, same = counted(proof.fates, KILLED), counted(proof.fates, EQUIVALENT)
        said.append(f"{killed} of {len(proof.fates) - same} mutants noticed ({same} mean the same)")
    print(fine + ", ".join(said))


def _table(covered: Sequence[Covered]) -> None:
    width = max(len(one.id) for one in covered)
    print(f"{'rule':<{width}}  {'fired by':<{_WIDTH}}  nearly fired by (what kept it from it)")
    for one in covered:
        near = one.spared or _some([f"{m.case} ({m.condition})" for m in one.near])
        print(f"{one.id:<{width}}  {_some(one.fired):<{_WIDTH}}  {near}")


def _some(names: Sequence[str]) -> str:
    """The first of them, cut to the width of its column, and how many more there are."""
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    room = _WIDTH - len(more)
    first = plain(names[0]) if names else "-"
    return (first if len(first) <= room else first[: room - 1] + "…") + more


def _json(here: Workspace, proof: Proof) -> dict[str, Any]:
    return {
        "ok": not proof.faults,
        "revision": here.policies.revision,
        "cases": len(proof.cases),
        "problems": [fault._asdict() for fault in proof.faults],
        "coverage": [
            {
                "what": one.what,
                "id": one.id,
                "fired": one.fired,
                "near": [{"case": m.case, "condition": m.condition} for m in one.near],
                "missing": one.missing,
                "spared": one.spared,
            }
            for one in proof.covered
        ],
        "mutants": {
            "killed": counted(proof.fates, KILLED),
            "equivalent": [*equivalent(proof.fates)],
            "survived": [_survivor(here, one) for one in proof.survivors],
        },
    }


def _survivor(here: Workspace, one: Survivor) -> dict[str, Any]:
    file, line, column = here.documents.position(place_of(one.fate))
    mutant = one.fate.mutant
    place = {"file": file, "line": line, "column": column}
    suggestion = one.suggestion._asdict() if one.suggestion else None
    return {"subject": mutant.subject, "change": mutant.says, **place, "suggestion": suggestion}
