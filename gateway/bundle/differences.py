"""What changed in meaning between two bundles: policies, detectors, terms of contracts, use cases, indexes, lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

from gateway.bundle.bundle import Papers, read_papers
from gateway.bundle.detection import shipped_documents
from gateway.bundle.use_cases import OPEN
from gateway.documents import Documents, DocumentsRefused
from policies.language import Doc, Vocabulary
from policies.language.breadths import pairs, spelt, subset
from policies.language.compile import KINDS, Texts, read
from policies.language.differences import LOOSENS, NONE, TIGHTENS, UNCLEAR, Change, differences, effect

# Keys of a detector that decide nothing.
_SAID = ("title", "examples", "kind")
_LISTS = ".txt"


def compare(old: Documents, new: Documents) -> list[Change]:
    """Every change; DocumentsRefused where one of the two can't be read. Neither needs a configuration."""
    papers = [read_papers(documents) for documents in (old, new)]
    known = _detectors(old) | _detectors(new) | _shipped().keys()
    texts = [_texts(documents, known) for documents in (old, new)]
    found = [*differences(texts[0], texts[1])]
    found += _detector_changes(old, new)
    found += _papers(papers[0], papers[1])
    found += _settings(old, new)
    found += _lists(old, new)
    return found


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    """The shipped detectors as they are written, by id."""
    return {document.value["id"]: document.value for document in shipped_documents().items}


def _texts(documents: Documents, detectors: frozenset[str]) -> Texts:
    """The policies read, any name taken as it stands but for detectors, whose patterns mean those that there are."""
    anything: dict[str, Any] = dict.fromkeys(
        ("vendors", "destinations", "models", "use_cases", "regions", "trusts", "contracts")
    )
    given = [Doc(d.value["kind"], d.name, d.value) for d in documents.items if d.value["kind"] in KINDS]
    found = read(given, Vocabulary(detectors=detectors, **anything))
    if found.problems:
        raise DocumentsRefused(documents.render(found.problems))
    return found


def _detectors(documents: Documents) -> frozenset[str]:
    return frozenset(str(d.value.get("id")) for d in documents.items if d.value["kind"] == "Detector")


def _by_id(documents: Documents, kind: str) -> dict[str, Mapping[str, Any]]:
    return {str(d.value.get("id")): d.value for d in documents.items if d.value["kind"] == kind}


def _detector_changes(old: Documents, new: Documents) -> Iterator[Change]:
    for name, was, now in pairs(_by_id(old, "Detector"), _by_id(new, "Detector")):
        if was is None or now is None:
            # In a group, what is found by one takes the place of what another finds.
            means = UNCLEAR if (was or now).get("group") else effect(1 if was is None else -1, tightens=True)
            yield Change("detector", name, "", "there" if was else "", "there" if now else "", means)
            continue
        for key, before, after in pairs(was, now):
            if key == "keywords" and not now.get("group"):
                yield from _keywords(name, before or {}, after or {})
            else:  # what it looks for isn't repeated: it may be confidential
                yield Change("detector", name, key, _there(before), _there(after), NONE if key in _SAID else UNCLEAR)


