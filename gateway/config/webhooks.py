"""Whom the gateway tells of what happens: addresses of the company's own, never one that a call names."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
from dataclasses import dataclass
from pathlib import Path

from gateway.config import kinds as k
from gateway.config.secret import Secret
from gateway.config.table import setting


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """One address that is told of quotas that run low."""

    name: str
    url: str = setting(k.URL, "Where to send, by POST; redirects are not followed.")
    secret: Secret | None = setting(
        k.SECRET, "Key of the signature: ${NAME} or file:PATH; without one nothing is sent.", default=None
    )
    ca_bundle: Path | None = setting(
        k.PATH, "PEM file of the authorities trusted instead of the usual ones.", default=None
    )
    egress_proxy: str | None = setting(
        k.URL, "HTTP proxy on the way out; the environment's is never used.", default=None
    )
