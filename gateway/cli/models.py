"""`ecluse models`: what staff can ask for, and where it goes."""

from __future__ import annotations

import argparse

from gateway.bundle.destinations import Destination
from gateway.bundle.pair import load_pair
from gateway.cli.main import add_config
from gateway.cli.routing import described
from gateway.routing.routes import build_routes

TEXT = """\
Show each public model with its aliases and, most preferred first, its destinations with the terms that policies see:
vendor, region, trust, contract, retention, training. A destination that calls can't go to says why. Below them stands
its larger ones, and the route that orders them, where it isn't the order written.
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
        for destination in model.destinations:
            print(f"  {terms(destination)}")
        if model.larger:
            larger = dict.fromkeys(named or destination.name for named, destination in model.larger)
            print(f"  larger, for what is too long: {', '.join(larger)}")
        for line in described(routes[model.name], model.destinations):
            print(f"  {line}")
    return 0


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
