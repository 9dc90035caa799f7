"""`ecluse status`: how a running gateway is, what is ill first."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.ill import ill, used_share
from gateway.cli.main import add_config
from gateway.cli.quota import override_of, used_of
from gateway.cli.table import plain

TEXT = """\
Ask the running gateway, over its control socket, how it is. What is ill comes first, each in one line that begins with
an exclamation mark: a worker that doesn't serve, a ledger that isn't ready or has little room, breakers that aren't
closed, destinations asked last, calls that wait, quotas nearly used up, what was stopped. Then its revision and calls
in flight, calls turned away since it started, the fullest quotas, workers that were replaced, and notes.

  ecluse status           one page
  ecluse status --all     everything: the signed files, the ledger's counts, each process, every quota and slot
  ecluse status --json    the same for machines

With --check the exit code is 1 where anything is ill. `ecluse top` shows who calls what.
"""

_FIRST = ("revision", "bundle", "uptime_seconds", "draining", "calls_in_flight", "keys")
_DETAILS = (
    "files",
    "ledger",
    "breakers",
    "routes",
    "stops",
    "shared_store",
    "quota_store",
    "bridge",
    "workers",
    "processes",
    "missing",
    "silent",
)
"""Told where they are ill; else only with --all."""
_MOST_QUOTAS = 10


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("--all", action="store_true", help="everything, not only what matters most")
    sub.add_argument("--check", action="store_true", help="exit code 1 where anything is ill")
    sub.add_argument("--json", action="store_true", help="the answer as it came, with what is ill")


def run(args: argparse.Namespace) -> int:
    """Print the status."""
    try:
        found = ask(args.config, "GET", "/status")
    except ControlFailed as failed:
        return say_failed(failed)
    wrong = ill(found)
    if args.json:
        print(orjson.dumps({**found, "ill": wrong}).decode())
    else:
        lines = [*(f"! {line}" for line in wrong), *([] if wrong else ["well"]), *_page(found, args.all)]
        print("\n".join(map(plain, lines)))
    return 1 if args.check and wrong else 0


def _page(found: Mapping[str, Any], everything: bool) -> Iterator[str]:
    if everything:
        yield from _lines(found)
        return
    yield _headline(found)
    for key, value in found.items():
        if key == "quotas":
            yield from _fullest(value)
        elif key not in (*_FIRST, *_DETAILS):
            yield from _lines({key: value})


def _fullest(quotas: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The quotas of which most is used."""
    yield from _lines({"quotas": sorted(quotas, key=used_share, reverse=True)[:_MOST_QUOTAS]})
    if len(quotas) > _MOST_QUOTAS:
        yield f"  ({len(quotas) - _MOST_QUOTAS} more: ecluse quota show)"


def _headline(found: Mapping[str, Any]) -> str:
    """Revision, how long, how many: what is asked first."""
    said = [f"revision {_plain(found.get('revision', '?'))}"]
    if "bundle" in found:
        said.append(f"bundle {_plain(found['bundle'])}")
    if "uptime_seconds" in found:
        said.append(f"up {lasted(found['uptime_seconds'])}")
    if processes := found.get("processes"):
        said.append(counted(len(processes), "worker"))
    if "keys" in found:
        said.append(counted(found["keys"], "key"))
    if "calls_in_flight" in found:
        said.append(f"{counted(found['calls_in_flight'], 'call')} in flight")
    return ", ".join(said)


def counted(number: object, what: str) -> str:
    """`1 key`, `2 keys`."""
    return f"{_plain(number)} {what}{'' if number == 1 else 's'}"


def lasted(seconds: float) -> str:
    """`4 d 2 h`, `3 h 5 min`, `12 min`, `40 s`."""
    minutes = int(seconds) // 60
    if minutes >= 1440:
        return f"{minutes // 1440} d {minutes % 1440 // 60} h"
    return (
        f"{minutes // 60} h {minutes % 60} min"
        if minutes >= 60
        else f"{minutes} min"
        if minutes
        else f"{int(seconds)} s"
    )


def _lines(found: Mapping[str, Any]) -> Iterator[str]:
    for key, value in found.items():
        name = key.replace("_", " ")
        if value is None:
            continue
        if not isinstance(value, list):
            yield f"{name}: {_plain(value)}"
        elif lines := [line for item in value if (line := _ROWS.get(key, _plain)(item))]:
            yield f"{name}:"
            yield from (f"  {line}" for line in lines)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k.replace('_', ' ')} {_plain(v)}" for k, v in value.items() if v not in (None, ""))
    if isinstance(value, list):
        return "; ".join(_plain(one) for one in value)
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _quota(row: Mapping[str, Any]) -> str:
    return used_of(row, row.get("currency", ""))


def _override(row: Mapping[str, Any]) -> str:
    return override_of(row, row.get("currency", ""))


def _slots(row: Mapping[str, Any]) -> str:
    """Of a destination that is asked for nothing there is nothing to say."""
    said = f"{row['destination']}: {row['taken']} of {row['limit']} slots taken, {row['waiting']} waiting"
    return said if row["taken"] or row["waiting"] else ""


_ROWS: Mapping[str, Callable[[Any], str]] = {"quotas": _quota, "overrides": _override, "capacity": _slots}
