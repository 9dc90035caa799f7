import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.cli.main import joined, main, parser
from gateway.cli.period import period
from observability.scribe.frames import frame
from tests.conftest import configured
from tests.observability.reports.made import attempt, intent, outcome

EARLIER = Path(__file__).parents[2] / "data" / "ledger"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def write(tmp_path: Path):
    def written(*records):
        (tmp_path / "000.ecl").write_bytes(b"".join(frame(n, one.to_bytes()) for n, one in enumerate(records)))
        return tmp_path

    return written


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


@pytest.mark.parametrize("what", ["usage", "sla"])
def test_what_is_damaged_is_told_and_what_is_torn_at_the_end_is_not(what, tmp_path, capsys):
    config = configured(tmp_path / "house")
    (whole,) = EARLIER.iterdir()
    data = whole.read_bytes()
    for broken, told in ((data[:-3], 0), (data[:3000] + b"x" + data[3001:9000] + b"x" + data[9001:], 1)):
        (tmp_path / "ledger").mkdir(exist_ok=True)
        (tmp_path / "ledger" / whole.name).write_bytes(broken)
        words = ["--month", "2026-11", "--config", str(config), "--ledger", str(tmp_path / "ledger")]
        assert main(["report", what, *words]) == 0
        said = capsys.readouterr()
        assert said.err.count(f"warning: {whole.name} is damaged") == told
        assert said.out.count("**Damaged segments of the ledger: 1. What can't be read") == told
        out = tmp_path / f"out{told}"
        assert main(["report", what, *words, "--out", str(out)]) == 0
        pages = [page.read_text() for page in out.glob("*.md")]
        assert [("amaged segments" in page or "egments endommagés" in page) for page in pages] == [bool(told)] * 2
        (plain,) = out.glob("*.json")
        assert json.loads(plain.read_text())["damaged_segments"] == told


def test_this_month_is_one(capsys):
    assert report("--month", "this") == 0
    assert f"# Usage and cost, {datetime.now(UTC):%Y-%m}" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_told(capsys, tmp_path):
    (tmp_path / "taken").write_text("")
    assert report("--since", "2026-11-25", "--out", str(tmp_path / "taken" / "in")) == 1
    assert f"{tmp_path / 'taken' / 'in'} can't be written: Not a directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--month", "2026-13"], "2026-13 is no month"),
        (["--month", "2026-11", "--since", "7d"], "not both"),
        (["--until", "7d"], "--until without --since"),
        (["--since", "yesterdy"], "yesterdy is no time"),
        (["--since", "99999999999999d"], "99999999999999d is no time"),
        (["--since", "900000d"], "900000d is no time"),
        (["--since", "\u00b2d"], "\u00b2d is no time"),
        (["--since", "0001-01-01", "--zone", "Asia/Tokyo"], "0001-01-01 is no time"),
        (["--since", "1d", "--until", "9999-12-31", "--zone", "America/New_York"], "9999-12-31 is no time"),
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


def test_a_ledger_that_cannot_be_read(tmp_path, capsys):
    (tmp_path / "20261120T110000.000000Z-w0-000001.ecl").mkdir()
    assert main(["report", "usage", "--ledger", str(tmp_path), "--since", "2026-11-01"]) == 1
    assert (
        f"the ledger can't be read: {tmp_path / '20261120T110000.000000Z-w0-000001.ecl'}: Is a directory"
        in capsys.readouterr().err
    )


@pytest.fixture
def replicas(tmp_path) -> tuple[str, str]:
    """A ledger of each of two; the second begins on the 15th."""
    for number, day in enumerate(("01", "15")):
        (tmp_path / f"r{number}").mkdir()
        (tmp_path / f"r{number}" / f"202611{day}T000000.000000Z-w0-000001.ecl").write_bytes(
            b"".join(frame(n, one(f"{number}").to_bytes()) for n, one in enumerate((intent, attempt, outcome)))
        )
    return str(tmp_path / "r0"), str(tmp_path / "r1")


def test_replicas_are_added_up_and_none_twice(replicas, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    named = [word for folder in (*replicas, "r0") for word in ("--ledger", folder)]
    assert main(["report", "usage", "--month", "2026-11", "--json", *named]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["currencies"][0]["total"]["calls"] == 2 == found["ledgers"] and found["lacks_beginning"]
    assert main(["report", "usage", "--month", "2026-11", *named]) == 0
    said = capsys.readouterr().out
    assert "The ledger begins at 2026-11-15" in said and "Ledgers read: 2. Each replica" in said


@pytest.mark.parametrize("what", ["usage", "sla"])
def test_one_of_several_ledgers_that_is_not_there_is_told(what, replicas, home, capsys):
    words = ["--ledger", replicas[0], "--ledger", "nowhere", "--config", str(home / "config.yaml")]
    assert main(["report", what, *words]) == 1
    assert capsys.readouterr().err == "there is no ledger at nowhere\n"


def test_no_ledger(capsys, tmp_path):
    assert main(["report", "usage", "--ledger", str(tmp_path / "none")]) == 1
    assert "there is no ledger" in capsys.readouterr().err


def test_times_without_a_zone_are_of_the_zone_that_is_named():
    args = parser(["report usage"]).parse_args(["report usage", "--since", "2026-11-01", "--zone", "Europe/Paris"])
    found = period(args, NOW)
    assert (found.since, found.until) == (datetime(2026, 10, 31, 23, tzinfo=UTC), NOW)
    args = parser(["report usage"]).parse_args(["report usage"])
    assert period(args, NOW).name() == "2026-10"


def test_a_folder_of_all_forms_whose_links_lead_somewhere(tmp_path, write, capsys):
    folder = tmp_path / "out"
    ledger = write(intent("1"), attempt("1", 5_000_000_000), outcome("1"))
    assert main(["report", "usage", "--ledger", str(ledger), "--month", "2026-11", "--out", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder / 'usage.md'}\n"
    for name in ("usage.md", "consommation.md"):
        pictures = re.findall(r"\]\(([^)]+)\)", (folder / name).read_text())
        assert len(pictures) == 3 and all((folder / one).exists() for one in pictures)
    total = json.loads((folder / "usage.json").read_text())["currencies"][0]["total"]
    assert (total["cost"], total["input_tokens"], total["failed_attempts"]) == ("5", 10, 0)
    assert (folder / "usage.csv").read_bytes().count(b"\r\n") == 2


def test_where_it_cannot_write(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert report("--since", "2026-11-25", "--out", str(tmp_path / "file" / "out")) == 1
    assert "can't be written" in capsys.readouterr().err


def test_json_has_the_tables_that_were_asked_for(capsys):
    assert report("--since", "2026-11-25", "--until", "2026-11-27", "--by", "team", "--json") == 0
    (part,) = json.loads(capsys.readouterr().out)["currencies"]
    assert part["tables"] == [{"by": ["team"], "rows": [{"team": "hr", **part["total"]}]}]


def test_csv(capsys):
    assert report("--since", "2026-11-25", "--until", "2026-11-27", "--csv") == 0
    assert capsys.readouterr().out.startswith("BilledCost,BillingAccountId,")


def test_a_team_that_calls_itself_something_else_than_a_word_stays_a_word(write, capsys):
    bad = "[pay](https://evil.example)<img src=x>\n# *all* | `well`\x1b[2J"
    folder = write(intent("1", team=bad), attempt("1"), outcome("1"))
    assert main(["report", "usage", "--month", "2026-11", "--ledger", str(folder)]) == 0
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if "evil" in line]
    assert r"| \[pay](https://evil.example)&lt;img src=x&gt;?# \*all\* \| \`well\`?\[2J |" in line
