"""Settings of vendors, of destinations at them, and of the models that staff ask for."""

# ruff: noqa: RUF009 - setting(), section() ... return dataclasses.field(), they are not shared defaults

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from adapters.registry import VENDORS
from gateway.config import kinds as k
from gateway.config.parameters import ParametersSettings
from gateway.config.patterns import PUBLIC_NAME, VENDOR_MODEL
from gateway.config.routes import DEFAULT, TIERS
from gateway.config.secret import Secret
from gateway.config.table import section, setting


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSettings:
    """One endpoint of a model vendor, or of a model server in-house."""

    name: str
    kind: str = setting(k.choice(*VENDORS), "How this vendor is spoken to.")
    base_url: str | None = setting(
        k.URL,
        "Where it is; its host must be among the allowed_hosts of the contract.",
        default=None,
        shown="the kind's own",
    )
    credential: Secret | None = setting(k.SECRET, "Key of this vendor: ${NAME} or file:PATH.", default=None)
    credentials: tuple[Secret, ...] = setting(
        k.several(k.SECRET), "Further keys of it: calls are spread over all, and one that fails rests.", default=()
    )
    ca_bundle: Path | None = setting(
        k.AUTHORITIES, "PEM file of the authorities trusted instead of the usual ones.", default=None
    )
    egress_proxy: str | None = setting(
        k.URL, "HTTP proxy on the way out; the environment's is never used.", default=None
    )
    connect_seconds: float = setting(k.SPAN, "Time to connect.", default=5.0)
    first_byte_seconds: float = setting(k.SPAN, "Time until the answer begins.", default=300.0)
    first_token_seconds: float = setting(
        k.SPAN, "Time until its first word, whatever else the vendor sends before.", default=300.0
    )
    idle_seconds: float = setting(k.SPAN, "Longest silence inside an answer.", default=120.0)
    least_bytes: int = setting(
        k.SIZE, "Bytes that idle_seconds must bring of an answer not passed on yet; fewer end it.", default=16
    )
    total_seconds: float = setting(k.SPAN, "Time for one attempt as a whole.", default=600.0)
    connections: int = setting(k.count(1, 10_000), "Connections kept open at once.", default=256)
    on_abort: str = setting(
        k.choice("cancel", "drain"),
        "When the client leaves: cancel at the vendor, or read to the end.",
        default="cancel",
    )
    dialects: tuple[str, ...] = setting(
        k.several(k.WORD),
        "Those of its kind's dialects that it is asked in, most preferred first.",
        default=(),
        shown="all of the kind's",
    )
    options: Mapping[str, str] = setting(k.OPTIONS, "What only this kind of vendor takes.", default={})

    @property
    def every_credential(self) -> tuple[Secret, ...]:
        """All keys of this vendor, the single one first."""
        return (*(() if self.credential is None else (self.credential,)), *self.credentials)


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationSettings:
    """One model at one vendor, under one contract."""

    name: str
    vendor: str = setting(k.WORD, "Name of the vendor.")
    model: str = setting(
        VENDOR_MODEL,
        "The model as the vendor names it; {model}: the name asked for, {*}: what its asterisk stands for.",
    )
    contract: str | None = setting(
        k.WORD, "Name of the contract in the bundle; without one the destination is not routable.", default=None
    )
    beta: tuple[str, ...] = setting(
        k.several(k.WORD), "Values of anthropic-beta and openai-beta that may pass.", default=()
    )
    most_in_flight: int | None = setting(
        k.count(1, 1_000_000),
        "Calls at once that it may be asked for; serving processes have equal parts of it.",
        default=None,
        shown="the vendor's connections",
    )
    parameters: ParametersSettings = section(ParametersSettings, "Rules on the parameters of its requests.")
    keep_seconds: float | None = setting(
        k.SPAN,
        "How long its vendor may keep what callers ask it to (stored and background responses); no longer than the "
        "contract's retention_days.",
        default=None,
        shown="nothing is kept",
    )


OUTPUT = k.count(1, 10_000_000)
EXHAUSTED = k.choice("cut", "cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """One model as staff ask for it."""

    name: str
    destinations: tuple[str, ...] = setting(k.several(k.WORD, least=1), "Destinations, most preferred first.")
    aliases: tuple[str, ...] = setting(
        k.several(PUBLIC_NAME), "Other names for the same model; of a pattern, patterns.", default=()
    )
    known: tuple[str, ...] = setting(
        k.several(k.WORD), "Of a pattern: names that are listed, beside those with a price.", default=()
    )
    route: str = setting(k.WORD, "Route that orders them.", default=DEFAULT)
    reserve_output: int | None = setting(
        OUTPUT, "Output tokens reserved for an answer of it.", default=None, shown="reserve_output"
    )
    when_exhausted: str | None = setting(
        EXHAUSTED, "What becomes of an answer of it.", default=None, shown="when_exhausted"
    )
    tiers: Mapping[str, int] = setting(
        TIERS,
        "Tier of destinations (patterns): one of tier 2 is asked after all of tier 1.",
        default={},
        shown="1 each",
    )
    translation: str = setting(
        k.choice("report", "strict", "never"),
        "Where a destination speaks another dialect: translate and report what is lost, ask only where nothing is, or"
        " never.",
        default="report",
    )
    larger: tuple[str, ...] = setting(
        k.several(k.WORD), "Destinations or models that are tried where an ask is too long for it.", default=()
    )
    retires: date | None = setting(k.DAY, "Day (UTC) from which it is no more; answers say so before.", default=None)
    replacement: str | None = setting(k.WORD, "Model that callers are to use then.", default=None)
    when_retired: str = setting(
        k.choice("refuse", "replace"), "Refuse calls for it then, or answer with its replacement.", default="refuse"
    )
