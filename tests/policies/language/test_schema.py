"""The schemas that editors take against the reader: the same keys, and nothing refused that the reader takes."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import jsonschema_rs
import orjson
import pytest
from decide_cases import VOCABULARY
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.decide import Policies
from policies.language import Doc, compile
from policies.language.problems import Reading
from policies.language.schema import DATA_CLASSES, REGISTERS, Offered, PolicySchemas

WHERE = {
    "organisations": ["acme"], "teams": ["finance"], "groups": {"in": ["staff"]}, "users": ["*@example.org"],
    "keys": "k1", "use_cases": {"not_in": ["hr-*"]}, "models": "assistant", "dialects": ["openai_chat"],
    "time": {"days": ["mon-fri", "sun"], "hours": "19:00-08:00", "zone": "Europe/Paris", "from": date(2027, 1, 1),
             "until": date(2027, 2, 1)},
}  # fmt: skip
TERMS = {
    "name": ["alpha"], "vendor": "simulator-us", "model": ["sim-*"], "region": {"not_in": ["eu"]},
    "trust": ["standard"],
    "contract": ["alpha-us"], "processor": ["Alpha Inc"], "retention_days": ">30", "training": False, "external": True,
    "known": True,
}  # fmt: skip
FULL: dict[str, Any] = {
    "kind": "EgressPolicy",
    "policy": "everything",
    "owner": "rssi@example.org",
    "basis": "a law",
    "applies_to": {**WHERE, "directions": ["request", "tool_results", "tool_arguments"]},
    "rules": [
        {
            "id": "one",
            "title": "One",
            "when": {
                **WHERE,
                "labels": ["c3"],
                "data_class": ">=C3",
                "size": ">=1000",
                "findings": {"any_of": ["fin.*", "fr.nir"], "confidence": ">=0.8", "count": ">2", "within": 200},
                "destination": TERMS,
                "roles": ["user", "tool"],
                "tools": ["read_*"],
                "hosts": "*.example.org",
                "server_tools": ["web_search"],
            },
            "unless": {**WHERE, "destination": TERMS},
            "action": "deny",
            "in_history": "deny",
            "message": {"en": "No.", "fr": "Non."},
            "contact": "dpo@example.org",
            "overridable": True,
            "mode": "shadow",
            "shadow_until": date(2027, 2, 1),
        },
        {"id": "two", "when": {"findings": {"all_of": ["fr.nir"]}}, "action": "pseudonymise", "as": "surrogate"},
        {"id": "two-and-a-half", "when": {"data_class": ">=C3"}, "action": "redact"},
        {"id": "three", "when": {"destination": {"external": True}}, "action": "reroute", "to": "internal"},
        {"id": "four", "when": {"use_cases": ["hr-letters"]}, "unless": {"size": ">=5000"}, "action": "allow"},
        {
            "id": "five",
            "when": {"findings": {"any_of": ["class.remote_url"]}, "hosts": ["*.example.org"]},
            "action": "allow",
        },
    ],
    "exceptions": [
        {
            "id": "EX-1",
            "lifts": ["one"],
            "who": {"users": ["m.durand"], "groups": ["staff"]},
            "reason": "agreed",
            "owner": "dpo@example.org",
            "expires": date(2027, 2, 1),
        }
    ],
    "tests": [
        {
            "name": "a case",
            "text": "some text",
            "to": "alpha",
            "as": {
                "user": "m.durand",
                "team": "finance",
                "groups": ["staff"],
                "use_case": "hr-letters",
                "organisation": "acme",
                "model": "assistant",
            },
            "direction": "request",
            "role": "user",
            "tool": "read",
            "history": True,
            "expect": {"verdict": "allow", "rules": ["one"], "shadow": ["one"]},
        },
        {
            "name": "a conversation",
            "messages": [
                {"role": "user", "text": "a", "history": True},
                {"role": "tool", "text": "b", "tool": "read", "direction": "tool_results", "part": "text"},
            ],
            "at": "2027-02-01T20:00+01:00",
            "to": "alpha",
            "expect": {"verdict": "deny"},
        },
        {
            "name": "another",
            "texts": ["a", "b"],
            "part": {"remote_url": "https://docs.example.org"},
            "to": {"external": True, "region": "us", "retention_days": 3},
            "expect": {"verdict": "deny"},
        },
    ],
}
CLASS: dict[str, Any] = {
    "kind": "DataClass",
    "id": "C3",
    "level": 3,
    "title": {"en": "confidential", "fr": "confidentiel"},
    "description": {"en": "What few may read.", "fr": "Ce que peu peuvent lire."},
    "findings": [{"any_of": ["fr.nir"], "count": ">=2"}, {"all_of": ["fin.iban", "contact.email"]}],
    "labels": ["c3"],
    "use_cases": "hr-*",
}
TABLE: dict[str, Any] = {
    "kind": "DecisionTable",
    "table": "t",
    "owner": "rssi@example.org",
    "basis": "a law",
    "applies_to": WHERE,
    "columns": {"near": {"external": False}, "far": TERMS},
    "rows": {
        "C1": {"near": "allow", "far": {"action": "warn", "message": {"en": "m"}}},
        "C3": {"near": {"action": "pseudonymise", "as": "surrogate"}, "far": {"action": "reroute", "to": "internal"}},
    },
    "in_history": "deny",
    "message": {"fr": "Non."},
    "contact": "dpo@example.org",
    "overridable": True,
    "mode": "shadow",
    "shadow_until": date(2027, 2, 1),
    "exceptions": [{**FULL["exceptions"][0], "lifts": ["t.C1.far"]}],
    "tests": [{"name": "n", "text": "t", "to": "alpha", "expect": {"verdict": "deny", "shadow": ["t.C1.near"]}}],
}
DEFAULTS = {
    "kind": "Defaults",
    "when_no_rule_matches": {"internal": "allow", "external": "deny", "unknown": "deny"},
}  # fmt: skip


def offered() -> dict[str, Offered]:
    names = {register: VOCABULARY.register(register) for register in REGISTERS}
    found = {register: Offered(sorted(known)) for register, known in names.items() if known is not None}
    return {**found, DATA_CLASSES: Offered(["C1", "C3"])}


MADE = PolicySchemas(offered())
SCHEMAS = MADE.documents()
CHECKED = {
    kind: jsonschema_rs.Draft7Validator({**form, "definitions": MADE.definitions()}) for kind, form in SCHEMAS.items()
}


def seen(value: dict[str, Any]) -> bool:
    """Whether the schema of its kind accepts a document as an editor reads it."""
    return CHECKED[value["kind"]].is_valid(orjson.loads(orjson.dumps(value)))


CLASSES = [Doc("DataClass", f"{c['id']}.yaml", c) for c in (CLASS, {"kind": "DataClass", "id": "C1", "level": 1})]


def compiled(value: dict[str, Any]) -> Any:
    others = CLASSES[1:] if value["kind"] == "DataClass" else CLASSES
    return compile([Doc(value["kind"], "p.yaml", value), *others], VOCABULARY)


def read(value: dict[str, Any]) -> bool:
    """Whether the reader accepts it."""
    return isinstance(compiled(value), Policies)


def test_everything_that_can_be_written_is_accepted_by_both() -> None:
    for value in (FULL, TABLE, CLASS, DEFAULTS):
        made = compiled(value)
        assert isinstance(made, Policies), made
        CHECKED[value["kind"]].validate(orjson.loads(orjson.dumps(value)))


def objects(form: Any) -> list[dict[str, Any]]:
    """The mappings that a schema allows at one place."""
    if "$ref" in form:
        return objects(MADE.definitions()[form["$ref"].rpartition("/")[2]])
    own = [form] if "properties" in form or "additionalProperties" in form else []
    return own + [o for inner in form.get("anyOf", ()) for o in objects(inner)]


def at(form: Any, path: tuple[Any, ...]) -> list[dict[str, Any]]:
    """The mappings that a schema allows at a path."""
    if not path:
        return objects(form)
    if isinstance(path[0], int):
        lists = [inner for inner in (form, *form.get("anyOf", ())) if "items" in inner]
        return [o for inner in lists for o in at(inner["items"], path[1:])]
    here = [(o.get("properties", {}), o.get("additionalProperties")) for o in objects(form)]
    inner = [known.get(path[0], free) for known, free in here]
    return [o for one in inner if isinstance(one, dict) for o in at(one, path[1:])]


def test_the_reader_and_the_schema_know_the_same_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[tuple[Any, ...], set[str]] = {}
    mapping = Reading.mapping

    def noting(self: Reading, value: object, path: Any, known: Any, required: Any = ()) -> Any:
        asked[path] = set(known)
        return mapping(self, value, path, known, required)

    monkeypatch.setattr(Reading, "mapping", noting)
    for value in (FULL, TABLE, CLASS, DEFAULTS):
        asked.clear()
        assert read(value)
        assert len(asked) > 1
        for path, known in asked.items():
            if path[0] != "p.yaml":
                continue
            there = at(SCHEMAS[value["kind"]], path[1:])
            if any(isinstance(o.get("additionalProperties"), dict) for o in there):
                continue  # names that the document itself chooses
            described = [set(o["properties"]) for o in there]
            declared = {"not_in"} if path[-2:-1] == ("when",) and path[-1] == "labels" else set()
            assert known - declared in described, path


def rule(**changes: Any) -> dict[str, Any]:
    sound = {"id": "r", "when": {"findings": {"any_of": ["fin.iban"]}}, "action": "deny"}
    made = {k: v for k, v in {**sound, **changes}.items() if v is not ...}
    return {"kind": "EgressPolicy", "policy": "p", "owner": "o", "rules": [made]}


def around(**changes: Any) -> dict[str, Any]:
    return {**rule(), **changes}


IBAN = {"findings": {"any_of": ["fin.iban"]}}
WRONG = [
    rule(actoin="deny"), rule(action="dney"), rule(action=...), rule(id=...), rule(id="two words"),
    rule(id="built-in.x"),
    rule(action="pseudonymise", when=...), rule(action="redact", when={}), rule(**{"as": "surrogate"}),
    rule(when={"findings": {"any_of": ["fin.ibna"]}}), rule(when={"findings": {"any_of": ["fin.*n"]}}),
    rule(when={"findings": {"any_of": ["*"]}}), rule(when={"findings": {"any_of": []}}), rule(when={"findings": {}}),
    rule(when={"findings": {"any_of": ["fin.iban"], "all_of": ["fin.iban"]}}), rule(when=None),
    rule(when={"findings": {**IBAN["findings"], "count": "<=3"}}),
    rule(when={"findings": {**IBAN["findings"], "confidence": 0.8}}),
    rule(when={"destination": {"region": ["ue"]}}), rule(when={"destination": {"vendor": "simulator-uk"}}),
    rule(when={"destination": {"training": "no"}}),
    rule(when={"use_cases": {"in": ["sandbox"], "not_in": ["sandbox"]}}),
    rule(when={"users": ["a*b"]}), rule(when={"labels": {"not_in": ["c0"]}}), rule(when={"size": "<10"}),
    rule(unless={"labels": ["public"]}), rule(unless={"size": ">=3"}), rule(unless=IBAN), rule(mode="shadow"),
    rule(shadow_until="2026-08-01"), rule(message={"en": "x", "de": "y"}), rule(action="reroute"),
    rule(action="reroute", to="intrenal"), rule(to="internal"), rule(overridable="yes"), rule(action="allow"),
    rule(action="allow", when={"labels": ["x"]}), rule(action="allow", when={"roles": ["tool"]}),
    rule(action="repair"), rule(title=3), rule(when={"data_class": ">=C9"}), rule(when={"data_class": "<=C3"}),
    rule(when={"data_class": "C3"}), rule(action="allow", when={"data_class": ">=C1"}),
    rule(when={"time": {"zone": "Europe/Paris"}}), rule(when={"time": {"hours": "08:00-19:00"}}),
    rule(when={"time": {"days": ["mon-fry"], "zone": "UTC"}}), rule(when={"time": {"hours": "8-19", "zone": "UTC"}}),
    rule(when={"findings": {**IBAN["findings"], "within": 0}}),
    around(tests=[{"name": "n", "text": "t", "messages": [], "to": "alpha", "expect": {"verdict": "deny"}}]),
    around(table=[]), around(owner=None), around(applies_to={"directions": ["responses"]}),
    around(applies_to={"labels": ["x"]}, rules=[{"id": "r", "action": "allow"}]),
    around(applies_to={"directions": ["response"]}, rules=[{"id": "r", "action": "deny"}]),
    around(
        applies_to={"directions": "response"}, rules=[{"id": "r", "action": "reroute", "to": "alpha", "when": IBAN}]
    ),
    around(exceptions=[{"id": "e"}]),
    around(tests=[{"name": "n", "text": "t", "to": "alpa", "expect": {"verdict": "deny"}}]),
    around(tests=[{"name": "n", "text": "t", "to": {"region": ["us"]}, "expect": {"verdict": "deny"}}]),
    around(tests=[{"name": "n", "text": "t", "to": "alpha", "as": {"use_case": "hr"}, "expect": {"verdict": "deny"}}]),
    {**TABLE, "rows": {**TABLE["rows"], "C2": TABLE["rows"]["C3"]}}, {**TABLE, "columns": {"near": {}}},
    {**TABLE, "rows": {**TABLE["rows"], "C3": {"near": "dney", "far": "deny"}}},
    {**TABLE, "rows": {**TABLE["rows"], "C3": {"near": "deny", "far": "repair"}}},
    {**TABLE, "rows": {**TABLE["rows"], "C3": {"near": "deny", "far": "reroute"}}},
    {**TABLE, "rows": {**TABLE["rows"], "C3": {"near": "deny", "far": {"action": "deny", "as": "token"}}}},
    {**TABLE, "shadow_until": None}, {**TABLE, "applies_to": {"labels": ["c3"]}},
    {"kind": "Defaults"}, {"kind": "Defaults", "when_no_rule_matches": {"unknown": "allow"}},
    {"kind": "DataClass", "id": "C2"}, {"kind": "DataClass", "id": "C2", "level": "two"},
    {"kind": "DataClass", "id": "C2", "level": 2, "labels": {"in": ["c2"]}},
]  # fmt: skip


@pytest.mark.parametrize("value", WRONG)
def test_what_the_reader_refuses_of_one_document_the_editor_underlines(value: dict[str, Any]) -> None:
    assert not read(value)
    assert not seen(value)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(p for key, v in inner for p in places(v, (*path, key)))]


ODD: list[Any] = [
    None, True, False, 0, 3, -1, 0.5, "", " ", "x", "alpha", "fin.iban", "fin.*", "*", "hr-*", "a*b", "request",
    "response", "deny", "allow", "redact", "shadow", "one", "finance", ">=1", ">= 0.9", "<3", "=1", "2027-02-01",
    date(2027, 2, 1), [], {}, ["x"], ["fr.nir"], ["user"], ["response"], {"in": ["finance"]}, {"not_in": "alpha"},
    {"external": True}, ["class.remote_url"], ["class.schema_invalid"], ["built-in"], "class.server_tool",
    ">=C3", "<=C1", ">=C2", [{"any_of": ["fin.iban"]}], "c3",
]  # fmt: skip
VALUES = st.sampled_from(ODD)
KEYS = st.sampled_from(
    sorted(
        {key for one in (FULL, TABLE, CLASS) for path in places(one) for key in path if isinstance(key, str)}
        | {"zzz", "unknown", "en"}
    )
)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_what_an_editor_underlines_is_refused(data: st.DataObject) -> None:
    value = copy.deepcopy(data.draw(st.sampled_from([FULL, FULL, TABLE, CLASS, DEFAULTS])))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places(value)[1:]))
        here = value
        for step in path[:-1]:
            here = here[step]
        key = data.draw(KEYS) if isinstance(here, dict) and data.draw(st.booleans()) else path[-1]
        if key == "kind":
            continue
        if data.draw(st.integers(0, 3)):
            here[key] = copy.deepcopy(data.draw(VALUES))
        elif isinstance(here, dict):
            here.pop(key, None)
    if not seen(value):
        assert not read(value)
