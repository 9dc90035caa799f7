"""`python -m observability.logs` writes the reference to standard output."""

from __future__ import annotations

import sys

from observability.logs.reference import reference

sys.stdout.write(reference())
