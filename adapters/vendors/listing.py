"""The list of models that a vendor offers: where it is asked for, and what its pages say."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

import orjson

from adapters.errors import ProtocolBroken
from adapters.vendors.base import Vendor

MOST_PAGES = 50
MOST_NAMES = 20_000
_UNLISTED = frozenset({"azure_openai", "bedrock", "vertex_ai", "litellm"})


class Page(NamedTuple):
    """names: as the vendor wrote them. following: the query of the next page, "" where this is the last."""

    names: tuple[str, ...]
    following: str = ""


def list_path(vendor: Vendor) -> str | None:
    """The path of a vendor's list, None for kinds that have none of what their credential may ask for."""
    if vendor.kind in _UNLISTED:
        return None
    for dialect, tail in (("openai_chat", "/chat/completions"), ("anthropic_messages", "/messages")):
        if dialect in vendor.dialects and (path := vendor.path(dialect, "", {})).endswith(tail):
            return path.removesuffix(tail) + "/models" + ("?limit=1000" if dialect == "anthropic_messages" else "")
    if "gemini_generate" in vendor.dialects:
        return vendor.path("gemini_generate", "m", {}).partition("/models/")[0] + "/models?pageSize=1000"
    return None


def list_headers(vendor: Vendor) -> list[tuple[str, str]]:
    """What the list needs beside the credential."""
    bare = "openai_chat" not in vendor.dialects and "anthropic_messages" in vendor.dialects
    return [("anthropic-version", "2023-06-01")] if bare else []


def read_page(raw: bytes) -> Page:
    """One page, in the shape of any vendor; raises ProtocolBroken where it is none."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = None
    rows = value if isinstance(value, list) else None
    if isinstance(value, dict):
        rows = value["data"] if isinstance(value.get("data"), list) else value.get("models")
    if not isinstance(rows, list):
        raise ProtocolBroken(code="no_list")
    found = [row.get("id", row.get("name")) for row in rows if isinstance(row, dict)]
    names = tuple(name.removeprefix("models/") for name in found if isinstance(name, str) and name)
    return Page(names, _following(value) if isinstance(value, dict) else "")


def _following(value: dict[str, object]) -> str:
    last, token = value.get("last_id"), value.get("nextPageToken")
    if value.get("has_more") is True and isinstance(last, str) and last:
        return f"limit=1000&after_id={quote(last, safe='')}"
    return f"pageSize=1000&pageToken={quote(token, safe='')}" if isinstance(token, str) and token else ""
