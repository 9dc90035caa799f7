"""The accounts of a replayed month against figures that were worked out by hand (`history.py` has them)."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest

from gateway.bundle.bundle import STARTER, read_papers
from gateway.documents import load
from gateway.promises.accounts import Account, Asked, accounts, late
from gateway.promises.filing import file_report
from gateway.promises.page import Page, page
from gateway.promises.plain import evidence_csv, left_out, percent, plain, promises_csv
from tests.gateway.promises.history import HOUR, OCTOBER, SECOND, alpha, replay

CONTRACTS = read_papers(load(STARTER)).contracts
NOVEMBER = datetime(2026, 11, 10, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    return replay(tmp_path_factory.mktemp("replayed") / "ledger")


@pytest.fixture(scope="module")
def found(ledger: Path) -> dict[str, Account]:
    return {one.name: one for one in accounts(CONTRACTS, Asked((ledger,), "2026-10", NOVEMBER))}


def test_availability_by_requests(found):
    alpha = found["alpha-us"]
    kept = alpha.measured.availability
    assert alpha.measured.verdicts == {"good": 1488, "failed": 40, "uncounted": 1, "throttled": 7, "aside": 4}
    assert (kept.counted, kept.kept, kept.met, percent(kept)) == (1529, 1489, False, 97.3839)


def test_the_lowest_step_that_fits_is_due_with_its_deadline(found):
    alpha = found["alpha-us"]
    assert alpha.measured.cost == {"EUR": 14_880_000_000}
    assert [(d.promise, d.percent, d.amounts) for d in alpha.dues] == [("availability", 25.0, {"EUR": 3_720_000_000})]
    assert (alpha.until, alpha.over, alpha.void) == (date(2026, 11, 30), True, False)
    assert not alpha.lapsed(date(2026, 11, 30)) and alpha.lapsed(date(2026, 12, 1))


def test_latency(found):
    (latency,) = found["alpha-us"].measured.latency
    assert (latency.name, latency.counted, latency.kept) == ("first_token_p95", 1488, 1428)
    assert (latency.met, latency.took, percent(latency)) == (True, 1.0, 95.9677)


def test_the_worst_hours(found):
    worst = sorted(found["alpha-us"].measured.hours, key=lambda hour: -hour.failed)[:2]
    at = datetime(2026, 10, 14, 10, tzinfo=UTC).timestamp()
    assert [(hour.start - at, hour.good, hour.failed) for hour in worst] == [(3600, 2, 25), (0, 2, 15)]


def test_availability_by_minutes_in_the_contracts_zone(found):
    beta = found["beta-eu"]
    kept = beta.measured.availability
    assert (kept.counted, kept.kept, beta.measured.lost_minutes) == (44_700, 44_460, 240)
    assert (percent(kept), kept.met, [d.percent for d in beta.dues]) == (99.463, False, [5.0])
    # Every tenth minute of the 30 days and 25 hours, less those of the last hour in UTC, and the one of September.
    assert beta.measured.verdicts["good"] == 31 * 144 - 6 + 1 and beta.until == date(2026, 12, 30)


def test_a_contract_without_calls_or_promises(found):
    internal = found["internal"]
    assert internal.measured.verdicts == {} and internal.dues == () and internal.measured.availability.share is None


def test_the_evidence_names_every_failed_request_once(found):
    rows = list(csv.DictReader(StringIO(evidence_csv([found["alpha-us"]]))))
    assert [row["vendor_request"] for row in rows] == [f"req_{n:02}" for n in range(40)]
    assert rows[0]["began"] == "2026-10-14T10:00:01.000Z" and rows[0]["call"] == "f00" and rows[0]["status"] == "503"


def test_the_report_says_all_of_it_in_both_languages(found):
    whole = list(found.values())
    english, french = (page(whole, Page(language, NOVEMBER), "2026-10") for language in ("en", "fr"))
    for said in (
        "# Service levels in October 2026", "| alpha-us | availability | 99.9 % | 97.3839 % | **broken** | 25 % |",
        "| 2026-10-14 11:00 | 27 | 25 | 92.59 % | 0 |", "A credit can be claimed until 2026-11-30",
        "at support@alpha.example", "We claim 25 % of the charges of the month, by our records 3.72 EUR.",
        "240 of 44,700 were", "Times are those of Europe/Paris",
        "1,529 requests were counted, 40 of them failed. Not counted: 7 that were throttled",
        "Of 1,529 requests 40 failed by the contract's definition",
    ):  # fmt: skip
        assert said in english
    for said in (
        "# Niveaux de service : octobre 2026",
        "97,3839 %",
        "1\u202f529 requêtes",
        "Sur 1\u202f529 requêtes, 40 ont échoué",
        "**non tenu**",
        "3,72 EUR",
        "jusqu'au 2026-11-30",
    ):
        assert said in french
    assert page(whole, Page("en", NOVEMBER + 86400 * 30), "2026-10").count("The time to claim ended on 2026-11-30") == 1


def test_a_month_under_way_is_settled_later(ledger):
    asked = Asked((ledger,), "2026-10", datetime(2026, 10, 20, tzinfo=UTC).timestamp(), frozenset({"alpha-us"}))
    (alpha,) = accounts(CONTRACTS, asked)
    assert not alpha.over and alpha.dues == ()
    said = page([alpha], Page("en", asked.now), "2026-10")
    assert "nothing is final" in said and "settled when the month is over" in said


def test_a_retry_within_the_vendors_wait_voids_the_claim(write):
    failed = replace(alpha("f", OCTOBER), error="overload", fault="vendor", retry_after=60.0, status=503)
    folder = write(failed, alpha("soon", OCTOBER + 34 * SECOND))
    (found,) = accounts(CONTRACTS, Asked((folder,), "2026-10", NOVEMBER, frozenset({"alpha-us"})))
    assert found.void and found.measured.waits.early == 1
    said = page([found], Page("en", NOVEMBER), "2026-10")
    assert "**The claim doesn't hold as it stands**: 1 attempts" in said
    assert "- alpha/gpt-4o, sent at 2026-10-01 00:00:34, was to wait until 00:01:04" in said


def test_a_vendor_that_asks_for_a_day_with_each_failure_voids_no_claim(write):
    failed = [replace(alpha(f"f{n}", OCTOBER + n * 400 * SECOND), error="overload", fault="vendor") for n in range(9)]
    folder = write(*(replace(one, retry_after=86_400.0) for one in failed))
    (found,) = accounts(CONTRACTS, Asked((folder,), "2026-10", NOVEMBER, frozenset({"alpha-us"})))
    assert not found.void and plain(found)["claim"]["waits_cut"] == 9
    assert "9 answers asked for a wait of more than 300 s" in page([found], Page("en", NOVEMBER), "2026-10")
    assert "9 réponses demandaient une attente de plus de 300 s" in page([found], Page("fr", NOVEMBER), "2026-10")
    claim = replace(CONTRACTS["alpha-us"].service.claim, longest_seconds=86_400.0)
    strict = replace(CONTRACTS["alpha-us"], service=replace(CONTRACTS["alpha-us"].service, claim=claim))
    (found,) = accounts({"alpha-us": strict}, Asked((folder,), "2026-10", NOVEMBER))
    assert found.void and found.measured.waits[:2] == (9, 8)


def test_a_contract_that_the_bundle_has_no_more_is_measured(write):
    folder = write(replace(alpha("c", OCTOBER), contract="gone"))
    found = {one.name: one for one in accounts(CONTRACTS, Asked((folder,), "2026-10", NOVEMBER))}
    assert found["gone"].contract is None and found["gone"].measured.availability.kept == 1
    assert "The bundle has no contract of this name" in page(list(found.values()), Page("en", NOVEMBER), "2026-10")


def test_a_ledger_that_begins_within_the_month_says_so(ledger, found):
    assert late(list(found.values()), [ledger]) is None
    began = (OCTOBER + timedelta(days=3)).timestamp()
    assert "The ledger begins on 2026-10-04 00:00" in page(list(found.values()), Page("en", NOVEMBER, began), "2026-10")


def test_replicas_have_one_account(ledger, found, write):
    failed = replace(alpha("elsewhere", OCTOBER), error="overload", fault="vendor")
    other = write(failed, name="20261003T000000.000000Z-w1")
    whole = {one.name: one for one in accounts(CONTRACTS, Asked((ledger, other), "2026-10", NOVEMBER))}
    assert whole["alpha-us"].measured.verdicts["failed"] == 41 and whole["beta-eu"] == found["beta-eu"]
    assert late(list(whole.values()), [ledger, other]) == datetime(2026, 10, 3, tzinfo=UTC).timestamp()


def test_evidence_that_has_no_room_for_all_says_so(found):
    alpha = found["alpha-us"]
    assert "40 failed requests; all of them are in evidence.csv." in page([alpha], Page("en", NOVEMBER), "2026-10")
    assert list(left_out([alpha])) == []
    most = replace(alpha, measured=alpha.measured._replace(more=200_000))
    assert list(left_out([most])) == [
        "the evidence has 40 failed requests under alpha-us, the most that it takes; 200000 more failed"
    ]
    for language, wanted in (
        ("en", ("The first 20 of 200,040 failed requests. evidence.csv has 40 of them,",
                "the other 200,000 are in the figures", "A list of 40 of the failed requests",
                "the other 200,000 can be named")),
        ("fr", ("sur 200\u202f040. evidence.csv en a 40,", "les 200\u202f000 autres sont dans les chiffres",
                "Une liste de 40 des requêtes en échec", "les 200\u202f000 autres peuvent")),
    ):  # fmt: skip
        said = page([most], Page(language, NOVEMBER), "2026-10")
        assert all(one in said for one in wanted) and "all of them" not in said and "toutes sont" not in said


def test_money_is_exact_and_of_every_currency(write):
    bad = [replace(alpha(f"f{n}", OCTOBER + n * HOUR), error="overload", fault="vendor") for n in range(2)]
    cheap, other = replace(bad[0], cost=0.000000012), replace(bad[1], cost=0.1 + 0.2, currency="USD")
    (found,) = accounts(CONTRACTS, Asked((write(cheap, other),), "2026-10", NOVEMBER, frozenset({"alpha-us"})))
    assert plain(found)["cost"] == {"EUR": "0.000000012", "USD": "0.3"}
    assert plain(found)["credits"] == [
        {"promise": "availability", "percent": 25.0, "amounts": {"EUR": "0.000000003", "USD": "0.075"}}
    ]
    rows = [row for row in csv.DictReader(StringIO(promises_csv([found]))) if row["promise"] == "availability"]
    assert [(row["credit_amount"], row["currency"]) for row in rows] == [("0.000000003", "EUR"), ("0.075", "USD")]
    assert "They cost 0.000000012 EUR, 0.3000 USD, by" in page([found], Page("en", NOVEMBER), "2026-10")
    assert "soit 0,000000003 EUR, 0,07500 USD d'après" in page([found], Page("fr", NOVEMBER), "2026-10")


def test_what_a_vendor_chose_is_a_word_and_no_formula(write):
    odd = "=cmd|' /C calc'!A0 `x` | **y**"
    failed = replace(alpha("f", OCTOBER), error="overload", fault="vendor", vendor_request=odd)
    (found,) = accounts(CONTRACTS, Asked((write(failed),), "2026-10", NOVEMBER, frozenset({"alpha-us"})))
    assert next(csv.DictReader(StringIO(evidence_csv([found]))))["vendor_request"] == "'" + odd
    assert "| `=cmd???/C?calc??A0??x??????y??` |" in page([found], Page("en", NOVEMBER), "2026-10")


def test_the_folder_has_pictures_and_tables(found, ledger, tmp_path):
    files = {
        path.name for path in file_report(tmp_path / "out", list(found.values()), Asked((ledger,), "2026-10", NOVEMBER))
    }
    assert {"report.md", "rapport.md", "sla.json", "sla.csv", "evidence.csv", "days.svg", "days.fr.svg"} <= files
    assert {"hours-alpha-us.svg", "hours-beta-eu.fr.svg"} <= files and "hours-internal.svg" not in files
    for name in ("report.md", "rapport.md"):
        text = (tmp_path / "out" / name).read_text()
        assert all(link in files for link in (part.split(")")[0] for part in text.split("](")[1:]))
    rows = {(r["contract"], r["promise"]): r for r in csv.DictReader(StringIO(promises_csv(found.values())))}
    assert rows["alpha-us", "availability"]["credit_amount"] == "3.72"
    assert rows["alpha-us", "first_token_p95"]["met"] == "yes" and rows["internal", "availability"]["met"] == ""
    assert plain(found["alpha-us"])["claim"]["until"] == "2026-11-30"
