"""The report on service levels as Markdown: a table of all promises, then each contract with its claim and evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from gateway.promises.accounts import Account, Due, today_of
from gateway.promises.plain import percent
from gateway.promises.words import WORDS
from observability.promises import AVAILABILITY, FAILED, GOOD, THROTTLED, UNCOUNTED, Hour, Kept
from observability.reports.forms import ending, markdown
from observability.reports.numbers import amounts, decimal, number

_WORST = 5
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Page:
    """What a report is made of beside the accounts. now: Unix seconds. begins: where the ledger does, when that is
    after the month's begin. pictures: whether they lie beside it. damaged: segments of the ledger that lack records."""

    language: str
    now: float
    begins: float | None = None
    pictures: bool = False
    damaged: int = 0

    @property
    def words(self) -> Mapping[str, str]:
        """The sentences."""
        return WORDS[self.language]


def page(accounts: Sequence[Account], told: Page, name: str) -> str:
    """The whole report. name: of the month, 2026-10."""
    words = told.words
    parts = [f"# {words['title'].format(month=_month(name, words))}", _made(accounts, told)]
    if told.damaged:
        parts.append(words["damaged"].format(n=told.damaged))
    if not accounts:
        parts.append(words["nothing"])
    else:
        parts.append("\n".join(_summary(accounts, words)))
    if told.pictures:
        parts += [f"![{words['picture_days']}](days{ending(told.language)}.svg)", words["picture_days"]]
    for account in accounts:
        parts += _one(account, told)
    return "\n\n".join(parts) + "\n"


def _made(accounts: Sequence[Account], told: Page) -> str:
    words = told.words
    unfinished = any(not account.over for account in accounts)
    day = datetime.fromtimestamp(told.now, accounts[0].measured.month.zone if accounts else None).date()
    said = words["made"].format(day=day, over=words["so_far"] if unfinished else "")
    if told.begins is not None and accounts:
        begins = datetime.fromtimestamp(told.begins, accounts[0].measured.month.zone)
        said += " " + words["begins"].format(day=f"{begins:%Y-%m-%d %H:%M}")
    return said


def _summary(accounts: Sequence[Account], words: Mapping[str, str]) -> Iterator[str]:
    head = ("contract", "promise", "promised", "measured", "verdict", "credit", "claim_by")
    rows = []
    for account in accounts:
        dues = {due.promise: due for due in account.dues}
        for kept in account.promises:
            due = dues.get(kept.name)
            rows.append(
                (
                    account.name, what(kept, words), promised(kept, words), measured(kept, words),
                    verdict(kept, words), f"{decimal(due.percent, words)} %" if due is not None else "",
                    str(account.until) if due is not None and account.until is not None else "",
                )
            )  # fmt: skip
    return markdown([words[name] for name in head], rows)


def what(kept: Kept, words: Mapping[str, str]) -> str:
    """A promise in words."""
    if kept.name == AVAILABILITY:
        return words[AVAILABILITY]
    return words[kept.name.rpartition("_p")[0]].format(percentile=decimal(kept.promised or 0, words))


def promised(kept: Kept, words: Mapping[str, str]) -> str:
    """What was promised of it."""
    if kept.bound is not None:
        return words["within"].format(seconds=decimal(kept.bound, words))
    return words["no_promise"] if kept.promised is None else f"{decimal(kept.promised, words)} %"


def measured(kept: Kept, words: Mapping[str, str]) -> str:
    """What was measured of it."""
    if kept.bound is not None:
        return words["no_answers"] if kept.took is None else words["within"].format(seconds=decimal(kept.took, words))
    share = percent(kept)
    return words["none"] if share is None else f"{decimal(share, words)} %"


def verdict(kept: Kept, words: Mapping[str, str]) -> str:
    """Whether it was kept."""
    if kept.met is None:
        return "" if kept.promised is None else words["unjudged"]
    return words["kept"] if kept.met else words["broken"]


def _one(account: Account, told: Page) -> Iterator[str]:
    words, contract = told.words, account.contract
    yield f"## {account.name}"
    if contract is None:
        yield words["gone"]
    else:
        title = getattr(contract.title, told.language) if contract.title is not None else account.name
        yield words["by"].format(title=title, processor=contract.processor) + "."
    if not account.measured.verdicts:
        yield words["quiet"]
        return
    yield _figures(account, words)
    yield _how(account, words)
    if told.pictures:
        yield f"![{words['picture_hours']}](hours-{file_name(account.name)}{ending(told.language)}.svg)"
        yield words["picture_hours"]
    worst = sorted((h for h in account.measured.hours if h.failed), key=lambda h: (-_share(h), -h.failed, h.start))
    if worst:
        yield f"### {words['worst']}"
        yield "\n".join(_hours(account, worst[:_WORST], words))
    if account.broken:
        yield from _claim(account, told)
    if account.broken and contract is not None and contract.substitutes:
        yield words["substitutes"].format(names=", ".join(contract.substitutes))
    if account.measured.failures:
        yield from _evidence(account, words)


def _figures(account: Account, words: Mapping[str, str]) -> str:
    counts = account.measured.verdicts
    good, failed, uncounted, throttled = (counts.get(one, 0) for one in (GOOD, FAILED, UNCOUNTED, THROTTLED))
    said = words["sent"].format(
        requests=number(good + failed + uncounted, words), failed=number(failed, words),
        throttled=number(throttled, words),
        aside=number(sum(counts.values()) - good - failed - uncounted - throttled, words),
    )  # fmt: skip
    if uncounted:
        said += " " + words["uncounted"].format(uncounted=number(uncounted, words))
    if account.measured.cost:
        said += " " + words["cost"].format(amounts=amounts(account.measured.cost, words))
    return said


