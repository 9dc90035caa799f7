"""Every code that a recorded call can end with has words, in both languages."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import errors
from gateway import refusals
from gateway.cli.why.causes import CAUSES, cause

ROOT = Path(__file__).parents[4]
REFUSALS = {
    "BadRequest", "NotFound", "TooLarge", "Unsupported", "Unavailable", "VendorFailed", "TimedOut", "QuotaRefusal",
    "PolicyRefusal", "BodyRefused",
}  # fmt: skip

# Refusals of what is no call and leaves no OUTCOME: paths, lists, reports, the charter, and what is no refusal at all.
NO_CALL = {
    "gateway/app.py", "gateway/pages/charter.py", "gateway/pages/listing.py", "gateway/pages/reporting.py",
    "gateway/pages/unserved.py",
    "gateway/quota/keeper.py", "gateway/quota/tills/redis.py", "gateway/state/owners.py", "gateway/state/redis.py",
    "gateway/state/sqlite.py",
}  # fmt: skip


def codes() -> Iterator[tuple[str, str]]:
    """Codes as the source has them, with where."""
    for room in ("adapters", "gateway"):
        for path in (ROOT / room).rglob("*.py"):
            where = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text())) if where not in NO_CALL else ():
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
                    first = node.args[0] if node.args else None
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value, where


def test_every_code_in_the_source_has_words() -> None:
    found = dict(codes())
    assert len(found) > 50
    assert {code: where for code, where in found.items() if code not in CAUSES} == {}


def test_codes_that_are_put_together_have_words() -> None:
    kinds = [kind for name in vars(errors).values() if (kind := getattr(name, "kind", None)) and isinstance(kind, str)]
    ends = [refusals.upstream(made, "").code for made in map(_error, kinds)]
    assert {*ends} - {*CAUSES} == set()
    assert {f"use_case_{status}" for status in ("suspended", "retired", "unknown")} <= {*CAUSES}


def _error(kind: str) -> errors.UpstreamError:
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.UpstreamError)]
    return next(c() for c in classes if c.kind == kind)


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_words_are_whole_and_only_name_the_call(code: str) -> None:
    for words in CAUSES[code]:
        for said in words:
            assert said.format(call="0199") and said.rstrip().endswith("."), said
        assert words.en != words.fr


def test_a_code_that_a_vendor_made_up_is_told_in_general() -> None:
    assert "vendor" in cause("their_own", "failed").why.en
    assert "broken off" in cause(None, "cut").why.en
