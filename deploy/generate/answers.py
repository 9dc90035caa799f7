"""What a Prometheus answers to the questions of a panel, over a stretch of time or at its end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import httpx

from observability.boards.panel import Query

_EVERY = {"job": ".*", "instance": ".*", "destination": ".*", "team": ".*"}
_LONGEST_STEPS = 240


class Series(NamedTuple):
    """One line: its name, its labels, and (Unix time, value) in order; no value is left out, not NaN."""

    name: str
    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.points[-1][1]


class Stretch(NamedTuple):
    """Unix times. window: seconds over which rates are taken, at least four scrapes. chosen: values of variables."""

    start: float
    end: float
    window: int = 15
    chosen: Mapping[str, str] = _EVERY

    @property
    def step(self) -> float:
        """Seconds between two points."""
        return max(1.0, round((self.end - self.start) / _LONGEST_STEPS))


class Prometheus:
    """A server, at an address without a path. To be closed."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)

    def close(self) -> None:
        """Ends the connection to it."""
        self._client.close()

    def over_time(self, query: Query, stretch: Stretch) -> list[Series]:
        """All lines of a question."""
        words = {"start": stretch.start, "end": stretch.end, "step": stretch.step}
        found = self._ask("query_range", query, stretch, **words)
        return _sorted(_series(one["metric"], one["values"], query) for one in found)

    def at_the_end(self, query: Query, stretch: Stretch) -> list[Series]:
        """The last values of a question."""
        found = self._ask("query", query, stretch, time=stretch.end)
        return _sorted(_series(one["metric"], [one["value"]], query) for one in found)

    def _ask(self, path: str, query: Query, stretch: Stretch, **words: float) -> list[dict[str, Any]]:
        params = {"query": filled(query, stretch), **{name: str(value) for name, value in words.items()}}
        answer = self._client.get(f"/api/v1/{path}", params=params)
        if answer.status_code != 200:
            raise ValueError(f"{params['query']}: {answer.text}")
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found


def filled(query: Query, stretch: Stretch) -> str:
    """A question with what Grafana would put in the place of its variables."""
    values = {**_EVERY, **stretch.chosen, "__rate_interval": f"{stretch.window}s"}
    values["__range"] = f"{max(1, round(stretch.end - stretch.start))}s"
    return re.sub(r"\$(\w+)", lambda found: values[found[1]], query.scoped)


def _sorted(series: Any) -> list[Series]:
    return sorted((one for one in series if one.points), key=lambda one: one.name)


def _series(labels: dict[str, str], values: list[list[Any]], query: Query) -> Series:
    name = re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), query.legend)
    numbers = ((float(when), float(value)) for when, value in values)
    return Series(name, labels, tuple((when, value) for when, value in numbers if value == value))
