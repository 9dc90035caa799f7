"""JSON Schemas (draft 7) of everything in a bundle, for editors, against the names that exist where they are known."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from gateway.bundle.bundle import PACKS, Bundle
from gateway.bundle.contracts import Contract
from gateway.bundle.detection import Detection
from gateway.bundle.indexes import IndexSpec
from gateway.bundle.use_cases import UseCase
from gateway.bundle.vocabulary import KIND as VOCABULARY
from gateway.bundle.vocabulary import VocabularyFile
from gateway.config import Settings
from gateway.config.table import schema as settings_schema
from gateway.documents import load
from policies.detectors.schema import detector
from policies.language.pieces import has, where
from policies.language.schema import DATA_CLASSES, REGISTERS, Offered, PolicySchemas

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
BUNDLE, CONFIG = "Bundle", "Config"

_PAPERS: Mapping[str, tuple[type[Any], str]] = {
    "Detection": (Detection, "Which shipped detectors are left out, and which find less."),
    "Index": (IndexSpec, "A list or documents of the company's own, recognised in texts."),
    "Contract": (Contract, "The terms that a destination falls under."),
    "UseCase": (UseCase, "What calls are for."),
}
# Keys whose names an editor can offer, though others may stand there too.
_HINTS: Mapping[tuple[str, str], str] = {
    ("Contract", "vendor"): "vendors",
    ("Contract", "region"): "regions",
    ("Index", "detector"): "detectors",
}


def schemas(offered: Mapping[str, Offered]) -> dict[str, Schema]:
    """Every schema by the kind of document it is for; `Bundle` is for any of a bundle, `Config` for config.yaml.

    offered: the names that exist, by register.
    """
    made = PolicySchemas(offered)
    papers = {kind: _paper(kind, offered) for kind in _PAPERS}
    kinds = {**made.documents(), "Detector": _detector(), **papers}
    shared = made.definitions()
    found = {kind: _whole(form, shared) for kind, form in kinds.items()}
    found[BUNDLE] = _whole(_any_of(kinds), {**shared, **kinds})
    found[VOCABULARY] = _whole(_with_kind(VOCABULARY, settings_schema(VocabularyFile)), {})
    found[CONFIG] = _whole(settings_schema(Settings), {})
    return found


def shipped() -> dict[str, Offered]:
    """What is known without a bundle: the shipped detectors. Others may exist, so none is wrong."""
    titles = {d.value["id"]: d.value.get("title", {}).get("en", "") for d in load(PACKS).items}
    return {"detectors": Offered(tuple(sorted(titles)), False, titles)}


def existing(bundle: Bundle) -> dict[str, Offered]:
    """Every name that the bundle's policies may use, with what it means where a document says it."""
    said: dict[str, dict[str, str]] = {
        "detectors": {d.id: d.title.get("en", "") for d in bundle.engine.catalogue.detectors.values()},
        "use_cases": {u.id: u.title.en for u in bundle.use_cases.values()},
        "contracts": {c.id: f"{c.processor}, {c.region}" for c in bundle.contracts.values()},
    }
    registers = {name: bundle.vocabulary.register(name) for name in REGISTERS}
    registers[DATA_CLASSES] = frozenset(one.id for one in bundle.policies.classes)
    return {
        name: Offered(tuple(sorted(names)), True, said.get(name, {}))
        for name, names in registers.items()
        if names is not None
    }


def write(folder: Path, made: Mapping[str, Schema]) -> list[Path]:
    """Write each schema to a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {folder / file_name(kind): form for kind, form in made.items()}
    for path, form in files.items():
        path.write_text(text(form), "utf-8")
    return list(files)


def text(form: Schema) -> str:
    """A schema as a file has it."""
    return orjson.dumps(form, option=orjson.OPT_INDENT_2).decode() + "\n"


def modeline(schema: Path, file: Path) -> str:
    """The comment by which an editor finds the schema of a document in `file`."""
    return f"# yaml-language-server: $schema={os.path.relpath(schema, file.parent)}"


def file_name(kind: str) -> str:
    """The file that a kind's schema is written to: egress-policy.schema.json."""
    words = "".join(f"-{c.lower()}" if c.isupper() else c for c in kind)
    return f"{words.lstrip('-')}.schema.json"


def _detector() -> Schema:
    """A detector in a bundle, where its keywords may be in a list beside it."""
    found = detector()
    keywords = found["properties"]["keywords"]
    said = "A list of the bundle (.txt, a word or phrase a line) in the place of `any`."
    keywords["properties"]["file"] = {"type": "string", "description": said}
    keywords["oneOf"] = [{"required": ["any"]}, {"required": ["file"]}]
    return found


def _paper(kind: str, offered: Mapping[str, Offered]) -> Schema:
    cls, says = _PAPERS[kind]
    form = settings_schema(cls, empty=False)
    for (of, key), register in _HINTS.items():
        if of == kind and register in offered:
            form["properties"][key]["examples"] = list(offered[register].names)
    return {**_with_kind(kind, form), "description": says}


def _with_kind(kind: str, form: Schema) -> Schema:
    properties = {"kind": {"const": kind, "description": "What this document is."}, **form["properties"]}
    return {**form, "properties": properties, "required": ["kind", *form.get("required", ())]}


def _any_of(kinds: Mapping[str, Schema]) -> Schema:
    """A document of any kind: its `kind` picks the schema, so that what is wrong is said of that kind alone."""
    said = [form["description"] for form in kinds.values()]
    kind = {"enum": list(kinds), "enumDescriptions": said, "description": "What this document is."}
    picked = [where(has("kind", {"const": name}), {"$ref": f"#/definitions/{name}"}) for name in kinds]
    return {"type": "object", "properties": {"kind": kind}, "required": ["kind"], "allOf": picked}


def _whole(form: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """A schema as a file has it, with the definitions that it refers to, however far."""
    found: Schema = {"$schema": DRAFT, **form}
    wanted = _referred(form)
    kept: dict[str, Schema] = {}
    while wanted:
        kept.update({name: definitions[name] for name in wanted})
        wanted = {inner for name in wanted for inner in _referred(definitions[name])} - kept.keys()
    return {**found, "definitions": {name: kept[name] for name in sorted(kept)}} if kept else found


def _referred(form: object) -> set[str]:
    if isinstance(form, Mapping):
        own = {str(form["$ref"]).rpartition("/")[2]} if "$ref" in form else set()
        return own.union(*map(_referred, form.values()))
    return set().union(*map(_referred, form)) if isinstance(form, list) else set()
