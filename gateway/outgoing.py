"""The bytes and headers that go to one destination: the original ask with that destination's own edits."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from adapters.errors import BodyRefused
from adapters.registry import family_of
from adapters.translate.base import Untranslatable
from adapters.wire.body import JSON, Document, splice
from adapters.wire.edits import PARAMETER
from adapters.wire.headers import outgoing
from gateway.owned import no_pseudonyms
from gateway.parameters import held_output, under_rules
from gateway.refusals import policy_refusal
from gateway.sealed import beside, issued_by
from gateway.sent import Outgoing
from gateway.speaking import say, unsayable
from gateway.transforming import Transformed, Unreachable, pseudonyms, transform
from policies.decide import Place
from policies.words import BUILT_IN, refusal

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.translate.crossing import Translated
    from adapters.vendors.base import Envelope
    from adapters.wire.edits import Edit
    from gateway.exchange import Candidate, Exchange
    from gateway.http import Request
    from gateway.runtime import Runtime
    from policies.decide import Rewrite, Ruling


_DEEP = 512  # more than a client may send; only arguments that were a string, and are an object now, can be deeper


def build(
    runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate, request: Request, credential: int
) -> Outgoing:
    """The attempt's request, made anew from the original ask; raises PolicyRefusal where a value can't be taken out.

    credential: index of the one that it goes with.
    """
    destination = candidate.destination
    upstream = exchange.epoch.upstream(destination)
    vendor = upstream.vendor
    transformed = _transformed(runtime, exchange, ask, candidate, request)
    spoken = candidate.dialect or ask.dialect
    made: Translated | None = None
    if candidate.dialect:
        made, body, changed = _translated(exchange, ask, candidate, transformed)
    else:
        edits = exchange.dialect.edits(ask, model=destination.model, vendor_stores=vendor.stores, meter=True)
        edits += held_output(exchange.dialect, ask, exchange.cap, destination.parameters)
        edits = under_rules(ask, destination.parameters, edits + transformed.edits)
        body = ask.document.spliced(edits) if edits else ask.document.raw
        changed = Counter(e.kind for e in edits)
    headers = outgoing(
        request.raw_headers,
        family=family_of(spoken),
        beta_allowed=destination.beta,
        stream=ask.stream,
        in_body=None if candidate.dialect else ask.document.value.get("anthropic_beta"),
    )
    if ask.document.content_type != JSON:
        headers[0] = ("content-type", ask.document.content_type)
    if (envelope := upstream.envelopes.get(spoken)) is not None:
        try:
            body, own = enveloped(envelope, body, headers)
        except BodyRefused as refused:
            raise unsayable(Untranslatable(refused.code)) from None
        changed.update(e.kind for e in own)
        headers = envelope.headers(headers)
    if not exchange.route.body:
        body, changed = b"", Counter()
        headers = [pair for pair in headers if pair[0] != "content-type"]
    headers += upstream.headers(credential)
    if vendor.trace_headers:
        headers.append(("x-ecluse-call-id", exchange.call))
        headers.append(("x-ecluse-attempt", f"{destination.name}#{len(exchange.attempts) + 1}"))
    digest = blake2b(body, digest_size=16, key=runtime.keyring.digest[:64]).hexdigest()
    path = _placed(vendor.path(spoken, destination.model, request.parameters, stream=ask.stream), ask)
    return Outgoing(exchange.route.method, path, headers, body, digest, changed, transformed.issued, made)


def _placed(path: str, ask: Ask) -> str:
    """The vendor's path with what the client's says in its places, and the query that is sent."""
    for held in ask.held if "{" in path else ():
        path = path.replace(f"{{{held.kind}}}", held.name)
    if ask.query:
        path += ("&" if "?" in path else "?") + urlencode(ask.query)
    return path


def _translated(
    exchange: Exchange, ask: Ask, candidate: Candidate, transformed: Transformed
) -> tuple[Translated, bytes, Counter[str]]:
    """What the ruling leaves of the ask, in the destination's dialect."""
    body = splice(ask.document.raw, transformed.edits) if transformed.edits else ask.document.raw
    try:
        made = say(exchange, ask, candidate.destination, candidate.dialect, body)
    except Untranslatable as odd:
        raise unsayable(odd) from None
    return made, made.body, Counter([*(e.kind for e in transformed.edits), *[PARAMETER] * made.ruled, "translation"])


def enveloped(envelope: Envelope, body: bytes, headers: list[tuple[str, str]]) -> tuple[bytes, list[Edit]]:
    """A body that is ready but for the form that its vendor wants it in, and what was changed for that.

    Raises BodyRefused where arguments of a tool, read as one string before, are an object now that readers differ on.
    Letter case isn't asked for any more: what a tool takes is its own matter.
    """
    document = Document.parse(body, max_depth=_DEEP, alike=False)
    edits = envelope.edits(document, headers)
    return (splice(body, edits) if edits else body), edits


def _transformed(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate, request: Request) -> Transformed:
    issued = issued_by(runtime, exchange, candidate.destination, candidate.left_out)
    try:
        made = transform(ask, candidate.ruling, lambda: pseudonyms(runtime, exchange, ask, request), issued)
        if made.issued and ask.keeps:
            raise no_pseudonyms()
        return made._replace(edits=beside(made.edits, candidate.left_out)) if candidate.left_out else made
    except Unreachable as unreachable:
        exchange.refused_by = _denied(ask, candidate.ruling, unreachable.found)
    raise policy_refusal(exchange, candidate._replace(ruling=exchange.refused_by))


def _denied(ask: Ask, ruling: Ruling, found: Rewrite) -> Ruling:
    """What becomes of a ruling where a value that it replaces also stands out of reach."""
    passage = ask.passages[found.passage]
    file, number = passage.file, found.passage
    place = Place(passage.message, passage.role, passage.direction, found.start, file, number)
    named = next(h for h in ruling.rules if h.rule == found.rule and h.mode == "enforce")
    hit = named._replace(action="deny", detectors=(found.detector,), count=1, place=place)
    return replace(
        ruling,
        verdict="deny",
        rewrites=(),
        rules=tuple(hit if h is named else h for h in ruling.rules),
        message=refusal(BUILT_IN["rule"], "file" if file else "stuck"),
        reason="not_rewritable",
        decided_by=hit,
    )
