"""Small indexes made as `ecluse index build` makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import policies.indexes
from policies.detectors.view import view
from policies.findings import Finding
from policies.indexes.documents import DocumentIndex
from policies.indexes.exact import ExactIndex, Nearness
from policies.indexes.fingerprints import Shelves
from policies.indexes.lookup import Lookup
from policies.indexes.rows import Rows
from policies.indexes.stored import IndexKey, opened

STOCK = Path(policies.indexes.__file__).parent / "code_stock.bin"
KEY = IndexKey.of("findings-v1-00000000", b"k" * 32)
BOTH = frozenset({"person.edm", "doc.fingerprint"})


def list_bytes(rows: Sequence[Sequence[str]], key: IndexKey = KEY) -> bytes:
    """An index of rows: the first cell is the primary one."""
    made = Rows(key, len(rows[0]) - 1)
    for primary, *others in rows:
        made.add(view(primary), [view(cell) for cell in others])
    return made.packed({})


def staff(rows: Sequence[Sequence[str]], near: int = 1, within: int = 200) -> Lookup:
    index = ExactIndex(opened(list_bytes(rows), KEY), "staff", "person.edm", Nearness(near, within))
    return Lookup([index], KEY)


def documents_bytes(
    texts: Mapping[str, str], code: Mapping[str, str] | None = None, public: Sequence[str] = ()
) -> bytes:
    made = Shelves(KEY, STOCK.read_bytes())
    for text in public:
        made.add_public(view(text))
    for name, text in texts.items():
        made.add(name, view(text))
    for name, text in (code or {}).items():
        made.add(name, view(text), code=True)
    return made.packed({})


def handbook(texts: Mapping[str, str], code: Mapping[str, str] | None = None, public: Sequence[str] = ()) -> Lookup:
    raw = documents_bytes(texts, code, public)
    return Lookup([DocumentIndex(opened(raw, KEY), "handbook", "doc.fingerprint")], KEY)


def found(lookup: Lookup, text: str, confidence: float = 0.75) -> list[Finding]:
    return [one for one in lookup.find(view(text), BOTH) if one.confidence >= confidence]


def values(lookup: Lookup, text: str, confidence: float = 0.75) -> list[str]:
    """The characters that findings cover."""
    return [text[one.start : one.end] for one in found(lookup, text, confidence)]
