"""What is asked of a drill, whether it may be run, and the drill that comes of it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from adapters.translate.registry import translates
from gateway.config.drills import PROBE
from gateway.documents import nearest
from gateway.drills.faults import KINDS, Fault, parse
from gateway.drills.running import Drill
from gateway.identity.keyfile import KeyGrant

if TYPE_CHECKING:
    from gateway.bundle.destinations import Destination
    from gateway.bundle.pair import Pair
    from gateway.runtime import Runtime

USUAL_SECONDS = 10.0
"""How long calls are watched before the fault begins."""
AFTER_SECONDS = 60.0
"""How long at most they are watched after it, until the destination answers again."""
_SPREAD = 3  # polls after which every worker knows a new key
_SPOKEN = ("openai_chat", "anthropic_messages")


class DrillRefused(Exception):
    """A drill that can't be run; its words are for the operator."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for. model: through which public model; "" for one that prefers the destination. seconds: of the
    fault. users: patterns of users beside the drill's own. probes: whether the drill makes calls itself."""

    destination: str
    fault: Fault
    seconds: float = 60.0
    users: tuple[str, ...] = ()
    model: str = ""
    probes: bool = True
    usual: float = USUAL_SECONDS
    by: str = ""
    reason: str = ""
    scheduled: str = ""

    @classmethod
    def of(cls, value: Any) -> Order:
        """From plain values; raises DrillRefused."""
        if not isinstance(value, Mapping) or not isinstance(value.get("destination"), str):
            raise DrillRefused("a drill needs a destination")
        try:
            fault = parse(str(value.get("fault", "")))
            seconds, usual = float(value.get("seconds", 60.0)), float(value.get("usual", USUAL_SECONDS))
        except (ValueError, TypeError) as wrong:
            raise DrillRefused(f"fault: {wrong}") from None
        users = value.get("users", [])
        if not isinstance(users, list) or not all(isinstance(user, str) for user in users):
            raise DrillRefused("users must be a list of patterns")
        texts = {name: _line(value.get(name, "")) for name in ("model", "by", "reason")}
        return cls(
            value["destination"], fault, seconds, tuple(users), probes=bool(value.get("probes", True)), usual=usual,
            **texts,
        )  # fmt: skip


def _line(value: Any) -> str:
    """What an operator wrote, as one line that can stand in a record and a report."""
    return "".join(c if c.isprintable() and c not in "<>|`" else " " for c in str(value)[:200]).strip()


def planned(runtime: Runtime, order: Order) -> tuple[Drill, str]:
    """The drill that an order makes, beginning now, and the model that its calls ask for; raises DrillRefused."""
    pair = runtime.epoch.pair
    _permitted(pair, order)
    destination = pair.destinations[order.destination]
    model = order.model or _model(pair, destination)
    spoken = runtime.epoch.upstream(destination).dialects
    if order.probes and not any(one in spoken or any(translates(one, s) for s in spoken) for one in _SPOKEN):
        raise DrillRefused(f"{destination.name} speaks neither chat completions nor messages")
    now = runtime.now().timestamp()
    settle = _SPREAD * pair.settings.shared.poll_seconds
    fails = now + settle + order.usual
    mended = fails + order.seconds
    users = (*order.users, *((PROBE,) if order.probes else ()))
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d-%H%M")
    return (
        Drill(
            f"d-{stamp}-{secrets.token_hex(2)}", order.destination, model, order.fault, users, now + settle, fails,
            mended, mended + AFTER_SECONDS, order.by, order.reason, order.scheduled,
        ),
        model,
    )  # fmt: skip


def _permitted(pair: Pair, order: Order) -> None:
    settings = pair.settings.drills
    if not settings.enabled:
        raise DrillRefused("drills are off: set drills.enabled in the configuration")
    if order.destination not in pair.destinations:
        near = nearest(order.destination, pair.destinations)
        hint = f" (did you mean {near}?)" if near else ""
        raise DrillRefused(f"there is no destination {order.destination}{hint}")
    if not 1.0 <= order.seconds <= settings.most_seconds:
        raise DrillRefused(f"a fault lasts from 1 to {settings.most_seconds:g} seconds (drills.most_seconds)")
    if not 0.0 <= order.usual <= settings.most_seconds:
        raise DrillRefused(f"calls are watched from 0 to {settings.most_seconds:g} seconds before it")
    for user in order.users:
        if user not in settings.users and not _fits(user, settings.users):
            raise DrillRefused(f"drills.users doesn't permit a drill to touch the calls of {user}")
    if not order.users and not order.probes:
        raise DrillRefused(f"nobody's calls would fail: name users, or let the drill make calls ({', '.join(KINDS)})")
    if order.probes and (wrong := pair.unknown_in(KeyGrant(user=PROBE, team=settings.team))) is not None:
        raise DrillRefused(f"drills.team: {wrong}")


def _fits(user: str, patterns: Collection[str]) -> bool:
    """Whether a user, no pattern, is among those that patterns name."""
    return not set(user) & set("*?[") and any(fnmatchcase(user, pattern) for pattern in patterns)


def _model(pair: Pair, destination: Destination) -> str:
    """The public model through which the destination is asked first; DrillRefused where there is none."""
    first = next((m for m in pair.models.values() if m.destinations[0].name == destination.name), None)
    if first is None:
        raise DrillRefused(f"no model asks {destination.name} first: name one with --model to see what becomes of it")
    listed = pair.naming.standing_for(first.name)
    if not listed:
        raise DrillRefused(f"{first.name} is many models: name one with --model")
    return listed[0]
