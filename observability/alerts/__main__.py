"""`python -m observability.alerts` writes the reference to standard output."""

from __future__ import annotations

import sys

from observability.alerts.reference import reference

sys.stdout.write(reference())
