"""Arguments of calls: the source of JSON in some dialects, an object in others."""

from __future__ import annotations

import orjson


def object_of(source: str) -> orjson.Fragment | None:
    """The object that a source is of, as it was said, since numbers may be longer than ours; None where it is of none.

    No source stands for no arguments.
    """
    try:
        said = orjson.loads(source or "{}")
    except orjson.JSONDecodeError:
        return None
    return orjson.Fragment(source or "{}") if isinstance(said, dict) else None
