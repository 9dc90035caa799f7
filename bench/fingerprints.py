"""How well excerpts of indexed documents are found, how often unrelated text is taken for one, and what asking costs.

    .venv/bin/python bench/fingerprints.py [--shared FOLDER] [--documents N] [--excerpts N]

Indexed: invented prose (`bench/prose.py`, French and English), and this repository's own pages and source. Unrelated:
prose of other seeds, which has the same phrases in other sentences, the labelled prompts of a folder `detection` beside
the checkout where there is one, and Python code that is not in the stock of public code: what of Python's own library
and of the installed packages was left out of it. Some of these packages are indexed in turn as well. Also a list of
100,000 invented people. Prints Markdown.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import re
import statistics
import textwrap
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

import pytest
from code_stock import held_out, projects
from prose import document

from gateway.indexing.build import CODE_STOCK, STOCK_PHRASES
from policies.detectors.view import view
from policies.indexes.documents import DocumentIndex
from policies.indexes.exact import ExactIndex, Nearness
from policies.indexes.fingerprints import Shelves
from policies.indexes.lookup import Lookup
from policies.indexes.rows import Rows
from policies.indexes.stored import IndexKey, opened

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data" / "detection"
KEY = IndexKey.of("findings-v1-00000000", b"bench" * 6)
ALL = frozenset({"doc.fingerprint", "person.edm"})
SURE = 0.75
PAGE = 1900  # characters of a page
OWN = 30  # characters besides imports and blanks, for an excerpt of code to hold something of its own
PACKAGES = Path(pytest.__file__).parents[1]
# Packages that are indexed in turn, and those that share sources with them: no threshold was chosen by these.
ELSEWHERE = {
    "aiohttp": {"aiosignal", "frozenlist", "propcache", "yarl"},
    "click": set(),
    "httpcore": {"httpcore2"},
    "hypothesis": set(),
    "mypy": {"mypyc"},
}
PIECES = 3000
OTHER = 1_000_000  # seeds from here on are not indexed

Change = Callable[[str, random.Random], str]
CHANGES: dict[str, Change] = {
    "as it is": lambda text, draw: text,
    "other lines": lambda text, draw: textwrap.fill(text, draw.randrange(35, 90)),
    "quoted, in capitals": lambda text, draw: "\n".join(f"> {line}" for line in textwrap.wrap(text.upper(), 60)),
    "without accents and commas": lambda text, draw: "".join(c for c in view(text).decode("latin-1") if c not in ",;:"),
    "one word mistyped": lambda text, draw: _mistyped(text, draw),
}


def _mistyped(text: str, draw: random.Random) -> str:
    words = text.split(" ")
    place = draw.randrange(len(words))
    words[place] = words[place][:1] + "q" + words[place][1:]
    return " ".join(words)


def indexed(count: int) -> dict[str, dict[str, str]]:
    """Documents by kind and name."""
    pages = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("*.md")]
    sources = [
        path for room in ("adapters", "gateway", "observability", "policies") for path in (ROOT / room).rglob("*.py")
    ]
    return {
        "prose": {f"document {seed}": document(seed) for seed in range(count)},
        "pages of this repository": {str(path.relative_to(ROOT)): path.read_text() for path in pages},
        "source of this repository": {str(path.relative_to(ROOT)): path.read_text() for path in sources},
    }


def made(texts: dict[str, dict[str, str]]) -> tuple[Lookup, int, float]:
    """The index, its bytes and the seconds it took."""
    begun = time.process_time()
    shelves = Shelves(KEY, CODE_STOCK.read_bytes())
    shelves.add_public(view(STOCK_PHRASES.read_text()))
    for kind, documents in texts.items():
        for name, text in documents.items():
            code = not kind.startswith("prose")
            shelves.add(name, view(text), prose=not kind.startswith("source"), code=code)
    raw = shelves.packed({})
    return (
        Lookup([DocumentIndex(opened(raw, KEY), "bench", "doc.fingerprint")], KEY),
        len(raw),
        time.process_time() - begun,
    )


def hits(lookup: Lookup, text: str) -> int:
    """Sure findings."""
    return sum(one.confidence >= SURE for one in lookup.find(view(text), ALL))


def outside_imports(text: str) -> str:
    """A Python source of the same length in which import statements are blank."""
    lines = text.splitlines(keepends=True)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom) and node.end_lineno:
            for number in range(node.lineno - 1, node.end_lineno):
                lines[number] = " " * len(lines[number])
    return "".join(lines)


def recall(
    lookup: Lookup, documents: dict[str, str], size: int, change: Change, count: int, own: dict[str, str] | None
) -> str:
    """The share of random excerpts found. own: if given, what excerpts must hold a little of to count."""
    draw = random.Random(size)
    names = [name for name, text in documents.items() if len(text) > 3 * size]
    found = done = 0
    while done < count:
        name = draw.choice(names)
        text = documents[name]
        start = draw.randrange(len(text) - size)
        if own is not None and len("".join(own[name][start : start + size].split())) < OWN:
            continue
        done += 1
        excerpt = change(text[start : start + size], draw)
        found += hits(lookup, f"Bonjour, que penses-tu de ceci ? {excerpt} Merci !") > 0
    return f"{found / count:.4f}"


def prompts(folder: Path) -> list[str]:
    """Every text of the labelled sets."""
    rows = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]
    return [text for row in rows if isinstance(text := row.get("text") or row.get("prompt") or row.get("content"), str)]


def library() -> list[str]:
    """Python's own library, in pieces of 4 KB."""
    texts = [
        path.read_text("utf-8", "replace")[:40_000] for path in sorted(Path(json.__file__).parents[1].glob("*.py"))
    ]
    return [text[start : start + 4096] for text in texts for start in range(0, len(text), 4096)]


