"""The faults of vendors and of the way to them, and what becomes of a call: the table behind docs/reference/faults.md.

`python -m tests.gateway.path.fault_table > docs/reference/faults.md` renews the page.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

from adapters.errors import BY_KIND
from gateway.refusals import upstream

# Which status a client gets when nobody answers, by the class of the last failure.
TOLD = {
    "auth": 502, "connect": 502, "content_policy": 400, "context_length": 400, "cut": 502, "invalid": 400,
    "money": 502, "not_found": 502, "overload": 503, "protocol": 502, "rate_limit": 429, "server": 502, "timeout": 504,
}  # fmt: skip
FINAL = ("content_policy", "context_length", "invalid")
AFTER = 3  # content events before a fault that comes after the first word


@dataclass(frozen=True, slots=True)
class Fault:
    """One row.

    words: what happens, for a reader. asked: what the simulator is asked for, with N for how many content events come
    before, M for the number of the spoiled one. whole, stream: class of the failure in either kind of answer, ""
    where the answer is served all the same, None where there is no such fault. sound_in: dialects whose stream is
    whole nevertheless. absent_in: dialects whose streams have no such fault. before, after: whether a stream meets it
    before or after its first word. vendor: the first destination's vendor, where the fault is on the way to it. also:
    another class that it may have, depending on what comes with it.
    """

    words: str
    asked: str
    whole: str | None = None
    stream: str | None = None
    sound_in: tuple[str, ...] = ()
    before: bool = True
    after: bool = False
    vendor: str = "alpha"
    also: str = ""
    absent_in: tuple[str, ...] = ()


def _both(words: str, asked: str, kind: str, *, after: bool = False, vendor: str = "alpha") -> Fault:
    return Fault(words, asked, kind, kind, after=after, vendor=vendor)


def _stream(
    words: str, asked: str, kind: str, *, before: bool = True, after: bool = False, sound_in: tuple[str, ...] = (),
    absent_in: tuple[str, ...] = (),
) -> Fault:  # fmt: skip
    return Fault(words, asked, None, kind, sound_in, before, after, absent_in=absent_in)


_UNENDED = ("gemini_generate",)
_CHOICES = ("openai_chat", "openai_completions")

FAULTS = (
    _both("nobody listens", "", "connect", vendor="refusing"),
    _both("the name can't be resolved", "", "connect", vendor="nowhere"),
    _both("no TLS, or none that can be trusted", "", "connect", vendor="plain"),
    _both("silence before the headers", "delay=60", "timeout"),
    _both("silence in mid answer", "stall=N", "timeout", after=True),
    _both("keep-alives, and nothing else, for ever", "pings=N", "timeout", after=True),
    _both("a slow answer that comes in time", "hold=0.1,drip=0.01", ""),
    _stream("a drip that takes too long", "drip=0.5", "timeout", before=False, after=True),
    Fault("content without end", "endless=N", "protocol", "timeout", before=False, after=True),
    _both("the connection closes in mid answer", "cut=N", "cut", after=True),
    _both("the connection is reset in mid answer", "reset=N", "cut", after=True),
    Fault("broken chunk framing", "chunks=N", "cut", "cut", after=True, also="protocol"),
    Fault("an orderly end in mid event or JSON, inside a character", "torn=N", "protocol", "cut", after=True),
    _both("half a character (UTF-8)", "half=M", "protocol", after=True),
    _both("characters and events in single bytes", "pieces=1", ""),
    _both("an event or answer that is no JSON", "malformed=M", "protocol", after=True),
    Fault("less than the length promised", "length=20", "cut", ""),
    Fault("more than the length promised", "length=-20", "protocol", "cut", before=False, after=True),
    _both("a larger answer than the gateway takes", "pad=9000", "protocol"),
    _both("larger headers than the gateway takes", "headers=200", "protocol"),
    _both("a compressed answer nobody asked for", "compressed", "protocol"),
    _both("a gzip bomb", "bomb=64", "protocol"),
    _both("interim answers (1xx) first", "interim=3", ""),
    _both("a second answer nobody asked for", "stray", ""),
    _both("a redirect", "redirect", "protocol"),
    _both("status 200 and nothing else", "empty", "protocol"),
    _both("JSON of another shape", "shapeless", "protocol"),
    _both("an HTML page with status 200", "html=200", "protocol"),
    _both("an HTML page with status 502", "html=502", "server"),
    _both("plain text with status 500", "plain=500", "server"),
    _both("the wrong content type", "kind=text/html", "protocol"),
    Fault("JSON called a stream", "kind=text/event-stream", "protocol", None),
    _stream("a stream called JSON", "kind=application/json", "protocol"),
    _both("a stream where none was asked for, or none where one was", "other", "protocol"),
    _both("status 500", "status=500", "server"),
    _both("status 503", "status=503", "overload"),
    _both("status 503 with retry-after", "status=503,retry_after=7", "overload"),
    _both("status 529", "status=529", "overload"),
    _both("status 429 without retry-after", "status=429", "rate_limit"),
    _both("status 429 with retry-after", "status=429,retry_after=7", "rate_limit"),
    _both("no budget left at the vendor", "status=429,error=insufficient_quota", "money"),
    _both("status 402", "status=402", "money"),
    _both("status 401", "status=401", "auth"),
    _both("status 403", "status=403", "auth"),
    _both("status 404", "status=404", "not_found"),
    _both("a context that is too long", "error=context_length_exceeded", "context_length"),
    _both("the vendor's content policy", "error=content_policy_violation", "content_policy"),
    _both("status 400", "status=400", "invalid"),
    _both("an error with status 200", "status=500,inside", "server"),
    _both("throttling with status 200", "status=429,inside", "rate_limit"),
    _both("an error instead of the first word", "fail_before", "server"),
    _stream("an error event", "fail_after=N", "server", after=True),
    _stream("overload as an event", "fail_after=N,error=overloaded_error", "overload", after=True),
    _stream("no terminal event", "no_done", "cut", before=False, after=True,
            sound_in=(*_CHOICES, "anthropic_messages")),
    _stream("no end of the answer after its terminal event", "linger=60", "", absent_in=_UNENDED),
    _stream("two terminal events", "twice", "", absent_in=_UNENDED),
    _stream("events after the terminal one", "after_done", "", absent_in=_UNENDED),
)  # fmt: skip

# What the simulator can be asked for that is no fault.
NO_FAULTS = frozenset({
    "chunk", "echo", "no_usage", "on", "parallel", "together", "reasoning", "say", "tool", "words",
    "retry_after", "error", "hold",
})  # fmt: skip

# What goes wrong on our own side: (what happens, what callers see, what the ledger, the metrics and health say, test).
OWN = (
    ("the disk is full", "503 `ledger_unavailable`; answers under way go on to their end",
     "`/readyz` 503, `ecluse_ledger_failures_total`; what happened to admitted calls is written when there is room",
     "tests/e2e/test_full_disk.py"),
    ("the clock is set forward or back", "nothing; a window of a quota that was left stays used up",
     "times of records jump with the clock, their order doesn't; breakers, limits of time and drills go by what passes",
     "tests/gateway/path/test_clock.py"),
    ("all destinations fail or hang", "an error of the last failure's class, within `limits.deadline_seconds`",
     "`/readyz` and `/healthz` stay 200 (the gateway is well), `ecluse_attempts_total`, `ecluse_breaker_state`",
     "tests/gateway/path/test_long_calls.py"),
    ("files are changed while an answer streams", "nothing: a call ends under the rules under which it began",
     "INTENT names the revision; `ecluse_revision_info` the one in force", "tests/gateway/path/test_long_calls.py"),
    ("the gateway stops while an answer streams", "the rest of it, or an error event when `drain_seconds` are over",
     "`/readyz` 503 `draining`; OUTCOME `served`, or `cut` with code `drain`", "tests/gateway/path/test_long_calls.py"),
    ("the shared store hangs or is gone",
     "one call waits `shared.timeout_seconds`; quotas that are `closed` and have too little at hand (small limits at "
     "once): 503 `quota_unknown`; past `shared.stale_seconds` everybody: 503 `state_stale`",
     "`/readyz` 503, `ecluse_store_age_seconds`, `ecluse_store_failures_total`", "tests/gateway/path/test_replicas.py"),
    ("Redis is started again empty, or from an older copy", "no stop and no revocation is forgotten",
     "every worker tells the store what it knows", "tests/gateway/path/test_replicas.py"),
    ("somebody holds the lock of `shared.db`", "as for a shared store that hangs", "as there",
     "tests/gateway/state/test_links.py"),
    ("a worker is killed", "its own calls break off without a clean end; others go on",
     "`ecluse_worker_restarts_total`; its calls have INTENT and no OUTCOME", "tests/e2e/test_workers.py"),
    ("the ledger was written by an earlier version", "nothing", "it is read and continued",
     "tests/observability/test_earlier_ledger.py"),
)  # fmt: skip


_ABOUT = """\
# Faults

