"""One more item in a list of a YAML document, everything else of the file as it was: comments, order, spacing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from gateway.documents.values import parse
from gateway.documents.writing import inline


class NotAdded(Exception):
    """The list is written in a way that can't be added to (on one line, in braces)."""


def with_item(text: str, number: int, key: str, item: Mapping[str, Any]) -> str:
    """`text` with `item` at the end of the list `key` of its document `number` (0 first; empty ones don't count).

    The list is made where there is none. Raises NotAdded. The text must be one that the loader takes.
    """
    added = _added(text, number, key, item)
    before, after = parse("", text), parse("", added)
    before[number].value[key] = [*before[number].value.get(key, ()), dict(item)]
    if [one.value for one in before] != [one.value for one in after]:
        raise NotAdded("the end of the list can't be told from what follows it")
    return added


def _added(text: str, number: int, key: str, item: Mapping[str, Any]) -> str:
    root = _roots(text)[number]
    if root.flow_style:
        raise NotAdded("the document is written in braces")
    lines = text.splitlines()
    listed = {name.value: value for name, value in root.value}.get(key)
    if listed is None:
        return _put(lines, root, [f"{key}:", *_item(item, 2)])
    if not isinstance(listed, yaml.SequenceNode) or listed.flow_style:
        raise NotAdded(f"{key} is written on one line: write an item a line")
    return _put(lines, listed, _item(item, listed.start_mark.column))


def _roots(text: str) -> list[Any]:
    roots = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    return [node for node in roots if not isinstance(node, yaml.ScalarNode)]


def _put(lines: list[str], node: Any, added: list[str]) -> str:
    """The lines with others behind the last line of a block; blank lines and comments that follow it stay behind."""
    mark = node.end_mark
    end = min(mark.line if mark.column == 0 else mark.line + 1, len(lines))
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return "\n".join([*lines[:end], *added, *lines[end:]]) + "\n"


def _item(item: Mapping[str, Any], column: int) -> list[str]:
    """An item of a block list, a key a line."""
    said = [f"{key}: {value if isinstance(value, date) else inline(value)}" for key, value in item.items()]
    return [" " * column + ("- " if index == 0 else "  ") + line for index, line in enumerate(said)]
