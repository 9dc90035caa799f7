"""Contracts: the terms that a destination falls under, owned by those who sign them."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from gateway.bundle.prices import ContractPrice
from gateway.bundle.service import ServiceTerms
from gateway.config.kinds import (
    DAY,
    FLAG,
    SPAN,
    TEXT,
    WORD,
    WORDS,
    Context,
    Kind,
    Words,
    WrongValue,
    choice,
    count,
    several,
)
from gateway.config.money import CURRENCY
from gateway.config.table import listed, section, setting

TRUSTS = ("internal", "partner", "external")
# Regions that a policy may name although no contract is there yet; contracts add theirs.
REGIONS = ("internal", "eu", "fr", "de", "gb", "ch", "us", "ca", "jp", "au", "in", "sg", "br", "kr", "global")

_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\[?[0-9a-f:]+\]?")


def _host(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise WrongValue("must be host names in lower case without scheme or port (*.example.org for all below)")
    return value.strip("[]")


HOST = Kind("host", _host, {"type": "string", "pattern": f"^({_HOST.pattern})$"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """One contract. expires: the last day on which it holds (UTC); None: open-ended."""

    id: str = setting(WORD, "Name by which destinations and policies refer to it.")
    vendor: str = setting(WORD, "Vendor of the configuration that it is made with.")
    trust: str = setting(choice(*TRUSTS), "internal: inside the company; partner, external: outside it.")
    region: str = setting(WORD, "Where prompts are processed: eu, us, internal, ...")
    processor: str = setting(TEXT, "Who processes them, by name.")
    retention_days: int = setting(count(0, 36_500), "Days that the vendor keeps prompts.")
    training: bool = setting(FLAG, "Whether the vendor may train on prompts.")
    allowed_hosts: tuple[str, ...] = setting(several(HOST, least=1), "Hosts that calls under it may go to.")
    title: Words | None = setting(WORDS, "How staff call it; without one, the processor's name.", default=None)
    deadline_seconds: float | None = setting(
        SPAN, "Time for the attempts of a call under it, from the call's arrival.", default=None
    )
    backoff_seconds: float | None = setting(
        SPAN,
        "Time to leave its vendor alone after a failure; doubles with each in a row.",
        default=None,
    )
    expires: date | None = setting(DAY, "Last day of the contract (UTC).", default=None)
    substitutes: tuple[str, ...] = setting(
        several(WORD), "Contracts that can take its place when it ends or its vendor fails, the best first.", default=()
    )
    service: ServiceTerms = section(ServiceTerms, "What is promised of its service.")
    currency: str = setting(CURRENCY, "Currency of the prices below.", default="USD")
    prices: tuple[ContractPrice, ...] = listed(
        ContractPrice, "What models cost under it, where that isn't what the price table says."
    )

    def covers(self, url: str) -> bool:
        """Whether the host of `url` is one that the contract allows."""
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
        return any(
            host.endswith(allowed[1:]) and len(host) >= len(allowed) if allowed.startswith("*.") else host == allowed
            for allowed in self.allowed_hosts
        )
