"""What came into force, when, from whom: told to the ledger and to whoever asks which worker serves what."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from gateway.documents import DocumentsRefused
from observability.ledger import Event, Value

if TYPE_CHECKING:
    from gateway.bundle.pair import Pair
    from gateway.runtime import Runtime

MOST_FAULTS, MOST_WORDS = 3, 200


def started(runtime: Runtime, refused: DocumentsRefused | None) -> None:
    """A worker begins to serve. refused: why not with the present files, where it is the last good pair."""
    pair = runtime.epoch.pair
    succeeds = {"succeeds": runtime.station.succeeds} if runtime.station.succeeds else {}
    _post(runtime, "start", {"revision": pair.revision, "pid": os.getpid(), **facts(pair), **succeeds})
    runtime.measure.started(worker(runtime), pair, runtime.station.succeeds)
    if refused is not None:
        not_loaded(runtime, "start", refused)
    _present(runtime)


def loaded(runtime: Runtime, old: Pair, by: str) -> None:
    """Another pair came into force."""
    new = runtime.epoch.pair
    before = {"from": old.revision, "to": new.revision, "by": by, "from_policy": old.bundle.revision}
    _post(runtime, "reload", {**before, **facts(new)})
    _present(runtime)


def not_loaded(runtime: Runtime, by: str, refused: Exception) -> None:
    """Files were refused; what was in force stays."""
    pair = runtime.epoch.pair
    problems = refused.problems if isinstance(refused, DocumentsRefused) else (type(refused).__name__,)
    runtime.measure.reloaded(ok=False, by=by, problems=len(problems))
    why = "; ".join(str(problem)[:MOST_WORDS] for problem in problems[:MOST_FAULTS])
    detail = {"kept": pair.revision, "by": by, "faults": len(problems), "why": why, **facts(pair)}
    _post(runtime, "reload.refused", detail)


def facts(pair: Pair) -> dict[str, Value]:
    """Which revisions a pair is, and who stands behind its bundle."""
    found: dict[str, Value] = {
        "policy": pair.bundle.revision,
        "config": pair.revision,
        "detection": pair.bundle.engine.revision,
        "must_approve": pair.settings.bundle_signatures.require,
    }
    if pair.approval is not None:
        manifest = pair.approval.manifest
        found |= {
            "files": manifest.revision,
            "author": manifest.author,
            "approved_by": ", ".join(pair.approval.approvers),
            "made": manifest.made.isoformat(),
        }
    return found


def signed_files(pair: Pair) -> str | None:
    """The revision that signers saw, of the files alone; None where nobody's signature of them holds."""
    return pair.approval.manifest.revision if pair.approval is not None else None


def worker(runtime: Runtime) -> str:
    """The name of this worker, with its process."""
    return f"{runtime.ledger.worker}/{os.getpid()}"


def _post(runtime: Runtime, event: str, detail: Mapping[str, Value]) -> None:
    runtime.ledger.post(Event(at=runtime.now(), event=event, detail={**detail, "worker": worker(runtime)}))


def _present(runtime: Runtime) -> None:
    now: datetime = runtime.now()
    runtime.presence.tell({"worker": worker(runtime), "since": now.isoformat(), **facts(runtime.epoch.pair)})