def _how(account: Account, words: Mapping[str, str]) -> str:
    service, kept = account.service, account.measured.availability
    how = words["requests_how"]
    if service.count == "minutes":
        how = words["minutes_how"].format(
            lost=number(kept.counted - kept.kept, words), minutes=number(kept.counted, words),
            least=number(service.minute_least, words), errors=decimal(service.minute_errors_percent, words),
        )  # fmt: skip
    return f"{how} {words['faults'].format(faults=', '.join(service.faults), zone=service.zone)}"


def _share(hour: Hour) -> float:
    return hour.failed / (hour.good + hour.failed)


def _hours(account: Account, hours: Sequence[Hour], words: Mapping[str, str]) -> Iterator[str]:
    head = [words[name] for name in ("hour", "requests", "failed", "share", "throttled")]
    rows = [
        (
            _time(hour.start, account, "%Y-%m-%d %H:%M"), number(hour.good + hour.failed, words),
            number(hour.failed, words),
            f"{decimal(_share(hour) * 100, words, 2)} %", number(hour.throttled, words),
        )
        for hour in hours
    ]  # fmt: skip
    return markdown(head, rows)


def _claim(account: Account, told: Page) -> Iterator[str]:
    words = told.words
    yield f"### {words['claim']}"
    if not account.over:
        yield words["claim_later"]
        return
    if not account.dues:
        yield words["claim_none"]
        return
    yield _standing(account, told)
    waits = account.measured.waits
    if account.void:
        yield words["claim_void"].format(early=number(waits.early, words), asked=number(waits.asked, words))
        yield "\n".join(
            words["early"].format(
                destination=one.destination,
                began=_time(one.began, account, "%Y-%m-%d %H:%M:%S"),
                until=_time(one.until, account, "%H:%M:%S"),
            )
            for one in waits.first[:_WORST]
        )
    else:
        unasked = account.service.claim.backoff == "none"
        waited = words["claim_waited"].format(asked=number(waits.asked, words))
        yield words["claim_unasked"] if unasked else waited
    if waits.cut:
        longest = decimal(account.service.claim.longest_seconds, words)
        yield words["claim_cut"].format(cut=number(waits.cut, words), longest=longest)
    if (asks := account.service.claim.asks) is not None:
        yield words["asks"].format(asks=getattr(asks, told.language))
    yield f"{words['letter']}:"
    yield "\n>\n".join(f"> {line}" for line in _letter(account, words))


def _standing(account: Account, told: Page) -> str:
    words = told.words
    if account.lapsed(today_of(account, told.now)):
        return words["claim_lapsed"].format(day=account.until)
    until = words["claim_until"].format(day=account.until) if account.until is not None else ""
    to = words["claim_to"].format(to=account.service.claim.to) if account.service.claim.to else ""
    return words["claim_due"].format(until=until, to=to)


def _letter(account: Account, words: Mapping[str, str]) -> Iterator[str]:
    assert account.contract is not None  # one that promised something
    kept, counts = {one.name: one for one in account.promises}, account.measured.verdicts
    month = _month(account.measured.month.name(), words)
    yield words["letter_1"].format(contract=account.name, processor=account.contract.processor, month=month)
    for due in account.dues:
        one = kept[due.promise]
        said = f"{what(one, words)}, {promised(one, words)}"
        yield words["letter_2"].format(what=said, measured=measured(one, words)) + " " + _claimed(due, words)
    sent = number(sum(counts.get(one, 0) for one in (GOOD, UNCOUNTED, FAILED)), words)
    failed, faults = number(counts.get(FAILED, 0), words), ", ".join(account.service.faults)
    attached = words["attached_most" if account.measured.more else "attached"].format(**_kept(account, words))
    yield words["letter_4"].format(requests=sent, failed=failed, faults=faults, attached=attached)


def _kept(account: Account, words: Mapping[str, str]) -> dict[str, str]:
    """How many failed requests the evidence has, and how many more there were."""
    measured = account.measured
    return {"kept": number(len(measured.failures), words), "more": number(measured.more, words)}


def _claimed(due: Due, words: Mapping[str, str]) -> str:
    told = words["letter_amounts"].format(amounts=amounts(due.amounts, words)) if due.amounts else ""
    return words["letter_3"].format(percent=decimal(due.percent, words), amounts=told)


def _evidence(account: Account, words: Mapping[str, str]) -> Iterator[str]:
    failures = account.measured.failures
    failed = len(failures) + account.measured.more
    yield f"### {words['evidence']}"
    said = "evidence_all" if failed <= _SHOWN else "evidence_most" if account.measured.more else "evidence_said"
    yield words[said].format(shown=_SHOWN, failed=number(failed, words), **_kept(account, words))
    head = [words[n] for n in ("time", "destination", "status", "error", "seconds", "vendor_request", "call")]
    rows = [
        (
            _time(one.began, account, "%Y-%m-%d %H:%M:%S"), one.destination, str(one.status or ""), one.error or "",
            decimal(one.total, words, 3), _plain(one.vendor_request or ""), f"`{one.call}`",
        )
        for one in failures[:_SHOWN]
    ]  # fmt: skip
    yield "\n".join(markdown(head, rows))


def file_name(contract: str) -> str:
    """A contract's name as a part of a file's."""
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in contract)


def _plain(text: str) -> str:
    """A word that a vendor chose, so that it can be nothing but a word in Markdown."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._:/=+-") else "?" for c in text)
    return f"`{kept}`" if kept else ""


def _time(at: float, account: Account, form: str) -> str:
    return datetime.fromtimestamp(at, account.measured.month.zone).strftime(form)


def _month(name: str, words: Mapping[str, str]) -> str:
    day = date.fromisoformat(f"{name}-01")
    return f"{words['months'].split()[day.month - 1]} {day.year}"
