"""Runbooks: one for each alert, in the order in which somebody who was woken up reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from observability.alerts import ALERTS, rules
from observability.alerts.table import SUBJECTS
from observability.objectives import BURNS

ROOT = Path(__file__).parents[2]
BOOKS = sorted((ROOT / "docs" / "runbooks").glob("Ecluse*.md"))
FIRST = (ROOT / "docs" / "runbooks" / "README.md").read_text()
TYPED = "How to type its commands: [README](README.md#how-to-type-the-commands)."
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
    said, users, look, action, over = (part.strip("\n") for part in parts[::2])
    assert said and users, "what it tells of, and what users see"
    # Commands that stand by themselves are tried by test_docs; here: there is one that somebody can type.
    assert re.search(r"^    ecluse \w+", look + "\n" + action, re.MULTILINE), (
        "no command in the first look or the action"
    )
    assert re.search(r"^    (ecluse|sudo systemctl) \w+", action, re.MULTILINE), "no exact command in the safe action"
    assert said.endswith(f"\n{TYPED}"), "no line that leads to how commands are typed"
    assert re.search(r"`?ecluse_\w+|`up|`ecluse [a-z]+", over), "nothing to look at for the end"


@pytest.mark.parametrize("severity", ["page", "ticket"])
def test_the_first_page_has_each_alert_under_its_severity(severity: str) -> None:
    (part,) = re.findall(rf"^### {severity.capitalize()}$(.+?)(?=^#|\Z)", FIRST, re.MULTILINE | re.DOTALL)
    of = {name: [a.name for a in alerts if a.severity == severity] for name, alerts in SUBJECTS.items()}
    lines = [f"- {name}: {', '.join(f'[{a}]({a}.md)' for a in names)}" for name, names in of.items() if names]
    assert part.strip().splitlines() == [*lines, f"- objectives: [{BURNS}]({BURNS}.md)"]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_no_runbook_gives_a_command_that_makes_it_worse(book: Path) -> None:
    """`serve`, typed by root, leaves files that the service can't open; `stop rule` refuses more, never less."""
    assert not re.search(r"^    ecluse (serve|stop rule)\b", book.read_text(), re.MULTILINE)


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_runbook_that_changes_the_bundle_says_where_the_change_goes(book: Path) -> None:
    text = book.read_text()
    assert " live edited" not in text or "(README.md#a-changed-bundle)" in text


def test_a_runbook_leads_to_parts_of_the_first_page_that_are_there() -> None:
    parts = {part.lower().replace(" ", "-") for part in re.findall(r"^## (.+)$", FIRST, re.MULTILINE)}
    named = {part for book in BOOKS for part in re.findall(r"\(README\.md#([^)]+)\)", book.read_text())}
    assert named == {"how-to-type-the-commands", "start-and-stop", "a-changed-bundle"} and named <= parts


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_runbook_asks_about_one_installation(book: Path) -> None:
    assert not re.search(r"`[^`\n]*\b(sum|min|max|avg|count) ?\(", book.read_text()), "over all jobs"


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.stem)
def test_a_runbook_names_metrics_that_exist(book: Path) -> None:
    from observability.families import FAMILIES

    known = {family.name for family in FAMILIES}
    named = set(re.findall(r"\becluse_[a-z_]+[a-z]", book.read_text()))
    assert {re.sub(r"_(bucket|sum|count)$", "", name) if name not in known else name for name in named} <= known
