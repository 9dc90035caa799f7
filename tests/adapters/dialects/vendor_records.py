"""Recorded vendor traffic for the tests of the dialects, and checks that hold for every dialect."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.ask import Ask
from adapters.dialects.base import Reader
from adapters.reply import Chunk, TextEdit
from adapters.wire.body import Document
from adapters.wire.sse import Framer

FOLDER = Path(__file__).parents[3] / "../shared/data/recorded"

needs_records = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recorded vendor traffic (../shared) is absent")


def records(dialect: str, kind: str) -> list[Path]:
    """Recorded answers of a dialect; kind: json | sse | req."""
    suffix = {"json": ".json", "sse": ".sse", "req": ".req.json"}[kind]
    found = sorted(FOLDER.glob(f"{dialect}-*{suffix}")) if FOLDER.is_dir() else []
    return [path for path in found if kind == "req" or not path.name.endswith(".req.json")]


def uncovered(ask: Ask) -> list[tuple[Any, ...]]:
    """Paths of strings, numbers and keys that no passage covers."""
    seen = {id(piece.leaf) for passage in ask.passages for piece in passage.pieces}
    return [(*leaf.path, leaf.kind) for leaf in ask.document.leaves if id(leaf) not in seen]


def misplaced(ask: Ask) -> list[str]:
    """Paths of passages whose pieces don't say what the passage says in that place."""
    return [
        passage.path
        for passage in ask.passages
        for piece in passage.pieces
        if piece.leaf.within is None and passage.part == "text" and piece.rewritable
        if passage.text[piece.start : piece.end] != piece.leaf.text
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of every object and array in a value."""
    if isinstance(value, dict | list):
        yield path
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, step))


def planted(body: bytes, path: tuple[Any, ...], canary: Any, *, as_key: bool) -> bytes:
    """The body with a canary as a new member or item at `path`."""
    value = json.loads(body)
    holder = value
    for step in path:
        holder = holder[step]
    if isinstance(holder, dict):
        holder[canary if as_key else "planted_here"] = "x" if as_key else canary
    else:
        holder.append({canary: "x"} if as_key else canary)
    return json.dumps(value).encode()


def read_stream(reader: Reader, raw: bytes) -> list[Chunk]:
    """Every event of a recorded stream, read."""
    framer = Framer()
    return [reader.event(event) for event in framer.feed(raw)]


def changed_strings(before: Any, after: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Paths at which two values differ."""
    if type(before) is type(after) and isinstance(before, dict) and list(before) == list(after):
        return [found for key in before for found in changed_strings(before[key], after[key], (*path, key))]
    if type(before) is type(after) and isinstance(before, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for index, (old, new) in pairs for found in changed_strings(old, new, (*path, index))]
    return [] if before == after else [path]


def data_of(raw: bytes, chunk: Chunk) -> Any:
    """The JSON in a rewritten chunk."""
    if chunk.raw == chunk.data:
        return json.loads(raw)
    (event,) = Framer().feed(raw)
    return json.loads(event.data)


def check_edit(reader: Reader, chunk: Chunk, index: int, start: int, end: int) -> None:
    """An edit of one delta changes that string and what repeats it, and nothing else."""
    delta = chunk.deltas[index]
    said = delta.text[:start] + "[edit]" + delta.text[end:]
    after = data_of(reader.rewrite(chunk, {index: [TextEdit(start, end, "[edit]")]}), chunk)
    leaves = Document.parse(chunk.data, alike=False).leaves
    (leaf,) = [leaf for leaf in leaves if leaf.start == delta.start]
    changed = changed_strings(json.loads(chunk.data), after)
    if leaf.kind == "key":
        assert changed == [leaf.path[:-1]] and said in at(after, leaf.path[:-1])
        return
    assert at(after, leaf.path) == said
    for path in changed:
        assert path == leaf.path or (path[-1] in ("logprobs", "annotations") and at(after, path) == [])


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What stands at `path`."""
    for step in path:
        value = value[step]
    return value
