"""The records of one call made into an answer: what it was refused by, on what grounds, and whom to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.cli.why.causes import cause
from gateway.cli.why.papers import Papers
from gateway.cli.why.words import WORDS, quota_words
from gateway.reading import reasons
from observability.ledger import End

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """Why one call ended as it did, in one language; lists are lines. rules: those that decided, as plain values.

    revision: of the bundle then. now: of the bundle now, "" where it can't be read.
    """

    call: str
    at: datetime
    outcome: str
    status: int
    code: str | None
    who: Facts
    model: str
    dialect: str
    what: str
    why: Sequence[str]
    rules: Sequence[Facts]
    found: Sequence[str]
    destinations: Sequence[str]
    attempts: Sequence[str]
    revision: str
    now: str
    ask: Sequence[str]
    do: str


def answered(end: End, records: Sequence[Facts], papers: Papers, language: str) -> Answer:
    """The answer about a call. records: all of it, as the ledger has them."""
    outcome, intent = end.outcome, end.intent
    rules = [dict(_rule(one, records, papers, language)) for one in _deciding(outcome)]
    told = cause(outcome.get("code"), outcome["outcome"])
    return Answer(
        call=end.call,
        at=end.at,
        outcome=outcome["outcome"],
        status=outcome["status"],
        code=outcome.get("code"),
        who=intent["who"],
        model=intent["model"],
        dialect=intent["dialect"],
        what=_what(outcome, intent, language),
        why=tuple(_why(outcome, intent, _in(told.why, language), language)),
        rules=rules,
        found=tuple(_found(outcome, intent, papers, language)),
        destinations=tuple(_destinations(intent, language)),
        attempts=tuple(_attempts(records, language)),
        revision=intent["policy_revision"],
        now=papers.revision,
        ask=tuple(dict.fromkeys(_ask(rules, intent, papers, language))),
        do=_in(told.do, language).format(call=end.call),
    )


def _deciding(outcome: Facts) -> list[Facts]:
    """The rules in force that refused; of a refusal that no rule made none."""
    enforced = [one for one in outcome.get("rules", ()) if one["mode"] == "enforce"]
    return [one for one in enforced if one["action"] == "deny"] or enforced


def _rule(hit: Facts, records: Sequence[Facts], papers: Papers, language: str) -> Iterator[tuple[str, Any]]:
    """A rule that decided, as it was and as it stands now."""
    now = papers.rule(hit["rule"])
    yield from ((key, hit[key]) for key in ("rule", "policy", "action", "count", "place"))
    yield "types", [{"id": name, "title": papers.type(name, language)} for name in hit["detectors"]]
    yield "title", (now.title.get(language) or now.title.get("en", "")) if now is not None else ""
    yield "message", (now.message.get(language) or now.message.get("en", "")) if now is not None else ""
    yield "owner", now.owner if now is not None else ""
    yield "contact", now.contact if now is not None else ""
    yield "where", now.where if now is not None else ""
    yield "state", _state(hit["rule"], now.revision if now is not None else None, records, papers)


def _state(rule: str, revision: str | None, records: Sequence[Facts], papers: Papers) -> str:
    """What became of a rule since: unknown, gone, changed, same; "" for a built-in one."""
    if rule.startswith("built-in."):
        return ""
    if papers.here is None:
        return "unknown"
    if revision is None:
        return "gone"
    then = next((one["rules"].get(rule) for one in records if one["record"] == "PAIR" and one.get("rules")), None)
    return "unknown" if then is None else "same" if then == revision else "changed"


def _what(outcome: Facts, intent: Facts, language: str) -> str:
    words = WORDS[language]
    sent = words.sent if outcome["attempts"] or intent.get("destination") else words.not_sent
    code = f", {outcome['code']}" if outcome.get("code") else ""
    return f"{words.outcomes[outcome['outcome']]} (HTTP {outcome['status']}{code}){words.semicolon}{sent}"


def _why(outcome: Facts, intent: Facts, general: str, language: str) -> Iterator[str]:
    yield general
    because = outcome.get("because") or {}
    if "scope" in because:
        yield quota_words(because, intent["who"], intent["model"], language)
    if "unread" in because:
        yield reasons.words(because["unread"])[language]
    if "field" in because:
        yield WORDS[language].field.format(because["field"])
    if intent.get("failed"):
        yield WORDS[language].failed.format(intent["failed"])


def _found(outcome: Facts, intent: Facts, papers: Papers, language: str) -> Iterator[str]:
    """What the rules that decided found, by type and place; for other calls nothing."""
    names = {name for one in _deciding(outcome) for name in one["detectors"]}
    found = [one for one in (*intent.get("findings", ()), *outcome.get("findings", ())) if one["detector"] in names]
    for one in found:
        title = papers.type(one["detector"], language)
        what = f"{one['detector']}{f' ({title})' if title else ''} x {one['count']}"
        yield f"{what}{WORDS[language].colon}{_place(one, language)}"


def _place(one: Facts, language: str) -> str:
    words = WORDS[language]
    where = [words.directions.get(one["direction"], one["direction"])]
    if one.get("message") is not None:
        where.append(words.message.format(one["message"] + 1))
    if one["role"] not in (one["direction"], "other"):
        where.append(words.roles.get(one["role"], one["role"]))
    if one["part"] != "text":
        where.append(one["part"])
    if one.get("history"):
        where.append(words.earlier)
    return ", ".join(where)


def _destinations(intent: Facts, language: str) -> Iterator[str]:
    words = WORDS[language]
    for ruled in intent.get("rulings", ()):
        rules = ", ".join(one["rule"] for one in ruled["rules"] if one["mode"] == "enforce")
        to = f" {ruled['reroute']}" if ruled.get("reroute") else ""
        known = "" if ruled.get("known", True) else f", {words.no_contract}"
        by = f" ({rules})" if rules else ""
        yield f"{ruled['destination']}{words.colon}{words.verdicts[ruled['verdict']]}{to}{by}{known}"


def _attempts(records: Sequence[Facts], language: str) -> Iterator[str]:
    words = WORDS[language]
    for one in records:
        if one["record"] != "ATTEMPT":
            continue
        result = one["error"] or words.answered
        status = f", HTTP {one['status']}" if one.get("status") is not None else ""
        fault = f", {words.faults[one['fault']]}" if one.get("fault") else ""
        vendor = f", {one['vendor_request']}" if one.get("vendor_request") else ""
        drill = f", {words.drill}" if one.get("drill") else ""
        time = datetime.fromisoformat(one["at"]).astimezone(UTC).strftime("%H:%M:%S UTC")
        spent = f"{one['total_ms'] / 1000:.1f} s"
        yield f"{time} {one['destination']}{words.colon}{result}{status}{fault}, {spent}{vendor}{drill}"


def _ask(rules: Sequence[Facts], intent: Facts, papers: Papers, language: str) -> Iterator[str]:
    words = WORDS[language]
    for rule in rules:
        if rule["contact"]:
            yield rule["contact"]
        if rule["owner"]:
            yield words.owner_of_policy.format(rule["owner"], rule["policy"])
    name = intent["who"]["use_case"]
    use_case = papers.use_case(name)
    if use_case is not None and (use_case.contact or use_case.owner):
        yield words.for_use_case.format(use_case.contact or use_case.owner, name)


def _in(words: tuple[str, str], language: str) -> str:
    return words[1] if language == "fr" else words[0]