def pieces(paths: Iterable[Path]) -> list[str]:
    """Files in pieces of 4 KB."""
    texts = [path.read_text("utf-8", "replace") for path in paths]
    return [text[start : start + 4096] for text in texts for start in range(0, len(text), 4096)]


def packages() -> dict[str, list[Path]]:
    """The sources of the installed packages that are not in the stock."""
    return {name: sorted(paths) for name, paths in projects(PACKAGES).items() if held_out(name)}


def elsewhere(count: int) -> Iterator[str]:
    """The same of other people's sources, each indexed alone and asked about the other packages."""
    yield "\n| source of | excerpts of 120 | of 200 | other packages | Python's library |\n|---|---|---|---|---|"
    sources = packages()
    for name, kin in ELSEWHERE.items():
        texts = {str(path): path.read_text() for path in sources[name] if path.suffix == ".py" and path.stat().st_size}
        lookup, _, _ = made({"source": texts})
        shares = [recall(lookup, texts, size, CHANGES["as it is"], count, None) for size in (120, 200)]
        others = pieces(path for other, paths in sources.items() if other not in {name, *kin} for path in paths)
        asked = random.Random(name).sample(others, min(PIECES, len(others)))
        wrong = [sum(hits(lookup, text) > 0 for text in given) for given in (asked, library())]
        yield f"| {name} | {shares[0]} | {shares[1]} | {wrong[0]} of {len(asked):,} | {wrong[1]} of {len(library())} |"


def cost(lookup: Lookup, texts: list[str]) -> str:
    """Microseconds of CPU for 4 KB: p50 and p95, every text once."""
    whole = "\n".join(texts)
    pieces = [view(whole[start : start + 4096]) for start in range(0, min(len(whole), 4096 * 150), 4096)]
    spent = []
    for piece in pieces:
        begun = time.process_time_ns()
        lookup.find(piece, ALL)
        spent.append((time.process_time_ns() - begun) / 1000)
    spent.sort()
    return f"{statistics.median(spent):.0f} / {spent[int(len(spent) * 0.95)]:.0f}"


