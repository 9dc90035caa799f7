"""Where in a JSON text a character stands, as the keys and indexes that lead to it."""

from __future__ import annotations

import re

import orjson

from adapters.wire.body import Path

# One token of JSON: a string, a sign, or a number or word.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)


def path_at(text: str, place: int) -> Path | None:
    """The path of the value in which character `place` of a JSON text stands; of a key, the object that it is in.

    None where the text isn't JSON or the place is outside every value.
    """
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    steps: list[str | int | None] = []
    for token in _TOKEN.finditer(text):
        said = token.group()
        within = token.start() <= place < token.end()
        if said in "[{":
            steps.append(0 if said == "[" else None)
        elif said in "]}":
            steps.pop()
        elif said == ",":
            _go_on(steps)
        elif said != ":":
            is_key = bool(steps) and steps[-1] is None
            if within:
                return tuple(step for step in steps if step is not None)
            if is_key:
                steps[-1] = str(orjson.loads(said))
    return None


def _go_on(steps: list[str | int | None]) -> None:
    """Behind a comma: the next item, or the next key."""
    last = steps[-1]
    steps[-1] = last + 1 if isinstance(last, int) else None
