"""Scores the shipped detectors: precision and recall by type, raw and in disguise, hard negatives, time.

    .venv/bin/python bench/eval.py [--shared FOLDER] [--only PREFIX] [--misses N]

Cases: `tests/data/detection` (made from the official formats by `bench/cases`), and the labelled sets of a folder
`detection` beside the checkout where there is one. Prints Markdown; `docs/reference/detection.md` holds one run.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evasions import KINDS
from scoring import SURE, Tally, covers, share, sure

from gateway.bundle.bundle import PACKS
from gateway.documents import load
from policies.detectors.budget import ScanBudgetExceeded
from policies.detectors.catalogue import Catalogue
from policies.detectors.engine import Engine
from policies.findings import Finding

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "data" / "detection"
SHARED = ROOT.parent / "shared" / "data" / "detection"

# Positives of a type that are tried in each disguise.
DISGUISED = 40

# Labels of the sets beside the checkout, by the detectors that should find them.
LABELS = {
    "IBAN": {"fin.iban"}, "IBAN_CODE": {"fin.iban"}, "FR_SIRET": {"fr.siret"}, "FR_TVA": {"fr.tva"},
    "FR_NIR": {"fr.nir"}, "EMAIL": {"contact.email"}, "EMAIL_ADDRESS": {"contact.email"}, "CREDIT_CARD": {"fin.card"},
    "PHONE_NUMBER": {"contact.phone"}, "US_SSN": {"us.ssn"}, "IP_ADDRESS": {"net.ip"}, "BIC": {"fin.bic"},
    "DOB": {"contact.dob"}, "ADDRESS": {"contact.address_fr"}, "STREET_ADDRESS": {"contact.address_en"},
    "PERSON": {"person.title", "person.gazetteer", "person.signature"},
}  # fmt: skip
STRUCTURED = ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS")
CREDENTIALS = ("secret.", "net.url_creds")

_engine: Engine | None = None


def engine() -> Engine:
    """An engine over everything that ships."""
    global _engine
    if _engine is None:
        built = Catalogue.build([document.value for document in load(PACKS).items])
        if not isinstance(built, Catalogue):
            sys.exit(f"the shipped detectors don't load: {built}")
        _engine = Engine(built)
    return _engine


def scan(text: str) -> tuple[Finding, ...]:
    """Findings in a text; one over budget is refused by the gateway, and finds nothing here."""
    try:
        return engine().scan([text])[0]
    except ScanBudgetExceeded:
        return ()


def rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a file of JSON Lines."""
    return [json.loads(line) for line in path.read_text().splitlines()]


