from __future__ import annotations

import io
from collections.abc import Iterator

from gateway.indexing.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def seconds(step: float) -> Iterator[float]:
    now = 0.0
    while True:
        yield now
        now += step


def test_a_terminal_shows_a_bar_and_is_left_clean() -> None:
    out, clock = Terminal(), seconds(1.0)
    assert list(Progress(4, "rows", out, lambda: next(clock)).over("abcd")) == list("abcd")
    assert "[###############               ]  50%  2 rows, about" in out.getvalue()
    assert out.getvalue().endswith("\r\x1b[K")


def test_elsewhere_a_line_now_and_then() -> None:
    out, clock = io.StringIO(), seconds(3.0)
    list(Progress(40, "rows", out, lambda: next(clock)).over(range(40)))
    lines = out.getvalue().splitlines()
    assert 3 <= len(lines) <= 40 and all(line.endswith("s left") and "\r" not in line for line in lines)


def test_more_than_was_expected_does_no_harm() -> None:
    out, clock = Terminal(), seconds(1.0)
    assert len(list(Progress(0, "rows", out, lambda: next(clock)).over(range(5)))) == 5
    assert "100%" in out.getvalue()
