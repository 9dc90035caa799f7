"""`ecluse status`: how a running gateway is."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.main import add_config
from gateway.cli.quota import used_of

TEXT = """\
Ask the running gateway, over its control socket, for its revision, calls in flight, ledger, breakers, slots taken and
calls waiting at destinations, calls turned away since it started, quotas, workers that were replaced, the process that
runs litellm, what is stopped, how old the last word from the shared store is, and notes.
"""


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument("--json", action="store_true", help="the answer as it came")


def run(args: argparse.Namespace) -> int:
    """Print the status."""
    try:
        found = ask(args.config, "GET", "/status")
    except ControlFailed as failed:
        return say_failed(failed)
    print(orjson.dumps(found).decode() if args.json else "\n".join(_lines(found)))
    return 0


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
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def _quota(row: Mapping[str, Any]) -> str:
    return used_of(row, row.get("currency", ""))


def _slots(row: Mapping[str, Any]) -> str:
    """Of a destination that is asked for nothing there is nothing to say."""
    said = f"{row['destination']}: {row['taken']} of {row['limit']} slots taken, {row['waiting']} waiting"
    return said if row["taken"] or row["waiting"] else ""


_ROWS: Mapping[str, Callable[[Any], str]] = {"quotas": _quota, "capacity": _slots}
