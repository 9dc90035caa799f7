"""Detectors from their files: the shipped packs and what a company adds, checked and put into one catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import orjson

from policies.detectors import revisions
from policies.detectors.characters import KINDS as HIDDEN_KINDS
from policies.detectors.checks import CHECKS
from policies.detectors.fields import Fields
from policies.detectors.model import Context, Detector, Numbers, Problem, Rule, bare
from policies.detectors.named import named
from policies.detectors.reading import longest
from policies.detectors.syntax import Chars, Node, PatternRefused, Repeat, Seq, parse
from policies.detectors.view import view

TRIGGERS = ("literal", "digits", "context", "always")
BOUNDARIES = ("word", "left", "none", "identifier", "line")
INDEXES = ("exact", "documents")
FOLDS = ("case", "accents", "separators")
LONGEST = 16384
SHORTEST_IGNORED = 4
# In a value that is none: letters and digits, any number of them.
ANY_LETTERS = "*"
# Words that names of fields leave out.
_LITTLE = frozenset({b"d", b"de", b"des", b"du", b"la", b"le", b"l", b"of", b"the"})
_GAP = Repeat(Chars(frozenset(b" \t\n-_./")), 0, 2)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All detectors of one bundle. revision: hash of everything that they were built from.

    revisions: by detector, a hash of what it finds by: its title and examples change nothing. alone: the same without
    those that it competes with. wider: the hashes that it would have with less that takes findings away.
    """

    detectors: Mapping[str, Detector]
    revision: str
    revisions: Mapping[str, str] = field(default_factory=dict)
    alone: Mapping[str, str] = field(default_factory=dict)
    wider: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def groups(self) -> list[list[str]]:
        """The detectors that compete for the same characters."""
        return _groups(self.detectors)

    @staticmethod
    def build(documents: Sequence[Mapping[str, Any]]) -> Catalogue | list[Problem]:
        """The catalogue of `kind: Detector` documents (plain values), or everything that is wrong with them.

        Paths of problems begin with the index of the document. A later document may not reuse an id.
        """
        problems: list[Problem] = []
        detectors: dict[str, Detector] = {}
        for index, document in enumerate(documents):
            detector = _read(document, index, problems)
            if detector.id in detectors:
                problems.append(Problem((index, "id"), f"`{detector.id}` is defined twice"))
            detectors[detector.id] = detector
        if problems:
            return problems
        plain = orjson.dumps(list(documents), option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
        by_id = {str(document["id"]): document for document in documents}
        alone = {name: revisions.own(document) for name, document in by_id.items()}
        wider = {name: found for name, document in by_id.items() if (found := revisions.wider(document))}
        competing = revisions.competing(alone, _groups(detectors))
        return Catalogue(detectors, hashlib.blake2b(plain, digest_size=8).hexdigest(), competing, alone, wider)


# Detectors by their documents: most of what a reload brings was there before, and compiling it takes half a second.
_KNOWN: dict[bytes, Detector] = {}
_MOST_KNOWN = 2048


def _groups(detectors: Mapping[str, Detector]) -> list[list[str]]:
    """The detectors that compete for the same characters; each other one is alone."""
    groups: dict[str, list[str]] = {}
    for name in sorted(detectors):
        groups.setdefault(detectors[name].group or f" {name}", []).append(name)
    return list(groups.values())


def _read(document: Mapping[str, Any], index: int, problems: list[Problem]) -> Detector:
    try:
        plain = orjson.dumps(document, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        return _detector(Fields(document, (index,), problems))
    known = _KNOWN.get(plain)
    if known is None:
        before = len(problems)
        known = _detector(Fields(document, (index,), problems))
        if len(problems) == before:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[plain] = known
    return known


def _detector(fields: Fields) -> Detector:
    fields.choice("kind", ("Detector",), "Detector")
    name = fields.required("id")
    if "id" in fields and not all(c.isascii() and (c.isalnum() or c in "._-") for c in name or " "):
        fields.problem(("id",), "must be one word of letters, digits, dots, hyphens and underscores")
    if name.startswith("class."):
        fields.problem(("id",), "`class.` is kept for parts that are not text")
    words = fields.inner("keywords")
    rules = [rule for one in fields.each("patterns") if (rule := _rule(one)) is not None]
    rules += [rule for one in fields.each("named") if (rule := _named_rule(one)) is not None]
    rules += _keyword_rules(words) if words is not None else []
    numbers = tuple(_numbers(one) for one in fields.each("numbers"))
    index = fields.choice("index", INDEXES, "exact") if "index" in fields else ""
    hidden = fields.choice("characters", HIDDEN_KINDS, "invisible") if "characters" in fields else ""
    if bool(rules or numbers) + bool(index) + bool(hidden) != 1 and not fields.problems:
        fields.problem((), "needs `patterns`, `named`, `numbers` or `keywords`; or `index` or `characters` alone")
    context = _context(fields)
    if any(rule.trigger == "context" for rule in rules) and not (context and context.near):
        fields.problem(("patterns",), "`trigger: context` needs words in `context: {near: ...}`")
    detector = Detector(
        id=name,
        rules=tuple(rules),
        numbers=numbers,
        context=context,
        group=fields.text("group"),
        stop=tuple(view(word).lower() for word in fields.texts("stop")),
        ignored=_ignored(fields),
        ignored_like=_ignored_like(fields),
        confidential=fields.flag("confidential"),
        index=index,
        characters=hidden,
        label=fields.text("label"),
        marks=fields.flag("marks"),
        title=_by_name(fields.inner("title"), ("en", "fr")),
        examples=_examples(fields.inner("examples")),
    )
    if detector.label and (detector.marks or index or hidden):
        fields.problem(("label",), "goes with `patterns`, `named`, `numbers` or `keywords`, without `marks`")
    fields.close()
    return detector


def _rule(fields: Fields) -> Rule | None:
    source = fields.required("match")
    wanted = fields.text("check")
    if "check" in fields and wanted not in CHECKS:
        fields.unknown(("check",), wanted, CHECKS)
    trigger = fields.choice("trigger", TRIGGERS, "literal")
    boundary = fields.choice("boundary", BOUNDARIES, "word")
    confidence = fields.number("confidence", 0.8, 0, 1)
    limit = int(fields.number("longest", 0, 1, LONGEST))
    why = fields.text("why", "pattern")
    fields.close()
    node = _pattern(fields, source)
    if node is None:
        return None
    size = longest(node)
    if size == inf and not limit:
        fields.problem(("match",), "has no longest match: bound it with {0,n}, or state `longest`")
    rule = Rule(node, confidence, trigger, boundary, CHECKS.get(wanted), limit or int(min(size, LONGEST)), why)
    if trigger == "literal" and not rule.literals:
        fields.problem(("match",), "contains no literal of three characters: state `trigger: digits|context|always`")
    return _compiled(fields, rule, "match")


def _named_rule(fields: Fields) -> Rule | None:
    """A key without a mark, behind its vendor's name."""
    names, what, value = fields.texts("names"), fields.texts("what"), fields.required("value")
    wanted = fields.text("check", "named_key")
    if wanted not in CHECKS:
        fields.unknown(("check",), wanted, CHECKS)
    for index, name in enumerate(names):
        if not all(part.isalnum() and part.isascii() for part in name.split(" ")) or len(name) < 3:
            fields.problem(("names", index), "a name is three letters or more, of words with single spaces between")
    if not names:
        fields.problem(("names",), "lists no name")
    fields.close()
    node = _pattern(fields, named(names, what, value), "value") if names and value else None
    if node is None:
        return None
    size = longest(node)
    if size == inf:
        fields.problem(("value",), "has no longest match: bound it with {0,n}")
    rule = Rule(node, 0.9, check=CHECKS.get(wanted), longest=int(min(size, LONGEST)), why="vendor named")
    return _compiled(fields, rule, "value")


def _pattern(fields: Fields, source: str, key: str = "match") -> Node | None:
    try:
        return parse(source)
    except PatternRefused as refused:
        fields.problem((key,), str(refused))
        return None


def _compiled(fields: Fields, rule: Rule, key: str) -> Rule | None:
    """The rule, if RE2 takes its pattern."""
    try:
        _ = rule.pattern
    except PatternRefused as refused:
        fields.problem((key,), str(refused))
        return None
    return rule


def _numbers(fields: Fields) -> Numbers:
    check = fields.required("check")
    if check not in CHECKS:
        fields.unknown(("check",), check, CHECKS)
    numbers = Numbers(fields.numbers("lengths"), CHECKS.get(check, CHECKS["card"]), fields.flag("even", True))
    fields.close()
    return numbers


def _keyword_rules(fields: Fields) -> list[Rule]:
    """One rule a keyword. Case and accents are always folded unless `fold` names others."""
    words = fields.texts("any")
    if not words:
        fields.problem(("any",), "lists no keyword")
    fold = fields.texts("fold") or ("case", "accents")
    for index, name in enumerate(fold):
        if name not in FOLDS:
            fields.unknown(("fold", index), name, FOLDS)
    whole = fields.choice("match", ("word", "part"), "word") == "word"
    identifiers = fields.flag("identifiers")
    boundary = ("identifier" if identifiers else "word") if whole else "none"
    confidence = fields.number("confidence", 0.9, 0, 1)
    fields.close()
    rules = []
    for index, word in enumerate(words):
        node = _keyword(word, "separators" in fold, "case" in fold)
        rule = Rule(node, confidence, boundary=boundary, longest=int(longest(node)), why="keyword")
        if not rule.literals:
            fields.problem(("any", index), "is too short: a keyword needs three letters in a row")
        rules.append(rule)
    return rules


def _keyword(word: str, separators: bool, case: bool) -> Node:
    """The pattern of one keyword; with `separators`, any or none of them between its parts."""
    items: list[Node] = []
    for byte in view(word.strip()):
        if separators and byte in b" \t\n-_./":
            if items and items[-1] is not _GAP:
                items.append(_GAP)
            continue
        letter = bytes([byte])
        items.append(Chars(frozenset({letter.lower()[0], letter.upper()[0]} if case else {byte})))
    return Seq(tuple(items))


def _context(fields: Fields) -> Context | None:
    inner, forbidden = fields.inner("context"), fields.texts("not_near")
    if inner is None:
        return Context(never=_spellings(forbidden)) if forbidden else None
    context = Context(
        never=_spellings(forbidden),
        near=_spellings(inner.texts("near")),
        against=_spellings(inner.texts("against")),
        raise_by=inner.number("raise_by", 0.25, 0, 1),
        lower_by=inner.number("lower_by", 0.4, 0, 1),
        before=int(inner.number("before", 100, 0, 100)),
        after=int(inner.number("after", 50, 0, 50)),
        required=inner.flag("required"),
        nearest=inner.flag("nearest"),
        ahead=inner.flag("ahead"),
    )
    if context.required and not context.near:
        inner.problem(("required",), "needs words in `near`")
    inner.close()
    return context


def _ignored(fields: Fields) -> frozenset[bytes]:
    """Values that are no finding. A short one would take more away than it says."""
    values = fields.texts("ignore")
    for index, value in enumerate(values):
        begins, star, rest = value.partition(ANY_LETTERS)
        if len(bare(view(begins))) < SHORTEST_IGNORED:
            where = f" before the {ANY_LETTERS}" if star else ""
            fields.problem(("ignore", index), f"is too short: {SHORTEST_IGNORED} letters or digits at least{where}")
        elif ANY_LETTERS in rest:
            fields.problem(("ignore", index), f"may have one {ANY_LETTERS}")
    return frozenset(bare(view(value)) for value in values if ANY_LETTERS not in value)


def _ignored_like(fields: Fields) -> tuple[tuple[bytes, bytes], ...]:
    """Beginnings and ends of values that are no finding, whatever letters and digits are between."""
    cut = [value.partition(ANY_LETTERS) for value in fields.texts("ignore") if ANY_LETTERS in value]
    return tuple((bare(view(begins)), bare(view(ends))) for begins, _, ends in cut)


def _spellings(words: Sequence[str]) -> frozenset[bytes]:
    """Hot words as the view has them, and as names of fields have those of several words: `num_ss`, `numSs`, with and
    without the little words in them (`carte_d_identite`, `carteIdentite`)."""
    plain = [view(word).lower() for word in words]
    found = set(plain)
    for word in plain:
        parts = word.replace(b"'", b" ").replace(b"-", b" ").split()
        if len(parts) > 1:
            found |= {gap.join(parts) for gap in (b"_", b"-", b"")}
            bare = [part for part in parts if part not in _LITTLE]
            if 1 < len(bare) < len(parts):
                found |= {gap.join(bare) for gap in (b" ", b"_", b"-", b"")}
    return frozenset(found)


def _by_name(fields: Fields | None, names: tuple[str, ...]) -> dict[str, str]:
    if fields is None:
        return {}
    values = {name: fields.text(name) for name in names if name in fields}
    fields.close()
    return values


def _examples(fields: Fields | None) -> dict[str, tuple[str, ...]]:
    if fields is None:
        return {}
    values = {name: fields.texts(name) for name in ("hit", "miss")}
    fields.close()
    return values
