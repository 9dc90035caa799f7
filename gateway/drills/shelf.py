"""The continuity file: a folder for each drill that was reported, and when each destination was drilled last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from gateway.drills.running import Drill


def filed(folder: Path) -> list[dict[str, Any]]:
    """Every drill that was reported, the oldest first. One whose summary can't be read is left out."""
    found = []
    for file in sorted(folder.glob("d-*/drill.json")):
        try:
            value = orjson.loads(file.read_bytes())
            Drill.of(value["drill"])
            found.append({**value, "ended": float(value["ended"])})
        except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            continue
    return sorted(found, key=lambda one: float(one["ended"]))


def last_drilled(folder: Path) -> dict[str, float]:
    """By destination, when it was drilled last (Unix seconds)."""
    return {one["drill"]["destination"]: one["ended"] for one in filed(folder)}
