"""Where a stop counts: before a call is taken, where it may go, before each attempt, and in the answer.

A stop only ever tightens. A stopped destination is no candidate. What a stopped rule had a part in, whether it allowed,
replaced, rerouted or lifted, is refused until the rule is started again: without it nobody knows what would be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from gateway import refusals
from gateway.errors import PolicyRefusal, Unavailable
from gateway.stopping.concerning import hits, named
from policies.ruling import Ruling
from policies.words import BUILT_IN

if TYPE_CHECKING:
    from gateway.errors import Words
    from gateway.exchange import Candidate, Exchange
    from gateway.identity.callers import Caller
    from gateway.runtime import Runtime
    from gateway.state.stops import Stops
    from policies.ruling import RuleHit

STOPPED = "stopped"
"""Of a ruling that denies because a rule is stopped."""


def admit(runtime: Runtime, caller: Caller, exchange: Exchange | None = None) -> None:
    """Raises where the caller's key or user is stopped. exchange: of what is a call on record."""
    stops = runtime.stops
    if stops and (stops.find("key", caller.key_id) or stops.find("user", caller.user)):
        raise PolicyRefusal("caller_stopped", _whom_to_ask(_CALLER, runtime, caller, exchange), retry=False)


def admit_use_case(runtime: Runtime, exchange: Exchange) -> None:
    """Raises where the use case is stopped."""
    if runtime.stops and runtime.stops.find("use_case", exchange.use_case):
        words = _whom_to_ask(_USE_CASE, runtime, exchange.caller, exchange)
        raise PolicyRefusal("use_case_stopped", words, retry=False)


def tightened(runtime: Runtime, candidates: list[Candidate]) -> list[Candidate]:
    """The candidates, those denied in which a stopped rule had a part."""
    if not runtime.stops or not runtime.stops.rules:
        return candidates
    return [_tightened(runtime.stops, candidate, candidates) for candidate in candidates]


def ruling_now(runtime: Runtime, ruling: Ruling) -> Ruling:
    """The ruling, or a denial where a stopped rule had a part in it."""
    hit = _stopped_hit(runtime.stops, ruling.rules) if runtime.stops else None
    return ruling if hit is None or ruling.verdict == "deny" else _denial(ruling, hit)


def going(runtime: Runtime, candidates: list[Candidate]) -> list[Candidate]:
    """Those whose destination isn't stopped; raises Unavailable where none is left."""
    if not runtime.stops or not runtime.stops.names("destination"):
        return candidates
    left = [one for one in candidates if not runtime.stops.find("destination", one.destination.name)]
    if candidates and not left:
        raise Unavailable("destination_stopped", _DESTINATION, retry_after=60)
    return left


def before_attempt(runtime: Runtime, exchange: Exchange, candidate: Candidate) -> None:
    """A call that began before a stop starts no attempt after it; nor does one whose worker hears nothing."""
    if runtime.follower.stale:
        raise refusals.state_stale()
    if not runtime.keys.holds(exchange.caller.key_id):
        words = _whom_to_ask(_CALLER, runtime, exchange.caller, exchange)
        raise PolicyRefusal("caller_stopped", words, retry=False)
    if not runtime.stops:
        return
    admit(runtime, exchange.caller, exchange)
    admit_use_case(runtime, exchange)
    going(runtime, [candidate])
    now = _tightened(runtime.stops, candidate, exchange.candidates)
    if now.ruling.verdict == "deny":
        exchange.refused_by = now.ruling
        raise refusals.policy_refusal(exchange, now)


def _tightened(stops: Stops, candidate: Candidate, among: Sequence[Candidate]) -> Candidate:
    hit = _stopped_hit(stops, hits(candidate, among))
    if hit is None or candidate.ruling.verdict == "deny":
        return candidate
    return candidate._replace(ruling=_denial(candidate.ruling, hit))


def _stopped_hit(stops: Stops, among: Iterable[RuleHit]) -> RuleHit | None:
    return next((hit for hit in among if not stops.rules.isdisjoint(named(hit))), None)


def _denial(ruling: Ruling, hit: RuleHit) -> Ruling:
    stopped = hit._replace(action="deny", mode="enforce")
    rules = tuple(stopped if one == hit else one for one in ruling.rules)
    return Ruling(
        "deny", rules=rules, message=BUILT_IN["stopped"], revision=ruling.revision, reason=STOPPED, decided_by=stopped
    )


def _whom_to_ask(words: Words, runtime: Runtime, caller: Caller, exchange: Exchange | None) -> Words:
    """The words with whom the use case names for questions, where it names somebody, and the call's id."""
    en, fr = [words["en"]], [words["fr"]]
    name = (exchange.use_case if exchange is not None else "") or caller.use_case() or ""
    use_case = runtime.epoch.pair.bundle.use_cases.get(name)
    if use_case is not None and (contact := use_case.contact or use_case.owner):
        en.append(f"Questions: {contact}.")
        fr.append(f"Questions : {contact}.")
    if exchange is not None:
        en.append(f"Call {exchange.call}.")
        fr.append(f"Appel {exchange.call}.")
    return {"en": " ".join(en), "fr": " ".join(fr)}


_CALLER = {
    "en": "The operators have stopped calls of this key or user. Ask them.",
    "fr": "L'exploitation a suspendu les appels de cette clé ou de cet utilisateur. Adressez-vous à elle.",
}
_USE_CASE = {
    "en": "The operators have stopped calls of this use case. Ask them.",
    "fr": "L'exploitation a suspendu les appels de ce cas d'usage. Adressez-vous à elle.",
}
_DESTINATION = {
    "en": "The operators have stopped calls to every destination that this call may go to.",
    "fr": "L'exploitation a suspendu toutes les destinations permises pour cet appel.",
}
