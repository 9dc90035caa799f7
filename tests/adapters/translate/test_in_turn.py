"""Calls that a vendor tells side by side are told one after the other, however many there are."""

from __future__ import annotations

from adapters.translate.answers.in_turn import InTurn
from adapters.translate.canonical import Arguments, CallBegin, CallEnd


def test_however_many_calls_wait_for_one_another_they_are_told_in_turn() -> None:
    turn, many = InTurn(), 3_000
    told = list(turn.take(CallBegin(0, "c0", "f")))
    for number in range(1, many):
        for part in (CallBegin(number, f"c{number}", "f"), Arguments(number, "{}"), CallEnd(number)):
            told += turn.take(part)
    assert len(told) == 1
    told += turn.take(CallEnd(0))
    assert [part.number for part in told if isinstance(part, CallEnd)] == list(range(many))
