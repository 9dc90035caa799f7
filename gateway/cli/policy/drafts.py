"""What a report can become in a bundle: a case, an adjustment of a detector, an exception. Drafts, for an officer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gateway.bundle.bundle import Bundle, build_bundle, read_papers
from gateway.bundle.workspace import Workspace
from gateway.documents import Document, Documents, load_texts
from gateway.documents.adding import NotAdded, with_item
from gateway.state.reports import Report
from policies.detectors.budget import ScanBudgetExceeded
from policies.detectors.engine import Engine
from policies.judging import BUILT_IN_POLICY

DETECTION = "detection.yaml"

# Documents that hold rules, cases and exceptions, with the key that names them.
_NAMED_BY = {"EgressPolicy": "policy", "DecisionTable": "table"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One item for a list of the bundle. file: where it goes; number: which document there, None for a new one."""

    kind: str
    key: str
    item: Mapping[str, Any]
    file: str
    number: int | None = None


def case(here: Workspace, report: Report, text: str, expect: str) -> Draft:
    """A case of the policy whose rule was wrong: the same caller and place, the officer's text."""
    known = report.destination in here.destinations
    item: dict[str, Any] = {
        "name": f"reported {report.at[:10]}: not {report.rule} ({report.id})",
        "text": text,
        "to": report.destination if known else {"external": True},
    }
    caller = {
        "use_case": _existing(here, "use_cases", [report.use_case]),
        "team": _existing(here, "teams", [report.team]),
        "groups": _existing(here, "groups", report.groups),
    }
    item["as"] = {key: value if key == "groups" else value[0] for key, value in caller.items() if value}
    item |= {"direction": report.direction} if report.direction not in ("", "request") else {}
    item |= {"role": report.role} if report.role not in ("", "user") else {}
    return _in_policy(here, report, "tests", {**item, "expect": {"verdict": expect}})


def adjustment(
    here: Workspace, report: Report, detector: str, not_near: list[str], ignore: list[str], text: str
) -> Draft:
    """An adjustment of a shipped detector, proven by the officer's text."""
    said = {"not_near": not_near, "ignore": ignore, "miss": [text], "reason": f"report {report.id}"}
    item = {"detector": detector, **{key: value for key, value in said.items() if value}}
    for document in here.documents.items:
        if document.value.get("kind") == "Detection":
            return Draft("Detection", "adjust", item, document.file, _number(here.documents, document))
    return Draft("Detection", "adjust", item, DETECTION)


def exception(here: Workspace, report: Report, who: Mapping[str, Any], reason: str, owner: str, expires: date) -> Draft:
    """An exception from the rule for the one who reported, until a day."""
    item = {"id": f"EX-{report.id.removeprefix('r_')}", "lifts": [report.rule], "who": dict(who), "reason": reason}
    return _in_policy(here, report, "exceptions", {**item, "owner": owner, "expires": expires})


def written(here: Workspace, draft: Draft) -> tuple[str, Bundle]:
    """The file with the draft in it, and the bundle as it then is; raises NotAdded, and DocumentsRefused for a bundle
    that would be refused."""
    files = dict(here.documents.files)
    before = files.get(draft.file, b"").decode()
    if draft.number is None:
        if before:
            raise NotAdded(f"{draft.file} is there already")
        text = with_item(f"kind: {draft.kind}\n", 0, draft.key, draft.item)
    else:
        text = with_item(before, draft.number, draft.key, draft.item)
    files[draft.file] = text.encode()
    papers = read_papers(load_texts(dict(sorted(files.items())), label=here.documents.label))
    return text, build_bundle(papers, here.names, here.destinations, previous=here.engine)


def without_effect(here: Workspace, draft: Draft, after: Bundle) -> str:
    """Why an adjustment is none: what its detector finds in its texts without it, and with it; "" for any that is."""
    if draft.key != "adjust":
        return ""
    detector, texts = draft.item["detector"], draft.item["miss"]
    try:
        before, left = (_findings(engine, detector, texts) for engine in (here.engine, after.engine))
    except ScanBudgetExceeded:
        return "the text costs more to scan than its length allows"
    if not before:
        return f"{detector} finds nothing in this text as it is: there is nothing to take from it"
    return "" if left < before else f"{detector} finds as much in this text with it as without"


def _findings(engine: Engine, detector: str, texts: Sequence[str]) -> int:
    return sum(one.detector == detector for found in engine.scan(texts) for one in found)


def place_of(here: Workspace, draft: Draft) -> Path:
    """The file that a draft goes into."""
    return Path(here.documents.shown(draft.file))


def _existing(here: Workspace, register: str, names: Iterable[str]) -> list[str]:
    """Those of the names that a case may say."""
    known = here.vocabulary.register(register)
    return [name for name in names if name and (known is None or name in known)]


def _in_policy(here: Workspace, report: Report, key: str, item: Mapping[str, Any]) -> Draft:
    for document in here.documents.items:
        kind = str(document.value.get("kind"))
        if kind in _NAMED_BY and document.value.get(_NAMED_BY[kind]) == report.policy:
            return Draft(kind, key, item, document.file, _number(here.documents, document))
    if report.policy == BUILT_IN_POLICY:
        raise NotAdded(f"{report.rule} is in no policy of the bundle: it is built in")
    raise NotAdded(f"the bundle has no policy or decision table {report.policy}")


def _number(documents: Documents, document: Document) -> int:
    """Which document of its file it is."""
    return [one.name for one in documents.items if one.file == document.file].index(document.name)
