"""`ecluse top`: who calls what at this moment, and how it goes."""

from __future__ import annotations

import argparse
import shutil
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from gateway.cli.control import ControlFailed, ask, say_failed
from gateway.cli.ill import ill
from gateway.cli.keyboard import Keyboard
from gateway.cli.main import add_config
from gateway.cli.status import counted, lasted
from gateway.pricing.rates import NANOS
from gateway.top.rates import DIMENSIONS, Row, between, by, total, users
from gateway.top.screen import TITLES, Frame, columns, draw, figures, keys_told

TEXT = """\
Who calls what at this moment: calls a second, calls under way, tokens a second, cost an hour, what failed and was
refused, and how long calls took, by destination, team, caller, use case or model, over all workers.

  ecluse top                     until q is pressed
  ecluse top --by team
  ecluse top --once --json       two looks, then one JSON object

keys: d t c u m   by destination, team, caller, use case, model     s   sort by the next column
      n           names of callers instead of pseudonyms            q   end

Callers are shown under the pseudonym that the ledger knows them by; --names, or n, shows the users as the key store has
them, which whoever may open the control socket may see. Tokens and cost count when an attempt ends. Of
destinations, "failed" is of attempts; of everything else, of calls. Nothing is counted while nobody looks.
"""

LONGEST_SECONDS = 60.0
"""Between two looks."""
_STATUS_SECONDS = 5.0
_MOST_ILL = 4
_LINES_FOR_KEYS = 12
"""Terminals with less show figures instead."""


class _Look(NamedTuple):
    """at: monotonic seconds."""

    at: float
    seen: dict[str, Any]
    currency: str


def add(sub: argparse.ArgumentParser) -> None:
    """Arguments."""
    add_config(sub)
    sub.add_argument(
        "--by", type=_dimension, choices=tuple(TITLES), default="destination", metavar="WHAT",
        help=f"{', '.join(title.replace(' ', '_') for title in TITLES.values())} (default destination)",
    )  # fmt: skip
    sub.add_argument("--names", action="store_true", help="users as in the key store instead of pseudonyms")
    sub.add_argument("--every", type=_seconds, default=2.0, metavar="SECONDS", help="look so often (default 2)")
    sub.add_argument("--over", type=_seconds, default=10.0, metavar="SECONDS", help="rates over so long (default 10)")
    sub.add_argument("--once", action="store_true", help="look twice, --every apart, print and end")
    sub.add_argument("--json", action="store_true", help="one JSON object a look instead of a picture")


def _dimension(text: str) -> str:
    """What is shown, by its own name or by the one that people read."""
    return next((name for name, title in TITLES.items() if text.replace("-", "_") == title.replace(" ", "_")), text)


