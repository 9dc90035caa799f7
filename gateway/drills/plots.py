"""The pictures of a drill's report: how many calls were served by whom, and how long they took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import cycle
from math import floor

import leather

from gateway.drills.measuring import Call, Findings
from gateway.drills.running import Drill
from observability.reports.forms import ending

_SIZE = {"width": 900, "height": 360}
_COLOURS = ("#377eb8", "#4daf4a", "#984ea3", "#ff7f00", "#a65628", "#f781bf", "#999999")
_LOST, _FAULT = "#e41a1c", "#222222"
_MOST_POINTS = 120
_WORDS = {
    "en": {
        "calls": "Calls a second, by who answered", "times": "Seconds until a call was answered",
        "lost": "lost", "refused": "refused", "left": "given up by the caller",
        "fault": "the fault lasts", "axis": "seconds after the fault began",
    },
    "fr": {
        "calls": "Appels par seconde, selon qui a répondu", "times": "Secondes jusqu'à la réponse",
        "lost": "perdus", "refused": "refusés", "left": "abandonnés par l'appelant",
        "fault": "durée de la panne", "axis": "secondes après le début de la panne",
    },
}  # fmt: skip


def plots(drill: Drill, findings: Findings, language: str) -> dict[str, bytes]:
    """SVG pictures by file name; none where there were no calls."""
    if not findings.calls:
        return {}
    words = _WORDS[language]
    lasts = drill.mended - drill.fails
    rates, times = _rates(findings.calls, words), _times(findings.calls, words)
    return {
        f"calls{ending(language)}.svg": _drawn(words["calls"], rates, words, lasts, dots=False),
        f"times{ending(language)}.svg": _drawn(words["times"], times, words, lasts, dots=True),
    }


_Series = Mapping[str, list[tuple[float, float]]]


def _rates(calls: Sequence[Call], words: Mapping[str, str]) -> _Series:
    """By who answered, how many calls arrived in each second, or in each few where there are many seconds."""
    first, last = floor(calls[0].at), floor(calls[-1].at)
    step = max(1, -(-(last - first + 1) // _MOST_POINTS))
    counts: dict[str, Counter[int]] = {}
    for call in calls:
        counts.setdefault(_who(call, words), Counter())[(floor(call.at) - first) // step] += 1
    slots = range((last - first) // step + 1)
    return {who: [(first + (n + 0.5) * step, count[n] / step) for n in slots] for who, count in counts.items()}


def _times(calls: Sequence[Call], words: Mapping[str, str]) -> _Series:
    by: dict[str, list[tuple[float, float]]] = {}
    for call in calls:
        by.setdefault(_who(call, words), []).append((call.at, call.took))
    return by


def _drawn(title: str, series: _Series, words: Mapping[str, str], lasts: float, *, dots: bool) -> bytes:
    chart = leather.Chart(title)
    colours = cycle(_COLOURS)
    for who in sorted(series):
        colour = _LOST if who == words["lost"] else next(colours)
        if dots:
            chart.add_dots(series[who], name=who, fill_color=colour, radius=2)
        else:
            chart.add_line(series[who], name=who, stroke_color=colour)
    chart.add_line([(0.0, 0.0), (lasts, 0.0)], name=words["fault"], stroke_color=_FAULT, width=5)
    chart.add_x_axis(name=words["axis"])
    return str(chart.to_svg(**_SIZE)).encode()


def _who(call: Call, words: Mapping[str, str]) -> str:
    if call.lost:
        return words["lost"]
    return call.to[-1] if call.outcome == "served" and call.to else words.get(call.outcome, call.outcome)
