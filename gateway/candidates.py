"""Where a call may go: the model's destinations, each with its own ruling."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from adapters.ask import BATCH, IDENTITY, MANAGING, TEXT, Passage
from gateway.errors import BadRequest, NotFound, Unavailable
from gateway.exchange import Candidate
from gateway.facts import facts
from gateway.owned import keeping, known, may_hold
from gateway.refusals import policy_refusal
from gateway.retiring import present
from gateway.sealed import issued_by, without
from gateway.speaking import Speaking
from gateway.stopping.enforcing import STOPPED, going, ruling_now, tightened

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.bundle.destinations import Destination, Model
    from gateway.exchange import Exchange
    from gateway.runtime import Runtime
    from policies.classify import Classification


def choose_model(runtime: Runtime, exchange: Exchange, ask: Ask) -> Model:
    """The public model that was asked for, by name or alias; raises NotFound naming the nearest permitted one."""
    if ask.operation in MANAGING or ask.operation == BATCH:
        return known(exchange)
    pair, caller = exchange.pair, exchange.caller
    model = pair.model(ask.model)
    if model is None or not caller.may_use(model.name):
        near = get_close_matches(ask.model[:200], [m for m in pair.model_names if caller.may_use(m)], 1, 0.4)
        raise _unknown_model(near[0] if near else None)
    if model.retirement is not None:
        asked, model = model.name, present(pair, caller, model, runtime.now().date())
        exchange.retired = asked if model.name != asked else ""
    if all(runtime.absent.knows(d) for d in model.destinations):
        raise _unknown_model(None)
    exchange.model, exchange.entry, exchange.counted = model.name, model.entry, model.counted
    return model


def with_name(ask: Ask, model: Model) -> Ask:
    """The ask with its model's name among what is inspected, where a client made that up and the body hasn't it.

    A body may have the field and say nothing by it: null is no text that is inspected.
    """
    if model.known or type(ask.document.value.get("model")) is str:
        return ask
    return replace(ask, passages=(*ask.passages, Passage("/model", "other", TEXT, ask.model)))


def rule(
    runtime: Runtime, exchange: Exchange, ask: Ask, model: Model, classification: Classification
) -> list[Candidate]:
    """A ruling for each destination of the model that can be asked in its own dialect, most preferred first.

    A reroute puts its target in the destination's place, ruled as a candidate of its own, once.
    """
    call, says = facts(exchange, ask), Speaking(exchange, ask, model)
    refused = exchange.refused_before = _refused_before(runtime, exchange, ask)
    exchange.lifted = runtime.lifts.of(exchange.caller.pseudonym, call.now)

    def ruled(destination: Destination, dialect: str) -> Candidate:
        return _judge(runtime, exchange, ask, classification, destination, dialect, refused)

    of = exchange.pair.policies.data_class(call, ask.passages, classification)
    exchange.data_class = of.of.id if of is not None else ""
    candidates = []
    for destination in keeping(exchange, ask, model.destinations):
        dialect = says(destination)
        if dialect is None:
            continue
        candidate = ruled(destination, dialect)
        ruling = candidate.ruling
        named = exchange.pair.destinations.get(ruling.reroute or "") if ruling.verdict == "reroute" else None
        target = model.at(named) if named is not None else None
        candidates.append(candidate)
        if target is None or not may_hold(exchange, ask, target):
            continue
        if (dialect := says(target)) is not None:
            candidates.append(ruled(target, dialect)._replace(rerouted_from=destination.name))
    if not candidates:
        raise says.nobody() or _wrong_dialect(model.name)
    for candidate in candidates:
        runtime.measure.matched(candidate.ruling.rules)
    return tightened(runtime, candidates)


def larger(runtime: Runtime, exchange: Exchange, ask: Ask) -> list[Candidate]:
    """Where an ask that is too long for its model may go instead: what the configuration names as larger and this
    caller may use, each under a ruling of its own that permits it."""
    model, found = exchange.pair.model(exchange.model), exchange.classification
    assert model is not None and found is not None
    candidates: list[Candidate] = []
    says = Speaking(exchange, ask, model)
    for named, destination in model.larger:
        if (named and not exchange.caller.may_use(named)) or not may_hold(exchange, ask, destination):
            continue
        dialect = says(destination)
        if dialect is None:
            continue
        candidate = judge(runtime, exchange, ask, found, destination, dialect)._replace(larger=True)
        runtime.measure.matched(candidate.ruling.rules)
        stopped = runtime.stops and runtime.stops.find("destination", destination.name)
        if candidate.ruling.verdict == "allow" and destination.routable and not stopped:
            candidates.append(candidate)
    return candidates


def judge(
    runtime: Runtime,
    exchange: Exchange,
    ask: Ask,
    classification: Classification,
    destination: Destination,
    dialect: str,
) -> Candidate:
    """A destination as a candidate for an ask that it wasn't judged for. dialect: as of a Candidate."""
    refused = _refused_before(runtime, exchange, ask)
    candidate = _judge(runtime, exchange, ask, classification, destination, dialect, refused)
    return candidate._replace(ruling=ruling_now(runtime, candidate.ruling))


