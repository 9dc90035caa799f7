"""Traces: where they go, which calls are kept, what they are told by."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.config import kinds as k
from gateway.config.secret import Secret
from gateway.config.table import Path as Place
from gateway.config.table import setting
from gateway.documents import Problem
from observability.tracing.conventions import LATEST, VERSIONS

_HEADER = re.compile(r"(?!grpc-|content-|host$|te$|transfer-encoding$|connection$)[a-z0-9-]+(?<!-bin)")
_VALUE = re.compile(r"[\x20-\x7e]+")
_SECRET = re.compile(r"authori[sz]ation|cookie|token|secret|password|api-?key|access-?key")
"""Names of headers whose value is a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracingSettings:
    """Traces in OpenTelemetry's form, to a collector of the company's own. Without an endpoint there are none."""

    endpoint: str | None = setting(
        k.URL, "Collector that traces are sent to, such as http://127.0.0.1:4318.", default=None, shown="no traces"
    )
    protocol: str = setting(k.choice("http", "grpc"), "OTLP over HTTP (protobuf) or gRPC.", default="http")
    ratio: float = setting(
        k.number(0, 1), "Share of calls kept beside those that always are (errors, refusals, failovers, slow).",
        default=0.01,
    )  # fmt: skip
    slow_seconds: float = setting(k.SPAN, "From when a call is slow, and always kept.", default=30.0)
    slow_overhead_seconds: float = setting(
        k.SPAN, "From when what the gateway itself added to a call is slow.", default=0.25
    )
    parents: str = setting(
        k.choice("trusted", "never"),
        "Whose traceparent makes a call part of a trace: that of server.trusted_proxies, or nobody's.",
        default="trusted",
    )
    conventions: str = setting(
        k.choice(*VERSIONS), "Version of OpenTelemetry's conventions whose GenAI names are used.", default=LATEST
    )
    resource: Mapping[str, str] = setting(
        k.OPTIONS, "Attributes of the gateway itself, such as deployment.environment.name.", default={}
    )
    headers: Mapping[str, str] = setting(
        k.OPTIONS, "Headers that the collector wants, such as x-scope-orgid; no secrets here.", default={}
    )
    credential: Secret | None = setting(
        k.SECRET, "What credential_header says, as a whole: ${NAME} or file:PATH.", default=None
    )
    credential_header: str = setting(k.WORD, "Header with the credential.", default="authorization")
    ca_bundle: Path | None = setting(
        k.AUTHORITIES, "PEM file of the authorities trusted instead of the usual ones.", default=None
    )
    timeout_seconds: float = setting(k.SPAN, "Time for one request to the collector.", default=10.0)
    gather_seconds: float = setting(k.SPAN, "How long calls are collected for one request.", default=1.0)
    waiting: int = setting(
        k.count(1, 1_000_000), "Calls of a serving process that may wait to be sent; past it the oldest are dropped.",
        default=2000,
    )  # fmt: skip
    most_a_second: int = setting(
        k.count(1, 1_000_000), "Most calls that a serving process keeps in a second; sampled ones get half of it.",
        default=100,
    )  # fmt: skip


def unsendable(settings: TracingSettings, path: Place) -> Iterator[Problem]:
    """Headers that no request can have, that are ours, or whose value is a secret. path: where `settings` are."""
    said = "can't stand in a header that a collector is sent"
    for name, value in settings.headers.items():
        if not _HEADER.fullmatch(name.lower()) or not _VALUE.fullmatch(value):
            yield Problem((*path, "headers", name), f"{name} or its value {said}")
        elif _SECRET.search(name.lower()) or name.lower() == settings.credential_header.lower():
            yield Problem((*path, "headers", name), f"{name} is a secret: give it by reference, as credential")
    if not _HEADER.fullmatch(settings.credential_header.lower()):
        yield Problem((*path, "credential_header"), f"{settings.credential_header} {said}")
