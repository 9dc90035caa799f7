"""What is ill in a status, the worst first: what `ecluse status` begins with and `ecluse top` shows above its rows.

A status comes from one worker or from several as one (gateway.workers.status), where rows that differ name theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.cli.quota import used_of

_NEAR = 0.9


def ill(status: Mapping[str, Any]) -> list[str]:
    """One line for each thing that somebody may have to see to; none where all is well."""
    return [*_serving(status), *_ledger(status), *_vendors(status), *_quotas(status), *_ordered(status)]


def _serving(status: Mapping[str, Any]) -> Iterator[str]:
    if status.get("draining"):
        yield "draining: no new calls are taken"
    if isinstance(status.get("revision"), list):
        yield "workers serve different revisions"
    for worker in status.get("missing") or ():
        yield f"worker {worker} is missing and will be started again"
    for worker in status.get("silent") or ():
        yield f"worker {worker} didn't answer"
    for process in status.get("processes") or ():
        if process.get("state") not in (None, "serves"):
            yield f"worker {process['worker']} doesn't serve: {process['state']}"
    bridge = status.get("bridge")
    if bridge and bridge.get("state") not in (None, "serves"):
        yield f"the process that runs litellm doesn't serve: {bridge['state']}"
    for tls in _rows(status.get("tls")):
        if tls.get("expired"):
            yield f"the certificate in use ended {tls['certificate_ends']}: no client takes it"
        if tls.get("refused"):
            yield f"a new certificate was not taken, the one in use ends {tls['certificate_ends']}: {tls['refused']}"
    store = _rows(status.get("shared_store"))
    if any(one.get("stale") for one in store):
        yield "the shared store was not heard for too long: no calls are taken"


def _ledger(status: Mapping[str, Any]) -> Iterator[str]:
    for ledger in _rows(status.get("ledger")):
        of = f"ledger of {ledger['worker']}" if "worker" in ledger else "ledger"
        if ledger.get("ready") is False:
            yield f"{of}: not ready: {ledger.get('failed') or 'it is behind, or has too little room'}"
        elif ledger.get("disk_free", 1) < 4 * ledger.get("disk_reserve", 0):
            yield f"{of}: little room: {ledger['disk_free'] / 1e9:.1f} GB free"
        if ledger.get("lost"):
            yield f"{of}: {ledger['lost']} records were lost since the start"


def _vendors(status: Mapping[str, Any]) -> Iterator[str]:
    for one in status.get("breakers") or ():
        which = "" if one.get("credential") is None else f", credential {one['credential']}"
        yield f"{one['destination']}: breaker {one['state'].replace('_', ' ')} ({one['failure']}{which})" + (
            f", tried again in {one['seconds']:.0f} s" if one.get("seconds") else ""
        )
    for one in status.get("routes") or ():
        if one.get("demoted"):
            yield f"{one['destination']}: asked last by route {one['route']}: {one['demoted']}"
    for one in status.get("capacity") or ():
        if one["waiting"]:
            yield f"{one['destination']}: {one['waiting']} calls wait, {one['taken']} of {one['limit']} slots are taken"


def _quotas(status: Mapping[str, Any]) -> Iterator[str]:
    if any(one.get("answers") is False for one in _rows(status.get("quota_store"))):
        yield "the quota store doesn't answer"
    for row in sorted(status.get("quotas") or (), key=used_share, reverse=True):
        if used_share(row) >= _NEAR and row["limit"]:
            how = "used up" if used_share(row) >= 1 else "nearly used up"
            yield f"quota {how}: {used_of(row, row.get('currency', ''))}"


def _ordered(status: Mapping[str, Any]) -> Iterator[str]:
    for one in status.get("stops") or ():
        what, why = one["kind"].replace("_", " "), one["reason"] or "no reason given"
        yield f"stopped: {what} {one['name']}, since {one['since']}: {why}"


def used_share(row: Mapping[str, Any]) -> float:
    """Of a quota, what is used: 1 is all; 0 where it isn't known."""
    if row["used"] is None:
        return 0.0
    return float(row["used"] / row["limit"]) if row["limit"] else 1.0


def _rows(value: Any) -> list[Mapping[str, Any]]:
    """One that all workers say alike, or one for each."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]
