"""An item more in a list of a file that people write: everything else stays as it was."""

from __future__ import annotations

import pytest

from gateway.documents.adding import NotAdded, with_item
from gateway.documents.values import parse

FILE = """\
# what this is
kind: EgressPolicy
rules:
- id: x   # the only one

# about the cases
tests:
  - name: one
    text: |
      long
      text
  # and more to come

exceptions: []
---
kind: Defaults
when: {a: b}
---
kind: EgressPolicy
tests:
  - {name: last, text: x}"""


@pytest.mark.parametrize(
    ("number", "key", "before", "after"),
    [
        (0, "tests", "      text", "  # and more to come"),
        (0, "rules", "- id: x   # the only one", ""),
        (1, "adjust", "adjust:", "---"),
        (2, "tests", "  - {name: last, text: x}", None),
    ],
)
def test_only_the_item_is_added(number: int, key: str, before: str, after: str | None) -> None:
    item = {"name": "a: b", "text": 'two\nlines # of "text"', "expect": {"verdict": "allow"}}
    added = with_item(FILE, number, key, item)
    lines = added.splitlines()
    new = [line for line in lines if line not in FILE.splitlines()]
    assert [line for line in lines if line not in new] == FILE.splitlines()
    assert lines[lines.index(new[-1]) + 1 :][:1] == ([after] if after is not None else [])
    assert before in (lines[lines.index(new[0]) - 1], new[0])
    assert parse("", added)[number].value[key][-1] == item


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tests: []\n", "on one line"),
        ("tests: [{name: x}]\n", "on one line"),
        ("{kind: x}\n", "in braces"),
        ("tests:\n  - text: |\n      one\n      # not a comment\n", "can't be told"),
    ],
)
def test_what_can_not_be_told_apart_is_left_to_a_person(text: str, words: str) -> None:
    with pytest.raises(NotAdded, match=words):
        with_item(text, 0, "tests", {"name": "new"})
