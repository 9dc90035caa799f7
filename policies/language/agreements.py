"""What the keys of a rule, and of the policy around it, ask of one another, in JSON Schema (draft 7)."""

from __future__ import annotations

from typing import Final

from policies.language.facts import CALL, LABELS
from policies.language.model import ACTIONS
from policies.language.pieces import PREFIX, Schema, has, one_of, some, where, without
from policies.structured import SCHEMA_INVALID

DECLARED: Final = tuple(k for k, f in CALL.items() if f.declared)
_OPENED: Final = ("class.not_inspectable", "class.remote_url", "class.server_tool")

_FINDS: Final[Schema] = has("when", {"required": ["findings"]})
_HOLDS: Final[Schema] = has("when", {"anyOf": [{"required": [key]} for key in ("findings", "data_class")]})
LOOKS: Final[Schema] = has("when", {"anyOf": [{"required": [key]} for key in ("findings", "data_class", LABELS)]})
_ALONE: Final[Schema] = some({"enum": [SCHEMA_INVALID]})


def _bounds(sign: str) -> Schema:
    said = f"must begin with {sign}= or {sign}: what a text adds can only tighten"
    bound = {"pattern": rf"^\s*{sign}", "patternErrorMessage": said}
    return {"properties": {"when": {"properties": {"data_class": bound}}}}


def _permits() -> list[Schema]:
    """What an allow rule may ask: facts, or one class of parts by name."""
    opened = some({"anyOf": [{"enum": list(_OPENED)}, PREFIX]})
    findings = has("findings", {"properties": {"any_of": opened, "all_of": opened}})
    plain = without("roles", "tools", "hosts", "server_tools")
    return [
        {"properties": {"when": without(*DECLARED), "unless": without(LABELS)}},
        _bounds("<"),
        {"properties": {"when": where({"required": ["findings"]}, findings, plain)}},
    ]


REROUTED: Final = where(has("action", {"const": "reroute"}), {"required": ["to"]}, without("to"))
PSEUDONYMISED: Final = where(has("action", {"const": "pseudonymise"}), {}, without("as"))
SHADOWED: Final = where(has("mode", {"const": "shadow"}), {"required": ["shadow_until"]}, without("shadow_until"))

OF_A_RULE: Final[list[Schema]] = [
    where(
        has("action", {"const": "allow"}),
        {"allOf": _permits()},
        {"allOf": [{"properties": {"unless": without(*DECLARED)}}, _bounds(">")]},
    ),
    where(has("action", one_of(("redact", "pseudonymise"))), _HOLDS),
    where(has("action", {"const": "repair"}), _FINDS),
    REROUTED,
    PSEUDONYMISED,
    SHADOWED,
    where(
        has("action", {"const": "repair"}),
        {"properties": {"when": {"properties": {"findings": {"properties": {"any_of": _ALONE, "all_of": _ALONE}}}}}},
    ),
]

ON_ANSWERS: Final[Schema] = {
    "properties": {"action": one_of([a for a in ACTIONS if a not in ("reroute", "allow", "pseudonymise")])}
}
