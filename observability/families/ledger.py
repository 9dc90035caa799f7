"""The ledger: what calls wait for it, and whether it can go on."""

from __future__ import annotations

from observability.families.family import FAST, Family

LEDGER: tuple[Family, ...] = (
    Family("ecluse_ledger_append_seconds", "histogram", "What a call waited for a durable record.", (), FAST),
    Family("ecluse_ledger_commit_seconds", "histogram", "Write and sync of one commit.", (), FAST),
    Family("ecluse_ledger_records_total", "counter", "Records written."),
    Family("ecluse_ledger_bytes_total", "counter", "Bytes written."),
    Family("ecluse_ledger_pending", "gauge", "Records on their way to the disk.", merge="sum"),
    Family("ecluse_ledger_failures_total", "counter", "Errors of the ledger's disk or of its writing process."),
    Family("ecluse_ledger_lost_total", "counter", "Records given up (never those that a call waited for)."),
    Family("ecluse_ledger_disk_free_bytes", "gauge", "Room left on the ledger's disk.", merge="min"),
    Family(
        "ecluse_ledger_disk_low_bytes",
        "gauge",
        "Room on its disk below which the ledger isn't ready: twice `ledger.reserve_bytes`.",
    ),
    Family("ecluse_ledger_ready", "gauge", "1 where records can be written and room is left.", merge="min"),
)
