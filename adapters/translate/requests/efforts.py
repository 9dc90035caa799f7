"""How much a model is to think: words of effort in one family, numbers of tokens in another."""

from __future__ import annotations

from typing import Final

from adapters.translate.canonical import Lost, Reasoning

# Budgets of tokens and the effort that they stand for, smallest first.
_STEPS: Final = ((1_024, "minimal"), (4_096, "low"), (16_384, "medium"), (32_768, "high"), (65_536, "xhigh"))
_BUDGETS: Final = {effort: budget for budget, effort in _STEPS} | {"none": 0, "max": 65_536}

DEFAULT_BUDGET: Final = _BUDGETS["medium"]


def effort_of(budget: int) -> str:
    """The effort that a budget stands for."""
    return next((effort for most, effort in _STEPS if budget <= most), "xhigh")


def budget_of(said: Reasoning) -> int:
    """Tokens to think with: as said, or what the effort stands for; 0 for none at all."""
    if said.budget is not None:
        return said.budget
    return _BUDGETS.get(said.effort, DEFAULT_BUDGET)


def openai_effort(said: Reasoning, lost: Lost) -> str:
    """The word for it in OpenAI's dialects, "" to leave it to the model."""
    if said.effort == "max":
        lost.add("reasoning.effort")
        return "xhigh"
    if said.effort:
        return said.effort
    if said.budget is None:
        return ""
    lost.add("reasoning.budget")
    return effort_of(said.budget)
