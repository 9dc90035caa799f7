"""The page about one call: everything an auditor asks for, nothing a terminal would obey."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from observability.ledger import (
    Attempt,
    AttemptStart,
    Event,
    Found,
    Intent,
    Outcome,
    Ruled,
    RuleFired,
    Tokens,
    Who,
    render_show,
    render_tail,
)
from observability.ledger.records import Record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALL = "019ab0c2-0000-7000-8000-000000000000"
REDACTS = RuleFired("iban-stays", "finance", "redact", "enforce", ("fin.iban",), 1, "request/user/message 2")
SHADOW = RuleFired("phones", "privacy", "deny", "shadow", ("contact.phone",), 2, "")
INTENT = Intent(
    call=CALL,
    at=NOW,
    who=Who("acme", "legal", ("jurists",), "p_1f", "k_1", "contracts"),
    dialect="openai_chat",
    operation="chat",
    model="gpt",
    stream=True,
    bytes_in=2048,
    passages=3,
    findings=(
        Found("fin.iban", 1, 0.95, "text", "user", "request", message=2),
        Found("contact.phone", 2, 0.5, "text", "tool", "tool_results", history=True, message=1, edit="none"),
    ),
    rulings=(Ruled("alpha", "allow", (REDACTS, SHADOW), 1), Ruled("internal", "allow")),
    policy_revision="a1",
    detection_revision="b2",
    config_revision="c3",
    destination="alpha",
    contract="alpha-us",
    digest="dd",
    bytes_out=2050,
    edits={"model_alias": 1, "transformation": 1},
    reserved=4096,
)
FAILED = Attempt(
    call=CALL, at=NOW + timedelta(seconds=1), attempt=1, destination="alpha", vendor="sim", contract="alpha-us",
    model="a", status=529, error="overload", fault="vendor", retry_after=2.0, first_byte_ms=12.0, total_ms=15.0,
)  # fmt: skip
AGAIN = AttemptStart(
    call=CALL, at=NOW + timedelta(seconds=2), attempt=2, destination="beta", contract="beta-eu", reason="overload",
    digest="ee", bytes_out=2051, ruling=Ruled("beta", "allow"),
)  # fmt: skip
SERVED = Attempt(
    call=CALL, at=NOW + timedelta(seconds=3), attempt=2, destination="beta", vendor="sim", contract="beta-eu",
    model="b", status=200, first_byte_ms=20.0, first_content_ms=31.0, total_ms=150.0, tokens=Tokens(12, 30),
    vendor_request="req_9",
)  # fmt: skip
OUTCOME = Outcome(
    call=CALL, at=NOW + timedelta(seconds=4), outcome="served", status=200, destination="beta", attempts=2,
    tokens=Tokens(12, 30), first_content_ms=52.0, total_ms=170.0, overhead_ms=2.5, bytes_out=1100,
    edits={"transformation": 1},
)  # fmt: skip

# Compared word by word; columns have a test of their own.
STORY = """\
Call 019ab0c2-0000-7000-8000-000000000000, 2026-11-23 12:00:00.000

who       p_1f with key k_1
          team legal of acme, groups jurists
          use case contracts
asked     gpt by openai_chat (chat), streamed
          2,048 bytes, 3 passages inspected
found     fin.iban       x1  sure 0.95  request, user, message 3
          contact.phone  x2  sure 0.50  tool_results, tool, message 2, earlier turn, can't be rewritten
ruled     alpha     allow, 1 stretch of text replaced
                      rule iban-stays of finance: redact because of fin.iban x1 in request/user/message 3
                      rule phones of privacy: deny because of contact.phone x2 [shadow: nothing was changed]
          internal  allow
sent      2,050 bytes to alpha under contract alpha-us
          digest dd
          edits: model_alias 1, transformation 1
          4,096 tokens reserved
attempts     destination  http  result                           first byte  content   total  tokens  vendor's id
          1  alpha         529  overload (vendor), retry after 2 s      12 ms             15 ms
             failed over to beta because of overload
               beta  allow
               2,051 bytes to beta under contract beta-eu
               digest ee
          2  beta          200  ok                                    20 ms    31 ms  150 ms  input 12, output 30  req_9
answer    edits: transformation 1
outcome   served by beta after 2 attempts, HTTP 200
          170 ms in all, 2.50 ms of them ours, first content after 52 ms
          1,100 bytes to the client, tokens input 12, output 30
