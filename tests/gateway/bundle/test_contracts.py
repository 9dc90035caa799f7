from datetime import date
from pathlib import Path

import pytest

from gateway.bundle.bundle import read_papers
from gateway.bundle.contracts import Contract
from gateway.bundle.destinations import build_destinations, build_models, remarks
from gateway.bundle.use_cases import THE_SANDBOX
from gateway.config import read_settings
from gateway.documents import DocumentsRefused, load_texts

CONTRACT = b"""\
kind: Contract
id: openai-us
vendor: openai
trust: external
region: us
processor: OpenAI Inc.
retention_days: 30
training: false
allowed_hosts: [api.openai.com, "*.openai.azure.com"]
expires: 2026-12-01
"""
USE_CASE = b"""\
kind: UseCase
id: letters
title: Letters to customers
owner: Marie Durand
status: production
"""


def papers(*texts: bytes):
    return read_papers(load_texts({f"{i}.yaml": text for i, text in enumerate(texts)}, label="bundle"))


def refused(*texts: bytes) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        papers(*texts)
    return str(caught.value)


@pytest.mark.parametrize(
    ("url", "covered"),
    [
        ("https://api.openai.com/v1", True),
        ("https://API.OpenAI.com:443", True),
        ("https://api.openai.com.", True),
        ("https://x.openai.azure.com", True),
        ("https://openai.azure.com", False),
        ("https://.openai.azure.com", False),
        ("https://api.openai.com.evil.example", False),
        ("https://evil.example/api.openai.com", False),
        ("https://evil.example?api.openai.com", False),
        ("https://xapi.openai.com", False),
        ("", False),
    ],
)
def test_a_contract_covers_its_hosts_only(url, covered):
    assert papers(CONTRACT).contracts["openai-us"].covers(url) is covered


def test_contracts_and_use_cases_are_typed():
    found = papers(CONTRACT + b"---\n" + USE_CASE)
    contract = found.contracts["openai-us"]
    assert contract == Contract(
        id="openai-us",
        vendor="openai",
        trust="external",
        region="us",
        processor="OpenAI Inc.",
        retention_days=30,
        training=False,
        allowed_hosts=("api.openai.com", "*.openai.azure.com"),
        expires=date(2026, 12, 1),
    )
    assert found.use_cases["letters"].open and found.use_cases["sandbox"] is THE_SANDBOX


@pytest.mark.parametrize(
    ("status", "served"), [("pilot", True), ("production", True), ("suspended", False), ("retired", False)]
)
def test_the_status_of_a_use_case_says_whether_it_is_served(status, served):
    text = USE_CASE.replace(b"production", status.encode())
    assert papers(text).use_cases["letters"].open is served


def test_the_bundle_may_describe_the_sandbox():
    text = USE_CASE.replace(b"letters", b"sandbox").replace(b"production", b"suspended")
    assert not papers(text).use_cases["sandbox"].open


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"training: false\n", b"", "bundle/0.yaml:1:1: training is required"),
        (b"training: false", b"training: no", "bundle/0.yaml:8:1: training must be true or false"),
        (
            b"trust: external",
            b"trust: extern",
            "trust must be one of: internal, partner, external (did you mean external?)",
        ),
        (b"2026-12-01", b"next year", "expires must be a day such as 2027-02-01"),
        (b"api.openai.com, ", b"'https://api.openai.com', ", "allowed_hosts must be host names"),
        (b"region: us", b"regoin: us", "there is no setting regoin here (did you mean region?)"),
        (b"kind: Contract", b"kind: Contrat", "bundle/0.yaml:1:1: there is no kind Contrat (did you mean Contract?)"),
        (b"kind: Contract\n", b"", "bundle/0.yaml:1:1: kind is required"),
        (b'allowed_hosts: [api.openai.com, "*.openai.azure.com"]', b"allowed_hosts: []", "at least 1"),
        (b'"*.openai.azure.com"', b'"*"', "allowed_hosts must be host names"),
    ],
)
def test_faults_of_a_contract_are_named_at_their_place(old, new, message):
    assert message in refused(CONTRACT.replace(old, new))


def test_an_id_stands_once():
    assert "bundle/1.yaml:2:1: there are two of kind Contract with the id openai-us" in refused(CONTRACT, CONTRACT)


CONFIG = """
vendors:
  openai: {{kind: openai, base_url: {url}}}
destinations:
  d: {{vendor: openai, model: gpt-4o, beta: [b1]{contract}}}
models: {{gpt-4o: {{destinations: [d], aliases: [gpt]}}}}
"""


def destination(today: date, url: str = "https://api.openai.com/v1", contract: str = ", contract: openai-us"):
    text = CONFIG.format(url=url, contract=contract).encode()
    settings = read_settings(load_texts({"config.yaml": text}), Path("/x"), {})
    found = build_destinations(settings, papers(CONTRACT).contracts, {"openai": url}, lambda: today)
    assert build_models(settings, found)["gpt-4o"].destinations == (found["d"],)
    return found["d"]


def test_a_destination_has_the_terms_of_its_contract():
    found = destination(date(2026, 11, 1))
    assert (found.trust, found.region, found.processor, found.retention_days, found.training) == (
        "external",
        "us",
        "OpenAI Inc.",
        30,
        False,
    )
    assert found.external and found.known and found.routable and found.beta == {"b1"} and found.kind == "openai"


def test_a_contract_holds_to_the_end_of_its_last_day():
    assert destination(date(2026, 12, 1)).routable
    after = destination(date(2026, 12, 2))
    assert after.expired and not after.known and not after.routable


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"url": "https://api.openai.com.evil.example"}, "is not at a host allowed by contract openai-us"),
        ({"contract": ""}, "it names no contract"),
    ],
)
def test_a_destination_that_no_contract_covers_is_unknown(changed, why):
    found = destination(date(2026, 11, 1), **changed)
    assert not found.known and not found.routable and found.external and why in found.flaw
    assert list(remarks({"d": found})) == [f"destination d is not routable: {found.flaw}"]


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 10, 1), []),
        (date(2026, 11, 21), ["destination d: contract openai-us ends on 2026-12-01, in 10 days"]),
        (date(2027, 1, 1), ["destination d is not routable: contract openai-us ends on 2026-12-01, which is past"]),
    ],
)
def test_remarks_tell_the_end_of_a_contract(today, said):
    assert list(remarks({"d": destination(today)})) == said
