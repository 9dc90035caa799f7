"""The form of a type's cases: templates of sentences, values that must be found, values that must not."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cases import words

ROWS = 240
"""Positives of a type, and near misses of a type."""

Value = Callable[[random.Random], str]


@dataclass(frozen=True)
class Type:
    """Cases of one detector.

    fr, en: at least ten sentences each, with `{value}` where the value stands (once) and any filler of `cases.words`
    (`{name}`, `{city}`, `{date}`, ...). value: a valid value as people write it, formats mixed. miss: something close
    that must not be found in the same sentences (a wrong key, another length), None where there is no such thing.
    near_fr, near_en: sentences in which even a valid-looking value is something else, or that only speak of the type;
    `{near}` is filled by `near` (by `value` where that is None), and may be absent.
    """

    detector: str
    fr: Sequence[str]
    en: Sequence[str]
    value: Value
    miss: Value | None = None
    near_fr: Sequence[str] = ()
    near_en: Sequence[str] = ()
    near: Value | None = None

    def rows(self) -> Iterator[dict[str, Any]]:
        """Positives, then near misses."""
        if len(self.fr) < 10 or len(self.en) < 10:
            raise ValueError(f"{self.detector}: ten sentences are needed in each language")
        rng = random.Random(self.detector)
        positives = [*_named("fr", self.fr), *_named("en", self.en)]
        for number in range(ROWS):
            yield _row("positive", positives[number % len(positives)], "value", self.value(rng), rng)
        misses = [*_named("near-fr", self.near_fr), *_named("near-en", self.near_en)]
        for number in range(ROWS):
            # Half of them are wrong values in the sentences of the right ones, where there are wrong values.
            if self.miss is not None and (number % 2 or not misses):
                yield _row("near_miss", rng.choice(positives), "value", self.miss(rng), rng)
            elif misses:
                near = self.near or self.value
                yield _row("near_miss", misses[number % len(misses)], "near", near(rng), rng)
            else:
                raise ValueError(f"{self.detector}: neither `miss` nor near sentences")


def _named(language: str, templates: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{language}-{number:02}", template) for number, template in enumerate(templates)]


def _row(kind: str, template: tuple[str, str], slot: str, value: str, rng: random.Random) -> dict[str, Any]:
    name, sentence = template
    before, hole, after = sentence.partition("{" + slot + "}")
    before, after = words.fill(before, rng), words.fill(after, rng)
    text = before + (value if hole else "") + after
    spans = [[len(before), len(before) + len(value)]] if kind == "positive" else []
    return {
        "text": text,
        "spans": spans,
        "kind": kind,
        "lang": "fr" if "fr" in name.split("-") else "en",
        "template": name,
    }
