"""Which dialect a destination is asked in: the client's own where its vendor speaks it, else one that the ask can be
translated into, as the model allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.ask import MANAGING
from adapters.translate.base import Untranslatable
from adapters.translate.crossing import translated
from adapters.translate.registry import translates
from gateway.errors import BadRequest

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.translate.crossing import Translated
    from gateway.bundle.destinations import Destination, Model
    from gateway.exchange import Exchange


class Speaking:
    """Finds the dialect for one ask at each destination of a model. Where the model is strict, a destination that
    would lose anything of the ask isn't asked."""

    def __init__(self, exchange: Exchange, ask: Ask, model: Model) -> None:
        self._exchange, self._ask, self._how = exchange, ask, model.translation
        self._lost: tuple[str, ...] = ()

    def __call__(self, destination: Destination) -> str | None:
        """ "" for the client's own dialect; None where the destination can't be asked."""
        upstream, own = self._exchange.epoch.upstream(destination), self._ask.dialect
        spoken = upstream.spoken(destination.model)
        if own in spoken:
            return ""
        if self._ask.operation in MANAGING:  # it isn't said in `dialects` for itself
            return "" if own in upstream.vendor.dialects else None
        if self._how == "never" or self._ask.held or self._ask.keeps:  # what is kept is kept in the vendor's own words
            return None
        dialect = next((one for one in spoken if translates(own, one)), None)
        if dialect is not None and self._how == "strict":
            lost = _trial(self._exchange, self._ask, destination, dialect)
            self._lost = self._lost or lost
            return None if lost else dialect
        return dialect

    def nobody(self) -> BadRequest | None:
        """Why no destination can be asked, where it is for what would be lost."""
        return would_lose(self._lost) if self._lost else None


def _trial(exchange: Exchange, ask: Ask, destination: Destination, dialect: str) -> tuple[str, ...]:
    try:
        return say(exchange, ask, destination, dialect, ask.document.raw).lost
    except Untranslatable as odd:
        return (odd.what,)


def say(exchange: Exchange, ask: Ask, destination: Destination, dialect: str, body: bytes) -> Translated:
    """The body of an attempt in the destination's dialect; raises Untranslatable."""
    return translated(
        body, ask.dialect, dialect, model=destination.model, parameters=exchange.parameters, cap=exchange.cap,
        rules=destination.parameters,
    )  # fmt: skip


def would_lose(lost: tuple[str, ...]) -> BadRequest:
    """A refusal that names what can't be carried."""
    names = ", ".join(lost)
    return BadRequest(
        "translation_lost",
        {
            "en": f"This model is served in another API, which has no place for: {names}. Leave it out, or take another"
            " model.",
            "fr": f"Ce modèle est servi par une autre API, qui n'a pas de place pour : {names}. Retirez-le, ou prenez"
            " un autre modèle.",
        },
    )


def unsayable(odd: Untranslatable) -> BadRequest:
    """A refusal of an ask that can't be said in another dialect at all."""
    return BadRequest(
        "untranslatable",
        {
            "en": f"This request can't be said in the API by which the model is served (its {odd.what} is unusual).",
            "fr": f"Cette requête ne peut pas être exprimée dans l'API qui sert le modèle ({odd.what} inhabituel).",
        },
    )