by        policies a1, detection b2, configuration c3
"""


def facts(*records: Record) -> list[dict[str, Any]]:
    return [orjson.loads(one.to_bytes()) for one in records]


def words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_call_that_failed_over() -> None:
    assert words(render_show(facts(INTENT, FAILED, AGAIN, SERVED, OUTCOME))) == words(STORY)


def test_it_says_how_the_call_was_routed() -> None:
    planned = replace(INTENT, route="chat", split="canary", why="latency, demoted internal")
    assert "\n          route chat, split canary, latency, demoted internal\n" in render_show(facts(planned, OUTCOME))
    assert "route" not in render_show(facts(replace(INTENT, route="default"), OUTCOME)), "there was nothing to choose"


def test_it_says_what_was_translated_and_lost() -> None:
    translated = replace(SERVED, translated="openai_chat>anthropic_messages", lost=("n", "seed"))
    told = render_show(facts(INTENT, FAILED, AGAIN, translated, OUTCOME))
    assert "\n             translated openai_chat>anthropic_messages, lost: n, seed\n" in told
    assert "lost" not in render_show(facts(INTENT, FAILED, AGAIN, replace(translated, lost=()), OUTCOME))


def test_it_says_how_long_the_call_waited_for_its_turn() -> None:
    waited = replace(OUTCOME, total_ms=7_383.0, waited_ms=5_874.6)
    assert "7,383 ms in all, 2.50 ms of them ours, 5,875 ms in our queues, first" in render_show(facts(waited))
    assert "queues" not in render_show(facts(replace(OUTCOME, waited_ms=100.0))), "hardly a wait"


def test_columns_stand_under_each_other() -> None:
    lines = render_show(facts(INTENT, FAILED, AGAIN, SERVED, OUTCOME)).splitlines()
    head = next(line for line in lines if line.startswith("attempts"))
    served = next(line for line in lines if "req_9" in line)
    assert head.index("destination") == served.index("beta")
    assert head.index("vendor's id") == served.index("req_9")


def test_a_refusal_is_one_record_that_tells_all() -> None:
    refused = Outcome(
        call=CALL, at=NOW, outcome="refused", status=400, code="policy_denied",
        rules=(RuleFired("keys-stay", "secrets", "deny", "enforce", ("secret.vendor",), 1, "request/user/message 0"),),
        intent=replace(INTENT, destination=None, contract=None, digest=None, edits={}),
    )  # fmt: skip
    text = render_show(facts(refused))
    assert "p_1f with key k_1" in text
    assert "sent      nothing" in text
    assert "refused, HTTP 400 (policy_denied)" in text
    assert "rule keys-stay of secrets: deny because of secret.vendor x1 in request/user/message 1" in text
    assert "attempts" not in text


@pytest.mark.parametrize("killed_after", [1, 2, 3, 4])
def test_a_call_that_a_crash_cut_short_says_so(killed_after: int) -> None:
    text = render_show(facts(*(INTENT, FAILED, AGAIN, SERVED)[:killed_after]))
    assert "outcome   no end recorded" in text
    assert ("no end recorded" in text.split("outcome")[0]) == (killed_after in (1, 3))


def test_words_of_clients_can_not_command_the_terminal() -> None:
    text = render_show(facts(replace(INTENT, model="gpt\x1b[2J\n\u202eoutcome served")))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "gpt?[2J??outcome served" in text


def test_tail_is_a_line_for_each_outcome_and_event() -> None:
    started = Event(at=NOW, event="start", actor="operator", detail={"version": "0.1"})
    lines = render_tail(facts(started, OUTCOME)).splitlines()
    assert len(lines) == 3
    assert lines[1] == "2026-11-23 12:00:00.000  start by operator: version 0.1"
    assert " ".join(lines[2].split()).endswith("served 200 beta 2 170 ms 2.50 ms input 12, output 30")
    assert render_tail([]).startswith("time")
    assert render_show([]) == ""


@pytest.mark.parametrize(
    ("cost", "told"), [(0.00001545, "0.00001545 USD"), (0.0, "0 USD"), (12.5, "12.5 USD"), (3.0, "3 USD")]
)
def test_a_cost_is_told_in_plain_digits(cost: float, told: str) -> None:
    ended = replace(OUTCOME, cost=cost, currency="USD")
    assert f", cost {told}\n" in render_show(facts(INTENT, FAILED, AGAIN, SERVED, ended))
