"""Objectives: what share of calls is to be good, as recording rules and as alerts on how fast the rest is used up."""

from observability.objectives.objective import Objective
from observability.objectives.queries import LATENCIES, Unfit, answered, within
from observability.objectives.rules import BURNS, rules

__all__ = ["BURNS", "LATENCIES", "Objective", "Unfit", "answered", "rules", "within"]
