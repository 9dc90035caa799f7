"""Calls that a vendor tells side by side are told one after the other, however many there are."""

from __future__ import annotations

import pytest

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


def told_apart(pieces: list[str]) -> list[list[str]]:
    """What is told at once for each piece of a first call's arguments, when a new call begins after each."""
    turn = InTurn()
    list(turn.take(CallBegin(0, "c0", "f")))
    told = []
    for number, piece in enumerate(pieces, 1):
        parts = [*turn.take(Arguments(0, piece)), *turn.take(CallBegin(number, f"c{number}", "f"))]
        told.append([type(part).__name__ for part in parts])
    return told


@pytest.mark.parametrize(
    "pieces",
    [['{"a":', '"}', '"}'], ['{"a":{"b":1}', "}"], ['{"a":"\\', '"}', '"}'], ['{"a":"\\\\', '"}'], ["", " {", "} "]],
)
def test_a_call_is_over_when_its_object_is_and_another_begins(pieces: list[str]) -> None:
    before = [["Arguments"]] * (len(pieces) - 1)
    assert told_apart(pieces) == [*before, ["Arguments", "CallEnd", "CallBegin"]]


def test_a_long_argument_in_which_braces_close_all_the_time_is_read_once() -> None:
    assert told_apart(['{"a":"', *["x" * 99 + "}"] * 30_000])[-1] == ["Arguments"]
