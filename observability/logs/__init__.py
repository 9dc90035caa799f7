"""The log of one process: one JSON line an event, from closed lists of events and fields."""

from observability.logs.events import EVENTS, Level, LogEvent
from observability.logs.fields import FIELDS, Field
from observability.logs.log import LEVELS, Log
from observability.logs.writer import Writer

__all__ = ["EVENTS", "FIELDS", "LEVELS", "Field", "Level", "Log", "LogEvent", "Writer"]
