"""Vendors of the long tail, asked through litellm.

litellm runs in a process of its own, the bridge, which speaks OpenAI's dialects to us. It remembers nothing of vendors:
what it has to know of one comes with each call, its credential as a bearer token and the rest in one header. No client
can name either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adapters.vendors.base import Option, OptionError, Vendor, VendorKind
from adapters.vendors.bearer import BearerVendor

ASKED = "x-ecluse-vendor"
PATHS: Mapping[str, str] = {"openai_chat": "/v1/chat/completions", "openai_embeddings": "/v1/embeddings"}
OPTIONS = (
    Option("provider", "The vendor as litellm names it (anthropic, xai, ...): required for litellm."),
    Option("api_version", "A dated version of the vendor's interface, for litellm's providers that take one."),
)
_PROVIDER = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_VERSION = re.compile(r"[A-Za-z0-9._-]{0,64}")


class Asked(NamedTuple):
    """What the bridge is told of a vendor: all that litellm may know of how to reach it, but for its credential.

    base_url: nothing else is connected to. proxy: URL of the HTTP proxy on the way, or "". ca_bundle: PEM file, or "".
    """

    provider: str
    base_url: str
    api_version: str = ""
    ca_bundle: str = ""
    proxy: str = ""
    connect_seconds: float = 5.0

    def header(self) -> tuple[str, str]:
        """As it is sent."""
        return ASKED, json.dumps(self)

    @classmethod
    def read(cls, header: str) -> Asked:
        """As it came. Raises ValueError."""
        value = json.loads(header)
        if not isinstance(value, list) or len(value) != len(cls._fields):
            raise ValueError("not what we sent")
        return cls(*value)


@dataclass(frozen=True, slots=True)
class LiteLLM(BearerVendor):
    """One of litellm's providers. The bridge takes the credential as a bearer token and gives it to litellm, and says
    what went wrong in OpenAI's words. asked: what it is told of the provider, once it is known where that is."""

    provider: str = ""
    api_version: str = ""
    asked: Asked | None = None

    def fixed_headers(self) -> list[tuple[str, str]]:
        """What the bridge is told of the vendor."""
        return [] if self.asked is None else [self.asked.header()]


def build(options: Mapping[str, str]) -> Vendor:
    """One provider; OptionError where it isn't named, or not in a way in which litellm names things."""
    provider, version = options.get("provider", ""), options.get("api_version", "")
    if not _PROVIDER.fullmatch(provider):
        raise OptionError("provider", "must name the vendor as litellm does, such as anthropic or xai")
    if not _VERSION.fullmatch(version):
        raise OptionError("api_version", "must be like 2024-10-21")
    return LiteLLM("litellm", PATHS, stores=True, provider=provider, api_version=version)


LITELLM = VendorKind("litellm", frozenset(PATHS), OPTIONS, None, build)
