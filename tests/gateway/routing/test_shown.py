"""What `ecluse status` says of promises."""

from __future__ import annotations

from gateway.config.routes import ObjectivesSettings
from gateway.routing.objectives import Result, Standing
from gateway.routing.router import Shown
from gateway.routing.shown import rows


def test_a_promise_that_no_call_was_counted_for_is_not_said_to_be_kept() -> None:
    standing = Standing(ObjectivesSettings(availability=99.0, first_token_seconds=0.5))
    standing.ended(1.0, Result(False, None, 1.2, streamed=False))
    (row,) = rows([Shown("chat", "alpha/gpt-4o", "", tuple(standing.kept(1.0)))])
    assert row["availability"] == "100.00% of 1, burns 0"
    assert row["first_token"] == "no calls yet", "only streams have a first word"
