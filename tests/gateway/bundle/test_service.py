"""What a contract may promise, and which terms can't be meant."""

from __future__ import annotations

import pytest

from gateway.bundle.service import BLAMED, ServiceTerms
from tests.gateway.bundle.test_contracts import CONTRACT, papers, refused

SERVICE = b"""\
service:
  availability: 99.9
  latency: [{measure: total, percentile: 99.5, seconds: 30s, credit_percent: 5}]
  credits: [{below: 99.9, percent: 10}, {below: 99, percent: 25}]
  claim: {days: 30, to: support@example.org}
"""


def test_terms_are_typed():
    service = papers(CONTRACT + SERVICE).contracts["openai-us"].service
    assert service.promises and service.availability == 99.9 and service.latency[0].name == "total_p99.5"
    assert service.latency[0].seconds == 30.0 and service.claim.days == 30 and service.claim.backoff == "calls"
    assert str(service) == (
        "availability 99.9, latency [total_p99.5 30 s], credits [below 99.9: 10 %, below 99: 25 %], "
        "claim within 30 days to support@example.org, back-off of calls"
    )


def test_how_long_a_wait_counts_is_a_term():
    terms = SERVICE.replace(b"{days: 30,", b"{days: 30, longest_seconds: 1d,")
    claim = papers(CONTRACT + terms).contracts["openai-us"].service.claim
    assert claim.longest_seconds == 86_400.0 and str(claim).endswith("back-off of calls up to 86400 s")
    assert "longest_seconds must be a positive time" in refused(CONTRACT + terms.replace(b"1d", b"0"))


def test_a_contract_that_promises_nothing_is_as_good_as_before():
    service = papers(CONTRACT).contracts["openai-us"].service
    assert service == ServiceTerms() and not service.promises and str(service) == "nothing"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"99.9\n", b"100\n", "availability must be a percentage from 1 to below 100"),
        (b"99.9\n", b"0.999\n", "availability must be a percentage from 1 to below 100, such as 99.5"),
        (b"  availability: 99.9\n", b"", "0.yaml:13:13: earns nothing: no availability is promised"),
        (b"[{below: 99.9,", b"[{below: 99.95,", "is above the availability promised, 99.9"),
        (b"below: 99,", b"below: 99.9,", "must be of a lower availability than the one before it, and earn more"),
        (b"percent: 25", b"percent: 10", "must be of a lower availability than the one before it, and earn more"),
        (b"credit_percent: 5}", b"}, {measure: total, percentile: 99.5, seconds: 9}", "total_p99.5 is promised twice"),
        (b"measure: total", b"measure: first", "measure must be one of: first_token, total"),
        (b"availability: 99.9\n", b"availability: 99.9\n  faults: [rate_limit]\n", "must be one of: overload"),
        (b"availability: 99.9\n", b"availability: 99.9\n  zone: Europe/Pari\n", "must be the name of a time zone"),
    ],
)
def test_terms_that_cannot_be_meant_are_named_at_their_place(old, new, message):
    assert old in SERVICE
    assert message in refused(CONTRACT + SERVICE.replace(old, new, 1))


def test_no_kind_that_blames_us_or_the_client_can_count():
    assert {"auth", "money", "not_found", "invalid", "context_length", "rate_limit", "ramp"}.isdisjoint(BLAMED)
