"""`ecluse ledger` over a ledger written by the ledger itself."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from gateway.cli.main import main
from observability.ledger.ids import uuid7
from observability.ledger.ledger import Ledger
from observability.ledger.parts import Found, Ruled, RuleFired, Tokens, Who
from observability.ledger.records import Event, Intent, Outcome

NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@pytest.fixture
async def call(tmp_path: Path) -> str:
    (tmp_path / "config.yaml").write_text('vendors: {openai: {kind: openai, credential: "${NOT_SET}"}}\n')
    ledger = Ledger.open(tmp_path / "state" / "ledger", clock=lambda: NOW)
    call = str(uuid7())
    who = Who("acme", "finance", ("hr",), "p_abc", "k_1", "letters")
    fired = RuleFired("iban-redacted", "finance", "redact", "enforce", ("fin.iban",), 1, "message 0")
    await ledger.write(
        Intent(
            call=call,
            at=NOW,
            who=who,
            dialect="openai_chat",
            operation="chat",
            model="gpt-4o",
            stream=False,
            bytes_in=120,
            findings=(Found("fin.iban", 1, 0.95, "text", "user", "request", message=0),),
            rulings=(Ruled("alpha/gpt-4o", "allow", (fired,), 1),),
            destination="alpha/gpt-4o",
            edits={"transformation": 1},
        )
    )
    await ledger.write(Outcome(call=call, at=NOW, outcome="served", status=200, tokens=Tokens(12, 34), total_ms=5.5))
    await ledger.write(Event(at=NOW, event="reload", detail={"from": "a", "by": "", "to": "b"}))
    ledger.close()
    return call


def run(tmp_path: Path, *words: str) -> int:
    return main(["ledger", *words, "--config", str(tmp_path / "config.yaml")])


async def test_show_tells_the_story_of_a_call(tmp_path: Path, call: str, capsys):
    assert run(tmp_path, "show", call) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Call {call}")
    for said in ("team finance of acme", "fin.iban", "alpha/gpt-4o", "allow", "rule iban-redacted", "transformation 1"):
        assert said in out
    assert "tokens input 12, output 34" in out


async def test_show_gives_the_records_as_json(tmp_path: Path, call: str, capsys):
    assert run(tmp_path, "show", call, "--json") == 0
    records = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["record"] for r in records] == ["INTENT", "OUTCOME"] and {r["call"] for r in records} == {call}


async def test_an_unknown_call_is_said(tmp_path: Path, call: str, capsys):
    assert run(tmp_path, "show", "nope") == 1
    assert "the ledger has no call nope" in capsys.readouterr().err


async def test_tail_shows_ends_and_events(tmp_path: Path, call: str, capsys):
    assert run(tmp_path, "tail", "-n", "2") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("time")
    assert call in lines[1] and "served" in lines[1]
    assert "reload: from a, to b" in lines[2], "what isn't said isn't named"


@pytest.mark.parametrize("words", [("show", "019ab0c2"), ("tail",), ("why", "--at", "2026-11-23 16:00")])
def test_a_ledger_that_cannot_be_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("{}\n")
    segment = tmp_path / "state" / "ledger" / "20261123T160000.000000Z-w0-000001.ecl"
    segment.mkdir(parents=True)
    assert main(["ledger", *words, "--config", str(config)]) == 1
    assert capsys.readouterr().err == f"{segment}: Is a directory\n"