class Scored:
    """One type's figures on its own cases."""

    def __init__(self, detector: str, cases: list[dict[str, Any]], misses: list[str]) -> None:
        self.raw = Tally()
        self.disguised = {kind: Tally() for kind in KINDS}
        only = frozenset({detector})
        positives = []
        for row in cases:
            spans = [(start, end) for start, end in row["spans"]]
            findings = sure(scan(row["text"]), only)
            before = (self.raw.hit, self.raw.right - self.raw.made)
            self.raw.add(spans, findings)
            if (self.raw.hit - before[0] < len(spans)) or self.raw.right - self.raw.made < before[1]:
                misses.append(f"{detector} {row['kind']} {row['template']}: {row['text']!r}")
            if spans:
                positives.append((row["text"], spans[0]))
        step = max(len(positives) // DISGUISED, 1)
        for text, (start, end) in positives[::step]:
            for kind, disguises in KINDS.items():
                for name, disguise in disguises.items() if _wears(detector, kind, text[start:end]) else ():
                    other = disguise(text[start:end])
                    hidden = text[:start] + other + text[end:]
                    found = any(covers(one, start, start + len(other)) for one in sure(scan(hidden), only))
                    self.disguised[kind].wanted += 1
                    self.disguised[kind].hit += found
                    if not found:
                        misses.append(f"{detector} in {name}: {hidden!r}")


def _wears(detector: str, kind: str, value: str) -> bool:
    """Whether a value can be hidden that way: what hides something itself can't, and only numbers are spaced out."""
    letters = [char for char in value if char.isalnum()]
    numeric = 2 * sum(map(str.isdigit, letters)) >= len(letters)
    return not detector.startswith("evasion.") and (kind != "spaced" or numeric)


def own_cases(only: str, misses: list[str]) -> Iterator[str]:
    """A row for each detector; those without cases say so."""
    yield "| type | positives | recall | precision | unicode | encoded | spaced |"
    yield "|---|---|---|---|---|---|---|"
    totals, sums = Tally(), {kind: Tally() for kind in KINDS}
    for detector in sorted(engine().catalogue.detectors):
        if not detector.startswith(only):
            continue
        path = CASES / f"{detector}.jsonl"
        if not path.exists():
            yield f"| `{detector}` | not measured | | | | | |"
            continue
        scored = Scored(detector, rows(path), misses)
        totals = totals.plus(scored.raw)
        sums = {kind: sums[kind].plus(tally) for kind, tally in scored.disguised.items()}
        yield _row(f"`{detector}`", scored.raw, scored.disguised)
    yield _row("all", totals, sums)


def _row(name: str, raw: Tally, disguised: dict[str, Tally]) -> str:
    hidden = " | ".join(share(tally.recall) for tally in disguised.values())
    return f"| {name} | {raw.wanted} | {share(raw.recall)} | {share(raw.precision)} | {hidden} |"


def labelled(path: Path, misses: list[str]) -> Iterator[str]:
    """Labelled prompts of others: a row for each label."""
    tallies: dict[str, Tally] = {}
    for row in rows(path):
        labels = {s["type"] for s in row["spans"]} | set(LABELS)
        findings = scan(row["text"])
        for label in labels & set(LABELS):
            if label not in tallies:
                tallies[label] = Tally()
            spans = [(s["start"], s["end"]) for s in row["spans"] if s["type"] == label]
            mine = sure(findings, frozenset(LABELS[label]))
            tallies[label].add(spans, mine)
            for start, end in spans:
                if not any(covers(one, start, end) for one in mine):
                    misses.append(f"{path.stem} {label} missed {row['text'][start:end]!r} in {row['text']!r}")
            for one in mine:
                if not any(covers(one, *span) for span in spans):
                    misses.append(f"{path.stem} {label} wrong {row['text'][one.start : one.end]!r} in {row['text']!r}")
    yield "| label | spans | recall | precision |"
    yield "|---|---|---|---|"
    for label, tally in sorted(tallies.items()):
        if tally.wanted:
            yield f"| {label} | {tally.wanted} | {share(tally.recall)} | {share(tally.precision)} |"
    structured = Tally()
    for label in STRUCTURED:
        structured = structured.plus(tallies[label])
    if tallies["PHONE_NUMBER"].wanted:
        figures = f"{structured.wanted} | {share(structured.recall)} | {share(structured.precision)}"
        yield f"| structured types together | {figures} |"


def secrets(folder: Path, misses: list[str]) -> Iterator[str]:
    """Fixtures that are secrets and that aren't, and credentials in whole files."""
    hits = {True: 0, False: 0}
    total = {True: 0, False: 0}
    for row in rows(folder / "secrets.jsonl"):
        secret = bool(row["secret"])
        found = [one for one in scan(row["text"]) if one.confidence >= SURE and one.detector.startswith(CREDENTIALS)]
        total[secret] += 1
        hits[secret] += bool(found)
        if bool(found) != secret:
            misses.append(f"secrets {row['rule']} {secret}: {row['text'][:300]!r}")
    yield f"- secrets hit: {hits[True]} of {total[True]} ({share(hits[True] / total[True])}; target 0.99)"
    wrong = f"{hits[False]} of {total[False]} ({share(hits[False] / total[False])}; target 0.05)"
    yield f"- no secrets, hit all the same: {wrong}"
    tally, passwords = Tally(), Tally()
    for row in rows(folder / "credentials_in_files.jsonl"):
        _credentials(row, tally, passwords, misses)
    yield f"- credentials in files: recall {share(tally.recall)} of {tally.wanted} (target 0.75)"
    yield f"- credentials in files: precision {share(tally.precision)} (target 0.85)"
    yield f"- passwords among them: recall {share(passwords.recall)} of {passwords.wanted} (target 0.6)"


def _credentials(row: dict[str, Any], tally: Tally, passwords: Tally, misses: list[str]) -> None:
    """One file: its labels as spans; several labels of one place count once."""
    starts = [0]
    for line in row["text"].split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    spans: dict[tuple[int, int], bool] = {}
    for label in row["labels"]:
        if label["start"] is None or label["start"] < 0 or not label.get("offsets_ok", True):
            continue
        base = starts[label["line"] - 1]
        span = (base + label["start"], base + label["end"])
        spans[span] = spans.get(span, False) or "assword" in label["rule"]
    found = [one for one in scan(row["text"]) if one.confidence >= SURE and one.detector.startswith(CREDENTIALS)]
    everywhere = [*spans]
    merged = [one for i, one in enumerate(found) if not any(covers(one, o.start, o.end) for o in found[:i])]
    tally.add(everywhere, merged)
    # A finding of a whole block or line covers what is labelled in it.
    tally.right += sum(
        not any(covers(o, *s) for s in everywhere) and any(o.start < e and s < o.end for s, e in everywhere)
        for o in merged
    )
    passwords.add([span for span, is_password in spans.items() if is_password], found)
    for start, end in everywhere:
        if not any(covers(one, start, end) for one in found):
            misses.append(f"{row['path']} missed {row['text'][start:end]!r}")
    for one in merged:
        if not any(one.start < end and start < one.end for start, end in everywhere):
            misses.append(f"{row['path']} wrong {one.detector} {row['text'][one.start : one.end][:100]!r}")


def hard_negatives(folder: Path, misses: list[str]) -> Iterator[str]:
    """Findings in prompts that hold nothing."""
    texts = [r["text"] for r in rows(folder / "french_prompts.jsonl") if r["kind"] == "hard_negative"]
    texts += [r["prompt"] for r in rows(folder / "benign_trigger_words.jsonl")]
    found = 0
    for text in texts:
        mine = [one for one in scan(text) if one.confidence >= SURE]
        found += len(mine)
        misses += [f"hard negative {one.detector}: {text!r}" for one in mine]
    rate = found * 1000 / len(texts)
    yield f"- {found} findings in {len(texts)} prompts without any: {rate:.1f} per 1,000 (target 3)"


def latency() -> Iterator[str]:
    """CPU milliseconds for 4 KB never seen before: sentences of all cases in random order, no two texts alike."""
    rng = random.Random(4)
    sentences = [row["text"] for path in sorted(CASES.glob("*.jsonl")) for row in rows(path)[::7]]
    prose = [row for row in sentences if len(row) < 400]
    if not prose:
        return
    took = []
    for number in range(300):
        text = ""
        while len(text) < 4096:
            text += rng.choice(prose) + f" {number} "
        began = time.process_time()
        scan(text[:4096])
        took.append((time.process_time() - began) * 1e3)
    took = sorted(took[50:])
    yield (
        f"- 4 KB made of cases (dense in findings), unseen: p50 {statistics.median(took):.2f} ms, "
        f"p95 {took[int(len(took) * 0.95)]:.2f}, p99 {took[int(len(took) * 0.99)]:.2f}"
    )


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="folder of the labelled sets")
    parser.add_argument("--only", default="", metavar="PREFIX", help="own cases of these detectors, and nothing else")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="show the first N things missed or wrong")
    args = parser.parse_args()
    misses: list[str] = []
    for line in report(args.shared, args.only, misses):
        print(line, flush=True)
    for line in misses[: args.misses]:
        print(line[:600])


def report(shared: Path, only: str, misses: list[str]) -> Iterator[str]:
    """All that is printed."""
    yield "## Own cases\n"
    yield from own_cases(only, misses)
    if only:
        return
    yield ""
    yield from latency()
    if not shared.exists():
        yield f"\nNo labelled sets in {shared}: the rest is not measured."
        return
    for name in ("french_prompts", "presidio_synth"):
        yield f"\n## {name}\n"
        yield from labelled(shared / f"{name}.jsonl", misses)
    yield "\n## Secrets\n"
    yield from secrets(shared, misses)
    yield "\n## Hard negatives\n"
    yield from hard_negatives(shared, misses)


if __name__ == "__main__":
    main()
