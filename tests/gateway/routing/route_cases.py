"""Calls, candidates and views of destinations for tests of routing: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import NamedTuple

from gateway.config import read_settings
from gateway.documents import load_texts
from gateway.routing.order import Plan, plan
from gateway.routing.routes import Route, build_routes


class At(NamedTuple):
    name: str


class One(NamedTuple):
    destination: At
    rerouted_from: str | None = None


@dataclass
class Call:
    """A call as routes see it."""

    who: str = "anne"
    team: str = "hr"
    groups: tuple[str, ...] = ()
    use_case: str = "sandbox"
    data_class: str = ""
    dialect: str = "openai_chat"
    operation: str = "chat"
    stream: bool = True
    size: int = 1000

    def number(self, by: str, what: str) -> int:
        subject = self.team if by == "team" else self.who
        return int.from_bytes(blake2b(f"{subject}\0{what}".encode(), digest_size=8).digest(), "big")


@dataclass
class Seen:
    """How destinations are, said by the test."""

    waits: dict[str, float] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    loads: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    trials: dict[str, float] = field(default_factory=dict)

    def first_word(self, destination: str) -> float | None:
        return self.waits.get(destination)

    def unheard(self, destination: str) -> bool:
        return destination in self.silent

    def load(self, destination: str) -> float:
        return self.loads.get(destination, 0.0)

    def share(self, destination: str) -> float:
        return self.shares.get(destination, 1.0)

    def price(self, destination: str) -> float | None:
        return self.prices.get(destination)

    def trial(self, route: Route, destination: str) -> float | None:
        return self.trials.get(destination)


HEAD = """\
vendors: {v: {kind: openai}}
directory: {teams: [hr, legal], groups: [staff]}
destinations: {a: {vendor: v, model: m}, b: {vendor: v, model: m}, c: {vendor: v, model: m}, d: {vendor: v, model: m}}
"""


def route(said: str, tiers: str = "{}", **others: str) -> Route:
    """The route that a model with the destinations a, b, c and d takes."""
    routes = "".join(f"  {name}: {value}\n" for name, value in {"it": said, **others}.items())
    text = f"{HEAD}models: {{m: {{destinations: [a, b, c, d], route: it, tiers: {tiers}}}}}\nroutes:\n{routes}"
    settings = read_settings(load_texts({"config.yaml": text.encode()}), Path("/etc"), {})
    return build_routes(settings)["m"]


def options(names: str) -> list[One]:
    """Candidates of those names; `x<a` stands in the place of a."""
    parted = [name.partition("<") for name in names.split()]
    return [One(At(name), place or None) for name, _, place in parted]


def planned(
    names: str, by: Route, call: Call | None = None, seen: Seen | None = None, draw: Random | None = None
) -> Plan[One]:
    """The plan for a call."""
    return plan(options(names), by, call or Call(), seen or Seen(), (draw or Random(1)).random)


def names(found: Plan[One]) -> str:
    """The order, as it is written."""
    return " ".join(c.destination.name for c in found.candidates)
