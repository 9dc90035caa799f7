"""Destinations and public models: configuration joined with contracts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from adapters.registry import VENDORS
from adapters.wire.parameters import Parameters
from gateway.bundle.contracts import Contract
from gateway.bundle.retirement import Retirement, retirement_of
from gateway.config.destinations import DestinationSettings, ModelSettings, VendorSettings
from gateway.config.patterns import STAR, Pattern, is_pattern, is_template, vendor_name
from gateway.config.settings import Settings


def utc_today() -> date:
    """The day on which contracts are judged."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One model at one vendor and the terms it is used under: what rulings and routing see of it.

    vendor: its name in the configuration. kind: how it is spoken to. A fact that no contract states is None, which
    policies take as the most sensitive value. keep_seconds: how long its vendor may keep objects, as configured. flaw:
    why it isn't routable, "" where nothing is wrong but time. parameters: rules on the bodies that go there, None where
    there are none. template: what `model` was made from where the name that was asked for tells it, "" otherwise.
    """

    name: str
    vendor: str
    kind: str
    model: str
    base_url: str
    beta: frozenset[str] = frozenset()
    contract: str | None = None
    trust: str | None = None
    region: str | None = None
    processor: str | None = None
    retention_days: int | None = None
    training: bool | None = None
    expires: date | None = None
    deadline_seconds: float | None = None
    backoff_seconds: float | None = None
    keep_seconds: float = 0.0
    flaw: str = ""
    template: str = ""
    parameters: Parameters | None = field(default=None, hash=False, repr=False)
    today: Callable[[], date] = field(default=utc_today, repr=False, compare=False)

    @property
    def external(self) -> bool:
        """Outside the company, or nobody said that it is inside."""
        return self.trust != "internal"

    @property
    def expired(self) -> bool:
        """Whether its contract's last day (UTC) is over."""
        return self.expires is not None and self.today() > self.expires

    @property
    def known(self) -> bool:
        """Whether a contract in force covers its host."""
        return not self.flaw and not self.expired

    @property
    def keeps_seconds(self) -> float:
        """How long its vendor may keep what callers have it make: not longer than the contract lets it keep prompts,
        and not at all where none says that it may."""
        return min(self.keep_seconds, (self.retention_days or 0) * 86400.0)

    @property
    def routable(self) -> bool:
        """Whether calls may go there, as far as terms say; policies may still refuse."""
        return self.known

    def named(self, name: str, star: str = "") -> Destination:
        """The same for a public name, where its model is a template. star: what the name's asterisk stands for."""
        if not is_template(self.model):
            return self
        return replace(self, model=vendor_name(self.model, name, star), template=self.model)

    def makes(self, name: str, star: str = "") -> bool:
        """Whether a model of its vendor's may be made from this name: a client chooses that, and with it whatever else
        the vendor takes from it. What stands in the template is the operators' choice."""
        if not is_template(self.model):
            return True
        made, template = self.named(name, star).model.lower(), self.model.lower()
        return not any(made.count(mark) > template.count(mark) for mark in VENDORS[self.kind].unnamed)

    def under(self, contract: Contract) -> Destination:
        """The same under a contract; with a `flaw` where the contract doesn't cover its host."""
        covered = contract.covers(self.base_url)
        return replace(
            self,
            contract=contract.id,
            trust=contract.trust,
            region=contract.region,
            processor=contract.processor,
            retention_days=contract.retention_days,
            training=contract.training,
            expires=contract.expires,
            deadline_seconds=contract.deadline_seconds,
            backoff_seconds=contract.backoff_seconds,
            flaw="" if covered else f"{self.base_url} is not at a host allowed by contract {contract.id}",
        )


