"""`ecluse policy log`: which bundles were in force, since when, and who stood behind them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from gateway.cli.main import REFUSED, add_config
from gateway.config import load_places
from gateway.state.workers import differing, present
from observability.ledger import events

TEXT = """\
Say which bundle each worker serves now, and which came into force before: when, by whose signatures, asked for by whom;
what was refused and why. It reads the ledger and the state folder; the gateway may be running or not.

A bundle is named by its revision, which every record of a call and the header x-ecluse-policy carry too. A signed one
also has the revision of its files alone, which `sign` and `verify` name `files`.
"""

_EVENTS = ("start", "stop", "reload", "reload.refused")


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("-n", type=int, default=20, metavar="COUNT", help="how many entries (default 20)")
    sub.add_argument("--json", action="store_true", help="one JSON object: workers, differing, log")


def run(args: argparse.Namespace) -> int:
    """Print the log."""
    places = load_places(args.config)
    if not places.ledger_dir.is_dir():
        print(f"there is no ledger at {places.ledger_dir}", file=sys.stderr)
        return REFUSED
    workers = present(places.state_dir)
    log = [_entry(event) for event in events(places.ledger_dir, _EVENTS, args.n)]
    if args.json:
        print(orjson.dumps({"workers": workers, "differing": differing(workers), "log": log}).decode())
    else:
        print("\n".join((*_now(workers), "", *(_line(one) for one in log))))
    return 0


def _entry(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event of the ledger as the log tells it: `at`, `what`, and what was told with it."""
    what = {"start": "started", "stop": "stopped", "reload": "loaded", "reload.refused": "refused"}[event["event"]]
    return {"at": event["at"], "what": what, **event["detail"]}


def _now(workers: list[dict[str, Any]]) -> Iterator[str]:
    if not workers:
        yield "no worker serves now"
    for one in workers:
        yield f"worker {one['worker']} serves bundle {one['policy']} since {_time(one['since'])}{_people(one)}"
    if (said := differing(workers)) is not None:
        yield f"WARNING: {said}"


def _line(one: Mapping[str, Any]) -> str:
    said = f"{_time(one['at'])}  {one['what']:<8}"
    by = f", by {one['by']}" if "by" in one else ""
    at = f", worker {one['worker']}" if "worker" in one else ""
    if one["what"] == "refused":
        return f"{said}  kept {one.get('policy', one.get('kept'))}{by}{at}: {one.get('why', '')}"
    if one["what"] == "stopped":
        return f"{said}{at.removeprefix(',')}"
    before = f", before {one['from_policy']}" if one.get("from_policy", one.get("policy")) != one.get("policy") else ""
    return f"{said}  bundle {one.get('policy', '?')}{before}{_people(one)}{by}{at}"


def _people(one: Mapping[str, Any]) -> str:
    """Who stands behind a bundle, and how many had to: a configuration that asks for fewer is to be seen."""
    must = one.get("must_approve")
    if not one.get("author"):
        return ", not signed" if must is not None else ""
    approved = f"{one.get('approved_by') or 'nobody'} ({must or 'nobody'} must)"
    files = f", files {one['files']}" if "files" in one else ""
    return f"{files}, written by {one['author']}, approved by {approved}, made {_time(one['made'])}"


def _time(at: str) -> str:
    return at[:19].replace("T", " ")
