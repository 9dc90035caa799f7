"""How a request asks to be served, where that changes what it costs or how much it may answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Members that choose a way of being served, with the values that are the usual one or cost less.
_MEMBERS = {
    "service_tier": frozenset((None, "auto", "default", "standard", "standard_only", "flex", "scale")),
    "serviceTier": frozenset((None, "standard", "flex", "unspecified")),
    "speed": frozenset((None, "standard")),
    "inference_geo": frozenset((None, "global")),
}


def service(value: Mapping[str, Any]) -> str:
    """The words by which a request asks to be served otherwise than usual, joined by +; "" for as usual."""
    words = [
        asked if isinstance(asked := value[member], str) else "?"
        for member, usual in _MEMBERS.items()
        if member in value and not _usual(value[member], usual)
    ]
    return "+".join(sorted(words))


def kept_for_hours(value: Mapping[str, Any]) -> bool:
    """Whether the vendor is asked to keep all that it caches for hours. Anthropic's answers say it of each token."""
    return value.get("prompt_cache_retention") not in (None, "in_memory")


def answers(value: Mapping[str, Any]) -> int:
    """How many answers are asked for at once; each may be as long as the limit on output says."""
    each = max(_count(value.get("n")), _count(value.get("best_of")))
    for config in ("generationConfig", "generation_config"):
        if isinstance(inside := value.get(config), dict):
            each = max(each, *(_count(inside.get(name)) for name in ("candidateCount", "candidate_count")))
    prompts = value.get("prompt")
    many = isinstance(prompts, list) and bool(prompts) and not isinstance(prompts[0], int)
    return each * (len(prompts) if many else 1)  # type: ignore[arg-type]


def _usual(asked: object, usual: frozenset[str | None]) -> bool:
    return asked is None or (isinstance(asked, str) and asked in usual)


def _count(value: object) -> int:
    if type(value) is str and value.isascii() and value.isdigit():  # in a form
        value = int(value[:9])
    return value if type(value) is int and value > 1 else 1
