"""Whom the gateway tells of what happens: addresses of the company's own, never one that a call names."""

from __future__ import annotations

# ruff: noqa: RUF009 - setting() returns dataclasses.field(), it is no shared default
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from urllib.parse import urlsplit

from gateway.config import kinds as k
from gateway.config.secret import Secret
from gateway.config.table import Path, setting
from gateway.documents import Problem

_UNFIT = re.compile(r"[^\x21-\x7e]")
GENERIC, SLACK, TEAMS = FORMATS = ("generic", "slack", "teams")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """One address that is told of what happens."""

    name: str
    url: str = setting(k.URL, "Where to send, by POST; redirects are not followed.", default="", shown="none")
    address: Secret | None = setting(
        k.SECRET,
        "The same by reference, ${NAME} or file:PATH, where the URL itself is a secret: Slack's, Teams'.",
        default=None,
    )
    format: str = setting(
        k.choice(*FORMATS), "How a message is written: JSON of our own, or as Slack or Teams want it.", default=GENERIC
    )
    language: str | None = setting(
        k.choice("en", "fr"), "Language of messages to Slack and Teams.", default=None, shown="server.language"
    )
    events: tuple[str, ...] = setting(
        k.several(k.TEXT, least=1),
        "Which events it is told of, by name; * for any letters.",
        default=("*",),
        shown="all",
    )
    secret: Secret | None = setting(
        k.SECRET, "Key of the signature: ${NAME} or file:PATH; without one nothing is sent.", default=None
    )
    ca_bundle: FilePath | None = setting(
        k.AUTHORITIES, "PEM file of the authorities trusted instead of the usual ones.", default=None
    )
    egress_proxy: str | None = setting(
        k.URL, "HTTP proxy on the way out; the environment's is never used.", default=None
    )

    @property
    def sends(self) -> bool:
        """Whether anything is sent: without a key only to who knows us by the secret address that it has given us."""
        return self.secret is not None or (self.format != GENERIC and self.address is not None)


def is_url(text: str) -> bool:
    """Whether a secret is a URL that something can be sent to; it may have a query."""
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not _UNFIT.search(text)
        )
    except ValueError:
        return False


def misaddressed(webhooks: Mapping[str, WebhookSettings], path: Path) -> Iterator[Problem]:
    """Where one sends is said once, and is a URL."""
    for name, webhook in webhooks.items():
        if bool(webhook.url) == (webhook.address is not None):
            yield Problem((*path, name), "needs url, or address where the URL itself is a secret, and not both")
        elif webhook.address is not None and webhook.address.known and not is_url(webhook.address.reveal()):
            yield Problem((*path, name, "address"), "what it refers to must be an http:// or https:// URL")
