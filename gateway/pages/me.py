"""`GET /ecluse/me`: for whom the gateway takes a caller, and how he stands with his quotas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from gateway.quota.standing import shown
from gateway.retiring import offered

if TYPE_CHECKING:
    from gateway.identity.callers import Caller
    from gateway.quota.units import Scopes
    from gateway.runtime import Runtime

PATH = "/ecluse/me"


def me(runtime: Runtime, caller: Caller) -> bytes:
    """The JSON of what the caller may know of himself."""
    pair = runtime.epoch.pair
    models = caller.allowed(offered(pair, runtime.now().date()))
    default = caller.use_case()
    use_cases = caller.use_cases or ((default,) if default else ())
    return orjson.dumps(
        {
            "organisation": caller.organisation,
            "team": caller.team,
            "user": caller.user,
            "groups": sorted(caller.groups),
            "key": caller.key_id,
            "use_cases": use_cases,
            "models": models,
            "currency": pair.tariffs.currency,
            "quotas": [
                shown(use, runtime.standing.overrides.end_of(use.account))
                for use in runtime.quotas.of(_scopes(caller, use_cases, models))
            ],
        }
    )


def _scopes(caller: Caller, use_cases: tuple[str, ...], models: list[str]) -> Scopes:
    return (
        ("organisation", caller.organisation),
        ("team", caller.team),
        ("user", caller.user),
        ("key", caller.key_id),
        *(("use_case", one) for one in use_cases),
        *(("model", one) for one in models),
    )
