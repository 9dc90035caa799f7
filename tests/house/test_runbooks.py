"""Runbooks: one for each alert, in the order in which somebody who was woken up reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from observability.alerts import ALERTS, rules
from observability.objectives import BURNS

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "docs" / "runbooks").glob("Ecluse*.md"))
ORDER = ["What users see", "First look", "Safe action", "How to know that it is over"]


def test_each_alert_has_its_runbook_and_each_runbook_its_alert() -> None:
    assert [book.stem for book in BOOKS] == sorted({BURNS, *(alert.name for alert in ALERTS)})


def test_each_rule_links_to_a_runbook_that_is_there() -> None:
    linked = re.findall(r'runbook_url: "[^"]+/(\w+\.md)"', "".join(rules(runbooks="https://wiki.example").values()))
    assert sorted([*linked, f"{BURNS}.md"]) == [book.name for book in BOOKS]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_runbook_has_its_order(book: Path) -> None:
    text = book.read_text()
    title, *parts = re.split(r"^##? (.+)$", text, flags=re.MULTILINE)[1:]
    assert title == book.stem
    assert parts[1::2] == ORDER
    said, users, look, action, over = (part.strip() for part in parts[::2])
    assert said and users, "what it tells of, and what users see"
    # Commands that stand by themselves are tried by test_docs; here: there is one that somebody can type.
    assert re.search(r"^    ecluse \w+", look + "\n" + action, re.MULTILINE), (
        "no command in the first look or the action"
    )
    assert re.search(r"^    ecluse \w+", action, re.MULTILINE), "no exact command in the safe action"
    assert re.search(r"`?ecluse_\w+|`up|`ecluse [a-z]+", over), "nothing to look at for the end"


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_runbook_names_metrics_that_exist(book: Path) -> None:
    from observability.families import FAMILIES

    known = {family.name for family in FAMILIES}
    named = set(re.findall(r"\becluse_[a-z_]+[a-z]", book.read_text()))
    assert {re.sub(r"_(bucket|sum|count)$", "", name) if name not in known else name for name in named} <= known