def _judge(
    runtime: Runtime,
    exchange: Exchange,
    ask: Ask,
    classification: Classification,
    destination: Destination,
    dialect: str,
    refused: frozenset[int],
) -> Candidate:
    call, out = facts(exchange, ask), without(runtime, exchange, ask, classification, destination, dialect)
    ruling = exchange.pair.policies.judge(
        call, ask.passages, classification, destination, refused=refused,
        vendor_state_ok=issued_by(runtime, exchange, destination, out),
        lifted=runtime.lifts.of(exchange.caller.pseudonym, call.now),
    )  # fmt: skip
    return Candidate(destination, ruling, known=destination.known, dialect=dialect, left_out=out)


def permitted(runtime: Runtime, exchange: Exchange, ask: Ask) -> list[Candidate]:
    """The candidates that may be asked; raises PolicyRefusal quoting the most preferred one where there are none."""
    allowed = [c for c in exchange.candidates if c.ruling.verdict == "allow"]
    routable = [c for c in allowed if c.destination.routable]
    if routable:
        return going(runtime, routable)
    if allowed:
        raise Unavailable("no_destination", _NO_DESTINATION, retry_after=30)
    # A reroute that led nowhere is told by its target's refusal, which follows it in the list.
    denied = next((c for c in exchange.candidates if c.ruling.verdict == "deny"), exchange.candidates[0])
    exchange.refused_by = denied.ruling
    if denied.ruling.reason != STOPPED:  # what only a stop refuses is no less new when it is sent again
        _remember(runtime, exchange, ask)
    raise policy_refusal(exchange, denied)


def _refused_before(runtime: Runtime, exchange: Exchange, ask: Ask) -> frozenset[int]:
    if not runtime.refused:
        return frozenset()
    caller = exchange.caller.pseudonym
    return frozenset(
        i for i, p in enumerate(ask.passages) if not p.history and p.text and runtime.refused.knows(caller, p.text)
    )


def _remember(runtime: Runtime, exchange: Exchange, ask: Ask) -> None:
    assert exchange.classification is not None
    for index in {f.passage for f in exchange.classification.findings}:
        passage = ask.passages[index]
        # Who asks comes with every call: it was never what was refused.
        if passage.text and not passage.history and passage.part != IDENTITY:
            runtime.refused.add(exchange.caller.pseudonym, passage.text)


def _unknown_model(near: str | None) -> NotFound:
    hint_en = f" Did you mean {near}?" if near else ""
    hint_fr = f" Vouliez-vous dire {near} ?" if near else ""
    return NotFound(
        "model_not_found",
        {
            "en": f"This model isn't published here, or your key may not use it.{hint_en}",
            "fr": f"Ce modèle n'est pas publié ici, ou votre clé ne peut pas l'utiliser.{hint_fr}",
        },
        param="model",
    )


def _wrong_dialect(model: str) -> BadRequest:
    return BadRequest(
        "dialect_not_served",
        {
            "en": f"No destination of {model} speaks this API. Use the API of its vendor, or another model.",
            "fr": f"Aucune destination de {model} ne parle cette API. Utilisez celle de son fournisseur, ou un autre "
            "modèle.",
        },
        param="model",
    )


_NO_DESTINATION = {
    "en": "No destination of this model can be reached now (its contract has expired or isn't complete).",
    "fr": "Aucune destination de ce modèle n'est accessible (son contrat a expiré ou n'est pas complet).",
}
