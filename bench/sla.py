"""How long `ecluse report sla` takes on a month of a million attempts, and in what memory."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.bundle.bundle import STARTER, read_papers
from gateway.documents import load
from gateway.promises.accounts import Asked, accounts
from gateway.promises.page import Page, page
from observability.ledger import Attempt, Intent, Outcome, Who
from observability.scribe.frames import frame

OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
MONTH = timedelta(days=31)
SEGMENT = 64 << 20
WHO = Who("acme", "hr", (), "p_1", "k_1", "letters")


def write(folder: Path, attempts: int) -> int:
    """A month of calls with one attempt each, an eightieth of them failed; the bytes written."""
    chunk, size, number, whole = list[bytes](), 0, 0, 0
    for n in range(attempts):
        at = OCTOBER + MONTH * n / attempts
        one = Attempt(
            call=f"019ab0c2-{n:012x}", at=at, attempt=1, destination="alpha/gpt-4o", vendor="alpha",
            contract="alpha-us", model="gpt-4o", status=200, first_content_ms=800.0 + n % 400,
            total_ms=2000.0 + n % 900, cost=0.0012, currency="EUR", vendor_request=f"req_{n:x}", streamed=True,
        )  # fmt: skip
        if n % 80 == 0:
            one = replace(one, status=503, error="overload", fault="vendor", cost=0.0)
        intent = Intent(one.call, at, WHO, "openai_chat", "chat", "gpt-4o", True, 900)
        for record in (intent, one, Outcome(one.call, at, "served", 200)):
            data = frame(number, record.to_bytes())
            chunk.append(data)
            size, number = size + len(data), number + 1
        if size > SEGMENT or n == attempts - 1:
            (folder / f"{at:%Y%m%dT%H%M%S.%fZ}-w-{n:06}.ecl").write_bytes(b"".join(chunk))
            whole, size, number = whole + size, 0, 0
            chunk.clear()
    return whole


def main(attempts: int) -> None:
    contracts = read_papers(load(STARTER)).contracts
    with tempfile.TemporaryDirectory() as place:
        size = write(Path(place), attempts)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        wall, cpu = time.perf_counter(), time.process_time()
        found = accounts(contracts, Asked((Path(place),), "2026-10", (OCTOBER + MONTH).timestamp()))
        text = page(found, Page("en", (OCTOBER + MONTH).timestamp()), "2026-10")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert "98.75 %" in text
    print(f"{attempts} attempts of {3 * attempts} records ({size / 2**20:.0f} MiB): {wall:.1f} s, {cpu:.1f} s of CPU, "
          f"{grown:.0f} MiB more at most")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
