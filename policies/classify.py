"""What a call contains: the findings in all its passages, each passage scanned once however often it is resent."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from policies.detectors.budget import ScanBudgetExceeded
from policies.detectors.engine import Engine
from policies.detectors.steps import Steps, finished
from policies.findings import Finding, class_detector
from policies.joints import PassageLike, joints_of

_TEXT = "text"
_MEGABYTE = 1 << 20
# About what an entry costs besides its findings (key, tuple, place in the table) and what a finding does.
_ENTRY_BYTES = 200
_FINDING_BYTES = 250
# Characters that are looked up in the memory in one step.
_LOOKED_UP = 1 << 18
# So many passages, or findings, are gone through in one step; a text counts as so many characters more.
_IN_A_STEP = 512
_TEXT_COSTS = 200


@dataclass(frozen=True, slots=True)
class Classification:
    """The findings of a call.

    findings: by passage and start; `passage` is an index into the call's passages. failed: why detection could not
    finish (`budget`, or `crash: ` and the kind of error), None where it did; findings are then not to be relied on and
    the call must be refused. counts: findings by detector. memo_hits, memo_misses: passages known and scanned.
    """

    findings: tuple[Finding, ...] = ()
    failed: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    memo_hits: int = 0
    memo_misses: int = 0


class Memo:
    """Findings by keyed digest of what was scanned, bounded in bytes; the least recently used go first."""

    __slots__ = ("_entries", "_limit", "size")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()
        self.size = 0

    def get(self, key: bytes) -> tuple[Finding, ...] | None:
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: bytes, findings: tuple[Finding, ...]) -> None:
        if key not in self._entries:
            self._entries[key] = findings
            self.size += _cost(findings)
        while self.size > self._limit:
            self.size -= _cost(self._entries.popitem(last=False)[1])


def _cost(findings: tuple[Finding, ...]) -> int:
    return _ENTRY_BYTES + _FINDING_BYTES * len(findings)


class Classifier:
    """Classification with a memory: a chat resends its history with every turn.

    secret: keys the memory and the digests of values, so that neither can be guessed at from outside. An entry belongs
    to one organisation and one revision of detection.
    """

    def __init__(self, engine: Engine, memo_bytes: int = 16 * _MEGABYTE, *, secret: bytes) -> None:
        self.engine = engine
        self.memo = Memo(memo_bytes)
        self._secret = secret[:64]
        # The state of the hash behind all that is the same for every text of an organisation.
        self._keyed: dict[str, tuple[str, Any]] = {}

    def keyed(self, organisation: str) -> Any:
        """A hash that already holds the secret, the organisation and the revision: to be copied for each text.

        SHA-256 behind one full block of secret: the digests never leave this process, and processors have
        instructions for it (half again as fast as BLAKE2 on a history of 100 kB).
        """
        revision = self.engine.revision
        known = self._keyed.get(organisation)
        if known is None or known[0] != revision:
            block = self._secret.ljust(64, b"\0")
            state = hashlib.sha256(block + f"{organisation}\0{revision}\0".encode())
            known = self._keyed[organisation] = (revision, state)
        return known[1]

    def classify(self, organisation: str, passages: Sequence[PassageLike]) -> Classification:
        """Findings in every passage, over the joints between parts and turns, and for parts that are not text."""
        return finished(self.steps(organisation, passages))

    def steps(self, organisation: str, passages: Sequence[PassageLike]) -> Steps[Classification]:
        """The same in steps of a few milliseconds: a generator that pauses between them and returns the findings."""
        work = _Work(self, organisation, passages)
        try:
            findings = yield from work.findings()
        except ScanBudgetExceeded:
            return Classification(failed="budget", memo_hits=work.hits, memo_misses=work.misses)
        # The last line of defence: whatever breaks in a detector, the call is refused, and the error's words, which
        # could quote the text, go nowhere.
        except Exception as error:  # noqa: BLE001
            failed = f"crash: {type(error).__name__}"
            return Classification(failed=failed, memo_hits=work.hits, memo_misses=work.misses)
        counts: dict[str, int] = {}
        for finding in findings:
            counts[finding.detector] = counts.get(finding.detector, 0) + 1
        return Classification(findings, None, counts, work.hits, work.misses)


class _Work:
    """One call's classification while it is made."""

    __slots__ = ("_engine", "_keyed", "_memo", "_organisation", "_passages", "_secret", "hits", "misses")

    def __init__(self, classifier: Classifier, organisation: str, passages: Sequence[PassageLike]) -> None:
        self._engine = classifier.engine
        self._memo = classifier.memo
        self._secret = classifier._secret
        self._keyed = classifier.keyed(organisation)
        self._organisation = organisation
        self._passages = passages
        self.hits = 0
        self.misses = 0

    def findings(self) -> Steps[tuple[Finding, ...]]:
        per_passage: dict[int, list[Finding]] = {}
        places: list[int] = []
        texts: list[str] = []
        for index, passage in enumerate(self._passages):
            if index % _IN_A_STEP == _IN_A_STEP - 1:
                yield
            if passage.part != _TEXT:
                whole = Finding(class_detector(passage.part), 0, len(passage.text), 1.0, index, "part of this class")
                per_passage[index] = [whole]
            elif passage.text:
                places.append(index)
                texts.append(passage.text)
        joints = yield from joints_of(self._passages)
        scanned = yield from self._scanned(texts, [joint.text for joint in joints])
        # Most passages hold nothing.
        if not any(scanned) and not per_passage:
            return ()
        moved = 0
        for index, found in zip(places, scanned, strict=False):
            if found:
                per_passage[index] = [replace(finding, passage=index) for finding in found]
                moved += len(found)
                if moved > _IN_A_STEP:
                    moved = 0
                    yield
        for joint, found in zip(joints, scanned[len(texts) :], strict=True):
            for finding in found:
                parts = list(joint.parts(finding))
                if not (joint.sure and any(_explained(part, per_passage) for part in parts)):
                    self._add(parts, per_passage)
        return tuple(one for index in sorted(per_passage) for one in per_passage[index])

    def _add(self, parts: list[Finding], per_passage: dict[int, list[Finding]]) -> None:
        """Add what a joint found, unless one part holds the value by itself and the joint only lengthened it by the
        first word of the next (digits or signs that follow are the rest of the value)."""
        known = [any(_overlap(one, part) for one in per_passage.get(part.passage, ())) for part in parts]
        for part, is_known in zip(parts, known, strict=True):
            text = self._passages[part.passage].text[part.start : part.end]
            if not is_known and not (any(known) and text.isalpha()):
                own = per_passage.setdefault(part.passage, [])
                own.append(part)
                own.sort(key=lambda one: one.start)

    def _scanned(self, texts: list[str], joined: list[str]) -> Steps[list[tuple[Finding, ...]]]:
        """Findings of each text, from the memory or a single scan of all that are new."""
        every = texts + joined if joined else texts
        known, new = yield from self._known(every)
        missing = sum(index < len(texts) for indexes in new.values() for index in indexes)
        self.hits, self.misses = len(texts) - missing, missing
        if not new:
            return known
        fresh = [every[indexes[0]] for indexes in new.values()]
        scanned = yield from self._engine.steps(fresh)
        for (key, indexes), text, found in zip(new.items(), fresh, scanned, strict=True):
            own = (yield from self._digested(found, text)) if found else ()
            self._memo.put(key, own)
            for index in indexes:
                known[index] = own
        return known

    def _digested(self, found: Sequence[Finding], text: str) -> Steps[tuple[Finding, ...]]:
        """The findings as they are remembered."""
        own = []
        for one in found:
            own.append(replace(one, passage=0, digest=self._digest(one, text)))
            if len(own) % _IN_A_STEP == 0:
                yield
        return tuple(own)

    def _known(self, texts: list[str]) -> Steps[tuple[list[tuple[Finding, ...]], dict[bytes, list[int]]]]:
        """What is remembered of each text, and where those stand of which nothing is, by key."""
        known: list[tuple[Finding, ...]] = []
        new: dict[bytes, list[int]] = {}
        copy, recall = self._keyed.copy, self._memo.get
        looked_up = 0
        for index, text in enumerate(texts):
            looked_up += len(text) + _TEXT_COSTS
            if looked_up > _LOOKED_UP:
                looked_up = 0
                yield
            state = copy()
            state.update(text.encode("utf-8", "surrogatepass"))
            key = state.digest()
            found = recall(key)
            if found is None:
                new.setdefault(key, []).append(index)
                found = ()
            known.append(found)
        return known, new

    def _digest(self, finding: Finding, text: str) -> bytes:
        """A keyed hash of the value, the same however it is spaced or cased, and whatever revision found it.

        Of signs alone there is none: all of them would be the same value.
        """
        value = "".join(letter for letter in text[finding.start : finding.end].casefold() if letter.isalnum())
        if not value:
            return b""
        owner = f"{self._organisation}\0".encode()
        digest = hashlib.blake2b(owner, digest_size=16, key=self._secret, person=b"finding")
        digest.update(f"{finding.detector}\0{value}".encode("utf-8", "surrogatepass"))
        return digest.digest()


def _explained(part: Finding, per_passage: Mapping[int, list[Finding]]) -> bool:
    """Whether a passage holds, by itself, something there that is as sure."""
    own = per_passage.get(part.passage, ())
    return any(one.confidence >= part.confidence - 0.1 and one.start < part.end and part.start < one.end for one in own)


def _overlap(one: Finding, other: Finding) -> bool:
    return one.detector == other.detector and one.start < other.end and other.start < one.end
