"""Which public model a name means: its own entry, else the longest pattern that it fits.

A client can make up names for a pattern. So what is made of them here is bounded, and they are counted under the
pattern unless something of ours knows them: a price, or the configuration.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gateway.bundle.destinations import Model
from gateway.config.patterns import Pattern, is_pattern, is_template, made_up, public_name

MOST_MADE = 1000
"""Names of patterns that are looked up once only, in one process."""


@dataclass(frozen=True, slots=True)
class Naming:
    """The public models by every name. names: those that are listed, in the order of the configuration."""

    names: tuple[str, ...]
    _exact: Mapping[str, Model]
    _patterns: tuple[tuple[Pattern, Model, bool], ...]
    _known: frozenset[str]
    _made: dict[str, Model] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, models: Iterable[Model], known: Mapping[str, Collection[str]]) -> Naming:
        """known: by pattern, the names that it is known to stand for."""
        models = tuple(models)
        spelt = [(name, model) for model in models for name in (model.name, *model.aliases)]
        exact = {name: model for name, model in spelt if not is_pattern(name)}
        patterns = [(Pattern.of(name), model, name == model.name) for name, model in spelt if is_pattern(name)]
        patterns.sort(key=lambda row: -row[0].length)
        every = frozenset(name for names in known.values() for name in names)
        found = cls((), exact, tuple(patterns), every)
        return replace(found, names=tuple(found._listed(models, known)))

    @property
    def spelt(self) -> tuple[str, ...]:
        """The names that are listed, and other names of these models."""
        return tuple(dict.fromkeys((*self.names, *self._exact)))

    def standing_for(self, entry: str) -> list[str]:
        """The listed names of the models that an entry of the configuration stands for."""
        return [name for name in self.names if (m := self.model(name)) is not None and m.entry == entry]

    def _listed(self, models: Iterable[Model], known: Mapping[str, Collection[str]]) -> Iterator[str]:
        for model in models:
            if not is_pattern(model.name):
                yield model.name
                continue
            for name in sorted(set(known.get(model.name, ()))):
                meant = self.model(name)
                if meant is not None and meant.entry == model.name:
                    yield name

    def model(self, asked: str) -> Model | None:
        """The model that a name means; None where there is none, or the name isn't one."""
        model = self._exact.get(asked)
        if model is not None or not self._patterns:
            return model
        if asked in self._made:
            return self._made[asked]
        model = self._fitting(asked, aliases=True) if asked in self._known or made_up(asked) else None
        if model is not None:
            if len(self._made) >= MOST_MADE:
                self._made.clear()
            self._made[asked] = model
        return model

    def _fitting(self, asked: str, *, aliases: bool) -> Model | None:
        for pattern, model, own in self._patterns:
            star = pattern.star(asked) if own or aliases else ""
            if not star:
                continue
            if own:
                made = model.named(asked, known=asked in self._known)
                return made if made.destinations else None
            if not is_pattern(model.name):
                return model
            name = Pattern.of(model.name).named(star)  # an alias is another spelling of the name
            return self._exact.get(name) or self._fitting(name, aliases=False)
        return None


def remarks(models: Iterable[Model], naming: Naming) -> Iterator[str]:
    """What `check` says of patterns: what they let through, and what it is taken to cost."""
    for pattern in (m for m in models if is_pattern(m.name)):
        listed = naming.standing_for(pattern.name)
        said = f"model {pattern.name} stands for {len(listed)} known names and for any other that fits"
        unpriced = [d.name for d in pattern.destinations if is_template(d.model)]
        yield said + (f", which counts at the dearest price known of {unpriced[0]}" if unpriced else "")


def known_names(model: Model, listed: Iterable[str], priced: Mapping[str, Iterable[str]]) -> list[str]:
    """The names that a pattern is known to stand for: those listed, and those whose model at one of its destinations
    has a price. priced: by destination, the vendor's models with a price."""
    pattern = Pattern.of(model.name)
    found = [
        name
        for destination in model.destinations
        if is_template(destination.model)
        for vendor in priced.get(destination.name, ())
        if (name := public_name(destination.model, vendor, pattern)) and made_up(name)
    ]
    return [*listed, *found]
