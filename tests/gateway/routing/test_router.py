from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adapters.errors import ConnectFailed, CutShort, InvalidRequest, RateLimited, TimedOut, UpstreamError
from adapters.transport import KEPT_ALIVE
from gateway.routing.router import result


@pytest.mark.parametrize(
    ("error", "outcome", "failed"),
    [
        (None, "served", False),
        (None, "left", None),
        (None, "cut", None),
        (None, "refused", None),
        (RateLimited(), "failed", True),
        (TimedOut(), "failed", True),
        (TimedOut(code="deadline", fault="client"), "failed", None),
        (ConnectFailed(), "failed", True),
    ],
)
def test_what_the_end_of_an_attempt_says_of_its_destination(
    error: UpstreamError | None, outcome: str, failed: bool | None
) -> None:
    exchange: Any = SimpleNamespace(outcome=outcome, ask=SimpleNamespace(stream=True))
    attempt: Any = SimpleNamespace(started=100.0, first_content=101.5)
    assert result(exchange, attempt, error, 104.0) == (failed, 1.5, 4.0, True)


@pytest.mark.parametrize("error", [InvalidRequest(), CutShort(code=KEPT_ALIVE)])
def test_what_says_nothing_of_it(error: UpstreamError) -> None:
    exchange: Any = SimpleNamespace(outcome="failed", ask=None)
    assert result(exchange, SimpleNamespace(started=100.0, first_content=0.0), error, 104.0) is None  # type: ignore[arg-type]
