"""All boards: what Grafana's files, the pictures and `docs/reference/boards.md` are made from."""

from __future__ import annotations

from observability.boards.cost import COST
from observability.boards.ledger import LEDGER
from observability.boards.overview import OVERVIEW
from observability.boards.panel import Board
from observability.boards.policy import POLICY
from observability.boards.vendors import VENDORS

BOARDS: tuple[Board, ...] = (OVERVIEW, VENDORS, POLICY, LEDGER, COST)

UNSHOWN: dict[str, str] = {}
"""Families that are neither on a board nor in an alert, each with the reason why they are measured all the same."""
