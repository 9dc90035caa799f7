"""Prints `docs/reference/alerts.md`."""

import sys

from observability.alerts.rules import reference

sys.stdout.write(reference())
