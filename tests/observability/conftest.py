"""Segments, as the ledger writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from observability.ledger.records import Record
from observability.scribe.frames import frame


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes records as one segment, and gives its folder."""

    def written(*given: Record, name: str = "") -> Path:
        number = len(list(tmp_path.iterdir()))
        path = tmp_path / f"{name or f'{number:03}'}.ecl"
        path.write_bytes(b"".join(frame(n, one.to_bytes()) for n, one in enumerate(given)))
        return tmp_path

    return written
