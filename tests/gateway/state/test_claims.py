"""Claims: of several workers that see a thing, one tells."""

from __future__ import annotations

import asyncio

from gateway.state.claims import Claims
from tests.gateway.quota.test_soft import Facts


async def test_the_earliest_claim_tells_and_the_others_keep_still() -> None:
    board, told = Facts(), list[str]()
    several = [Claims(board, 0.0) for _ in range(3)]
    # Nobody has heard of the others' claims yet.
    for number, claims in enumerate(several):
        held, board.held = board.held, {}
        claims.first("key", 10.0, 100.0 - number, lambda number=number: told.append(f"w{number}"))
        board.held = {key: max(value, held.get(key, (-1, b""))) for key, value in board.held.items()}
    await asyncio.gather(*(task for claims in several for task in claims.under_way))
    assert told == ["w2"]


async def test_who_comes_later_does_not_claim_but_may_repeat_his_own() -> None:
    board, told = Facts(), list[str]()
    mine, other = Claims(board, 0.0), Claims(board, 0.0)
    mine.first("key", 10.0, 1.0, lambda: told.append("first"), again=True)
    await asyncio.gather(*mine.under_way)
    other.first("key", 10.0, 2.0, lambda: told.append("other"), again=True)
    mine.first("key", 10.0, 3.0, lambda: told.append("again"), again=True)
    mine.first("key", 10.0, 3.0, lambda: told.append("once more"))
    assert told == ["first", "again"] and not other.under_way


async def test_where_the_board_does_not_answer_everybody_tells() -> None:
    board, told = Facts(), list[str]()
    board.answers = False
    Claims(board, 0.0).first("key", 10.0, 1.0, lambda: told.append("here"))
    alone = Facts()
    alone.shared = False
    Claims(alone, 0.0).first("key", 10.0, 1.0, lambda: told.append("alone"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert sorted(told) == ["alone", "here"]
