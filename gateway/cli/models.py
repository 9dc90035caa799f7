"""`ecluse models`: what staff can ask for, and where it goes."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from gateway.bundle.destinations import Destination
from gateway.bundle.pair import Pair, load_pair
from gateway.cli.main import add_config
from gateway.cli.routing import described
from gateway.config.patterns import is_pattern
from gateway.discovering import Offer, discover, lines_to_add, safe
from gateway.documents import nearest
from gateway.routing.routes import build_routes

TEXT = """\
Show each public model with its aliases and, most preferred first, its destinations with the terms that policies see:
vendor, region, trust, contract, retention, training. A destination that calls can't go to says why. Below them stands
its larger ones, and the route that orders them, where it isn't the order written. A name with an asterisk stands for
every name that fits; those that are listed to callers are named.

  ecluse models discover     what vendors offer that isn't published here, and what they no longer offer

`discover` asks each vendor for its list with the credential of the configuration, and prints the lines to add. Exit
code 1 where something differs, 3 where a vendor couldn't be asked, 0 otherwise.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    what = sub.add_subparsers(dest="what", metavar="discover")
    one = what.add_parser("discover", help="lay what vendors offer beside what is published")
    one.add_argument("--vendor", action="append", default=[], metavar="V", help="only this vendor; may be said again")
    one.add_argument("--json", action="store_true", help="print one JSON object for programs")
    one.add_argument("--config", type=Path, default=argparse.SUPPRESS, metavar="FILE", help="the configuration")


def run(args: argparse.Namespace) -> int:
    """Print the models."""
    pair = load_pair(args.config, sends=args.what == "discover")
    if args.what == "discover":
        return _discover(pair, args)
    routes = build_routes(pair.settings)
    for model in pair.models.values():
        print(model.name + (f"   (also {', '.join(model.aliases)})" if model.aliases else ""))
        if (end := model.retirement) is not None:
            print(f"  retires on {end.day}: then {end.fate}")
        if is_pattern(model.name):
            print(f"  any name that fits; known: {', '.join(pair.naming.standing_for(model.name)) or 'none'}")
        for destination in model.destinations:
            print(f"  {terms(destination)}")
        if model.larger:
            larger = dict.fromkeys(named or destination.name for named, destination in model.larger)
            print(f"  larger, for what is too long: {', '.join(larger)}")
        for line in described(routes[model.name], model.destinations):
            print(f"  {line}")
    return 0


def _discover(pair: Pair, args: argparse.Namespace) -> int:
    wrong = next((name for name in args.vendor if name not in pair.settings.vendors), None)
    if wrong is not None:
        near = nearest(wrong, pair.settings.vendors)
        print(f"there is no vendor {wrong}" + (f" (did you mean {near}?)" if near else ""), file=sys.stderr)
        return 2
    offers = asyncio.run(discover(pair, args.vendor or [*pair.settings.vendors]))
    if args.json:
        print(json.dumps({"vendors": [asdict(one) for one in offers]}))
    else:
        _say(offers)
    return 3 if any(one.error for one in offers) else int(any(one.differs for one in offers))


def _say(offers: Sequence[Offer]) -> None:
    for one in offers:
        print(f"{one.vendor}: {one.error or f'offers {one.offered} models, under contract {one.contract}'}")
        for new in one.new:
            print(f"  new: {safe(new.model)}" + ("" if new.priced else ": no price is known, state it in the contract"))
        for name in one.unpriced:
            print(f"  served by a pattern: {safe(name)}: no price is known, it counts at the dearest")
        for destination, model in one.gone:
            print(f"  no longer offered: {safe(model)}, which destination {destination} asks for")
    lines = [*lines_to_add(offers)]
    if lines:
        print("\nto publish what is new, add to the configuration:\n")
        print("\n".join(lines))


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
