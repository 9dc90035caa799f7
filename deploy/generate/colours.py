"""The colours of pictures of boards, by what a value means and by what a line is called."""

from __future__ import annotations

from observability.boards.panel import Panel, State

INK, FAINT, PAPER, SHEET = "#1f2430", "#7b8494", "#f3f4f7", "#ffffff"
STATES: dict[State, str] = {"good": "#2f9e5b", "poor": "#e69117", "bad": "#d63a3a"}
COLOURS = (
    "#3274d9", "#e0752d", "#3f9b56", "#a352cc", "#cf3f56", "#14919b", "#b8a11a", "#7a5a46", "#e377c2", "#5f6b7a",
)  # fmt: skip
_OUTCOMES = {"served": "#3f9b56", "refused": "#b8a11a", "failed": "#d63a3a", "cut": "#e0752d", "left": "#9aa3b2"}


def by_state(panel: Panel, value: float) -> str | None:
    reached = [step.state for step in panel.steps if value >= step.value]
    return STATES[reached[-1]] if reached else (STATES[panel.steps[0].state] if panel.steps else None)


def by_name(name: str, number: int) -> str:
    return _OUTCOMES.get(name, COLOURS[number % len(COLOURS)])
