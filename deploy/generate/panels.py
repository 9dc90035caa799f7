"""One panel as Grafana wants it."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    table,
    timeseries,
)
from grafana_foundation_sdk.models import common as options
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from observability.boards.panel import Kind, Panel, Query, State, Unit

SOURCE = options.DataSourceRef(type_val="prometheus", uid="${datasource}")

_UNITS: dict[Unit, str] = {
    "count": "short",
    "ratio": "percentunit",
    "seconds": "s",
    "span": "dtdurations",
    "bytes": "bytes",
    "per_second": "suffix:/s",
    "bytes_per_second": "Bps",
    "money": "short",
}
_COLOURS: dict[State, str] = {"good": "green", "poor": "orange", "bad": "red"}
_NOW: tuple[Kind, ...] = ("bars", "table")
_CALCS = common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)


def question(query: Query, ref: str = "A", kind: Kind = "lines") -> prometheus.Dataquery:
    """A query of a panel."""
    made = prometheus.Dataquery().ref_id(ref).expr(query.scoped).legend_format(query.legend or "__auto")
    if kind == "table":
        made = made.format(PromQueryFormat.TABLE)
    if kind in _NOW:
        return made.instant()
    return made.range().exemplar("_bucket" in query.expr and kind == "lines")


def built(panel: Panel) -> Any:
    """A panel without its place."""
    made: Any = _KINDS[panel.kind](panel)
    made = made.title(panel.title).description(panel.description).datasource(SOURCE).unit(_UNITS[panel.unit])
    for number, query in enumerate(panel.queries):
        made = made.with_target(question(query, chr(ord("A") + number), panel.kind))
    if panel.words:
        made = made.mappings([_words(panel)])
    if panel.unit == "count" and panel.kind in ("stat", "bars"):
        made = made.decimals(0)
    if panel.unit == "ratio" and panel.kind in ("lines", "bars"):
        made = made.min(0)
    return made


def _stat(panel: Panel) -> stat.Panel:
    made = stat.Panel().graph_mode(options.BigValueGraphMode.AREA).reduce_options(_CALCS)
    if not panel.steps:
        return made.color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.FIXED).fixed_color("text"))
    return made.color_mode(options.BigValueColorMode.VALUE).thresholds(_steps(panel))


def _over_time(panel: Panel) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(options.LegendDisplayMode.LIST)
        .placement(options.LegendPlacement.BOTTOM)
        .show_legend(len(panel.queries) > 1 or bool(panel.queries[0].legend))
    )
    tooltip = common.VizTooltipOptions().mode(options.TooltipDisplayMode.MULTI).sort(options.SortOrder.DESCENDING)
    made = timeseries.Panel().legend(legend).tooltip(tooltip).line_width(1).axis_soft_min(0)
    if panel.kind == "area":
        return made.fill_opacity(40).stacking(common.StackingConfig().mode(options.StackingMode.NORMAL))
    return made.fill_opacity(5)


def _states(panel: Panel) -> statetimeline.Panel:
    legend = common.VizLegendOptions().show_legend(False)
    return statetimeline.Panel().legend(legend).merge_values(True).row_height(0.8).thresholds(_steps(panel))


def _bars(panel: Panel) -> bargauge.Panel:
    made = bargauge.Panel().orientation(options.VizOrientation.HORIZONTAL).reduce_options(_CALCS)
    made = made.display_mode(options.BarGaugeDisplayMode.BASIC).min(0)
    if panel.steps:
        return made.thresholds(_steps(panel))
    return made.color_scheme(dashboard.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC))


def _table(panel: Panel) -> table.Panel:
    hidden = model.DataTransformerConfig(
        id_val="organize", options={"excludeByName": {"Time": True}, "renameByName": {"Value": _column(panel)}}
    )
    made = table.Panel().with_transformation(hidden).thresholds(_steps(panel))
    return made.sort_by([common.TableSortByFieldState().display_name(_column(panel)).desc(panel.unit != "span")])


def _column(panel: Panel) -> str:
    return panel.queries[0].legend or "value"


def _steps(panel: Panel) -> dashboard.ThresholdsConfig:
    # Grafana's first step holds for everything below the second; it is written as null.
    steps = [model.Threshold(s.value if n else None, _COLOURS[s.state]) for n, s in enumerate(panel.steps)]
    found = steps or [model.Threshold(None, "text")]
    return dashboard.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(found)


def _words(panel: Panel) -> model.ValueMap:
    return model.ValueMap({
        str(value): model.ValueMappingResult(text=text, index=n) for n, (value, text) in enumerate(panel.words)
    })  # fmt: skip


_KINDS: dict[Kind, Any] = {
    "stat": _stat,
    "lines": _over_time,
    "area": _over_time,
    "states": _states,
    "bars": _bars,
    "table": _table,
}
