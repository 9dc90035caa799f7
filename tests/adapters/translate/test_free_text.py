"""Calls of tools that take any text, out of calls of functions of one member."""

from __future__ import annotations

import pytest

from adapters.translate.canonical import AnswerPart, Arguments, CallBegin, CallEnd, Words
from adapters.translate.crossing import FreeText

BEGUN = CallBegin(0, "c0", "patch")


def told(pieces: list[str], *after: AnswerPart) -> list[AnswerPart]:
    free = FreeText(frozenset({"patch"}))
    parts = [BEGUN, *(Arguments(0, piece) for piece in pieces), *after]
    return [*(ready for part in parts for ready in free.take(part)), *free.rest()]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (['{"input":"a\\', 'n}"', "}"], "a\n}"),
        (['{"input":"a'], '{"input":"a'),
        (['{"text":"a"}'], '{"text":"a"}'),
        (["[1]"], "[1]"),
        ([], ""),
    ],
)
def test_the_text_is_told_when_the_call_is_over(pieces: list[str], text: str) -> None:
    begun = BEGUN._replace(custom=True)
    assert told(pieces, CallEnd(0)) == [begun, Arguments(0, text), CallEnd(0)]
    assert told(pieces, Words("b")) == [begun, Words("b"), Arguments(0, text), CallEnd(0)]


def test_calls_of_other_tools_pass() -> None:
    free = FreeText(frozenset({"patch"}))
    parts = [CallBegin(1, "c1", "ls"), Arguments(1, "{"), Arguments(1, "}"), CallEnd(1)]
    assert [ready for part in parts for ready in free.take(part)] == parts
    assert free.rest() == []
