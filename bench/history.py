"""How long does `ecluse ledger why` take on a long history?

    .venv/bin/python bench/history.py [--records 1000000] [--days 10]

Writes a ledger of so many records spread over so many days (a call in twenty refused; an INTENT, an ATTEMPT and an
OUTCOME for each other), in segments as the scribe makes them, then runs the command as somebody would: one minute of
one day; one person over a whole day; one person over everything.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.cli.main import main
from observability.ledger import Attempt, Found, Intent, Outcome, Ruled, RuleFired, Tokens, Who, uuid7
from observability.scribe.frames import frame
from observability.scribe.segments import packed, seal

SEGMENT = 64 << 20
DENIED = RuleFired(
    "secrets-stay-home", "secrets", "deny", "enforce", ("secret.private_key",), 1, "request/user/message 2"
)


def run(argv: list[str] | None = None) -> None:
    """Write, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=10)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
        home = Path(name) / "ecluse"
        main(["init", str(home)])
        ends = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=1)
        records, size, segments = write(home / "state" / "ledger", args.records, ends - timedelta(days=args.days), ends)
        print(f"{records:,} records over {args.days} days, {size / 2**20:,.0f} MiB in {segments} segments")
        at = (ends - timedelta(days=args.days / 2)).strftime("%Y-%m-%dT%H:%MZ")
        since, until = at, (datetime.fromisoformat(at) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")
        person = "p_" + f"{7:026}"
        for what, words in (
            ("one minute", ["--at", at]),
            ("one person, a day", ["--since", since, "--until", until, "--user", person]),
            ("one person, everything", ["--since", "2020-01-01", "--user", person]),
        ):
            print(f"  {what:<24}{timed(home, words)}")


def timed(home: Path, words: list[str]) -> str:
    """Seconds of the command as a process of its own, the better of two; and how many of them it computed."""
    command = [sys.executable, "-m", "gateway.cli.main", "ledger", "why", *words, "--config", str(home / "config.yaml")]
    found = []
    for _ in range(2):
        begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, timeout=300)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        computed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found.append((time.perf_counter() - begun, computed))
        assert done.returncode == 0, done.stderr
    return "{:.1f} s, {:.1f} s of a core".format(*min(found))


def write(folder: Path, records: int, since: datetime, until: datetime) -> tuple[int, int, int]:
    """The ledger; how many records, bytes and segments it has. A segment ends by size or after an hour."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = records * 20 // 58
    step = (until - since) / calls
    written, size, segments = 0, 0, 0
    at, begun, open_now = since, since, []
    for number in range(calls):
        open_now += call(number, at)
        at += step
        if number == calls - 1 or at - begun >= timedelta(hours=1) or len(open_now) * 900 >= SEGMENT:
            size += segment(folder, begun, at, open_now)
            written, segments = written + len(open_now), segments + 1
            begun, open_now = at, []
    return written, size, segments


def segment(folder: Path, begun: datetime, ended: datetime, payloads: list[bytes]) -> int:
    """One sealed file; its size."""
    first = packed(
        record="SEGMENT", format=1, worker="w0", incarnation="x", number=1, previous=None, at=begun.isoformat()
    )
    rows = [first, *payloads, seal(len(payloads) + 1, "age", ended)]
    data = b"".join(frame(number, payload) for number, payload in enumerate(rows))
    path = folder / f"{begun.strftime('%Y%m%dT%H%M%S.%fZ')}-w0-000001.ecl"
    path.write_bytes(data)
    os.utime(path, (ended.timestamp(),) * 2)
    return len(data)


def call(number: int, at: datetime) -> list[bytes]:
    """The records of one call, of one of a thousand people."""
    name = uuid7()
    who = Who("example", f"team{number % 50}", ("staff",), f"p_{number % 1000:026}", "k_1f0c9a2b31", "office-assistant")
    found = (
        Found("contact.email", 2, 0.9, "text", "user", "request", message=3, sure=((0.9, 2),), at=((3, 17), (3, 90))),
    )
    intent = Intent(
        name, at, who, "openai_chat", "chat", "gpt-4o", stream=True, bytes_in=4096, passages=7, classes=("C1",),
        findings=found, rulings=(Ruled("alpha/gpt-4o", "allow"), Ruled("beta/gpt-4o", "allow")), policy_revision="a8",
        detection_revision="288c3b", config_revision="71debd", destination="alpha/gpt-4o", contract="alpha-us",
        digest="d" * 32, bytes_out=4100, edits={"usage": 1}, reserved=4096, kept=1, route="default",
    )  # fmt: skip
    if number % 20 == 7:
        refused = Outcome(name, at, "refused", 400, "policy_refused", (DENIED,), total_ms=3.0)
        return [replace(refused, intent=replace(intent, destination=None)).to_bytes()]
    done = at + timedelta(seconds=3)
    tokens = Tokens(900, 300, 0, 0)
    attempt = Attempt(
        name, done, 1, "alpha/gpt-4o", "alpha", "alpha-us", "gpt-4o", 200, first_byte_ms=300.0, first_content_ms=310.0,
        total_ms=3000.0, tokens=tokens, cost=0.0041, vendor_request="req_0123456789", price_version="2026",
    )  # fmt: skip
    outcome = Outcome(
        name, done, "served", 200, destination="alpha/gpt-4o", attempts=1, tokens=tokens, cost=0.0041, total_ms=3010.0,
        overhead_ms=3.0, bytes_out=9000, currency="EUR",
    )  # fmt: skip
    return [intent.to_bytes(), attempt.to_bytes(), outcome.to_bytes()]


if __name__ == "__main__":
    run()
