"""Answers held to the form that the client asked for: checked when they are whole, mended once, else refused.

Only where a rule says so and the ask names a JSON schema. The answer is then read to its end before any of it is sent.
A second try is an attempt of its own: its own ruling, reservation and record, and what is left of the deadline.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from adapters.dialects.structured import ask_again, schema_of
from adapters.errors import SchemaBroken
from adapters.wire.body import Document, splice
from adapters.wire.sse import Framer
from gateway import admission, journal
from gateway.candidates import judge
from gateway.errors import BadRequest, PolicyRefusal
from gateway.facts import facts
from gateway.inspection import classified, read_files
from gateway.refusals import policy_refusal, policy_words
from policies.schemas import Checker, SchemaRefused, checker
from policies.structured import Verdict
from policies.structured import judge as judge_form
from policies.words import BUILT_IN

if TYPE_CHECKING:
    from adapters.ask import Ask
    from gateway.exchange import Candidate, Exchange
    from gateway.reply import Reply
    from gateway.runtime import Runtime
    from policies.rules import Rule

Attempt = Callable[["Ask", "Candidate", "SchemaBroken"], Awaitable["Reply"]]


class Form(NamedTuple):
    """What an answer from one destination is held to."""

    rules: tuple[tuple[Rule, str], ...]
    checker: Checker


def form_of(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> Form | None:
    """The form that rules hold this answer to; None where no rule looks or the ask names no schema.

    Raises BadRequest where the schema can't be used to check anything: a rule that can't be kept isn't dropped.
    """
    policies = exchange.pair.policies
    rules = policies.structured(facts(exchange, ask), candidate.destination, runtime.stops.rules)
    schema = schema_of(ask) if rules else None
    if schema is None:
        return None
    if ask.later:
        raise BadRequest("background_form", _LATER, param="background")
    try:
        return Form(rules, checker(schema))
    except SchemaRefused as refused:
        words = {language: f"{text} ({refused})." for language, text in BUILT_IN["schema_unusable"].items()}
        unusable = BadRequest("schema_unusable", words)
    raise unusable


_LATER = {
    "en": "A rule wants this answer checked against its JSON schema, and an answer made in the background is none yet.",
    "fr": "Une règle veut que cette réponse soit vérifiée par son schéma JSON ; faite en arrière-plan, elle n'existe "
    "pas encore.",
}


async def held_to_form(
    runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate, reply: Reply, attempt: Attempt
) -> Reply:
    """The reply, where it has its form or rules only watch; else a second one; raises PolicyRefusal where none has."""
    form = form_of(runtime, exchange, ask, candidate)
    if form is None:
        return reply
    verdict = _judged(exchange, ask, form, reply)
    if verdict.stop is None:
        return reply
    _set_aside(runtime, exchange, reply)
    if not verdict.repair or not exchange.retries.allows(len(runtime.live)):
        raise _refused(exchange, verdict)
    again = await read_files(runtime, exchange, _asked_again(exchange, ask, verdict))
    ruled = await _ruled(runtime, exchange, again, candidate)
    await admission.reserve_more(runtime, exchange, again, ruled)
    second = await attempt(again, ruled, SchemaBroken())
    verdict = _judged(exchange, again, form, second)
    if verdict.stop is None:
        return second
    _set_aside(runtime, exchange, second)
    raise _refused(exchange, verdict)


def _judged(exchange: Exchange, ask: Ask, form: Form, reply: Reply) -> Verdict:
    verdict = judge_form(form.rules, form.checker, _texts(exchange, ask, reply), exchange.pair.policies.revision)
    exchange.form_hits += verdict.hits
    return verdict


def _texts(exchange: Exchange, ask: Ask, reply: Reply) -> dict[str, str]:
    """The text of each choice or part of an answer, as the client would read it. Calls of tools have none."""
    reader = exchange.dialect.reader(ask)
    framer = Framer()
    chunks = (
        [reader.body(reply.body)]
        if reply.body is not None
        else [reader.event(event) for event in (*framer.feed(b"".join(reply.held)), *framer.end())]
    )
    texts: dict[str, str] = {}
    for delta in (delta for chunk in chunks for delta in chunk.deltas):
        if delta.channel.startswith("text:"):
            texts[delta.channel] = delta.text if delta.whole else texts.get(delta.channel, "") + delta.text
    return texts


def _set_aside(runtime: Runtime, exchange: Exchange, reply: Reply) -> None:
    """An answer that nobody gets: its attempt ends on record, what it used is counted."""
    reply.answer.close()
    exchange.form_hits += reply.gate.hits()
    journal.attempt_ended(runtime, exchange, reply.attempt, SchemaBroken(status=reply.attempt.status))


def _asked_again(exchange: Exchange, ask: Ask, verdict: Verdict) -> Ask:
    limits = exchange.pair.settings.limits
    raw = splice(ask.document.raw, [ask_again(ask, verdict.said, verdict.complaint)])
    return exchange.dialect.parse(Document.parse(raw, max_depth=limits.depth), exchange.parameters)


async def _ruled(runtime: Runtime, exchange: Exchange, ask: Ask, candidate: Candidate) -> Candidate:
    """The same destination under a ruling on what is sent now; raises PolicyRefusal where it may not be."""
    found = await classified(exchange, ask.passages)
    anew = judge(runtime, exchange, ask, found, candidate.destination, candidate.dialect)
    ruled = candidate._replace(ruling=anew.ruling, left_out=anew.left_out)
    if ruled.ruling.verdict != "allow":
        exchange.refused_by = ruled.ruling
        raise policy_refusal(exchange, ruled)
    return ruled


def _refused(exchange: Exchange, verdict: Verdict) -> PolicyRefusal:
    assert verdict.stop is not None
    exchange.refused_by = verdict.stop
    return PolicyRefusal("answer_form_refused", policy_words(exchange, verdict.stop), retry=False)
