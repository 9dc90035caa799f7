"""Destinations get their tariffs when files are loaded: from the table, from contracts, in one currency."""

from pathlib import Path
from typing import Any

import pytest

from gateway.bundle.bundle import read_papers
from gateway.bundle.destinations import build_destinations
from gateway.config import read_settings
from gateway.documents import DocumentsRefused, load_texts
from gateway.pricing import table
from gateway.pricing.rates import Used, cost
from gateway.pricing.resolve import Tariffs, resolve

CONFIG = """\
vendors:
  v: {kind: %s, base_url: "https://api.example.org"}
destinations:
  d: {vendor: v, model: %s, contract: c}
"""
CONTRACT = """\
kind: Contract
id: c
vendor: v
trust: external
region: us
processor: V
retention_days: 0
training: false
allowed_hosts: [api.example.org]
"""
MILLION = Used(1_000_000, 0)


def resolved(kind: str = "openai", model: str = "gpt-4o", config: str = "", contract: str = "") -> Tariffs:
    documents = load_texts({"config.yaml": (CONFIG % (kind, model) + config).encode()})
    settings = read_settings(documents, Path("/nowhere"), {})
    papers = read_papers(load_texts({"contracts.yaml": (CONTRACT + contract).encode()}, label="bundle"))
    urls = {"v": "https://api.example.org"}
    return resolve(documents, settings.prices, papers, build_destinations(settings, papers.contracts, urls))


def refused(**given: Any) -> str:
    with pytest.raises(DocumentsRefused) as caught:
        resolved(**given)
    return str(caught.value)


def test_the_table_by_kind_and_model():
    found = resolved()
    assert cost(found.of["d"].plain, MILLION) == 2_500_000_000
    assert found.of["d"].version == table.shipped().version == found.version
    assert not found.missing and not list(found.notes())


def test_an_azure_deployment_named_like_its_model():
    assert not resolved("azure_openai", "gpt-4o").missing


def test_without_a_price_the_dearest_counts_and_check_says_so():
    found = resolved(model="secret-model")
    tariff = found.of["d"]
    assert tariff.assumed and tariff.version.endswith(", dearest")
    assert cost(tariff.plain, MILLION) == max(
        cost(price, MILLION) for entry in table.shipped().prices["openai"].values() for price in entry.every()
    )
    (note,) = found.notes()
    assert "destination d" in note and "secret-model" in note and "dearest" in note


def test_a_server_of_ones_own_may_be_free():
    found = resolved("openai_compatible", "Qwen/Qwen3", contract='prices: [{model: "*", input: 0, output: 0}]\n')
    assert cost(found.of["d"].plain, Used(10**6, 10**6)) == 0 and not found.missing
    assert resolved("openai_compatible", "Qwen/Qwen3").missing


def test_the_first_line_of_a_contract_that_fits_counts():
    lines = 'prices: [{model: "gpt-4*", input: 1.25, output: 5, cached: 0.1}, {model: "*", input: 9, output: 9}]\n'
    found = resolved(contract=lines).of["d"]
    assert cost(found.plain, Used(1_000_000, 1_000_000, cached=500_000)) == 625_000_000 + 50_000_000 + 5_000_000_000
    assert found.version == "contract c" and found.price("priority") == found.plain


def test_a_discount_and_a_likeness_are_of_the_table():
    off = resolved(contract='prices: [{model: "*", discount: 20}]\n').of["d"]
    assert cost(off.plain, MILLION) == 2_000_000_000 and off.version.endswith(", contract c")
    assert cost(off.price("priority"), MILLION) == 3_400_000_000
    like = resolved("azure_openai", "our-deployment", contract="prices: [{model: our-*, like: gpt-4o}]\n")
    assert cost(like.of["d"].plain, MILLION) == 2_500_000_000


def test_currencies_are_converted_exactly():
    euros = "prices: {currency: EUR, rates: {USD: 0.8}}\n"
    assert cost(resolved(config=euros).of["d"].plain, MILLION) == 2_000_000_000
    own = 'currency: CHF\nprices: [{model: "*", input: 1, output: 1}]\n'
    said = "prices: {currency: EUR, rates: {USD: 0.8, CHF: 1.05}}\n"
    assert cost(resolved(config=said, contract=own).of["d"].plain, MILLION) == 1_050_000_000


def test_a_currency_without_a_rate_is_refused_at_its_place():
    said = refused(config="prices: {currency: EUR}\n")
    assert "config.yaml:5:" in said and "what one USD is worth in EUR" in said
    own = 'currency: CHF\nprices: [{model: "*", input: 1, output: 1}]\n'
    assert "contract c is in CHF" in refused(contract=own)


def test_a_likeness_to_nothing_is_refused_with_the_nearest():
    said = refused(contract="prices: [{model: a, like: gpt-4oo}]\n")
    assert "contracts.yaml:10:" in said and "did you mean gpt-4o?" in said


def test_a_table_that_cannot_be_read_is_refused(tmp_path: Path):
    assert "config.yaml:5:" in refused(config=f"prices: {{table: {tmp_path / 'none.json'}}}\n")
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    assert "not a price table" in refused(config=f"prices: {{table: {bad}}}\n")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{model: a}", "says no price"),
        ("{model: a, input: 1}", "rates need input and output"),
        ("{model: a, input: 1, output: 1, like: gpt-4o}", "not both"),
        ("{model: a, input: 1.1234567, output: 1}", "more than 6 decimals"),
        ("{model: a, input: -1, output: 1}", "must be a number"),
        ("{model: a, input: yes, output: 1}", "must be a number"),
        ("{model: a, input: .nan, output: 1}", "must be a number"),
        ("{model: a, discount: 120}", "from 0 to 100"),
        ("{input: 1, output: 1}", "model is required"),
    ],
)
def test_what_a_line_of_a_contract_may_not_say(line: str, says: str):
    said = refused(contract=f"prices: [{line}]\n")
    assert says in said and "contracts.yaml:" in said
