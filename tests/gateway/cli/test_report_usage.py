from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.main import joined, main, parser
from gateway.cli.period import period

EARLIER = Path(__file__).parents[2] / "data" / "ledger"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def report(*words: str) -> int:
    return main(["report", "usage", "--ledger", str(EARLIER), *words])


def test_two_words_are_one_command_and_an_id_is_none():
    assert joined(["report", "usage", "--json"]) == ["report usage", "--json"]
    assert joined(["report", "019ab0c2"]) == ["report", "019ab0c2"]
    assert joined(["keys", "new", "--label", "report", "usage"]) == ["keys", "new", "--label", "report", "usage"]
    assert parser(["report"]).parse_args(["report", "019ab0c2"]).id == "019ab0c2"


def test_it_reads_a_ledger_without_a_configuration(capsys):
    assert report("--since", "2026-11-25", "--until", "2026-11-27", "--by", "team+model,day", "--by", "use-case") == 0
    said = capsys.readouterr().out
    assert "| hr | gpt-4o-mini | 5 | 84 | 61 |" in said and "## By day" in said and "## By use case" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--month", "2026-13"], "2026-13 is no month"),
        (["--month", "2026-11", "--since", "7d"], "not both"),
        (["--until", "7d"], "--until without --since"),
        (["--since", "yesterdy"], "yesterdy is no time"),
        (["--since", "1d", "--until", "2d"], "1d is not before 2d"),
        (["--zone", "Europe/Pairs"], "Europe/Pairs is no time zone"),
    ],
)
def test_wrong_times_are_told(capsys, words, said):
    assert report(*words) == 2
    assert said in capsys.readouterr().err


def test_a_wrong_thing_to_count_by_is_told(capsys):
    with pytest.raises(SystemExit) as done:
        report("--by", "teem")
    assert done.value.code == 2 and "nothing is counted by teem (did you mean team?)" in capsys.readouterr().err


def test_no_ledger(capsys, tmp_path):
    assert main(["report", "usage", "--ledger", str(tmp_path / "none")]) == 1
    assert "there is no ledger" in capsys.readouterr().err


def test_times_without_a_zone_are_of_the_zone_that_is_named():
    args = parser(["report usage"]).parse_args(["report usage", "--since", "2026-11-01", "--zone", "Europe/Paris"])
    found = period(args, NOW)
    assert (found.since, found.until) == (datetime(2026, 10, 31, 23, tzinfo=UTC), NOW)
    args = parser(["report usage"]).parse_args(["report usage"])
    assert period(args, NOW).name() == "2026-10"
