"""Azure OpenAI: the same dialects under the resource's own host, with an `api-key` header.

Without `api_version` the current surface is used (`/openai/v1/...`, the deployment's name as the model); with a dated
one the deployment stands in the path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from adapters.clouds import azure
from adapters.clouds.identity import Cloud, Identity, Reveal
from adapters.clouds.tokens import Bearer
from adapters.errors import UpstreamError
from adapters.vendors import taxonomy
from adapters.vendors.base import Option, OptionError, RawHeaders, Vendor, VendorKind
from adapters.vendors.openai import PATHS as OPENAI_PATHS

OPTIONS = (
    Option("api_version", "A dated version (2024-10-21) for deployment paths, or preview; /openai/v1 without."),
    Option("identity", "entra: instead of a key, tokens of Entra ID by Azure's default chain."),
)
_SCOPE = "https://cognitiveservices.azure.com/.default"
PATHS: Mapping[str, str] = {name: path for name, path in OPENAI_PATHS.items() if name != "openai_moderations"}


@dataclass(frozen=True, slots=True)
class AzureOpenAI:
    """One resource."""

    api_version: str = ""
    kind: str = "azure_openai"
    stores: bool = True
    trace_headers: bool = False

    @property
    def dialects(self) -> frozenset[str]:
        """What it speaks."""
        return frozenset(PATHS)

    def path(self, dialect: str, model: str, query: Mapping[str, str], *, stream: bool = False) -> str:
        """By the version; responses, files and batches have no deployment in their paths."""
        tail = PATHS[dialect].removeprefix("/v1")
        if not self.api_version:
            return f"/openai/v1{tail}"
        if self.api_version == "preview":
            return f"/openai/v1{tail}?api-version=preview"
        place = "" if tail.startswith(("/responses", "/files", "/batches")) else f"/deployments/{quote(model, safe='')}"
        return f"/openai{place}{tail}?api-version={self.api_version}"

    def credential_headers(self, secret: str) -> list[tuple[str, str]]:
        """`api-key`."""
        return [("api-key", secret)] if secret else []

    def fixed_headers(self) -> list[tuple[str, str]]:
        """None."""
        return []

    def classify(self, status: int, headers: RawHeaders, body: bytes) -> UpstreamError:
        """By the shared taxonomy, which knows Azure's inner errors."""
        return taxonomy.classify(status, headers, body)


def build(options: Mapping[str, str]) -> Vendor:
    """One resource; OptionError for a version that can't stand in a URL."""
    version = options.get("api_version", "")
    if not all(char.isalnum() or char in "-." for char in version):
        raise OptionError("api_version", "must be like 2024-10-21, or preview")
    if options.get("identity", "entra") != "entra":
        raise OptionError("identity", "must be entra, or be left out where there is a key")
    return AzureOpenAI("" if version == "v1" else version)


def _entra(options: Mapping[str, str], key: Reveal | None) -> Identity | None:
    return Bearer(azure.tokens(_SCOPE)) if "identity" in options else None


CLOUD = Cloud(azure.MODULE, lambda options, keyed: "identity" in options, _entra)
AZURE_OPENAI = VendorKind("azure_openai", frozenset(PATHS), OPTIONS, None, build, cloud=CLOUD)
