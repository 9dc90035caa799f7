"""The records of a call as a page that people read: plain text, nothing that a terminal would obey."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

Facts = Mapping[str, Any]
Row = Sequence[str]

WORTH_TELLING_MS = 100.0
"""Of a wait in queues."""

_NO_END = "no end recorded: the call still runs, or the gateway was killed"


def render_show(records: Sequence[Facts]) -> str:
    """The whole story of one call, from the records that `show` found; empty where there are none."""
    if not records:
        return ""
    outcome = _first(records, "OUTCOME")
    intent = _first(records, "INTENT") or outcome.get("intent") or {}
    parts: list[tuple[str, Iterable[str]]] = [
        ("who", _who(intent)),
        ("asked", _asked(intent)),
        ("found", _found(intent.get("findings", ()))),
        ("ruled", _rulings(intent.get("rulings", ()))),
        ("sent", _sent(intent)),
        ("attempts", _attempts(intent, records)),
        ("answer", _answer(outcome)),
        ("outcome", _outcome(outcome)),
        ("later", (f"{_time(one['at'])}  {_event(one)}" for one in records if one["record"] == "EVENT")),
        ("by", _revisions(intent)),
    ]
    lines = [f"Call {_plain(records[0].get('call'))}, {_time(intent.get('at') or records[0]['at'])}", ""]
    for title, part in parts:
        for n, line in enumerate(part):
            lines.append(f"{'' if n else title:<10}{line}".rstrip())
    return "\n".join(lines) + "\n"


def render_tail(records: Sequence[Facts]) -> str:
    """One line for each outcome and event, from the records that `tail` found."""
    rows = [("time", "call", "outcome", "http", "code", "destination", "tries", "total", "ours", "tokens")]
    table = [*rows, *(_tail_row(one) for one in records if one["record"] == "OUTCOME")]
    lines = iter(_columns(table, right={3, 6, 7, 8}))
    header = next(lines)
    body = (f"{_time(one['at'])}  {_event(one)}" if one["record"] == "EVENT" else next(lines) for one in records)
    return "\n".join([header, *body]) + "\n"


def _tail_row(one: Facts) -> Row:
    return (
        _time(one["at"]),
        _plain(one["call"]),
        _plain(one["outcome"]),
        _plain(one["status"]),
        _plain(one.get("code")),
        _plain(one.get("destination")),
        str(one.get("attempts", 0)),
        _ms(one.get("total_ms")),
        _ms(one.get("overhead_ms")),
        _tokens(one.get("tokens") or {}),
    )


def _who(intent: Facts) -> Iterator[str]:
    who = intent.get("who")
    if not who:
        yield "not recorded"
        return
    groups = f", groups {', '.join(map(_plain, who['groups']))}" if who["groups"] else ""
    yield f"{_plain(who['person'])} with key {_plain(who['key'])}"
    yield f"team {_plain(who['team'])} of {_plain(who['organisation'])}{groups}"
    yield f"use case {_plain(who['use_case'])}"


def _asked(intent: Facts) -> Iterator[str]:
    if intent:
        how = "streamed" if intent["stream"] else "whole answer"
        yield f"{_plain(intent['model'])} by {_plain(intent['dialect'])} ({_plain(intent['operation'])}), {how}"
        yield f"{_count(intent['bytes_in'], 'byte')}, {_count(intent['passages'], 'passage')} inspected"
        for name in ("classes", "labels"):
            if intent.get(name):
                yield f"{name} {', '.join(map(_plain, intent[name]))}"


def _found(findings: Iterable[Facts]) -> Iterator[str]:
    rows = [
        (_plain(one["detector"]), f"x{one['count']}", f"sure {one['confidence']:.2f}", _place(one)) for one in findings
    ]
    return iter(_columns(rows, right={1}) or ["nothing"])


def _place(one: Facts) -> str:
    where = _plain(one["direction"])
    if one["role"] != one["direction"]:
        where += f", {_plain(one['role'])}"
    if one.get("message") is not None:
        where += f", message {one['message'] + 1}"
    if one["part"] != "text":
        where += f", {_plain(one['part'])}"
    where += ", earlier turn" if one.get("history") else ""
    where += ", refused before" if one.get("refused") else ""
    return where + (", can't be rewritten" if one.get("edit") == "none" else "")


def _rulings(rulings: Iterable[Facts]) -> Iterator[str]:
    rulings = list(rulings)
    width = max((len(_plain(one["destination"])) for one in rulings), default=0)
    for one in rulings:
        verdict = _plain(one["verdict"]) + (f" to {_plain(one['reroute'])}" if one.get("reroute") else "")
        changed = f", {_count(one['edits'], 'stretch', 'stretches')} of text replaced" if one.get("edits") else ""
        tokens = f", by tokens that come back: {_edits(one['pseudonyms'])}" if one.get("pseudonyms") else ""
        sealed = _count(one["left_out"], "part", "parts") if one.get("left_out") else ""
        out = f", without {sealed} that another vendor sealed" if sealed else ""
        yield f"{_plain(one['destination']):<{width}}  {verdict}{changed}{tokens}{out}"
        for line in _rules(one["rules"]):
            yield f"{'':<{width}}    {line}"


def _rules(rules: Iterable[Facts]) -> Iterator[str]:
    for rule in rules:
        what = " ".join(map(_plain, rule["detectors"]))
        count = f" x{rule['count']}" if rule["count"] else ""
        place = f" in {_from_one(rule['place'])}" if rule["place"] else ""
        because = f" because of {what}{count}{place}" if what else ""
        shadow = " [shadow: nothing was changed]" if rule["mode"] == "shadow" else ""
        shadow = f" [lifted by {_plain(rule.get('lifted_by'))}]" if rule["mode"] == "lifted" else shadow
        yield f"rule {_plain(rule['rule'])} of {_plain(rule['policy'])}: {_plain(rule['action'])}{because}{shadow}"


def _from_one(place: str) -> str:
    """A place as people count messages: records count from 0, refusals and this page from 1."""
    before, message, number = place.rpartition("message ")
    return _plain(f"{before}{message}{int(number) + 1}" if message and number.isdigit() else place)


def _sent(intent: Facts) -> Iterator[str]:
    if intent.get("destination"):
        yield from _going(intent)
        if intent.get("why") or intent.get("split"):
            yield _routed(intent)
        if intent["reserved"]:
            yield f"{_count(intent['reserved'], 'token')} reserved"
    elif intent:
        yield "nothing"


def _routed(intent: Facts) -> str:
    split = [f"split {_plain(intent['split'])}"] if intent.get("split") else []
    return ", ".join([f"route {_plain(intent['route'])}", *split, *([_plain(intent["why"])] if intent["why"] else [])])


def _going(one: Facts) -> Iterator[str]:
    under = f" under contract {_plain(one['contract'])}" if one.get("contract") else ""
    yield f"{_count(one['bytes_out'], 'byte')} to {_plain(one['destination'])}{under}"
    yield f"digest {_plain(one['digest'])}"
    if one.get("edits"):
        yield f"edits: {_edits(one['edits'])}"


def _attempts(intent: Facts, records: Sequence[Facts]) -> Iterator[str]:
    """The table of attempts; above each further one why it was made and what was ruled for it."""
    ends = {one["attempt"]: one for one in records if one["record"] == "ATTEMPT"}
    starts: dict[int, Facts] = {one["attempt"]: one for one in records if one["record"] == "ATTEMPT-START"}
    if intent.get("destination"):
        starts.setdefault(1, intent)
    numbers = sorted({*ends, *starts})
    if not numbers:
        return
    head = ("", "destination", "http", "result", "first byte", "content", "total", "tokens", "vendor's id")
    lines = _columns([head, *(_attempt_row(n, starts.get(n, {}), ends.get(n)) for n in numbers)], right={2, 4, 5, 6})
    yield lines[0]
    for number, line in zip(numbers, lines[1:], strict=True):
        start = starts.get(number, {})
        if start.get("record") == "ATTEMPT-START":
            yield f"   failed over to {_plain(start['destination'])} because of {_plain(start['reason'])}"
            for said in [*_rulings([start["ruling"]] if start.get("ruling") else []), *_going(start)]:
                yield f"     {said}"
        yield line
        if translated := _translated(ends.get(number, {})):
            yield f"{'':>3}{translated}"


def _translated(end: Facts) -> str:
    """Into which API, and what had no place there or on the way back."""
    lost = f", lost: {', '.join(map(_plain, end['lost']))}" if end.get("lost") else ""
    return f"translated {_plain(end['translated'])}{lost}" if end.get("translated") else ""


def _attempt_row(number: int, start: Facts, end: Facts | None) -> Row:
    if end is None:
        return (str(number), _plain(start.get("destination")), "", "no end recorded", "", "", "", "", "")
    result = _plain(end["error"]) + (f" ({_plain(end['fault'])})" if end.get("fault") else "") if end["error"] else "ok"
    if end.get("committed"):
        result += ", after content was passed on"
    if end.get("retry_after") is not None:
        result += f", retry after {end['retry_after']:g} s"
    return (
        str(number),
        _plain(end["destination"]),
        _plain(end["status"]),
        result,
        _ms(end["first_byte_ms"]),
        _ms(end["first_content_ms"]),
        _ms(end["total_ms"]),
        _tokens(end["tokens"]),
        _plain(end.get("vendor_request")),
    )


def _answer(outcome: Facts) -> Iterator[str]:
    if outcome.get("findings"):
        yield from _found(outcome["findings"])
    if outcome.get("edits"):
        yield f"edits: {_edits(outcome['edits'])}"
    if outcome.get("restored"):
        yield f"{_count(outcome['restored'], 'token')} restored"


def _outcome(outcome: Facts) -> Iterator[str]:
    if not outcome:
        yield _NO_END
        return
    code = f" ({_plain(outcome['code'])})" if outcome.get("code") else ""
    source = f" by {_plain(outcome['destination'])}" if outcome.get("destination") else ""
    tries = f" after {_count(outcome['attempts'], 'attempt')}" if outcome["attempts"] else ""
    yield f"{_plain(outcome['outcome'])}{source}{tries}, HTTP {_plain(outcome['status'])}{code}"
    yield from _rules(outcome.get("rules", ()))
    first = f", first content after {_ms(outcome['first_content_ms'])}" if outcome.get("first_content_ms") else ""
    waited = outcome.get("waited_ms", 0.0)
    queues = f", {_ms(waited)} in our queues" if waited > WORTH_TELLING_MS else ""
    yield f"{_ms(outcome['total_ms'])} in all, {_ms(outcome['overhead_ms'])} of them ours{queues}{first}"
    tokens = _tokens(outcome["tokens"])
    currency = f" {_plain(outcome['currency'])}" if outcome.get("currency") else ""
    cost = f", cost {_money(outcome['cost'])}{currency}" if outcome.get("cost") is not None else ""
    yield f"{_count(outcome['bytes_out'], 'byte')} to the client" + (f", tokens {tokens}" if tokens else "") + cost


def _revisions(intent: Facts) -> Iterator[str]:
    names = (("policies", "policy_revision"), ("detection", "detection_revision"), ("configuration", "config_revision"))
    said = [f"{name} {_plain(intent[key])}" for name, key in names if intent.get(key)]
    if said:
        yield ", ".join(said)


def _event(one: Facts) -> str:
    said = ((_plain(key), _plain(value)[:60]) for key, value in (one.get("detail") or {}).items())
    detail = ", ".join(f"{key} {value}" for key, value in said if value)
    actor = f" by {_plain(one['actor'])}" if one.get("actor") else ""
    return f"{_plain(one['event'])}{actor}" + (f": {detail}" if detail else "")


def _first(records: Iterable[Facts], kind: str) -> Facts:
    return next((one for one in records if one["record"] == kind), {})


def _columns(rows: Sequence[Row], right: Iterable[int] = ()) -> list[str]:
    """Rows of cells as lines; the columns of `right` stand to the right."""
    right = set(right)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))] if rows else []
    return [
        "  ".join(
            f"{cell:>{w}}" if i in right else f"{cell:<{w}}"
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _edits(edits: Mapping[str, int]) -> str:
    return ", ".join(f"{_plain(kind)} {count}" for kind, count in edits.items())


def _tokens(tokens: Facts) -> str:
    return ", ".join(f"{key} {tokens[key]:,}" for key in tokens if tokens[key] is not None)


def _money(amount: float) -> str:
    """Plain digits: a call may cost a hundred-thousandth of the currency."""
    return f"{amount:.9f}".rstrip("0").rstrip(".")


def _count(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _ms(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"


def _time(at: str) -> str:
    return datetime.fromisoformat(str(at)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _plain(value: object) -> str:
    """The value in characters that a terminal shows and does not obey."""
    text = "" if value is None else str(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
