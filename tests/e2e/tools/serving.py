"""A gateway in front of vendors that each speak one dialect only, and what can be asked of both afterwards."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from gateway.bundle.bundle import STARTER
from observability.ledger import show
from tests.e2e.conftest import Serving, serve, vendors_started


class Dialect(NamedTuple):
    """One dialect on the vendor's side. model: a public model that only a vendor of this dialect answers.

    path: where such a vendor is asked. priced: a name that has a price. more: models that agents and pages ask for.
    beside: what its vendors speak beside it.
    """

    model: str
    path: str
    priced: str
    more: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


DIALECTS: Mapping[str, Dialect] = {
    "openai_chat": Dialect("chat-only", "/v1/chat/completions", "gpt-4o-mini", ("gpt-4o-mini",)),
    "openai_responses": Dialect("responses-only", "/v1/responses", "gpt-4o-mini", ("gpt-5.1-codex", "gpt-6.1-sol")),
    "anthropic_messages": Dialect(
        "messages-only",
        "/v1/messages(\\?beta=true)?",
        "claude-sonnet-5",
        ("claude-sonnet-5", "claude-haiku-4-5", "claude-opus-4-8"),
        ("anthropic_count_tokens",),
    ),
    "gemini_generate": Dialect(
        "gemini-only",
        "/v1beta/models/[^/]+:(stream)?[gG]enerateContent.*",
        "gemini-2.5-pro",
        ("gemini-2.5-pro", "gemini-2.5-flash", "gemini-2.5-flash-lite"),
        ("gemini_count_tokens",),
    ),
}


EMBEDDINGS = "text-embedding-3-small"

CONFIG = """\
server: {data: "127.0.0.1:0", metrics: "127.0.0.1:0", control: c.sock}
organisation: acme
limits: {drain_seconds: 2}
simulator: {enabled: true, names: [spare]}
"""


def configuration(vendors: str) -> str:
    """One vendor, destination and model for each dialect. vendors: where the simulated ones are."""
    where = f"{vendors}/alpha"
    value = {
        "vendors": {
            name: {"kind": "simulator", "base_url": where, "dialects": [name, *one.beside]}
            for name, one in DIALECTS.items()
        }
        | {"embeddings": {"kind": "simulator", "base_url": where}},
        "destinations": {
            name: {"vendor": name, "model": one.priced, "contract": f"{name}-us"} for name, one in DIALECTS.items()
        }
        | {"embeddings": {"vendor": "embeddings", "model": EMBEDDINGS, "contract": "embeddings-us"}},
        "models": {
            model: {"destinations": [name]} for name, one in DIALECTS.items() for model in (one.model, *one.more)
        }
        | {EMBEDDINGS: {"destinations": ["embeddings"]}},
    }
    return CONFIG + "".join(f"{key}: {json.dumps(part)}\n" for key, part in value.items())


def contract(vendor: str) -> str:
    """The starter bundle's first contract, with another vendor."""
    first = (STARTER / "contracts.yaml").read_text().partition("\n---")[0]
    return first.replace("id: alpha-us", f"id: {vendor}-us").replace("vendor: alpha", f"vendor: {vendor}")


@dataclass
class House:
    """The gateway, and its vendors' double."""

    serving: Serving
    vendors: str

    @property
    def url(self) -> str:
        return self.serving.url

    @property
    def key(self) -> str:
        return self.serving.key

    def forget(self) -> None:
        """What the vendors received until now."""
        httpx.delete(f"{self.vendors}/alpha/sim/received").raise_for_status()

    def asked(self, own: str, vendor: str) -> Asked:
        """What came of the calls in the dialect `own` to the destination that speaks `vendor`; asserts that this was
        asked in its dialect, and that the ledger tells the same."""
        came = httpx.get(f"{self.vendors}/alpha/sim/received").json()["received"]
        ledger = self.serving.folder / "state" / "ledger"
        told = {one["call_id"]: show(ledger, one["call_id"]) for one in came if one["method"] == "POST"}
        wanted = (own, vendor)
        ours = [call for call, (intent, *_) in told.items() if (intent["dialect"], intent["destination"]) == wanted]
        found = Asked([one["body"] for one in came if one["call_id"] in ours], [], set())
        for call in ours:
            attempt = _recorded(told[call])
            assert attempt["translated"] == (f"{own}>{vendor}" if own != vendor else None)
            found.usage.append([attempt["tokens"]["input"], attempt["tokens"]["output"]])
            found.lost.update(attempt["lost"])
        paths = {one["path"].removeprefix("/alpha") for one in came if one["call_id"] in ours}
        assert all(re.fullmatch(DIALECTS[vendor].path, path) for path in paths), f"the vendor was asked at {paths}"
        return found


class Asked(NamedTuple):
    """The calls of one dialect to one destination, in order. usage: input and output tokens. lost: in translation."""

    bodies: list[str]
    usage: list[list[int]]
    lost: set[str]


def _recorded(records: list[dict[str, Any]]) -> dict[str, Any]:
    """The attempt of a call; asserts that there was one, that it went well and that its tokens were counted."""
    said = [one["record"] for one in records]
    assert said == ["INTENT", "ATTEMPT", "OUTCOME"], f"the ledger has {said}"
    _, attempt, outcome = records
    assert outcome["outcome"] == "served", f"the ledger says {outcome['outcome']}"
    assert min(attempt["tokens"]["input"], attempt["tokens"]["output"]) > 0, "no usage was metered"
    return attempt


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """A gateway with the starter bundle; `folder` is empty."""
    with vendors_started(folder) as vendors:
        (folder / "config.yaml").write_text(configuration(vendors.url))
        shutil.copytree(STARTER, folder / "bundle")
        (folder / "bundle" / "tools.yaml").write_text("\n---\n".join(map(contract, (*DIALECTS, "embeddings"))))
        serving = serve(folder)
        try:
            yield House(serving, vendors.url)
        finally:
            assert serving.started.stop() == 0
