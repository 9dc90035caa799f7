"""Makes a price table from the model data of an installed litellm. Its file is read as data; litellm is not imported:
it takes seconds, and would fetch from the network."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from importlib.metadata import PackageNotFoundError, distribution
from itertools import combinations
from typing import Any

import orjson

from gateway.pricing.table import RATES

FILE = "litellm/model_prices_and_context_window_backup.json"

KINDS = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "azure": "azure_openai",
    "azure_text": "azure_openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "vertex_ai-language-models": "vertex_ai",
    "vertex_ai-anthropic_models": "vertex_ai",
    "bedrock": "bedrock",
    "bedrock_converse": "bedrock",
    "mistral": "mistral",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "groq": "groq",
    "deepseek": "deepseek",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "openrouter": "openrouter",
}
"""Vendor kind by litellm's word for the provider."""

_NEEDED = ("openai", "azure_openai", "anthropic")
_PREFIX = re.compile(
    "^(?:azure|openai|gemini|vertex_ai|mistral|cohere|groq|deepseek|together_ai|fireworks_ai|openrouter)/"
)
_BY_REGION = "bedrock/"
"""What begins so is the price of one region, or of room bought in advance."""

_MODES = frozenset(("chat", "responses", "completion", "embedding"))
_FIELDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached",
    "cache_creation_input_token_cost": "written",
    "cache_creation_input_token_cost_above_1hr": "kept",
    "cache_creation_input_token_cost_above_12hr": "kept",
    "output_cost_per_reasoning_token": "reasoning",
    # What speaks is priced as if it only spoke: text costs less, and an answer doesn't tell them apart in time.
    "output_cost_per_audio_token": "output",
    "input_cost_per_audio_token": "input",
}
# Ways of being served that cost more than the usual one, and the batches. What costs less counts as usual.
_SERVICES = {"batches": "batch", "priority": "priority", "ultrafast": "ultrafast"}
_FIELD = re.compile(
    rf"({'|'.join(sorted(_FIELDS, key=len, reverse=True))})(?:_above_([0-9]+)k_tokens)?(?:_({'|'.join(_SERVICES)}))?"
)

Row = dict[str, Any]


class NotInstalled(Exception):
    """There is no litellm, or none with model data."""


def installed() -> tuple[str, bytes]:
    """The version and the model data of the litellm that this Python has; NotInstalled where there is none."""
    try:
        found = distribution("litellm")
    except PackageNotFoundError:
        raise NotInstalled("litellm is not installed here (ecluse prices --help says how)") from None
    try:
        with open(str(found.locate_file(FILE)), "rb") as file:
            return found.version, file.read()
    except OSError:
        raise NotInstalled(f"litellm {found.version} has no {FILE}") from None


def export(raw: bytes, version: str, day: str) -> bytes:
    """A price table from litellm's model data, one line a model. ValueError where it isn't such data."""
    data = orjson.loads(raw)
    if not isinstance(data, dict):
        raise ValueError("not a mapping of models")
    found: dict[str, dict[str, Row]] = {kind: {} for kind in sorted(set(KINDS.values()))}
    for name, facts in data.items():
        sold = facts.get("mode") in _MODES and not name.startswith(_BY_REGION)
        kind = KINDS.get(facts.get("litellm_provider", "")) if sold else None
        row = _row(facts) if kind is not None else None
        if kind is not None and row is not None:
            found[kind][_PREFIX.sub("", name)] = row
    if not all(found[kind] for kind in _NEEDED):
        raise ValueError("no prices in it")
    lines = ",\n".join(f"{_json(kind)}:{{\n{_lines(models)}\n}}" for kind, models in found.items() if models)
    title = _json(f"{day} litellm {version}")
    return f'{{"version":{title},"currency":"USD","prices":{{\n{lines}\n}}}}\n'.encode()


def _row(facts: Mapping[str, Any]) -> Row | None:
    """An entry of the table; None for what isn't sold by the token."""
    rates: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for field, value in facts.items():
        known = _FIELD.fullmatch(field)
        if known is None or not isinstance(value, int | float):
            continue
        name, size, service = _FIELDS[known[1]], int(known[2] or 0) * 1000, _SERVICES.get(known[3] or "", "")
        band = rates[service, size]
        band[name] = max(band.get(name, 0), _picos(Decimal(str(value))))
    plain = _banded(rates, "", None)
    if facts.get("mode") == "embedding":
        plain.setdefault("output", 0)
    elif not plain.get("output"):
        return None  # a router, say, whose models are paid for besides
    if not plain.get("input"):
        return None
    services = {name: _banded(rates, name, plain) for name in _SERVICES.values() if "input" in rates[name, 0]}
    services.update(_multiples(plain, facts.get("provider_specific_entry") or {}))
    return {**plain, **({"services": services} if services else {})}


def _banded(rates: Mapping[tuple[str, int], dict[str, int]], service: str, usual: Row | None) -> Row:
    """The rates of one way of being served, by size; what isn't said is what it is as usual."""
    base = {name: rate for name, rate in (usual or {}).items() if name in RATES} | rates.get((service, 0), {})
    sizes = sorted(size for of, size in rates if size and of in (service, "") and rates[of, size])
    above = {}
    for size in dict.fromkeys(sizes):
        wider = {**base, **rates.get(("", size), {}), **rates.get((service, size), {})}
        above[str(size)] = _ordered({name: max(rate, base.get(name, 0)) for name, rate in wider.items()})
    return {**_ordered(base), **({"above": above} if above else {})}


def _multiples(plain: Row, factors: Mapping[str, Any]) -> Iterator[tuple[str, Row]]:
    """Ways of being served that cost a multiple, and several of them at once."""
    known = {name: Decimal(str(x)) for name, x in factors.items() if name in ("fast", "us") and x >= 1}
    for count in range(1, len(known) + 1):
        for names in combinations(sorted(known), count):
            times = Decimal(1)
            for name in names:
                times *= known[name]
            yield "+".join(names), _times(plain, times)


def _times(row: Row, times: Decimal) -> Row:
    return {
        name: {size: _times(band, times) for size, band in value.items()}
        if name == "above"
        else int((value * times).to_integral_value(ROUND_CEILING))
        for name, value in row.items()
    }


def _picos(per_token: Decimal) -> int:
    return int((per_token * 10**12).to_integral_value(ROUND_CEILING))


def _ordered(rates: Mapping[str, int]) -> Row:
    return {name: rates[name] for name in RATES if name in rates}


def _lines(models: Mapping[str, Row]) -> str:
    return ",\n".join(f"{_json(name)}:{_json(models[name])}" for name in sorted(models))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
