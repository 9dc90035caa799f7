"""Models that a vendor takes away: callers are told before, and led to what takes their place after."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import TYPE_CHECKING

from gateway.errors import NotFound

if TYPE_CHECKING:
    from gateway.bundle.destinations import Model
    from gateway.bundle.pair import Pair
    from gateway.exchange import Exchange
    from gateway.http import Headers
    from gateway.identity.callers import Caller


def present(pair: Pair, caller: Caller, model: Model, today: date) -> Model:
    """The model itself, or what answers in its place by now; raises NotFound naming that where callers are to change.

    Only what this caller may use takes a place or is named.
    """
    for _ in pair.models:
        retired = model.retirement
        if retired is None or today < retired.day:
            return model
        following = pair.model(retired.replacement) if retired.replacement else None
        if following is not None and not caller.may_use(following.name):
            following = None
        if following is None or not retired.replace:
            raise _retired(model.name, following.name if following is not None else None)
        model = following
    raise _retired(model.name, None)  # a circle, which a load refuses


def offered(pair: Pair, today: date) -> list[str]:
    """The models that lists show: those that aren't retired."""
    return [name for name in pair.model_names if (m := pair.model(name)) is not None and not is_retired(m, today)]


def is_retired(model: Model, today: date) -> bool:
    """Whether it is no more."""
    return model.retirement is not None and model.retirement.day <= today


def headers(exchange: Exchange) -> Headers:
    """What an answer says of its model's end; nothing for most."""
    found: list[tuple[bytes, bytes]] = []
    if exchange.retired:
        found.append((b"x-ecluse-model-replaced", f"{exchange.retired}>{exchange.model}".encode()))
    model = exchange.pair.model(exchange.model)
    if model is not None and (end := model.retirement) is not None:
        midnight = format_datetime(datetime.combine(end.day, time(), UTC), usegmt=True)
        found.append((b"x-ecluse-model-retires", end.day.isoformat().encode()))
        found.append((b"sunset", midnight.encode()))
        if end.replacement and exchange.caller.may_use(end.replacement):
            found.append((b"x-ecluse-model-replacement", end.replacement.encode()))
    return found


def _retired(name: str, replacement: str | None) -> NotFound:
    hint_en = f" Use {replacement}." if replacement else ""
    hint_fr = f" Utilisez {replacement}." if replacement else ""
    return NotFound(
        "model_retired",
        {"en": f"The model {name} is retired.{hint_en}", "fr": f"Le modèle {name} est retiré.{hint_fr}"},
        param="model",
    )
