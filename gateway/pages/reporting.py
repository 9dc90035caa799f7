"""`POST /ecluse/report/{call}`: the caller says that a rule was wrong about a call, or lifts it for an hour.

A lift is for one person, one rule and the values that the rule found in that call, known by their keyed hashes. Only
rules that are `overridable: true` can be lifted, and only where nothing else refuses the call, or changes it at the
same place. It counts when its record is durable and its reason is on disk.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from gateway import refusals
from gateway.errors import BadRequest, NotFound, PolicyRefusal, QuotaRefusal, Unavailable
from gateway.memories import recall_judged
from gateway.state.lifts import LASTS
from gateway.state.reports import FALSE_POSITIVE, KINDS, OVERRIDE, Report, ReportsFull, new_id
from observability.ledger import Event, LedgerFailed
from policies.detectors.budget import ScanBudgetExceeded
from policies.transform.redact import CONFIDENTIAL, placeholder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.bundle.pair import Pair
    from gateway.http import Request
    from gateway.identity.callers import Caller
    from gateway.runtime import Runtime
    from gateway.state.judged import Fired, Judged

MOST_BYTES = 16 << 10
LONGEST = {"kind": 20, "reason": 500, "note": 2_000, "rule": 200}


class Said(NamedTuple):
    """What the body of a report says."""

    kind: str
    reason: str
    note: str
    rule: str


async def take_report(runtime: Runtime, caller: Caller, call: str, request: Request) -> bytes:
    """Takes a report; the body of the answer. Raises Refusal where it isn't taken."""
    wait = runtime.pace.wait(caller.pseudonym)
    if wait:
        raise QuotaRefusal("too_many_reports", _TOO_MANY, retry_after=wait)
    pair = runtime.epoch.pair
    said = _said(pair, await request.body(MOST_BYTES, pair.settings.limits.body_seconds))
    judged = await recall_judged(runtime, call, caller.pseudonym)
    if judged is None:
        raise NotFound("call_not_known", _NOT_KNOWN)
    fired = judged.rule(said.rule)
    if fired is None:
        raise BadRequest("rule_not_there", _OTHER_RULE, param="rule")
    held = _held(pair, judged, fired) if said.kind == OVERRIDE else None
    if held is not None:
        raise PolicyRefusal("not_overridable", held, retry=False)
    report = await _recorded(runtime, _report(runtime, judged, fired, said))
    if said.kind == OVERRIDE:
        runtime.lifts.add(report.person, report.rule, map(bytes.fromhex, fired.digests), report.id, runtime.now())
        if not await asyncio.to_thread(_lifts_kept, runtime):
            runtime.measure.log.event("lifts.not_kept")
    runtime.measure.reported(report.kind)
    return _answer(pair, report)


def _said(pair: Pair, raw: bytes) -> Said:
    try:
        value: Any = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise BadRequest("not_a_report", _NO_REPORT)
    wrong = next((key for key, text in value.items() if key not in LONGEST or len(text) > LONGEST[key]), None)
    if wrong is not None:
        # An unknown key is the client's own word: only what this page knows is told back.
        raise BadRequest("not_a_report", _NO_REPORT, param=wrong if wrong in LONGEST else None)
    kind, reason = value.get("kind", ""), value.get("reason", "").strip()
    if kind not in KINDS:
        raise BadRequest("not_a_report", _NO_REPORT, param="kind")
    if kind == OVERRIDE and not reason:
        raise BadRequest("no_reason", _NO_REASON, param="reason")
    return Said(kind, _masked(pair, reason), _plain(value.get("note", "")), value.get("rule", ""))


def _masked(pair: Pair, reason: str) -> str:
    """The reason without values: it says why, and needs none."""
    reason = _plain(reason)
    try:
        (found,) = pair.engine.scan([reason])
    except ScanBudgetExceeded:
        raise BadRequest("no_reason", _NO_REASON, param="reason") from None
    shown = pair.policies.shown
    for finding in sorted(found, key=lambda one: -one.start):
        reason = reason[: finding.start] + placeholder(*shown([finding.detector])) + reason[finding.end :]
    return reason


def _plain(text: str) -> str:
    """The text without characters that a terminal would obey."""
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def _held(pair: Pair, judged: Judged, fired: Fired) -> Mapping[str, str] | None:
    """Why a lift of the rule would not let the call pass as it is, or isn't the caller's to give, by the rules in force
    now; None where it would and is."""
    if not _overridable(pair, fired):
        return _said_of(_NOT_OVERRIDABLE, fired.rule)
    if not fired.digests:
        return _said_of(_NO_VALUE, fired.rule)
    if not judged.refused:
        return _said_of(_CHANGED_TOO, fired.also) if fired.also else None
    other = next((one for one in judged.fired if not _overridable(pair, one) or not one.digests), None)
    return None if other is None else _said_of(_REFUSED_TOO, CONFIDENTIAL if _hidden(other) else other.rule)


def _overridable(pair: Pair, fired: Fired) -> bool:
    rule = pair.policies.rule(fired.rule)
    return rule is not None and rule.overridable


def _hidden(fired: Fired) -> bool:
    return CONFIDENTIAL in fired.detectors


