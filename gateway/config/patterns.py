"""Public names with an asterisk, and the vendor's names that are made from what they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.config.kinds import NAME, Context, Kind, WrongValue
from gateway.documents import Problem, nearest

if TYPE_CHECKING:
    from gateway.config.destinations import ModelSettings
    from gateway.config.settings import Settings

PUBLIC = re.compile(rf"(?=.{{1,128}}$)(?:{NAME.pattern}|[A-Za-z0-9._:/@+-]*\*[A-Za-z0-9._:/@+-]*)")
"""A public name, which may have an asterisk."""

NAMED, STAR = "{model}", "{*}"
_TEMPLATE = re.compile(r"(?=.{1,128}$)[A-Za-z0-9._:/@+-]*\{(?:model|\*)\}[A-Za-z0-9._:/@+-]*")
# What a client may make up of a pattern: it comes into paths and records. Longer runs of letters and digits than names
# of models have are keys and numbers.
_MADE_UP = re.compile(r"(?=.{1,128}$)[A-Za-z0-9]{1,24}(?:[._:@+-]{1,2}[A-Za-z0-9]{1,24}|/[A-Za-z0-9]{1,24})*")


class Pattern(NamedTuple):
    """A name with one asterisk, which stands for one character at least."""

    before: str
    after: str

    @classmethod
    def of(cls, name: str) -> Pattern:
        """The pattern that a name is."""
        before, _, after = name.partition("*")
        return cls(before, after)

    def star(self, name: str) -> str:
        """What the asterisk stands for in a name, "" where it isn't one of the pattern's."""
        before, after = self
        if len(name) > len(before) + len(after) and name.startswith(before) and name.endswith(after):
            return name[len(before) : len(name) - len(after)]
        return ""

    def named(self, star: str) -> str:
        """The name in which the asterisk stands for this."""
        return self.before + star + self.after

    @property
    def length(self) -> int:
        """Characters beside the asterisk: of two patterns that a name fits, the longer one counts."""
        return len(self.before) + len(self.after)

    def ambiguous(self, other: Pattern) -> bool:
        """Whether a name fits both, and neither is longer."""
        return (
            self.length == other.length
            and (self.before.startswith(other.before) or other.before.startswith(self.before))
            and (self.after.endswith(other.after) or other.after.endswith(self.after))
        )


def is_pattern(name: str) -> bool:
    """Whether a name has an asterisk."""
    return "*" in name


def is_template(model: str) -> bool:
    """Whether a vendor's model is made from the name that was asked for."""
    return "{" in model


def made_up(name: str) -> bool:
    """Whether a client may ask for it where only a pattern says that it exists."""
    return _MADE_UP.fullmatch(name) is not None


def vendor_name(template: str, name: str, star: str) -> str:
    """The vendor's name of a model. star: what the asterisk stands for in its public name."""
    return template.replace(NAMED, name).replace(STAR, star)


def public_name(template: str, vendor: str, pattern: Pattern) -> str:
    """The public name under a pattern that makes this vendor's name; "" where none does."""
    mark = STAR if STAR in template else NAMED
    found = Pattern.of(template.replace(mark, "*")).star(vendor)
    if not found:
        return ""
    name = pattern.named(found) if mark == STAR else found
    return name if pattern.star(name) else ""


def starred(template: str) -> str:
    """A template as a pattern of the vendor's names."""
    return template.replace(NAMED, "*").replace(STAR, "*")


def mispatterned(settings: Settings, file: str) -> Iterator[Problem]:
    """Patterns between which nothing decides, and names that can't be made."""
    for name, model in settings.models.items():
        path = (file, "models", name)
        yield from _aliases(name, model, path)
        yield from _known(name, model, settings.models, path)
        for index, wanted in enumerate(model.destinations):
            destination = settings.destinations.get(wanted)
            if destination is not None and STAR in destination.model and not is_pattern(name):
                said = f"{wanted} asks for what {STAR} stands for, and {name} has no asterisk"
                yield Problem((*path, "destinations", index), said)
    spelt = [(of, one) for of, m in settings.models.items() for one in (of, *m.aliases) if is_pattern(one)]
    for (first, one), (second, other) in combinations(spelt, 2):
        if one != other and Pattern.of(one).ambiguous(Pattern.of(other)):
            said = f"{other} is as long as {one}, and names fit both: nothing says which one is meant"
            yield Problem((file, "models", second if first != second else first), said)


def unreplaced(settings: Settings, file: str) -> Iterator[Problem]:
    """Retired models whose replacement isn't there, or comes back to them."""
    for name, model in settings.models.items():
        path = (file, "models", name)
        if model.replacement is not None and model.retires is None:
            yield Problem((*path, "replacement"), "replaces nothing: say when the model retires")
        if model.when_retired == "replace" and model.replacement is None:
            yield Problem((*path, "when_retired"), "needs `replacement`: what answers then")
        seen, following = {name}, model.replacement
        while following is not None:
            entry = _entry(settings, following)
            if entry is None:
                known = [one for one in settings.models if not is_pattern(one)]
                yield Problem((*path, "replacement"), f"there is no model {following}", nearest(following, known))
                break
            if entry in seen:
                yield Problem((*path, "replacement"), f"{following} is replaced by what it replaces")
                break
            seen.add(entry)
            following = settings.models[entry].replacement


def _entry(settings: Settings, name: str) -> str | None:
    """The entry by which a name is served."""
    if name in settings.models:
        return name
    fits = [one for one in settings.models if is_pattern(one) and Pattern.of(one).star(name)]
    return max(fits, key=lambda one: Pattern.of(one).length, default=None)


def _aliases(name: str, model: ModelSettings, path: tuple[str, ...]) -> Iterator[Problem]:
    for index, alias in enumerate(model.aliases):
        if is_pattern(name) and not is_pattern(alias):
            yield Problem((*path, "aliases", index), f"{alias} says nothing of what the asterisk of {name} stands for")


def _known(name: str, model: ModelSettings, models: Collection[str], path: tuple[str, ...]) -> Iterator[Problem]:
    for index, known in enumerate(model.known):
        if not is_pattern(name) or not Pattern.of(name).star(known):
            yield Problem((*path, "known", index), f"{known} is no name that {name} stands for")
        elif known in models:
            yield Problem((*path, "known", index), f"{known} is a model of its own")


def _public(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not PUBLIC.fullmatch(value):
        raise WrongValue("must be a name: letters, digits and . _ : / @ + -, with one * at most")
    return value


def _model(value: Any, _: Context) -> str:
    if not isinstance(value, str) or not (NAME.fullmatch(value) or _TEMPLATE.fullmatch(value)):
        raise WrongValue("must be a name (letters, digits and . _ : / @ + -), or have {model} or {*} in it, once")
    return value


PUBLIC_NAME = Kind("name or pattern", _public, {"type": "string", "pattern": f"^{PUBLIC.pattern}$"})
VENDOR_MODEL = Kind("name or template", _model, {"type": "string", "minLength": 1})
