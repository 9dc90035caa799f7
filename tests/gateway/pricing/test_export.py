"""A table from litellm's model data: the kinds that are served, the token prices alone, without drift of floats."""

from decimal import Decimal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pricing import table
from gateway.pricing.export import export

USUAL = {"litellm_provider": "openai", "mode": "chat", "input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6}


def exported(**models: dict) -> table.Table:
    others = {
        "claude": {**USUAL, "litellm_provider": "anthropic"},
        "azure/gpt": {**USUAL, "litellm_provider": "azure"},
        "gpt": USUAL,
    }
    return table.read(export(orjson.dumps({**others, **models}), "1.2.3", "2026-11-26"))


def test_kinds_and_names():
    found = exported(
        **{
            "gemini/gemini-x": {**USUAL, "litellm_provider": "gemini"},
            "groq/openai/gpt-oss": {**USUAL, "litellm_provider": "groq"},
            "eu.anthropic.claude-v1:0": {**USUAL, "litellm_provider": "bedrock_converse"},
            "bedrock/us-east-1/claude": {**USUAL, "litellm_provider": "bedrock"},
            "vertex_ai/claude@1": {**USUAL, "litellm_provider": "vertex_ai-anthropic_models"},
            "grok": {**USUAL, "litellm_provider": "xai"},
            "tts": {**USUAL, "mode": "audio_speech"},
            "router": {**USUAL, "output_cost_per_token": 0.0},
            "openai/container": {"litellm_provider": "openai", "mode": "chat"},
            "sample_spec": {"litellm_provider": "one of"},
        }
    )
    assert found.version == "2026-11-26 litellm 1.2.3" and found.currency == "USD"
    assert {kind: set(models) for kind, models in found.prices.items()} == {
        "openai": {"gpt"}, "azure_openai": {"gpt"}, "anthropic": {"claude"}, "gemini": {"gemini-x"},
        "groq": {"openai/gpt-oss"}, "bedrock": {"eu.anthropic.claude-v1:0"}, "vertex_ai": {"claude@1"},
    }  # fmt: skip


@given(st.integers(1, 10**6), st.integers(6, 12))
def test_a_price_is_what_is_written_whatever_a_float_makes_of_it(digits: int, places: int):
    per_token = float(Decimal(digits).scaleb(-places))
    found = exported(gpt={**USUAL, "input_cost_per_token": per_token}).prices["openai"]["gpt"]
    assert found.plain.bands[0][1].input == digits * 10 ** (12 - places)


def test_cached_written_reasoning_tiers_and_services():
    found = exported(
        gpt={
            **USUAL,
            "cache_read_input_token_cost": 1e-7,
            "cache_creation_input_token_cost": 1.25e-6,
            "cache_creation_input_token_cost_above_1hr": 2e-6,
            "output_cost_per_reasoning_token": 5e-6,
            "input_cost_per_token_above_200k_tokens": 2e-6,
            "output_cost_per_token_above_200k_tokens": 6e-6,
            "input_cost_per_token_batches": 5e-7,
            "output_cost_per_token_batches": 2e-6,
            "input_cost_per_token_priority": 2e-6,
            "output_cost_per_token_priority": 8e-6,
            "input_cost_per_token_flex": 5e-7,
            "search_context_cost_per_query": {"search_context_size_low": 0.01},
        }
    ).prices["openai"]["gpt"]
    (_, usual), (size, wide) = found.plain.bands
    assert usual == (1_000_000, 4_000_000, 100_000, 1_250_000, 2_000_000, 5_000_000)
    assert size == 200_000 and wide[:2] == (2_000_000, 6_000_000)
    assert set(found.services) == {"batch", "priority"}
    assert found.services["batch"].bands[0][1][:2] == (500_000, 2_000_000)
    assert found.services["priority"].bands[0][1][:2] == (2_000_000, 8_000_000)
    # What isn't said of a larger request, or of another service, is never below what is usual.
    assert found.services["priority"].bands[1][1].input >= 2_000_000


def test_multiples_of_anthropic_alone_and_together():
    given = {**USUAL, "litellm_provider": "anthropic", "provider_specific_entry": {"fast": 2.0, "us": 1.1}}
    found = exported(claude=given).prices["anthropic"]["claude"].services
    assert {name: price.bands[0][1].input for name, price in found.items()} == {
        "fast": 2_000_000, "us": 1_100_000, "fast+us": 2_200_000,
    }  # fmt: skip


def test_what_speaks_costs_as_if_it_only_spoke():
    found = exported(gpt={**USUAL, "output_cost_per_audio_token": 8e-5}).prices["openai"]["gpt"]
    assert found.plain.bands[0][1].output == 80_000_000


@pytest.mark.parametrize("raw", [b"[]", b"{}", b"", b'{"gpt": {"litellm_provider": "openai", "mode": "chat"}}'])
def test_what_is_no_model_data_is_refused(raw: bytes):
    with pytest.raises(ValueError):
        export(raw, "1", "2026-11-26")
