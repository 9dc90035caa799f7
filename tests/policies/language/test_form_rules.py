"""Rules on the form of answers: what they may say."""

from __future__ import annotations

from typing import Any

import pytest
from decide_cases import VOCABULARY, compiled, policy

from policies.decide import Policies
from policies.language import compile

FORM = {"findings": {"any_of": ["class.schema_invalid"]}}


def written(when: dict[str, Any], action: str, directions: list[str]) -> Any:
    rule = {"id": "r", "when": when, "action": action}
    return policy(rule, applies_to={"directions": directions})


@pytest.mark.parametrize("action", ["repair", "deny", "warn"])
def test_a_form_rule_compiles(action: str) -> None:
    made = compiled(written(FORM, action, ["response"]))
    assert isinstance(made, Policies)


@pytest.mark.parametrize(
    ("when", "action", "directions", "words"),
    [
        (FORM, "repair", ["request"], "is about answers"),
        (FORM, "repair", ["response", "request"], "is about answers"),
        (FORM, "redact", ["response"], "can't mend an answer's form"),
        ({"findings": {"any_of": ["class.schema_invalid", "fin.iban"]}}, "deny", ["response"], "stands alone"),
        ({"findings": {**FORM["findings"], "count": ">=2"}}, "deny", ["response"], "stands alone"),
        ({**FORM, "roles": ["assistant"]}, "deny", ["response"], "no roles"),
        ({"findings": {"any_of": ["fin.iban"]}}, "repair", ["response"], "repair needs findings"),
        (FORM, "allow", ["request"], "is about answers"),
    ],
)
def test_what_it_may_not_say(when: dict[str, Any], action: str, directions: list[str], words: str) -> None:
    made = compile([written(when, action, directions)], VOCABULARY)
    assert isinstance(made, list), "accepted"
    assert any(words in problem.message for problem in made), made
