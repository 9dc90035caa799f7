"""The shipped table is whole and small; a bad one is refused with what is wrong."""

import orjson
import pytest

from gateway.pricing import table
from gateway.pricing.export import KINDS
from gateway.pricing.rates import Used, cost
from gateway.pricing.table import SHIPPED, Table, TableRefused

ROW = {"input": 2, "output": 3}


def of(*, version: object = "1", currency: object = "USD", **prices: object) -> Table:
    return table.read(orjson.dumps({"version": version, "currency": currency, "prices": prices}))


def test_the_shipped_table_is_small_and_whole():
    shipped = table.shipped()
    assert SHIPPED.stat().st_size < 200_000
    assert set(shipped.prices) == set(KINDS.values()) - {"openrouter"}
    rows = [(name, entry) for models in shipped.prices.values() for name, entry in models.items()]
    assert len(rows) > 1000
    for name, entry in rows:
        for price in entry.every():
            first = price.bands[0][1]
            assert first.input > 0, name
            assert all(wide.input >= first.input and wide.output >= first.output for _, wide in price.bands), (
                f"{name}: a large request costs less"
            )
    free = {name for name, entry in rows if not entry.plain.bands[0][1].output}
    assert {name for name in free if "embed" not in name} == {"ada", "BAAI/bge-base-en-v1.5"}


def test_prices_of_the_shipped_table_as_vendors_publish_them():
    found = table.shipped().find(("openai",), "gpt-4o-mini-2024-07-18")
    assert found is not None
    # A million in, half of it from the cache, and a million out: 0.075 + 0.0375 + 0.60 dollars.
    assert cost(found.plain, Used(1_000_000, 1_000_000, cached=500_000)) == 712_500_000


@pytest.mark.parametrize("name", ["m", "m-2026-01-31", "m-20260131", "m-latest"])
def test_a_model_is_found_without_its_date(name: str):
    assert of(openai={"m": ROW}).find(("openai",), name) is not None


def test_a_date_of_its_own_goes_first_and_other_names_are_others():
    found = of(openai={"m": ROW, "m-20260131": {"input": 9, "output": 9}})
    dated = found.find(("openai",), "m-20260131")
    assert dated is not None and dated.plain.bands[0][1].input == 9
    assert found.find(("openai",), "m-mini") is None
    assert found.find(("anthropic",), "m") is None


def test_the_dearest_is_of_the_kind_and_else_of_all():
    found = of(openai={"m": ROW, "n": {"input": 1, "output": 9}}, anthropic={"c": {"input": 50, "output": 50}})
    assert found.dearest(("openai",)).bands[0][1][:2] == (2, 9)
    assert found.dearest(("openai_compatible",)).bands[0][1][:2] == (50, 50)


@pytest.mark.parametrize(
    "given",
    [
        {"version": 1},
        {"currency": "dollars"},
        {},
        {"openai": {}},
        {"openai": {"m": {"input": 2}}},
        {"openai": {"m": {"input": 2.5, "output": 3}}},
        {"openai": {"m": {"input": -1, "output": 3}}},
        {"openai": {"m": {"input": True, "output": 3}}},
        {"openai": {"m": {**ROW, "above": {"0": ROW}}}},
        {"openai": {"m": {**ROW, "above": {"many": ROW}}}},
        {"openai": {"m": {**ROW, "services": {"priority": {}}}}},
        {"openai": [1]},
    ],
)
def test_a_bad_table_is_refused(given: dict):
    with pytest.raises(TableRefused):
        of(**given)


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{}", b'{"version":"1","currency":"USD"}', b"\xff"])
def test_what_is_no_table_is_refused(raw: bytes):
    with pytest.raises(TableRefused):
        table.read(raw)
