"""What receivers are told: words for every event, in every format, and nothing that a receiver would obey."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.webhooks import FORMATS
from gateway.webhooks.bursts import COUNT, QUIET, SECONDS, Bursts
from gateway.webhooks.ends import endings
from gateway.webhooks.formats import written
from gateway.webhooks.herald import TEST
from gateway.webhooks.notices import NOTICES, Message, Value, wanted
from observability.logs import EVENTS

PAGE = Path(__file__).parents[3] / "docs" / "howto" / "events.md"
AT = datetime(2026, 11, 25, 14, 5, tzinfo=UTC)
OPENED = Message("breaker.opened", AT, {"destination": "alpha/gpt", "reason": "server", "seconds": 30.0})
# Of quotas more is told than the log says.
QUOTA = {"scope", "name", "unit", "window", "limit", "used", "currency", "soft", "resets_at"}


@pytest.mark.parametrize("event", sorted(NOTICES))
def test_words_only_use_what_the_log_has(event: str) -> None:
    notice = NOTICES[event]
    known = QUOTA if event == "quota.soft" else set(EVENTS[event].fields) if event != TEST else set()
    for words in (notice.en, notice.fr):
        named = set(re.findall(r"\{(\w+)\}", words))
        assert named <= known
        assert set(notice.subject) <= known
    assert set(re.findall(r"\{(\w+)\}", notice.en)) == set(re.findall(r"\{(\w+)\}", notice.fr))
    assert notice.en != notice.fr


@pytest.mark.parametrize("event", sorted(NOTICES))
@pytest.mark.parametrize("format_", FORMATS)
def test_every_event_can_be_written_with_what_is_known(event: str, format_: str) -> None:
    for language in ("en", "fr"):
        body = written(format_, Message(event, AT, {"destination": "alpha"}), "id-1", "acme", language)
        assert orjson.loads(body) and b"{destination}" not in body


def test_every_event_is_on_the_page_with_its_level() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (info|warning|error) \|", PAGE.read_text(), re.MULTILINE)
    assert dict(rows) == {event: notice.level for event, notice in NOTICES.items()}


def test_our_own_form_has_everything() -> None:
    message = orjson.loads(written("generic", OPENED._replace(repeated=4), "id-1", "acme", "fr"))
    assert message["text"]["fr"].endswith("(Et 4 autres fois depuis le dernier message.)")
    del message["text"]
    assert message == {
        "id": "id-1", "event": "breaker.opened", "at": "2026-11-25T14:05:00+00:00", "organisation": "acme",
        "level": "warning", "destination": "alpha/gpt", "reason": "server", "seconds": 30.0, "repeated": 4,
    }  # fmt: skip


def test_slack_gets_text_that_calls_nobody() -> None:
    loud = Message("breaker.closed", AT, {"destination": "<!channel> & <https://evil|x>", "reason": "server"})
    body = orjson.loads(written("slack", loud, "id", "acme", "en"))
    said = orjson.dumps(body)
    assert b"<" not in said and b"&lt;!channel&gt; &amp;" in said
    assert body["text"].startswith("breaker.closed: ") and body["blocks"][0]["type"] == "section"


def test_no_name_is_a_link_in_a_card() -> None:
    low = Message("quota.soft", AT, {"scope": "team", "name": "[pay](https://evil.example)", "unit": "cost"})
    texts = str(orjson.loads(written("teams", low, "id", "acme", "en")))
    assert texts.count("[pay](") == texts.count("\\\\[pay](") == 2


def test_teams_gets_an_adaptive_card() -> None:
    body = orjson.loads(written("teams", OPENED, "id", "acme", "fr"))
    (attachment,) = body["attachments"]
    assert body["type"] == "message" and attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    blocks = attachment["content"]["body"]
    assert "mise à l'écart" in blocks[1]["text"]
    assert {"title": "destination", "value": "alpha/gpt"} in blocks[2]["facts"]


def test_a_receiver_chooses_by_pattern() -> None:
    assert wanted("breaker.opened", ("*",)) and wanted("breaker.opened", ("quota.*", "breaker.*"))
    assert not wanted("breaker.opened", ("breaker", "stop.*"))


def test_a_topic_is_one_story_for_each_subject() -> None:
    closed = Message("breaker.closed", AT, OPENED.facts)
    assert closed.subject == OPENED.subject == "breaker/alpha/gpt/server"
    assert OPENED._replace(facts={"destination": "beta"}).subject != OPENED.subject


def test_contracts_are_told_of_on_their_days() -> None:
    today = date(2026, 11, 26)
    lasts = {str(days): today + timedelta(days=days - 1) for days in range(-3, 100)}
    assert {int(name): one.days for name, one in ((e.contract, e) for e in endings(lasts, today))} == {
        days: days for days in (0, 1, 2, 3, 7, 14, 30, 90)
    }


@given(st.lists(st.floats(0.0, 20.0), max_size=200))
def test_a_burst_is_ten_in_a_minute_and_told_once(gaps: list[float]) -> None:
    now, times, told = 0.0, [], []
    bursts = Bursts(lambda: now)
    for gap in gaps:
        now += gap
        times.append(now)
        due = len(times) >= COUNT and now - times[-COUNT] <= SECONDS and (not told or now - told[-1] >= QUIET)
        assert bursts.add("alpha") == due
        told += [now] if due else []


@pytest.mark.parametrize(
    ("facts", "en", "fr"),
    [
        (
            {"unit": "cost", "window": "month", "used": 16_000_000.0, "limit": 20_000_000.0, "currency": "EUR"},
            "16,000,000.00 EUR are used of 20,000,000.00 EUR a month.",
            "il en est à 16 000 000,00 EUR sur 20 000 000,00 EUR par mois.",
        ),
        (
            {"unit": "concurrent", "window": None, "used": 8, "limit": 10, "currency": None},
            "8 concurrent calls are used of 10 concurrent calls.",
            "il en est à 8 appels simultanés sur 10 appels simultanés.",
        ),
        (
            {"unit": "requests", "window": "day", "used": 1_234, "limit": 1_500, "currency": None},
            "1,234 requests are used of 1,500 requests a day.",
            "il en est à 1 234 requêtes sur 1 500 requêtes par jour.",
        ),
    ],
)
def test_a_soft_limit_is_said_as_a_refusal_would(facts: dict[str, Value], en: str, fr: str) -> None:
    message = Message("quota.soft", AT, {"scope": "team", "name": "hr", **facts})
    assert message.words("en") == f"The quota of team hr runs low: {en}"
    assert message.words("fr") == f"Un quota s'épuise (l'équipe hr) : {fr}"


@pytest.mark.parametrize(
    ("days", "en", "fr"),
    [(1, "in 1 day;", "dans 1 jour ;"), (2, "in 2 days;", "dans 2 jours ;"), (90, "in 90 days;", "dans 90 jours ;")],
)
def test_what_is_counted_agrees_with_its_number(days: int, en: str, fr: str) -> None:
    ends = Message("contract.expiring", AT, {"contract": "acme", "days": days})
    assert en in ends.words("en") and fr in ends.words("fr")
    stays = Message("certificate.refused", AT, {"listener": "data", "reason": "expired", "days": 0.5})
    assert stays.words("en").endswith("for 0.5 days.") and stays.words("fr").endswith("pour 0,5 jour.")


def test_numbers_are_written_as_each_language_does() -> None:
    facts = {"destination": "alpha/gpt", "reason": "server", "seconds": 45.6}
    message = Message("breaker.opened", datetime(2026, 11, 26, tzinfo=UTC), facts, repeated=1)
    assert "alone for 45.6 s:" in message.words("en") and "(And once more since" in message.words("en")
    assert "à l'écart 45,6 s :" in message.words("fr") and "(Et une autre fois depuis" in message.words("fr")
