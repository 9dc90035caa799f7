"""`GET /v1/files` and `GET /v1/batches`: what this caller had kept, from our own records. No vendor is asked.

A vendor's list would show everybody's, so the gateway keeps one for each caller and use case: names, numbers and words
of closed lists that the vendor said of each when it was last looked at. What a file is called isn't among them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from gateway import refusals
from gateway.errors import BadRequest
from gateway.state.store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.exchange import Exchange
    from gateway.http import Request
    from gateway.identity.callers import Caller
    from gateway.reply import Reply
    from gateway.runtime import Runtime

KINDS: Mapping[str, str] = {"/v1/files": "file", "/v1/batches": "batch"}
MOST = 100
"""Objects in a page."""

_NUMBERS = frozenset({
    "bytes", "created_at", "expires_at", "in_progress_at", "finalizing_at", "completed_at", "failed_at", "expired_at",
    "cancelling_at", "cancelled_at",
})  # fmt: skip
_WORDS: Mapping[str, re.Pattern[str]] = {
    "object": re.compile("file|batch"),
    "purpose": re.compile("[a-z_-]{1,40}"),
    "status": re.compile("[a-z_]{1,40}"),
    "endpoint": re.compile("/v1/[a-z/_]{1,40}"),
    "completion_window": re.compile("[0-9]{1,3}h"),
    "input_file_id": re.compile("[A-Za-z0-9_-]{1,128}"),
    "output_file_id": re.compile("[A-Za-z0-9_-]{1,128}"),
    "error_file_id": re.compile("[A-Za-z0-9_-]{1,128}"),
}


def facts_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a vendor's description of an object."""
    facts: dict[str, Any] = {
        name: value
        for name, value in said.items()
        if (name in _NUMBERS and type(value) is int)
        or (name in _WORDS and type(value) is str and _WORDS[name].fullmatch(value))
    }
    counts = said.get("request_counts")
    if type(counts) is dict:
        facts["request_counts"] = {n: counts[n] for n in ("total", "completed", "failed") if type(counts.get(n)) is int}
    return facts


async def keep_listed(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    """Notes what a vendor says of a file or batch of this caller's; where that can't be stored, the list is short."""
    ask, said = exchange.ask, getattr(reply.gate.reader, "said", None)
    if ask is None or not said:
        return
    kind = ask.keeps or (ask.held[0].kind if ask.held else "")
    name, gone = reply.gate.made or (ask.held[0].name if ask.held else ""), ask.operation == "delete"
    if kind not in KINDS.values() or not name:
        return
    caller = exchange.caller
    whose = (caller.organisation, caller.pseudonym, exchange.use_case)
    try:
        await runtime.owners.enlist((kind, *whose), name, None if gone else {"object": kind, **facts_of(said)})
        for other, its_name in reply.gate.also:
            await runtime.owners.enlist((other, *whose), its_name, {"object": other, "purpose": "batch_output"})
    except StoreUnavailable:
        runtime.measure.shed("owners")


async def listed(runtime: Runtime, caller: Caller, request: Request) -> bytes:
    """The page that is asked for, newest first unless asked otherwise; raises a Refusal."""
    use_case = caller.use_case(request.header(b"x-ecluse-use-case") or None)
    if use_case is None:
        raise BadRequest("unknown_use_case", _NOT_YOURS)
    kind = KINDS[request.path]
    try:
        kept = await runtime.owners.enlisted((kind, caller.organisation, caller.pseudonym, use_case))
    except StoreUnavailable:
        runtime.measure.shed("owners")
        raise refusals.owners_unavailable() from None
    runtime.measure.listed(kind)
    query = request.parameters
    rows = [_shown(kind, name, facts) for name, facts in kept]
    if query.get("purpose"):
        rows = [row for row in rows if row.get("purpose") == query["purpose"]]
    if query.get("order") == "asc":
        rows.reverse()
    names = [row["id"] for row in rows]
    start = names.index(query["after"]) + 1 if query.get("after") in names else 0
    wanted = query.get("limit", "")
    limit = min(int(wanted[:9]), MOST) if wanted.isdecimal() else 20  # longer numbers are no other limit
    page = rows[start : start + max(limit, 1)]
    return orjson.dumps(
        {
            "object": "list", "data": page, "has_more": len(rows) > start + len(page),
            "first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None,
        }
    )  # fmt: skip


def _shown(kind: str, name: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """An object as its clients read it; the file's own name is asked of the vendor."""
    if kind == "file":
        return {"id": name, "bytes": 0, "created_at": 0, "filename": name, "purpose": "batch", "status": "processed",
                **facts}  # fmt: skip
    return {"id": name, "completion_window": "24h", "created_at": 0, "endpoint": "", "input_file_id": "",
            "status": "validating", **facts}  # fmt: skip


_NOT_YOURS = {
    "en": "The header x-ecluse-use-case names a use case that isn't among those of your key.",
    "fr": "L'en-tête x-ecluse-use-case nomme un cas d'usage qui n'est pas parmi ceux de votre clé.",
}
