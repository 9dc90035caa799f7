"""Where a finding stands, in words for the one who sent it: message, tool, argument, character.

Names of tools and keys of arguments are the client's own words. They are told back to nobody else, are never recorded,
and are left out where they hold what was found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from adapters.wire.paths import path_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from adapters.ask import Ask, Passage
    from policies.classify import Classification
    from policies.decide import Place

_ROLES_FR: Mapping[str, str] = {
    "system": "consignes",
    "user": "utilisateur",
    "assistant": "assistant",
    "tool": "résultat d'outil",
    "tool_definition": "définition d'outil",
    "tool_arguments": "arguments d'outil",
    "reasoning": "raisonnement",
    "other": "autre champ",
}
# Of tools these are named; elsewhere the message says enough, or a path from the root of the body.
_OF_TOOLS = ("tool", "tool_arguments", "tool_definition")
_HIDDEN = "*"
_LONGEST_STEP, _MOST_STEPS, _MOST_FINDINGS = 60, 12, 5_000


class Spot(NamedTuple):
    """What the client itself calls a place. tool: a name. at: keys and indexes (`edits[0].new_string`); "" for none."""

    tool: str = ""
    at: str = ""


def spot(ask: Ask, classification: Classification, place: Place) -> Spot:
    """The client's names for a place of its request, `*` for each that holds something found."""
    if place.passage is None or len(classification.findings) > _MOST_FINDINGS:
        return Spot()
    passage = ask.passages[place.passage]
    found = tuple(_found(ask, classification))
    steps = _steps(passage, place.start)[:_MOST_STEPS]
    tool = passage.tool if passage.tool and passage.role in _OF_TOOLS else ""
    return Spot("" if _holds(tool, found) else tool, _dotted(steps, found))


def words(place: Place, where: Spot) -> dict[str, str]:
    """The sentence that tells a place, in both languages."""
    start = place.start + 1
    if place.direction == "response":
        return {
            "en": f"First place: in the answer ({place.role.replace('_', ' ')}), character {start}.",
            "fr": f"Premier endroit : dans la réponse ({_ROLES_FR.get(place.role, place.role)}), caractère {start}.",
        }
    en = "outside the messages" if place.message is None else f"message {place.message + 1}"
    fr = "hors des messages" if place.message is None else f"message {place.message + 1}"
    en, fr = f"{en}, {place.role.replace('_', ' ')}", f"{fr}, {_ROLES_FR.get(place.role, place.role)}"
    if where.tool:
        en, fr = f"{en} of {where.tool}", f"{fr} de {where.tool}"
    if where.at:
        en, fr = f"{en}, at {where.at}", f"{fr}, à {where.at}"
    if place.file:
        en, fr = f"{en}, in a file ({place.file})", f"{fr}, dans un fichier ({place.file})"
    return {
        "en": f"First place: {en}, character {start}.",
        "fr": f"Premier endroit : {fr}, caractère {start}.",
    }


def _steps(passage: Passage, start: int) -> tuple[str | int, ...]:
    """Keys and indexes from where the passage's role begins to the value that holds the finding."""
    piece = next((p for p in passage.pieces if p.start <= start < p.end), None)
    if piece is None:
        return ()
    leaf = piece.leaf
    if leaf.within is not None:
        return path_at(leaf.within.text, leaf.start) or ()
    known = passage.path.count("/") if passage.message is not None or passage.role in _OF_TOOLS else 0
    steps = leaf.path[known:]
    if leaf.kind == "key":
        return steps[:-1]
    inner = path_at(leaf.text, start - piece.start) if passage.role == "tool_arguments" and not steps else None
    return inner or steps


def _dotted(steps: tuple[str | int, ...], found: tuple[str, ...]) -> str:
    said = ""
    for step in steps:
        if isinstance(step, int):
            said += f"[{step}]"
            continue
        plain = step.isprintable() and len(step) <= _LONGEST_STEP and not _holds(step, found)
        said += f".{step if plain else _HIDDEN}"
    return said.removeprefix(".")


def _found(ask: Ask, classification: Classification) -> Iterator[str]:
    for finding in classification.findings:
        value = _bare(ask.passages[finding.passage].text[finding.start : finding.end])
        if value:
            yield value


def _holds(name: str, found: tuple[str, ...]) -> bool:
    """Whether a name holds something that was found, or is a part of it."""
    bare = _bare(name)
    return any(value in bare or (len(bare) > 3 and bare in value) for value in found)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
