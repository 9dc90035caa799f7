"""A destination's rules on parameters, joined with what else changes a body on its way there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.ask import MANAGING
from adapters.wire.body import JSON
from adapters.wire.edits import PARAMETER
from adapters.wire.parameters import beside, edits

if TYPE_CHECKING:
    from adapters.ask import Ask
    from adapters.dialects.base import Dialect
    from adapters.wire.edits import Edit
    from adapters.wire.parameters import Parameters

WITHOUT_ANSWER = ("count_tokens", "compaction")
"""Operations whose vendors take no parameters of an answer."""


def held_output(dialect: Dialect, ask: Ask, cap: int, rules: Parameters | None) -> list[Edit]:
    """The edits that hold the answer's length to what quotas have room for (cap; 0: they don't say) and to what rules
    say, whichever is less."""
    ruled = rules.output(ask.max_output) if rules is not None and rules.holds(ask.dialect) else 0
    if ruled and (not cap or ruled < cap):
        return [edit._replace(kind=PARAMETER) for edit in dialect.cap(ask, ruled)]
    return dialect.cap(ask, cap) if cap else []


def under_rules(ask: Ask, rules: Parameters | None, others: list[Edit]) -> list[Edit]:
    """All edits of a body in the client's dialect: `others`, and those that the rules make."""
    if rules is None or not rules.holds(ask.dialect):
        return others
    if ask.document.content_type != JSON or ask.operation in MANAGING:  # a form has no members, and many have no body
        return others
    return beside(others, edits(ask.document, rules, defaults=ask.operation not in WITHOUT_ANSWER))
