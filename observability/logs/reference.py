"""`docs/reference/logs.md`, made from the tables."""

from __future__ import annotations

from collections.abc import Iterator

from observability.logs.events import EVENTS
from observability.logs.fields import FIELDS

_HEAD = """\
# The log

One JSON object a line on standard error, from each process of the gateway. Made from the tables in
`observability/logs/` (`python -m observability.logs > docs/reference/logs.md`): nothing else is ever written.

    {"at":"2026-11-25T13:05:12.040+00:00","level":"info","event":"call","call":"01a2...","outcome":"refused",...}

Every line has `at` (UTC), `level` (info, warning, error) and `event`; `call`, the id of a call, where it belongs to
one: the same as in the header `x-ecluse-call-id`, in the ledger and in traces. A value that isn't of its field's type
is left out, and `dropped` counts such; strings are cut at 200 characters. So no text of a call, no secret, no name of
a person and no word that a client made up is ever in a line, whatever happens.

## Settings

`logging.level` leaves out what is below it. `logging.calls` is the share of served calls that have a line; which ones
is decided by the call's id, so that all processes and replicas agree. Calls that were refused, failed or were cut
always have one. Both are taken by a reload ([configuration](configuration.md#logging)).

Lines are gathered for up to a second; errors and warnings about the gateway go at once. A thread writes them: a
reader of standard error that is slow or stuck holds no call up. Up to 4 MiB of lines wait for it, then lines are
given up and counted (`ecluse_telemetry_dropped_total{signal="log"}`).

The access log of a call is the ledger; a line of the log is for finding it. `ecluse ledger why ID` tells the rest.
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([_HEAD, "## Events", "", *_events(), "", "## Fields", "", *_fields()]) + "\n"


def _events() -> Iterator[str]:
    yield "| event | level | when | fields |"
    yield "|---|---|---|---|"
    for name, event in EVENTS.items():
        fields = ", ".join(f"`{field}`" for field in event.fields)
        yield f"| `{name}` | {event.level} | {event.says} | {fields} |"


def _fields() -> Iterator[str]:
    yield "| field | type | what it is |"
    yield "|---|---|---|"
    for name, kind in FIELDS.items():
        types = "number" if float in kind.types else {str: "text", int: "whole number", bool: "flag"}[kind.types[0]]
        yield f"| `{name}` | {types} | {kind.says} |"