What becomes of a call when a vendor, the way to it or the gateway itself fails. The tables are those that the fault
matrix is tested with (`tests/gateway/path/test_fault_matrix.py`: every fault in every dialect, streamed and not, with a
sound second destination, a faulty one and one that policy denies); a test compares this page with them.

## What always holds

- Before the first word an attempt that fails is followed by the next destination that this call is permitted; the
  caller sees nothing but that destination's answer. Where none is left, the answer is an error in the caller's
  dialect, with the status of the last failure's class.
- After the first word the answer ends with an error event of the caller's dialect and without its clean end. No
  second destination's words ever follow those of a first.
- After the clean end of an answer nothing counts that a vendor still sends, and how its connection ends doesn't
  either: the caller has a whole answer. Streams of Gemini's have no clean end but that of their connection: what
  follows the last event of an answer is passed on, and how long it takes doesn't make the answer a failed one.
- Each attempt is on record before it leaves (INTENT, ATTEMPT-START) and has a record of how it ended (ATTEMPT, with
  the class as `error`; `committed` where words had been passed on). `ecluse_attempts_total` counts by class,
  `ecluse_failovers_total` where it went on. What was used is settled, also of attempts that failed.

## Classes

| class (`error`, `result`) | another destination is tried | the caller sees, when none answers |
|---|---|---|
"""
_VENDORS = """\

