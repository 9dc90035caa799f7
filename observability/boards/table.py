"""All boards: what Grafana's files, the pictures and `docs/reference/boards.md` are made from."""

from __future__ import annotations

from observability.boards.overview import OVERVIEW
from observability.boards.panel import Board

BOARDS: tuple[Board, ...] = (OVERVIEW,)
