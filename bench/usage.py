"""How fast `ecluse report usage` reads a ledger.

    bench/usage.py                   # a million records, about a minute
    bench/usage.py --records 100000 --keep FOLDER

Writes a ledger of calls of 50 teams to 12 destinations over November (INTENT, ATTEMPT, OUTCOME of each; one in fifty is
refused, one in forty fails over) and reports on the month, by the usual five tables and with everything that can be
written: elapsed and CPU time of the whole command, start of the interpreter included. Sums are held against what was
written.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import orjson

from observability.ledger import Attempt, Found, Intent, Outcome, Place, Ruled, RuleFired, Tokens, Who, uuid7
from observability.ledger.records import Record
from observability.reports.numbers import exact
from observability.scribe.frames import frame

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
SEGMENT = 64 << 20
VENDORS = ("openai", "anthropic", "mistral", "azure-paris")
MODELS = tuple(f"{vendor}-{size}" for vendor in VENDORS for size in ("small", "medium", "large"))
USE_CASES = ("letters", "code-review", "support-answers", "contracts", "translation", "research")
FOUND = (Found("contact.email", 2, 0.9, "text", "user", "request", at=((0, 12), (0, 80))),)
FIRED = (RuleFired("mask-contacts", "personal-data", "redact", "enforce", ("contact.email",), 2),)
PLACES = (Place("user", "request", "text", False, 3), Place("system", "request", "text", False, 1))
WEIGHTS = tuple(1 / (n + 1) for n in range(50))


def main() -> None:
    """Write, report, say how long it took."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=1_000_000)
    options.add_argument("--keep", type=Path, help="write the ledger and the reports there, and leave them")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        size, nanos = write(folder / "ledger", args.records)
        print(f"{args.records} records, {size / 1e6:.0f} MB, {len(list((folder / 'ledger').iterdir()))} segments")
        for words in ([], ["--by", "team+model,person,day"], ["--out", str(folder / "report")]):
            seconds, cpu = reported(folder / "ledger", words)
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            print(f"{' '.join(words) or 'usual tables'}: {seconds:.1f} s, {cpu:.1f} s CPU, at most {most:.0f} MB")
        found = orjson.loads((folder / "report" / "usage.json").read_bytes())["currencies"][0]["total"]["cost"]
        print("sums agree" if found == exact(nanos) else f"WRONG: {found} was reported, {exact(nanos)} written")


def reported(ledger: Path, words: list[str]) -> tuple[float, float]:
    """Seconds that the command took, and of CPU."""
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    main = [sys.executable, "-m", "gateway.cli.main", "report", "usage", "--month", "2026-11"]
    subprocess.run([*main, "--ledger", str(ledger), *words], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - begun, cpu


def write(folder: Path, count: int) -> tuple[int, int]:
    """Segments of so many records; bytes, and the nanos that the attempts cost."""
    folder.mkdir(parents=True)
    size = nanos = 0
    parts: list[bytes] = []
    for record in islice(written(count), count):
        if isinstance(record, Attempt):
            nanos += round((record.cost or 0) * 1e9)
        parts.append(frame(len(parts), record.to_bytes()))
        size += len(parts[-1])
        if size // SEGMENT > len(list(folder.iterdir())):
            _segment(folder, parts)
    _segment(folder, parts)
    return size, nanos


def _segment(folder: Path, parts: list[bytes]) -> None:
    (folder / f"{BEGAN:%Y%m%dT%H%M%S.%fZ}-w0-{len(list(folder.iterdir())):06}.ecl").write_bytes(b"".join(parts))
    parts.clear()


def written(count: int) -> Iterator[Record]:
    """A few more records than that, of calls spread over the month, most of them on working days."""
    chance = random.Random(7)
    days = [BEGAN + timedelta(days=n) for n in range(30)]
    weights = [0.2 if day.weekday() > 4 else 1.0 for day in days]
    for day, weight in zip(days, weights, strict=True):
        calls = int(count / 2.9 * weight / sum(weights)) + 1
        for n in range(calls):
            yield from call(chance, day + timedelta(seconds=86_300 * n / calls))


def call(chance: random.Random, at: datetime) -> Iterator[Record]:
    """The records of one call."""
    team = chance.choices(range(50), WEIGHTS)[0]
    model = chance.choice(MODELS)
    destination, name = f"{model.rpartition('-')[0]}/{model}", uuid7()
    intent = asked(chance, name, at, team, model, destination)
    if chance.random() < 0.02:
        yield Outcome(name, at, "refused", 403, "policy_denied", FIRED, intent=intent)
        return
    yield intent
    if chance.random() < 0.025:
        first = Attempt(name, at, 1, destination, destination.split("/")[0], "c-1", model, 503, "5xx", "vendor")
        yield replace(first, cost=0.0, currency="EUR", price_version="2026-11")
        destination = "azure-paris/azure-paris-large"
    tokens = Tokens(chance.randrange(200, 8000), chance.randrange(20, 1500), 128, 0, 0, 0)
    charged = (tokens.input or 0, tokens.output or 0)
    cost = (charged[0] * (1 + len(model) % 5) * 500 + charged[1] * 2000) / 1e9
    yield Attempt(
        name, at, 1 + destination.endswith("-large"), destination, destination.split("/")[0], "c-1", model, 200,
        tokens=tokens, cost=cost, charged=charged, currency="EUR", price_version="2026-11",
        vendor_request="req_" + name[:12],
    )  # fmt: skip
    yield Outcome(name, at, "served", 200, destination=destination, attempts=1, total_ms=1200.0, currency="EUR")


def asked(chance: random.Random, name: str, at: datetime, team: int, model: str, destination: str) -> Intent:
    """An INTENT of the size that a chat of a few turns has."""
    use_case, person = chance.choice(USE_CASES), f"p_{team}_{chance.randrange(40)}"
    return Intent(
        name, at, Who("acme", f"team-{team:02}", ("staff",), person, f"k_{team}", use_case),
        "openai_chat" if team % 3 else "anthropic_messages", "chat", model, True, 4200, 6, ("C1",), (), FOUND,
        tuple(Ruled(one, "allow", FIRED, 2) for one in (destination, "internal/maison")), "b" * 16, "d" * 16, "c" * 16,
        destination, "c-1", "f" * 64, 4300, {"model": 1, "usage": 1}, 9000, PLACES, kept=1, route=model,
    )  # fmt: skip


if __name__ == "__main__":
    main()