def people(count: int) -> Lookup:
    """A list of invented people: last name, first name, mail, phone, birth date."""
    draw = random.Random("people")
    syllables = (
        "ba be bo da de do fa la le lo ma me mi mo na ne ni no ra re ri ro sa se si so ta te ti to va ve vi".split()
    )

    def name(most: int) -> str:
        return "".join(draw.choice(syllables) for _ in range(draw.randrange(2, most)))

    first, last = [name(4) for _ in range(2000)], [name(6) for _ in range(30_000)]
    rows = Rows(KEY, 4)
    for _ in range(count):
        one, two = draw.choice(last), draw.choice(first)
        born = f"{draw.randrange(1, 29):02}/{draw.randrange(1, 13):02}/{draw.randrange(1950, 2005)}"
        cells = (one, two, f"{two}.{one}@example.org", f"06{draw.randrange(10**8):08}", born)
        rows.add(view(cells[0]), [view(cell) for cell in cells[1:]])
    return Lookup([ExactIndex(opened(rows.packed({}), KEY), "people", "person.edm", Nearness(1, 200))], KEY)


def report(args: argparse.Namespace) -> Iterator[str]:
    """Everything, line by line."""
    texts = indexed(args.documents)
    lookup, size, seconds = made(texts)
    pages = sum(len(text) for documents in texts.values() for text in documents.values()) / PAGE
    count = sum(map(len, texts.values()))
    yield f"{count:,} documents, {pages:,.0f} pages; {size / 1e6:.1f} MB, built in {seconds:.1f} s of CPU\n"
    yield "| excerpts of | characters | " + " | ".join(CHANGES) + " |\n|---|---|" + "---|" * len(CHANGES)
    source = texts["source of this repository"]
    own = {name: outside_imports(text) for name, text in source.items()}
    kinds = [(kind, documents, None) for kind, documents in texts.items()]
    for kind, documents, wanted in [*kinds, (f"source, with {OWN} characters besides imports", source, own)]:
        for length in (120, 200, 400):
            shares = [recall(lookup, documents, length, change, args.excerpts, wanted) for change in CHANGES.values()]
            yield f"| {kind} | {length} | " + " | ".join(shares) + " |"
    yield from elsewhere(args.excerpts)
    names = {name for text in source.values() for name in re.findall(r"(?m)^\s*(?:from|import) (\w+)", text)}
    by_use = {used: [paths for name, paths in packages().items() if (name in names) == used] for used in (True, False)}
    other = [document(seed) for seed in range(OTHER, OTHER + 1200)]
    unrelated = {
        "prose of other seeds": [text[start : start + 1000] for text in other for start in range(0, len(text), 1000)],
        "labelled prompts": prompts(args.shared) if args.shared.is_dir() else [],
        "Python's library, 4 KB each": library(),
        "packages that the indexed source doesn't import, 4 KB each": pieces(chain(*by_use[False])),
        "packages that it imports, 4 KB each": pieces(chain(*by_use[True])),
    }
    yield "\n| unrelated text | prompts | taken for an excerpt | share |\n|---|---|---|---|"
    for name, given in unrelated.items():
        wrong = sum(hits(lookup, text) > 0 for text in given)
        yield f"| {name} | {len(given):,} | {wrong} | {wrong / len(given):.2%} |" if given else f"| {name} | none | | |"
    staff = people(100_000)
    mixed = unrelated["labelled prompts"] or other
    wrong = sum(hits(staff, text) > 0 for text in mixed)
    yield f"| labelled prompts, list of 100,000 people | {len(mixed):,} | {wrong} | {wrong / len(mixed):.2%} |"
    yield "\n| microseconds of CPU for 4 KB that is new | p50 / p95 |\n|---|---|"
    only, _, _ = made({"prose": texts["prose"]})
    for name, asked in (("documents, prose", only), ("documents, prose and code", lookup), ("list", staff)):
        cost(asked, mixed)
        yield f"| {name} | {cost(asked, other)} (prose), {cost(asked, mixed)} (prompts) |"


def main() -> None:
    """Prints the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED, help="labelled sets")
    parser.add_argument("--documents", type=int, default=1000, help="invented documents, about three pages each")
    parser.add_argument("--excerpts", type=int, default=1000, help="excerpts of each kind and length")
    args = parser.parse_args()
    for line in report(args):
        print(line, flush=True)


if __name__ == "__main__":
    main()