## Faults of vendors and of the way to them

To try one, say it in double square brackets to a simulated vendor (`[[sim:cut=3]]`; N, M and the rest are explained
with [the simulator](simulator.md)). *served*: the fault is passed over.

| fault | to try it | whole answer | stream, before the first word | stream, after it |
|---|---|---|---|---|
"""
_OURS = """\

## Faults of our own

| fault | callers see | ledger, metrics and health say | tested in |
|---|---|---|---|
"""


def page() -> str:
    """The page, as Markdown."""
    ours = (f"| {' | '.join(row[:3])} | `{row[3]}` |" for row in OWN)
    parts = ((_ABOUT, map(_class, sorted(TOLD))), (_VENDORS, map(_row, FAULTS)), (_OURS, ours))
    return "".join(head + "".join(f"{row}\n" for row in rows) for head, rows in parts)


def _class(kind: str) -> str:
    refusal = upstream(BY_KIND[kind](), "")
    return f"| `{kind}` | {'no' if kind in FINAL else 'yes'} | {refusal.status} `{refusal.code}` |"


def _row(fault: Fault) -> str:
    tried = f"`{fault.asked}`" if fault.asked else "-"
    whole = _told(fault.whole, fault.also)
    before = _told(fault.stream if fault.before else None, fault.also)
    after = _told(fault.stream if fault.after else None, fault.also)
    if fault.sound_in:
        after += " (`openai_responses`, `gemini_generate`); else served"
    return f"| {fault.words} | {tried} | {whole} | {before} | {after} |"


def _told(kind: str | None, also: str) -> str:
    if kind is None:
        return "-"
    return " or ".join(f"`{one}`" for one in (kind, also) if one) or "served"


if __name__ == "__main__":
    sys.stdout.write(page())