def _said_of(words: Mapping[str, str], rule: str) -> dict[str, str]:
    """The words about a rule; one on something confidential isn't named."""
    names = {"en": f"rule {rule}", "fr": f"la règle {rule}"} if rule != CONFIDENTIAL else _ANOTHER
    said = {language: text.format(names[language]) for language, text in words.items()}
    return {language: text[0].upper() + text[1:] for language, text in said.items()}


def _report(runtime: Runtime, judged: Judged, fired: Fired, said: Said) -> Report:
    facts = {key: value for key, value in asdict(judged).items() if key not in ("fired", "refused", "at")}
    now = runtime.now()
    return Report(
        id=new_id(),
        at=now.isoformat(),
        kind=said.kind,
        rule=fired.rule,
        policy=fired.policy,
        detectors=fired.detectors,
        reason=said.reason,
        note=said.note,
        until=(now + LASTS).isoformat(timespec="seconds") if said.kind == OVERRIDE else "",
        **facts,
    )


async def _recorded(runtime: Runtime, report: Report) -> Report:
    """The report, when its record is durable and its words are on disk."""
    detail = {"report": report.id, "rule": report.rule, "detectors": " ".join(report.detectors)}
    if report.until:
        detail["until"] = report.until
    event = Event(runtime.now(), f"report.{report.kind}", actor=report.person, call=report.call, detail=detail)
    try:
        await runtime.ledger.write(event)
        await asyncio.to_thread(runtime.reports.add, report)
    except LedgerFailed:
        raise refusals.ledger_failed() from None
    except (ReportsFull, OSError):
        raise Unavailable("reports_full", _FULL, retry_after=600) from None
    return report


def _lifts_kept(runtime: Runtime) -> bool:
    """A lift that isn't kept counts all the same, since it is on record: it only ends with the process."""
    try:
        runtime.lifts.save()
    except OSError:
        return False
    return True


def _answer(pair: Pair, report: Report) -> bytes:
    language = pair.settings.server.language
    words = _THANKS[report.kind][language]
    until = report.until or None
    said = {"report": report.id, "call": report.call, "kind": report.kind, "rule": report.rule, "until": until}
    return orjson.dumps({**said, "message": words})


_TOO_MANY = {
    "en": "You have reported as often as is taken in an hour. Ask the contact that the refusal names.",
    "fr": "Vous avez signalé autant de fois qu'on peut en une heure. Adressez-vous au contact indiqué dans le refus.",
}
_NOT_KNOWN = {
    "en": "No call of yours with this id was refused or changed lately. Send it again and report the new id.",
    "fr": "Aucun de vos appels récents portant cet identifiant n'a été refusé ou modifié. Renvoyez-le et signalez le "
    "nouvel identifiant.",
}
_OTHER_RULE = {
    "en": "This rule neither refused nor changed that call.",
    "fr": "Cette règle n'a ni refusé ni modifié cet appel.",
}
_ANOTHER = {"en": "another rule", "fr": "une autre règle"}
_NOT_OVERRIDABLE = {
    "en": "{} doesn't let callers lift it. Ask the contact of that rule.",
    "fr": "{} ne permet pas qu'on la lève. Adressez-vous à son contact.",
}
_NO_VALUE = {
    "en": "{} can't be lifted for this call: only values in the text of a request can, at most 20. No mark of a "
    "document or use of the call can, nothing in an answer or in a part that isn't text, and nothing confidential. Ask "
    "the contact of that rule.",
    "fr": "{} ne peut pas être levée pour cet appel : seules le peuvent des valeurs dans le texte d'une requête, 20 au "
    "plus. Ni la marque d'un document ni l'usage de l'appel, rien dans une réponse ou une partie qui n'est pas du "
    "texte, rien de confidentiel. Adressez-vous au contact de la règle.",
}
_CHANGED_TOO = {
    "en": "{} changes the same place of the call too, so that a lift would change nothing. Ask the contact of that "
    "rule.",
    "fr": "{} change aussi cet endroit de l'appel : la levée ne changerait rien. Adressez-vous à son contact.",
}
_REFUSED_TOO = {
    "en": "{} refuses the call too and can't be lifted for it. Ask the contact of that rule.",
    "fr": "{} refuse aussi l'appel et ne peut pas être levée pour lui. Adressez-vous à son contact.",
}
_NO_REPORT = {
    "en": 'A report is {"kind": "false_positive" or "override", "reason": at most 500 characters, "note": at most '
    '2,000, "rule": which, where several fired}.',
    "fr": 'Un signalement est {"kind": "false_positive" ou "override", "reason": 500 caractères au plus, "note": 2 000 '
    'au plus, "rule": laquelle, s\'il y en a plusieurs}.',
}
_NO_REASON = {
    "en": "Say why the rule may be lifted (reason).",
    "fr": "Dites pourquoi la règle peut être levée (reason).",
}
_FULL = {
    "en": "Reports can't be kept now. Ask the contact that the refusal names.",
    "fr": "Les signalements ne peuvent pas être conservés. Adressez-vous au contact indiqué dans le refus.",
}
_THANKS = {
    FALSE_POSITIVE: {
        "en": "Thank you. The people who write the rules will look at it.",
        "fr": "Merci. Les responsables des règles vont l'examiner.",
    },
    OVERRIDE: {
        "en": "Lifted for you and what was found there, for an hour. It is on record. Send the call again.",
        "fr": "Règle levée pour vous et ce qui a été trouvé, pour une heure. C'est consigné. Renvoyez l'appel.",
    },
}
