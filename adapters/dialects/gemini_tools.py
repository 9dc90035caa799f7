"""The tools that a Gemini request offers: functions that the client runs, and everything else, which runs at Google."""

from __future__ import annotations

from typing import Any

from adapters.ask import SERVER_TOOL
from adapters.dialects.checks import refuse_vendor_held
from adapters.dialects.foreign import foreign
from adapters.dialects.gemini_fields import each, snake
from adapters.dialects.passages import Gathering, Mark, known, tool_name
from adapters.wire.body import Path

# What a tool at the vendor would look into that the vendor keeps.
_HELD = tuple(
    spelling
    for name in ("fileSearchStoreNames", "vertexAiSearch", "vertexRagStore", "datastore", "engine", "corpora")
    for spelling in (name, snake(name))
)


def tools(gathering: Gathering, value: dict[str, Any], path: Path = ()) -> tuple[str, ...]:
    """Claims tool definitions, names what would run at the vendor; gives the names of the functions."""
    found: list[str] = []
    for here, tool in each(value, "tools", path):
        for key, setting in tool.items():
            if snake(key) == "function_declarations":
                found += _functions(gathering, tool, here)
            elif setting is not None:
                _at_vendor(gathering, (*here, key), setting)
    return tuple(found)


def _functions(gathering: Gathering, tool: dict[str, Any], path: Path) -> list[str]:
    names = []
    for here, declared in each(tool, "functionDeclarations", path):
        name = tool_name(declared.get("name"))
        gathering.group(here, Mark("tool_definition", tool=name))
        if name:
            names.append(name)
    return names


def _at_vendor(gathering: Gathering, path: Path, setting: Any) -> None:
    """Any tool that isn't a function, also of a kind that isn't known: `googleSearch` is named google_search."""
    mark = Mark("tool_definition")
    gathering.group(path, mark)
    gathering.part(path, SERVER_TOOL, known(snake(str(path[-1])), "server_tool"), mark)
    for holder in setting if type(setting) is list else [setting]:
        if type(holder) is dict:
            refuse_vendor_held(holder, _HELD, path)
    foreign(gathering, path, setting, mark)
