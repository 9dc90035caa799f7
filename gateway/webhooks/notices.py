"""What webhooks are told of: one table of events, each with its words. What the log may say of them is all there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final, Literal, NamedTuple

from gateway.pricing.rates import MICROS
from gateway.quota.words import Words, amount, limit

Value = str | int | float | bool | None
Level = Literal["info", "warning", "error"]


class Notice(NamedTuple):
    """One kind of event. topic: what it is a state of; a topic's events of one subject are told as one story.

    subject: fields that tell one subject from another. en, fr: sentences; `{field}` is the event's own, `-` where it
    has none. everywhere: every worker sees it, and one is enough to tell.
    """

    topic: str
    subject: tuple[str, ...]
    level: Level
    en: str
    fr: str
    everywhere: bool = False


class Message(NamedTuple):
    """Something to tell. repeated: how often the same happened since it was told last, beside this time."""

    event: str
    at: datetime
    facts: Mapping[str, Value]
    repeated: int = 0

    @property
    def notice(self) -> Notice:
        """Its row of the table."""
        return NOTICES[self.event]

    @property
    def subject(self) -> str:
        """What it is about, so that repetitions are known as such."""
        return "/".join((self.notice.topic, *(str(self.facts.get(name, "-")) for name in self.notice.subject)))

    def words(self, language: str) -> str:
        """The sentence, in one language."""
        french = language == "fr"
        known = defaultdict(lambda: "-", {name: _shown(name, value, french) for name, value in self.facts.items()})
        known["scope"] = _SCOPES.get(known["scope"], (known["scope"],) * 2)[french]
        if self.event == "quota.soft":
            known |= {name: said["fr" if french else "en"] for name, said in _of_quota(self.facts).items()}
        said = (self.notice.fr if french else self.notice.en).format_map(known)
        if not self.repeated:
            return said
        return f"{said} {_REPEATED[french][self.repeated > 1].format(self.repeated)}"


def wanted(event: str, patterns: tuple[str, ...]) -> bool:
    """Whether a receiver wants to be told of an event."""
    return any(fnmatchcase(event, pattern) for pattern in patterns)


def _shown(name: str, value: Value, french: bool) -> str:
    """A value in a sentence: numbers without zeros that say nothing, and what is counted with its noun."""
    if value is None:
        return "-"
    said = f"{value:g}".replace(".", "," if french else ".") if isinstance(value, float) else str(value)
    if name not in _NOUNS or isinstance(value, str):
        return said
    several = abs(value) >= 2 if french else value != 1
    return f"{said} {_NOUNS[name][french][several]}"


def _of_quota(facts: Mapping[str, Value]) -> dict[str, Words]:
    """What is used of a limit, and the limit, as refusals say them; money with its currency."""
    unit, used, whole = (facts.get(name) for name in ("unit", "used", "limit"))
    if not isinstance(unit, str) or not isinstance(used, int | float) or not isinstance(whole, int | float):
        return {}
    currency, each = str(facts.get("currency") or ""), MICROS if unit == "cost" else 1
    return {
        "used": amount(round(used * each), unit, currency),
        "limit": limit(round(whole * each), unit, str(facts.get("window")), currency),
    }


_NOUNS: Final[Mapping[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    "days": (("day", "days"), ("jour", "jours")),
    "problems": (("fault", "faults"), ("faute", "fautes")),
}

_SCOPES: Final[Mapping[str, tuple[str, str]]] = {
    "key": ("key", "la clé"), "user": ("user", "l'utilisateur"), "use_case": ("use case", "le cas d'usage"),
    "destination": ("destination", "la destination"), "rule": ("rule", "la règle"), "team": ("team", "l'équipe"),
    "organisation": ("organisation", "l'organisation"), "model": ("model", "le modèle"),
    "contract": ("contract", "le contrat"),
}  # fmt: skip
_REPEATED: Final = (
    ("(And once more since the last message.)", "(And {} more times since the last message.)"),
    ("(Et une autre fois depuis le dernier message.)", "(Et {} autres fois depuis le dernier message.)"),
)

NOTICES: Final[Mapping[str, Notice]] = {
    "breaker.opened": Notice(
        "breaker", ("destination", "reason"), "warning",
        "{destination} is left alone for {seconds} s: its calls failed ({reason}). Others take over if rules permit.",
        "{destination} est mise à l'écart {seconds} s : ses appels échouent ({reason}). D'autres prennent le relais, "
        "si les règles le permettent.",
        everywhere=True,
    ),
    "breaker.closed": Notice(
        "breaker", ("destination", "reason"), "info",
        "{destination} answers again ({reason}).", "{destination} répond de nouveau ({reason}).",
        everywhere=True,
    ),
    "destination.outlier": Notice(
        "outlier", ("destination",), "warning",
        "{destination} does far worse than the other destinations of its model; calls go there last.",
        "{destination} fait bien pire que les autres destinations du modèle ; les appels y vont en dernier.",
        everywhere=True,
    ),
    "failover.burst": Notice(
        "failover", ("destination",), "warning",
        "{count} calls in {seconds} s went on from {destination} to another destination.",
        "{count} appels en {seconds} s sont passés de {destination} à une autre destination.",
        everywhere=True,
    ),
    "vendor.refuses_us": Notice(
        "refusal", ("destination", "error"), "error",
        "{vendor} refuses us at {destination} ({error}): the credential, budget or name of the model isn't in order.",
        "{vendor} nous refuse sur {destination} ({error}) : la clé, le budget ou le nom du modèle n'est pas en ordre.",
        everywhere=True,
    ),
    "route.demoted": Notice(
        "route", ("route", "destination"), "warning",
        "{destination} breaks a promise of route {route} ({objective}); it is asked last.",
        "{destination} ne tient pas un engagement de la route {route} ({objective}) ; elle passe en dernier.",
        everywhere=True,
    ),
    "route.restored": Notice(
        "route", ("route", "destination"), "info",
        "{destination} keeps the promises of route {route} again.",
        "{destination} tient de nouveau les engagements de la route {route}.",
        everywhere=True,
    ),
    "stop.ordered": Notice(
        "stop", ("scope", "name"), "warning",
        "Operators have stopped {scope} {name}. `ecluse status` tells why.",
        "L'exploitation a suspendu {scope} {name}. `ecluse status` dit pourquoi.",
    ),
    "stop.ended": Notice(
        "stop", ("scope", "name"), "info",
        "The stop of {scope} {name} has ended.", "La suspension a pris fin : {scope} {name}.",
    ),
    "reload.refused": Notice(
        "reload", (), "warning",
        "A change was refused ({reason}, {problems}); what was in force stays. `ecluse policy log` tells why.",
        "Un changement est refusé ({reason}, {problems}) ; la passerelle continue comme avant. `ecluse policy "
        "log` dit pourquoi.",
        everywhere=True,
    ),
    "ledger.not_ready": Notice(
        "ledger", ("worker",), "error",
        "The ledger of {worker} can't be written: calls are refused, or soon will be. Look at its disk.",
        "Le registre de {worker} ne peut être écrit : les appels sont refusés, ou le seront. Voyez son disque.",
    ),
    "ledger.ready": Notice(
        "ledger", ("worker",), "info",
        "The ledger of {worker} can be written again.", "Le registre de {worker} peut de nouveau être écrit.",
    ),
    "store.failed": Notice(
        "store", (), "error",
        "The shared store doesn't answer ({reason}). Calls go on until what is known is too old.",
        "Le magasin partagé ne répond pas ({reason}). Les appels continuent, tant que ce qu'on sait est assez frais.",
        everywhere=True,
    ),
    "store.back": Notice(
        "store", (), "info",
        "The shared store answers again.", "Le magasin partagé répond de nouveau.",
        everywhere=True,
    ),
    "quota.soft": Notice(
        "quota", ("scope", "name", "unit", "window", "resets_at"), "warning",
        "The quota of {scope} {name} runs low: {used} are used of {limit}.",
        "Un quota s'épuise ({scope} {name}) : il en est à {used} sur {limit}.",
    ),
    "drill.started": Notice(
        "drill", ("destination",), "info",
        "A drill makes {destination} fail on purpose for {seconds} s.",
        "Un exercice met {destination} en panne exprès pendant {seconds} s.",
    ),
    "drill.ended": Notice(
        "drill", ("destination",), "info",
        "The drill of {destination} is over. `ecluse drill report` tells how it went.",
        "L'exercice de {destination} est fini. `ecluse drill report` dit ce qu'il en est.",
    ),
    "drill.refused": Notice(
        "drills", ("schedule",), "error",
        "A scheduled drill couldn't be held.", "Un exercice prévu n'a pas pu avoir lieu.",
    ),
    "contract.expiring": Notice(
        "contract", ("contract",), "warning",
        "Contract {contract} ends in {days}; then nothing is sent under it any more.",
        "Le contrat {contract} finit dans {days} ; ensuite plus rien n'est envoyé sous lui.",
        everywhere=True,
    ),
    "contract.expired": Notice(
        "contract", ("contract",), "error",
        "Contract {contract} has ended: its destinations aren't asked any more.",
        "Le contrat {contract} est fini : ses destinations ne sont plus appelées.",
        everywhere=True,
    ),
    "certificate.refused": Notice(
        "certificate", ("listener",), "error",
        "The renewed certificate of listener {listener} is bad ({reason}); the one in use stays, for {days}.",
        "Le certificat renouvelé de l'écoute {listener} est mauvais ({reason}) ; l'actuel reste, pour {days}.",
        everywhere=True,
    ),
    "worker.took_over": Notice(
        "worker", ("worker",), "error",
        "A worker was lost ({reason}) and replaced by {worker}.",
        "Un processus a été perdu ({reason}) et remplacé par {worker}.",
    ),
    "bridge.lost": Notice(
        "bridge", (), "error",
        "The bridge to litellm's vendors was lost ({reason}) and is started again.",
        "Le pont vers les fournisseurs de litellm est perdu ({reason}) ; il est relancé.",
    ),
    "traces.failing": Notice(
        "traces", (), "warning",
        "No traces get to the collector ({reason}); calls don't notice.",
        "Plus aucune trace n'arrive au collecteur ({reason}) ; les appels ne s'en ressentent pas.",
        everywhere=True,
    ),
    "webhook.test": Notice(
        "test", (), "info",
        "This is a test. What happens will be told here.", "Ceci est un essai. Ce qui se passe sera dit ici.",
    ),
    "fault": Notice(
        "fault", ("error", "where"), "error",
        "The gateway met a fault of its own: {error} at {where}. Please report it.",
        "La passerelle a rencontré une faute à elle : {error} à {where}. Merci de la signaler.",
        everywhere=True,
    ),
}  # fmt: skip
