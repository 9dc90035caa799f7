"""The JSON Schema (draft 7) of Detector documents, for editors; never stricter than the catalogue that reads them."""

from __future__ import annotations

from typing import Any, Final

from policies.detectors.catalogue import BOUNDARIES, FOLDS, INDEXES, LONGEST, TRIGGERS
from policies.detectors.characters import KINDS as HIDDEN_KINDS
from policies.detectors.checks import CHECKS

_Schema = dict[str, Any]

_TEXT: Final[_Schema] = {"type": "string"}
_FLAG: Final[_Schema] = {"type": "boolean"}
_TEXTS: Final[_Schema] = {"anyOf": [_TEXT, {"type": "array", "items": {"type": "string", "minLength": 1}}]}
_CHECK: Final[_Schema] = {"enum": sorted(CHECKS)}


def _share(default: float) -> _Schema:
    return {"type": "number", "minimum": 0, "maximum": 1, "default": default}


def _reach(high: int) -> _Schema:
    return {"type": "number", "minimum": 0, "maximum": high, "default": high}


def _thing(said: dict[str, str], forms: dict[str, _Schema], *required: str) -> _Schema:
    properties = {key: {**form, "description": said[key]} for key, form in forms.items()}
    found: _Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": list(required)} if required else found


_PATTERN: Final = _thing(
    {
        "match": "A regular expression on the text as the engine sees it: lower and upper case as written, no accents.",
        "check": "Validator that what matches must pass.",
        "trigger": "When the pattern is tried: where a literal part of it stands (default), on runs of digits, near "
        "its context words only, or always.",
        "boundary": "What may stand beside it (default: word, no letter and no digit).",
        "confidence": "How sure a finding is before its context counts (default: 0.8).",
        "longest": "Longest match in characters, where the pattern states none.",
        "why": "Why this is a finding, as `ecluse detect` says it.",
    },
    {
        "match": _TEXT,
        "check": _CHECK,
        "trigger": {"enum": list(TRIGGERS)},
        "boundary": {"enum": list(BOUNDARIES)},
        "confidence": _share(0.8),
        "longest": {"type": "number", "minimum": 1, "maximum": LONGEST},
        "why": _TEXT,
    },
    "match",
)

_NAMED: Final = _thing(
    {
        "names": "Names behind which the value stands: a vendor's, a product's.",
        "what": "Words between the name and the value: key, token ...",
        "value": "A regular expression of the value.",
        "check": "Validator that the value must pass.",
    },
    {"names": _TEXTS, "what": _TEXTS, "value": _TEXT, "check": _CHECK},
    "names",
    "value",
)

_NUMBERS: Final = _thing(
    {
        "lengths": "How many digits: 14, or several lengths.",
        "check": "Validator that the digits must pass.",
        "even": "Whether groups of digits must all be separated alike (default: true).",
    },
    {
        "lengths": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 19}, "minItems": 1},
        "check": _CHECK,
        "even": _FLAG,
    },
    "lengths",
    "check",
)

_KEYWORDS: Final = _thing(
    {
        "any": "Words and phrases of three letters or more.",
        "fold": "What doesn't count when words are compared (default: case and accents).",
        "match": "word: whole words (default); part: inside words too.",
        "identifiers": "Whether names in code count: helios_v2, ProjetHelios.",
        "confidence": "How sure a finding is before its context counts (default: 0.9).",
    },
    {
        "any": _TEXTS,
        "fold": {"anyOf": [{"enum": list(FOLDS)}, {"type": "array", "items": {"enum": list(FOLDS)}}]},
        "match": {"enum": ["word", "part"]},
        "identifiers": _FLAG,
        "confidence": _share(0.9),
    },
)

_CONTEXT: Final = _thing(
    {
        "near": "Words beside which a finding is surer.",
        "against": "Words beside which it is less sure.",
        "raise_by": "How much surer (default: 0.25).",
        "lower_by": "How much less sure (default: 0.4).",
        "before": "Characters before the finding in which words count (default: 100, the most).",
        "after": "Characters after it (default: 50, the most).",
        "required": "Whether there is no finding without a word of `near`.",
        "nearest": "Whether the nearer word decides, where there are words of both kinds.",
        "ahead": "Whether words of `against` behind the finding don't count.",
    },
    {
        "near": _TEXTS,
        "against": _TEXTS,
        "raise_by": _share(0.25),
        "lower_by": _share(0.4),
        "before": _reach(100),
        "after": _reach(50),
        "required": _FLAG,
        "nearest": _FLAG,
        "ahead": _FLAG,
    },
)

_SAID: Final = {
    "kind": "What this document is.",
    "id": "Name by which rules ask for it: org.project-helios.",
    "title": "What it finds, for a reader.",
    "confidential": "Whether its name is shown to its owners only: never in refusals, metrics or the charter.",
    "keywords": "The company's own words.",
    "patterns": "Regular expressions.",
    "named": "Values without a mark of their own, behind a name.",
    "numbers": "Runs of digits that a check can prove.",
    "context": "Words around a finding that make it surer or less sure.",
    "not_near": "Words beside which it is no finding, whatever else stands there.",
    "ignore": "Values that are no finding, however they are cased or spaced; * for any letters and digits.",
    "group": "Detectors of one group never overlap: the surer or longer finding stays.",
    "stop": "Words inside a candidate that make it a placeholder, and no finding.",
    "index": "Finds what the company's own indexes hold: rows of lists (exact) or excerpts (documents).",
    "characters": "Finds characters that print nothing.",
    "label": "The label that a text with such a finding bears: C3, or one of the company's own.",
    "marks": "Whether its findings are marks of several kinds, each with its own label.",
    "examples": "Texts that prove it at each load.",
}


def detector() -> _Schema:
    """A Detector document."""
    title = _thing({"en": "In English.", "fr": "In French."}, {"en": _TEXT, "fr": _TEXT})
    examples = _thing({"hit": "It finds something here.", "miss": "And nothing here."}, {"hit": _TEXTS, "miss": _TEXTS})
    forms: dict[str, _Schema] = {
        "kind": {"const": "Detector"},
        "id": {"type": "string", "pattern": r"^(?!class\.)[A-Za-z0-9._-]+$"},
        "title": title,
        "confidential": _FLAG,
        "keywords": _KEYWORDS,
        "patterns": {"type": "array", "items": _PATTERN},
        "named": {"type": "array", "items": _NAMED},
        "numbers": {"type": "array", "items": _NUMBERS},
        "context": _CONTEXT,
        "not_near": _TEXTS,
        "ignore": _TEXTS,
        "group": _TEXT,
        "stop": _TEXTS,
        "index": {"enum": list(INDEXES)},
        "characters": {"enum": list(HIDDEN_KINDS)},
        "label": _TEXT,
        "marks": _FLAG,
        "examples": examples,
    }
    found = _thing(_SAID, forms, "kind", "id")
    return {**found, "description": "What can be found in texts, beside what ships with the product."}
