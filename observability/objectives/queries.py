"""The usual objectives as PromQL over the gateway's own metrics."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isclose

from observability.families import FAMILIES

LATENCIES = {
    "first_token": ("ecluse_first_token_seconds", ""),
    "overhead": ("ecluse_overhead_seconds", ""),
    "duration": ("ecluse_request_seconds", 'outcome="served"'),
}
"""What can be bounded in time -> its histogram, and what is always selected of it."""

_JOB = "job"
"""Installations that one Prometheus reads are told apart by it: each keeps an objective, or doesn't, by itself."""
_FAMILIES = {family.name: family for family in FAMILIES}
# Failures for which the caller's request itself was to blame.
_CALLERS = "invalid|context_length|content_policy"


class Unfit(ValueError):
    """A label or a bound that the metric doesn't have. known: those that it has."""

    def __init__(self, message: str, wrong: str, known: tuple[str, ...]) -> None:
        super().__init__(message)
        self.wrong, self.known = wrong, known


def answered(where: Mapping[str, str]) -> tuple[str, str]:
    """Bad and all calls that a vendor should have answered. where: labels of ecluse_requests_total, or `job`.

    Of all calls of a job, failures that the caller's own request caused don't count as bad; counts by team don't tell
    them apart. Unfit where it names other labels.
    """
    _labels("ecluse_requests_total", where)
    total = _rate("ecluse_requests_total", *_matched(where), 'outcome=~"served|failed|cut"')
    if where.keys() - {_JOB}:
        return _rate("ecluse_requests_total", *_matched(where), 'outcome="failed"'), total
    return _rate("ecluse_failures_total", *_matched(where), f'code!~"{_CALLERS}"'), total


def within(what: str, seconds: float, where: Mapping[str, str]) -> tuple[str, str]:
    """Calls that took longer, and all. what: one of LATENCIES. Unfit unless `seconds` bounds a bucket of it."""
    name, always = LATENCIES[what]
    _labels(name, where)
    bounds = _FAMILIES[name].buckets
    if not any(isclose(seconds, bound) for bound in bounds):
        known = tuple(f"{bound:g}" for bound in bounds)
        raise Unfit(f"{seconds:g} s is no bucket of {name}, which has {', '.join(known)}", f"{seconds:g}", known)
    matched = [*_matched(where), *([always] if always else [])]
    total = _rate(f"{name}_count", *matched)
    # Pages write a whole bound as 10.0 or as 10.
    return f"{total} - {_rate(f'{name}_bucket', *matched, _bound(seconds))}", total


def _bound(seconds: float) -> str:
    exact = f"{seconds:g}".replace(".", "\\\\.")
    return f'le=~"{exact}(\\\\.0)?"'


def _labels(family: str, where: Mapping[str, str]) -> None:
    known = (*_FAMILIES[family].labels, _JOB)
    for label in where:
        if label not in known:
            raise Unfit(f"{family} has no label {label}", label, known)


def _matched(where: Mapping[str, str]) -> list[str]:
    return [f"{label}={json.dumps(value, ensure_ascii=False)}" for label, value in where.items()]


def _rate(name: str, *matched: str) -> str:
    selector = f"{{{', '.join(matched)}}}" if matched else ""
    return f"sum by ({_JOB}) (rate({name}{selector}[{{window}}]))"