def _keywords(name: str, was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for key, before, after in pairs(was, now):
        if key != "any":
            yield Change("detector", name, f"keywords.{key}", _there(before), _there(after), UNCLEAR)
            continue
        old, new = _words(before), _words(after)
        if old != new:
            grew = effect(subset(old, new), tightens=True)
            yield Change("detector", name, "keywords.any", *_counted(old, new), grew)


def _words(value: object) -> frozenset[str]:
    given = [value] if isinstance(value, str) else value if isinstance(value, list) else ()
    return frozenset(map(str, given))


def _counted(old: frozenset[str], new: frozenset[str]) -> tuple[str, str]:
    return f"{len(old)} words", f"{len(new)} words (+{len(new - old)}, -{len(old - new)})"


def _there(value: object) -> str:
    return "" if value is None else "there"


def _papers(old: Papers, new: Papers) -> Iterator[Change]:
    for name, was, now in pairs(old.contracts, new.contracts):
        yield from _paper("contract", name, was, now, _contract)
    for name, was, now in pairs(old.use_cases, new.use_cases):
        yield from _paper("use case", name, was, now, _use_case)
    for name, was, now in pairs(old.indexes, new.indexes):
        yield from _paper("index", name, was, now, lambda key, before, after: UNCLEAR)


def _paper(what: str, name: str, was: Any, now: Any, means: Any) -> Iterator[Change]:
    if was is None or now is None:
        added = {"contract": LOOSENS, "index": TIGHTENS}.get(what, UNCLEAR)
        taken = {"contract": TIGHTENS, "index": LOOSENS}.get(what, UNCLEAR)
        yield Change(what, name, "", "there" if was else "", "there" if now else "", added if was is None else taken)
        return
    for key in (one.name for one in fields(was)):
        before, after = getattr(was, key), getattr(now, key)
        if before != after:
            yield Change(what, name, key, spelt(before), spelt(after), means(key, before, after))


def _contract(key: str, was: Any, now: Any) -> str:
    """Hosts and the end decide whether calls may go there; the other terms are what rules ask about."""
    if key == "allowed_hosts":
        return effect(subset(frozenset(was), frozenset(now)), tightens=False)
    if key in ("currency", "prices", "service", "substitutes"):
        return NONE
    if key == "expires":
        return LOOSENS if now is None or (was is not None and now > was) else TIGHTENS
    return UNCLEAR


def _use_case(key: str, was: Any, now: Any) -> str:
    if key != "status":
        return NONE
    before, after = (status in OPEN for status in (was, now))
    return NONE if before is after else LOOSENS if after else TIGHTENS


def _settings(old: Documents, new: Documents) -> Iterator[Change]:
    """What bundles say of detection as a whole."""
    before, after = (_detection(documents) for documents in (old, new))
    off = [_words(value.get("off")) for value in (before, after)]
    if off[0] != off[1]:
        means = effect(subset(*off), tightens=False)
        # One that comes back may take the place of what others of its group find.
        competing = means == TIGHTENS and any(_shipped()[name].get("group") for name in off[0] if name in _shipped())
        yield Change("detection", "", "off", spelt(off[0]), spelt(off[1]), UNCLEAR if competing else means)
    rest = [{k: v for k, v in value.items() if k != "off"} for value in (before, after)]
    for key, was, now in pairs(*rest):
        yield Change("detection", "", key, _there(was), _there(now), UNCLEAR)


def _detection(documents: Documents) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for document in documents.items:
        if document.value["kind"] == "Detection":
            for key, value in document.value.items():
                if key != "kind":
                    found[key] = [*found.get(key, []), *value] if isinstance(value, list) else value
    return found


def _lists(old: Documents, new: Documents) -> Iterator[Change]:
    """Lists of words: how many, never which."""
    lists = [{n: _lines(raw) for n, raw in d.files.items() if n.lower().endswith(_LISTS)} for d in (old, new)]
    competing = {one for documents in (old, new) for one in _competing(documents)}
    for name, was, now in pairs(*lists):
        before, after = was or frozenset(), now or frozenset()
        means = UNCLEAR if name in competing else effect(subset(before, after), tightens=True)
        yield Change("list", name, "", *_counted(before, after), means)


def _competing(documents: Documents) -> Iterator[str]:
    """The lists of detectors whose findings take the place of others' in a group."""
    for value in _by_id(documents, "Detector").values():
        keywords = value.get("keywords")
        if value.get("group") and isinstance(keywords, dict) and isinstance(keywords.get("file"), str):
            yield keywords["file"]


def _lines(raw: bytes) -> frozenset[str]:
    lines = (line.strip() for line in raw.decode("utf-8", "replace").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
