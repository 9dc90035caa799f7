from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.top.counting import OTHER, Key
from gateway.top.rates import Row
from gateway.top.screen import TITLES, Frame, columns, draw, duration, figures, percent


def row(calls=0, flight=0, **more):
    found = Row(flight=flight, seconds=2.0)
    found.counts.update({"calls": calls, **more})
    found.times.update({20: calls} if calls else {})
    return found


ROWS = {
    Key("p_1", "hr", "letters", "gpt", "alpha/gpt"): row(10, 2, attempts=20, broken=5, failed=1, input=4_000_000),
    Key("p_2", "it", "code", "gpt", "beta/gpt"): row(30, 1, attempts=30, refused=3),
    Key("p_2", "it", "code", "gpt", ""): row(0, 7),
}


def frame(**more):
    return Frame(
        **{
            "rows": ROWS,
            "dimension": "destination",
            "sort": 0,
            "seconds": 2.0,
            "currency": "EUR",
            "head": "head",
            **more,
        }
    )


def test_a_table_with_the_most_first():
    lines = draw(frame(), 120, 40)
    assert lines[0] == "head" and lines[1] == "by destination, most calls/s first, last 2 s"
    assert [line.split()[0] for line in lines[2:]] == ["destination", "all", "beta/gpt", "alpha/gpt", "(nowhere"]
    assert re.split(r"\s+", lines[5]) == ["alpha/gpt", "5", "2", "2.0M", "0", "0", "25.0%", "78ms", "78ms"]


def test_of_callers_failed_is_of_calls_and_names_are_shown_where_asked():
    lines = draw(frame(dimension="person"), 120, 40)
    assert lines[4].startswith("p_2 ") and "10.0%" in lines[5]
    lines = draw(frame(dimension="person", names={"p_2": "m.durand"}), 120, 40)
    assert lines[4].startswith("m.durand ") and lines[5].startswith("p_1 ")


def test_nothing_that_a_terminal_would_obey():
    bad = "\x1b[2J\x9b1A\r\n"
    lines = draw(frame(dimension="person", head=bad, said=(bad,), names={"p_2": bad}, currency=bad), 120, 40)
    assert all(line.isprintable() for line in lines)


def test_sorted_by_another_column():
    lines = draw(frame(sort=1), 120, 40)
    assert "most in flight first" in lines[1] and lines[4].startswith("(nowhere yet)")


def test_what_does_not_fit_is_counted():
    many = {Key("p", f"t{n:02}", "u", "m", "d"): row(100 - n) for n in range(50)}
    lines = draw(frame(rows=many, dimension="team"), 80, 12)
    assert len(lines) == 12 and lines[-1] == "(43 more)" and lines[-2].startswith("t06")


def test_what_is_ill_is_red_and_a_share_that_is_too():
    lines = draw(frame(said=("! x",)), 120, 40, colours=True)
    assert lines[1] == "\x1b[31m! x\x1b[0m" and "\x1b[31m   25.0%\x1b[0m" in lines[6]


def test_names_from_files_cannot_move_the_cursor():
    lines = draw(
        frame(rows={Key("p", "a\x1b[2Jb", "u", "m", "d"): row(1), Key(*(OTHER,) * 5): row(2)}, dimension="team"), 90, 9
    )
    assert lines[4].startswith("(others)") and lines[5].startswith("a?[2Jb ")


@given(st.integers(1, 200), st.integers(1, 50), st.sampled_from(list(TITLES)), st.integers(0, 8))
def test_it_fits_any_terminal(width, height, dimension, sort):
    lines = draw(frame(dimension=dimension, sort=sort, said=("! " + "x" * 150,)), width, height)
    assert len(lines) <= height and all(len(line) <= width for line in lines)


@given(st.floats(0, 1e12))
def test_figures_are_short(value):
    assert len(figures(value)) <= 6


def test_how_figures_are_written():
    assert [figures(v) for v in (0, 0.25, 7, 12.34, 250.4, 12_345, 1_234_567, 5e9, 250e6)] == [
        "0", "0.25", "7", "12.3", "250", "12.3k", "1.2M", "5.0G", "250M",
    ]  # fmt: skip
    assert [percent(v) for v in (0, 0.001, 1)] == ["", "0.1%", "100.0%"]
    assert [duration(v) for v in (0.0123, 1.44, 32.4)] == ["12ms", "1.4s", "32s"]
    assert len(columns("team", "EUR")) == 9
