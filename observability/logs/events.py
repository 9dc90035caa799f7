"""Every event that the log may say: one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Level = Literal["info", "warning", "error"]


class LogEvent(NamedTuple):
    """One kind of line. says: when it is written. fields: those that it may have besides the four of every line."""

    level: Level
    says: str
    fields: tuple[str, ...] = ()


EVENTS: Final[Mapping[str, LogEvent]] = {
    "call": LogEvent(
        "info",
        "A call is over. Level warning where it failed or was cut. Of served calls and those that the client left a "
        "share (`logging.calls`) has a line, of all others each.",
        (
            "outcome", "status", "code", "rule", "model", "dialect", "operation", "stream", "team", "use_case", "key",
            "destination", "attempts", "input", "output", "total_ms", "overhead_ms", "first_ms",
        ),
    ),
    "start": LogEvent("info", "A worker serves from now on.", ("worker", "policy", "config", "detection")),
    "reload": LogEvent("info", "Configuration and bundle were taken anew.", ("accepted", "reason")),
    "reload.refused": LogEvent(
        "warning", "They were refused; what was in force stays. `ecluse policy log` tells why.", ("reason", "problems")
    ),
    "last_good.not_kept": LogEvent("error", "The pair in force couldn't be kept in the state folder.", ("config",)),
    "breaker.opened": LogEvent(
        "warning", "A destination is left alone for a while.", ("destination", "reason", "credential", "seconds")
    ),
    "breaker.closed": LogEvent(
        "warning", "It is asked again.", ("destination", "reason", "credential", "seconds")
    ),
    "destination.outlier": LogEvent("warning", "One does far worse than the others of its model.", ("destination",)),
    "failover.burst": LogEvent(
        "warning", "Many calls within a minute went on from one destination.", ("destination", "count", "seconds")
    ),
    "route.demoted": LogEvent(
        "warning", "A destination breaks a promise of a route.", ("route", "destination", "objective")
    ),
    "route.restored": LogEvent("info", "It keeps all of them again.", ("route", "destination", "objective")),
    "vendor.refuses_us": LogEvent(
        "error", "A vendor refuses our credential, budget or name of a model.",
        ("destination", "error", "status", "vendor"),
    ),
    "quota.soft": LogEvent("warning", "A quota passed its soft limit.", ("scope", "unit", "team", "use_case")),
    "stop.ordered": LogEvent("warning", "Operators stopped something. The ledger has their reason.", ("scope", "name")),
    "stop.ended": LogEvent("warning", "They let it go on.", ("scope", "name")),
    "stops.not_kept": LogEvent("error", "Keys or stops couldn't be put on disk; they count, and are tried again."),
    "lifts.not_kept": LogEvent("error", "A caller's lift of a rule couldn't be kept."),
    "key.issued": LogEvent("info", "A key was issued.", ("key", "team")),
    "key.revoked": LogEvent("info", "A key was revoked.", ("key", "team")),
    "ledger.not_ready": LogEvent("error", "Records can't be written.", ("worker",)),
    "ledger.ready": LogEvent("info", "They can be written again.", ("worker",)),
    "store.failed": LogEvent("error", "The shared store doesn't answer.", ("reason",)),
    "store.back": LogEvent("warning", "It answers again; reason: why it didn't.", ("reason",)),
    "store.forged": LogEvent("error", "Notes in the shared store bore no valid mark of ours.", ("count",)),
    "store.damaged": LogEvent("error", "A store on disk was damaged and put aside.", ("file",)),
    "contract.expiring": LogEvent("warning", "A contract ends soon.", ("contract", "days")),
    "contract.expired": LogEvent("error", "A contract has ended.", ("contract",)),
    "certificate.taken": LogEvent("info", "A listener uses a renewed certificate.", ("listener", "days")),
    "certificate.refused": LogEvent(
        "error", "A renewed one is bad; the one in use stays.", ("listener", "reason", "days")
    ),
    "authorities.bad": LogEvent(
        "error", "A start found the file of its authorities no good: it isn't reached until that is mended.", ("where",)
    ),
    "drill.started": LogEvent("info", "A drill makes a destination fail.", ("destination", "seconds")),
    "drill.ended": LogEvent("info", "It is over.", ("destination", "seconds")),
    "drill.refused": LogEvent("error", "A scheduled drill couldn't be held.", ("schedule",)),
    "drill.failed": LogEvent("error", "What a drill found couldn't be filed."),
    "webhook.lost": LogEvent("warning", "A message to one was refused or given up.", ("where", "reason")),
    "traces.failing": LogEvent("warning", "No traces get to the collector.", ("reason",)),
    "traces.sent_again": LogEvent("info", "They do again.", ("reason",)),
    "worker.lost": LogEvent("error", "A worker ended or hung.", ("worker", "reason", "seconds")),
    "worker.not_started": LogEvent(
        "error", "None could be started in its place; it is tried again.", ("worker", "error")
    ),
    "worker.replaced": LogEvent("warning", "Another serves in its place, says the supervisor.", ("worker", "reason")),
    "worker.took_over": LogEvent("warning", "The same, says the new one.", ("worker", "reason")),
    "bridge.lost": LogEvent("error", "The bridge to litellm's vendors ended; it is started again.", ("reason",)),
    "housekeeping.failed": LogEvent("error", "Something beside the calls couldn't be put on disk."),
    "promises.not_recounted": LogEvent(
        "warning", "How this month went for contracts before the start couldn't be read off the ledger."
    ),
    "fault": LogEvent("error", "A mistake of ours: its type and place, never its words.", ("error", "where")),
}  # fmt: skip