def _seconds(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.1 <= found <= LONGEST_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is no time of 0.1 to {LONGEST_SECONDS:g} seconds")
    return found


def run(args: argparse.Namespace) -> int:
    """Look until told to stop."""
    try:
        with Keyboard(live=not (args.once or args.json)) as keyboard:
            onlooker = _Onlooker(args, keyboard)
            onlooker.look()
            while not onlooker.waited(args.every):
                onlooker.look_again()
                if args.once:
                    break
    except ControlFailed as failed:
        return say_failed(failed)
    return 0


class _Onlooker:
    """What was seen over the last seconds, and how it is to be shown."""

    def __init__(self, args: argparse.Namespace, keyboard: Keyboard) -> None:
        self._args, self._keyboard = args, keyboard
        self._looks: deque[_Look] = deque()
        self._by, self._sort, self._names = args.by, 0, args.names
        self._said: tuple[str, tuple[str, ...]] = ("", ())
        self._asked = float("-inf")

    def look(self) -> None:
        """See what was counted until now; ControlFailed where nobody tells."""
        answer, looks = ask(self._args.config, "GET", "/top"), self._looks
        looks.append(_Look(time.monotonic(), answer["workers"], answer["currency"]))
        while len(looks) > 2 and looks[-1].at - looks[1].at >= self._args.over:
            looks.popleft()

    def look_again(self) -> None:
        """Look, and show what happened since. A gateway that is away for a while is waited for where somebody looks."""
        try:
            self.look()
            if not self._args.json and self._looks[-1].at - self._asked >= _STATUS_SECONDS:
                self._said, self._asked = _said(self._args), self._looks[-1].at
        except ControlFailed as failed:
            if not self._keyboard.live:
                raise
            self._said, self._asked = ("", (f"! {failed}",)), float("-inf")
        if self._args.json:
            print(orjson.dumps(_values(self._looks, self._named())).decode(), flush=True)
        else:
            self._show()

    def waited(self, seconds: float) -> bool:
        """Wait so long, doing what keys say meanwhile; whether they say to end."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            pressed = self._keyboard.wait(left)
            if pressed in ("q", "\x1b"):
                return True
            if len(self._looks) > 1 and (self._turned(pressed) or pressed == self._keyboard.RESIZED):
                self._show()
        return False

    def _turned(self, pressed: str) -> bool:
        """Whether a key changed what is shown."""
        chosen = next((name for name, title in TITLES.items() if title[0] == pressed), None)
        if chosen is not None:
            self._by = chosen
        elif pressed == "s":
            self._sort = (self._sort + 1) % len(columns(self._by, ""))
        elif pressed == "n":
            self._names = not self._names
        else:
            return False
        return True

    def _named(self) -> dict[str, str]:
        return users(self._looks[-1].seen) if self._names else {}

    def _show(self) -> None:
        first, last = self._looks[0], self._looks[-1]
        rows, seconds = between(first.seen, last.seen, first.at, last.at), last.at - first.at
        whole = total(rows)
        head = (
            f"{datetime.now():%H:%M:%S}  {figures(whole.rate('calls'))} calls/s, {whole.flight} in flight, "
            f"{figures(whole.cost_an_hour)} {last.currency}/h, {counted(len(last.seen), 'worker')}, {self._said[0]}"
        ).rstrip(", ")
        frame = Frame(rows, self._by, self._sort, seconds, last.currency, head, self._said[1], self._named())
        size, live = shutil.get_terminal_size((120, 40)), self._keyboard.live
        foot = keys_told(size.columns) if live and size.lines >= _LINES_FOR_KEYS else []
        room = size.lines - 1 - len(foot) if live else 10_000
        self._keyboard.picture([*draw(frame, size.columns, room, colours=live), *foot])


def _said(args: argparse.Namespace) -> tuple[str, tuple[str, ...]]:
    """Of the installation in one line, and what is ill."""
    status = ask(args.config, "GET", "/status")
    head = f"revision {status.get('revision', '?')}, up {lasted(status.get('uptime_seconds', 0))}"
    return head, tuple(f"! {line}" for line in ill(status))[:_MOST_ILL]


def _values(looks: deque[_Look], names: Mapping[str, str]) -> dict[str, Any]:
    first, last = looks[0], looks[-1]
    rows = between(first.seen, last.seen, first.at, last.at)
    return {
        "seconds": round(last.at - first.at, 3),
        "currency": last.currency,
        "workers": sorted(last.seen),
        "all": _plain(total(rows)),
        **{
            dimension: {names.get(name, name): _plain(row) for name, row in by(rows, dimension).items()}
            for dimension in DIMENSIONS
        },
    }


def _plain(row: Row) -> dict[str, Any]:
    return {
        "in_flight": row.flight,
        **{name: row.counts[name] for name in ("calls", "failed", "refused", "attempts")},
        "failed_attempts": row.counts["broken"],
        "input_tokens": row.counts["input"],
        "output_tokens": row.counts["output"],
        "cost": row.counts["nanos"] / NANOS,
        "cost_an_hour": row.cost_an_hour,
        "p50_seconds": row.took(0.5),
        "p95_seconds": row.took(0.95),
    }
