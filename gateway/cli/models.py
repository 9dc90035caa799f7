"""`ecluse models`: what staff can ask for, and where it goes."""

from __future__ import annotations

import argparse

from gateway.bundle.destinations import Destination, Model
from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import add_config
from gateway.cli.routing import described
from gateway.config.patterns import is_pattern
from gateway.routing.routes import build_routes

TEXT = """\
Show each public model with its aliases and, most preferred first, its destinations with the terms that policies see:
vendor, region, trust, contract, retention, training. A destination that calls can't go to says why. Below them stands
its larger ones, and the route that orders them, where it isn't the order written. A name with an asterisk stands for
every name that fits; those that are listed to callers are named.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)


def run(args: argparse.Namespace) -> int:
    """Print the models."""
    pair = load_pair(args.config)
    routes = build_routes(pair.settings)
    for model in pair.models.values():
        print(model.name + (f"   (also {', '.join(model.aliases)})" if model.aliases else ""))
        if (end := model.retirement) is not None:
            print(f"  retires on {end.day}: then {end.fate}")
        if is_pattern(model.name):
            print(f"  any name that fits; known: {', '.join(_known(pair, model)) or 'none'}")
        for destination in model.destinations:
            print(f"  {terms(destination)}")
        if model.larger:
            larger = dict.fromkeys(named or destination.name for named, destination in model.larger)
            print(f"  larger, for what is too long: {', '.join(larger)}")
        for line in described(routes[model.name], model.destinations):
            print(f"  {line}")
    return 0


def _known(pair: Pair, model: Model) -> list[str]:
    return [name for name in pair.model_names if (one := pair.model(name)) is not None and one.pattern == model.name]


def terms(destination: Destination) -> str:
    """A destination and what policies see of it, on one line."""
    d = destination
    if d.flaw:
        return f"{d.name}: not routable: {d.flaw}"
    facts = [
        f"{d.model} at {d.vendor}",
        f"region {d.region}",
        f"trust {d.trust}",
        f"contract {d.contract}" + (f" until {d.expires}" if d.expires else ""),
        f"kept {d.retention_days} days",
        "trains on prompts" if d.training else "no training",
    ]
    return f"{d.name}: {', '.join(facts)}" + (" (EXPIRED, not routable)" if d.expired else "")
