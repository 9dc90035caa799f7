"""The bytes and headers that go to one destination: the original ask with that destination's own edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from adapters.wire.body import Edit, replace_text, splice
from adapters.wire.headers import outgoing

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Request
    from gateway.runtime import Runtime
    from policies.decide import Ruling


class Outgoing(NamedTuple):
    """What is sent in one attempt. digest: keyed, hex. edits: how many of each kind changed the bytes."""

    path: str
    headers: list[tuple[str, str]]
    body: bytes
    digest: str
    edits: Mapping[str, int]


def build(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate, request: Request) -> Outgoing:
    """The attempt's request, made anew from the original ask."""
    destination = candidate.destination
    upstream = exchange.epoch.upstream(destination)
    vendor = upstream.vendor
    edits = exchange.dialect.edits(ask, model=destination.model, vendor_stores=vendor.stores, meter=True)
    edits += transformations(ask, candidate.ruling)
    body = splice(ask.document.raw, edits) if edits else ask.document.raw
    headers = outgoing(request.raw_headers, family=exchange.dialect.family, beta_allowed=destination.beta)
    headers += upstream.headers()
    if vendor.trace_headers:
        headers.append(("x-ecluse-call-id", exchange.call))
        headers.append(("x-ecluse-attempt", f"{destination.name}#{len(exchange.attempts) + 1}"))
    digest = blake2b(body, digest_size=16, key=runtime.keyring.digest[:64]).hexdigest()
    path = vendor.path(ask.dialect, destination.model, request.parameters)
    return Outgoing(path, headers, body, digest, Counter(e.kind for e in edits))


def transformations(ask: Ask, ruling: Ruling) -> list[Edit]:
    """The ruling's rewrites as edits of the body; what spans several strings stands in the first of them."""
    edits = []
    for rewrite in ruling.rewrites:
        new = rewrite.new
        for piece in ask.passages[rewrite.passage].pieces:
            if piece.start < rewrite.end and rewrite.start < piece.end:
                first = max(rewrite.start, piece.start) - piece.start
                last = min(rewrite.end, piece.end) - piece.start
                edits.append(replace_text(ask.document, piece.leaf, first, last, new, "transformation"))
                new = ""
    return edits