@dataclass(frozen=True, slots=True)
class Model:
    """A model as staff ask for it, with its destinations, most preferred first.

    larger: what is tried where an ask is too long for it, each with the model that it is named by, "" where the
    destination itself is named. translation: report | strict | never, for destinations of another dialect. retirement:
    its end, None where there is none to be seen. pattern: the name in the configuration that it is one of, "" where
    that is its own; star: what the asterisk of it stands for. known: it isn't only a client who says that there is such
    a model.
    """

    name: str
    aliases: tuple[str, ...]
    destinations: tuple[Destination, ...]
    larger: tuple[tuple[str, Destination], ...] = ()
    translation: str = "report"
    retirement: Retirement | None = None
    pattern: str = ""
    star: str = ""
    known: bool = True

    @property
    def entry(self) -> str:
        """Its name in the configuration."""
        return self.pattern or self.name

    @property
    def counted(self) -> str:
        """The name that metrics and accounts have for it: clients don't make those up."""
        return self.name if self.known else self.pattern

    def named(self, name: str, *, known: bool) -> Model:
        """The model of that name, where this one is a pattern of names."""
        star = Pattern.of(self.name).star(name)
        return replace(
            self,
            name=name,
            aliases=(),
            destinations=tuple(d.named(name, star) for d in self.destinations if d.makes(name, star)),
            larger=tuple((of, d.named(name, star)) for of, d in self.larger if d.makes(name, star)),
            pattern=self.name,
            star=star,
            known=known,
        )

    def at(self, destination: Destination) -> Destination | None:
        """A destination that isn't among its own, as it is asked for this model; None where that can't be said."""
        if not destination.makes(self.name, self.star):
            return None
        made = destination.named(self.name, self.star)
        return None if is_template(made.model) or (STAR in made.template and not self.star) else made


def build_destinations(
    settings: Settings,
    contracts: Mapping[str, Contract],
    urls: Mapping[str, str],
    today: Callable[[], date] = utc_today,
) -> dict[str, Destination]:
    """Every destination by name; one without a contract that covers it has a `flaw` and is never routable.

    urls: base URL of each vendor by name.
    """
    return {
        name: _destination(wanted, settings.vendors[wanted.vendor], contracts, urls[wanted.vendor], today)
        for name, wanted in settings.destinations.items()
    }


def build_models(settings: Settings, destinations: Mapping[str, Destination]) -> dict[str, Model]:
    """Every public model by its name in the configuration; destinations of patterns are templates still."""
    return {
        name: Model(
            name,
            model.aliases,
            called(name, (destinations[d] for d in model.destinations)),
            tuple(_larger(settings, destinations, model)),
            model.translation,
            retirement_of(model),
        )
        for name, model in settings.models.items()
    }


def called(name: str, destinations: Iterable[Destination]) -> tuple[Destination, ...]:
    """Destinations as they are asked for the model of that name; as they are, where it is a pattern."""
    return tuple(d if is_pattern(name) else d.named(name) for d in destinations)


def _larger(
    settings: Settings, destinations: Mapping[str, Destination], model: ModelSettings
) -> Iterator[tuple[str, Destination]]:
    for name in model.larger:
        if name in destinations:
            yield from (("", one) for one in called(model.name, [destinations[name]]))
        else:
            own = (destinations[d] for d in settings.models[name].destinations)
            yield from ((name, one) for one in called(name, own))


def remarks(destinations: Mapping[str, Destination], warn_days: int = 30) -> Iterator[str]:
    """What `check` says of destinations: which aren't routable and why, which contracts end soon."""
    for name, destination in destinations.items():
        if destination.flaw:
            yield f"destination {name} is not routable: {destination.flaw}"
        elif destination.expires is not None:
            left = (destination.expires - destination.today()).days
            end = f"contract {destination.contract} ends on {destination.expires}"
            if left < 0:
                yield f"destination {name} is not routable: {end}, which is past"
            elif left <= warn_days:
                yield f"destination {name}: {end}, in {left} days"


def _destination(
    wanted: DestinationSettings,
    vendor: VendorSettings,
    contracts: Mapping[str, Contract],
    url: str,
    today: Callable[[], date],
) -> Destination:
    bare = Destination(
        name=wanted.name,
        vendor=vendor.name,
        kind=vendor.kind,
        model=wanted.model,
        base_url=url,
        beta=frozenset(wanted.beta),
        keep_seconds=wanted.keep_seconds or 0.0,
        flaw="it names no contract",
        parameters=wanted.parameters.rules,
        today=today,
    )
    contract = contracts.get(wanted.contract) if wanted.contract else None
    return bare if contract is None else bare.under(contract)
